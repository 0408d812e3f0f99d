//! What is measured: one round each of what a storefront does.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::connection::Connection;

/// A round's end.
pub(crate) type Round<'a> = Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>>;

/// Something to repeat.
pub(crate) trait Scenario: Send + Sync {
    fn name(&self) -> &str;
    /// Does it once; fails on any error in an answer, so that no figure stands for refusals.
    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a>;
    /// One body to post, where a round is one request: the floor sends its answer's bytes.
    fn sample(&self) -> Option<&str>;
}

/// One request, its bodies taken in turn.
struct Repeat {
    name: &'static str,
    bodies: Vec<String>,
}

impl Repeat {
    fn scenario(
        name: &'static str,
        document: &str,
        variables: impl IntoIterator<Item = Value>,
    ) -> Arc<dyn Scenario> {
        let bodies = variables
            .into_iter()
            .map(|variables| body(document, &variables))
            .collect();
        Arc::new(Self { name, bodies })
    }
}

impl Scenario for Repeat {
    fn name(&self) -> &str {
        self.name
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a> {
        Box::pin(async move {
            // Steps through the bodies out of order, so that neighbours in the database do not help each other.
            let at =
                usize::try_from(number.wrapping_mul(7_919)).unwrap_or_default() % self.bodies.len();
            let answer = connection.post("/graphql", &self.bodies[at]).await?;
            let failed = answer.status != 200 || answer.body.starts_with(b"{\"errors\"");
            if failed {
                Err(refused(self.name, &answer.body))
            } else {
                Ok(())
            }
        })
    }

    fn sample(&self) -> Option<&str> {
        self.bodies.first().map(String::as_str)
    }
}

fn body(document: &str, variables: &Value) -> String {
    json!({ "query": document, "variables": variables }).to_string()
}

fn refused(name: &str, body: &[u8]) -> io::Error {
    let text: String = String::from_utf8_lossy(body).chars().take(600).collect();
    io::Error::other(format!("{name}: {text}"))
}

/// Everything that is measured, over a catalog of so many products.
pub(crate) fn all(products: u32) -> Vec<Arc<dyn Scenario>> {
    let slugs = (0..products)
        .step_by(7)
        .map(|n| json!({ "slug": format!("bench-product-{n}") }));
    let words = [
        "linen",
        "shirt",
        "wool scarf",
        "oak table",
        "lamp",
        "mug blue",
        "travel bag",
        "notebook",
    ];
    vec![
        Repeat::scenario("__typename", "{ __typename }", [json!({})]),
        Repeat::scenario(
            "list of 20 with 40 variants",
            LIST,
            [json!({ "first": 20 })],
        ),
        Repeat::scenario("product by slug, 2 variants", BY_SLUG, slugs),
        Repeat::scenario(
            "search, 20 hits, 2 facets",
            SEARCH,
            words.map(|query| json!({ "query": query })),
        ),
        Arc::new(Checkout),
    ]
}

const LIST: &str = "query List($first: Int) { products(first: $first, sort: NEWEST) { \
    nodes { id name slug variants { id sku price { amount currencyCode } } } pageInfo { hasNextPage endCursor } } }";

const BY_SLUG: &str = "query BySlug($slug: String!) { product(slug: $slug) { id name slug description \
    variants { id sku price { amount currencyCode } availability { status } } } }";

const SEARCH: &str = "query Search($query: String!) { search(query: $query, first: 20, facets: [\"brand\", \"price\"]) { \
    nodes { id name priceRange { min { amount } } } facets { key values { value count } min max } totalCount } }";

/// A guest fills a cart, says where to and how, places the order and starts to pay.
struct Checkout;

const PICK: &str = "query Pick($slug: String!) { product(slug: $slug) { variants { id } } }";
const CREATE: &str = "mutation Create($input: CartCreateInput!) { cartCreate(input: $input) { cart { id shippingMethods { id } } userErrors { code } } }";
const ADD: &str = "mutation Add($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { cart { totalQuantity } userErrors { code } } }";
const SHIP: &str = "mutation Ship($input: CartUpdateInput!) { cartUpdate(input: $input) { cart { cost { total { amount currencyCode } } problems { code } } userErrors { code } } }";
const PLACE: &str = "mutation Place($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id paymentMethods { id } } orderToken problems { code } userErrors { code } } }";
const PAY: &str = "mutation Pay($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id } userErrors { code } } }";

impl Scenario for Checkout {
    fn name(&self) -> &'static str {
        "full guest checkout, 6 calls"
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a> {
        Box::pin(async move {
            let slug = format!("bench-product-{}", number.wrapping_mul(7_919) % 1_000);
            let picked = ask(connection, PICK, json!({ "slug": slug })).await?;
            let variant = |n: usize| picked["product"]["variants"][n]["id"].clone();
            let address = json!({ "fullName": "Ann Example", "streetLine1": "1 High Street", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" });
            let created = ask(connection, CREATE, json!({ "input": {
                "lines": [{ "variantId": variant(0), "quantity": 1 }],
                "cart": { "email": format!("guest{number}@example.test"), "shippingAddress": address },
            } }))
            .await?;
            let cart = &created["cartCreate"]["cart"];
            ask(connection, ADD, json!({ "input": { "cartId": cart["id"], "lines": [{ "variantId": variant(1), "quantity": 2 }] } })).await?;
            let method = json!({ "shippingMethodId": cart["shippingMethods"][0]["id"] });
            let shipped = ask(
                connection,
                SHIP,
                json!({ "input": { "cartId": cart["id"], "cart": method } }),
            )
            .await?;
            let total = &shipped["cartUpdate"]["cart"]["cost"]["total"];
            let placed = ask(connection, PLACE, json!({ "input": {
                "cartId": cart["id"], "expectedTotal": total, "idempotencyKey": format!("place-{number}-{}", cart["id"]),
            } }))
            .await?;
            let order = &placed["orderPlace"]["order"];
            ask(connection, PAY, json!({ "input": {
                "orderId": order["id"], "orderToken": placed["orderPlace"]["orderToken"],
                "paymentMethodId": order["paymentMethods"][0]["id"], "returnUrl": "http://127.0.0.1/thanks",
                "idempotencyKey": format!("pay-{number}-{}", order["id"]),
            } }))
            .await?;
            Ok(())
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

/// Sends a document whose root field must not be refused, and gives its data.
async fn ask(connection: &mut Connection, document: &str, variables: Value) -> io::Result<Value> {
    let answer = connection
        .post("/graphql", &body(document, &variables))
        .await?;
    let json: Value = serde_json::from_slice(&answer.body)?;
    let payload = json["data"]
        .as_object()
        .and_then(|data| data.values().next());
    let is_refused = payload.is_none_or(|payload| {
        payload.is_null()
            || payload["userErrors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty())
    });
    if is_refused || json.get("errors").is_some() {
        Err(refused(document, &answer.body))
    } else {
        Ok(json["data"].clone())
    }
}
