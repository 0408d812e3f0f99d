//! What is measured: one round each of what a storefront does.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::basket::Basket;
use crate::checkout::{Checkout, Place};
use crate::race::{CouponRace, PointsRace};
use tests::connection::Connection;

/// A round's end.
pub(crate) type Round<'a> = Pin<Box<dyn Future<Output = io::Result<()>> + Send + 'a>>;

/// Something to repeat.
pub(crate) trait Scenario: Send + Sync {
    fn name(&self) -> &str;
    /// Does it once; fails on any error in an answer, so that no figure stands for refusals.
    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a>;
    /// Makes what so many rounds use up, before anything is counted.
    fn prepare<'a>(&'a self, _connection: &'a mut Connection, _rounds: u64) -> Round<'a> {
        Box::pin(async { Ok(()) })
    }
    /// Whether another round can be done.
    fn has_more(&self) -> bool {
        true
    }
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

pub(crate) fn body(document: &str, variables: &Value) -> String {
    json!({ "query": document, "variables": variables }).to_string()
}

pub(crate) fn refused(name: &str, body: &[u8]) -> io::Error {
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
        Arc::new(Basket::of(1)),
        Arc::new(Basket::of(10)),
        Arc::new(Basket::of(100)),
        Arc::new(Checkout),
        Arc::new(Place::default()),
        Arc::new(CouponRace::default()),
        Arc::new(PointsRace::default()),
    ]
}

const LIST: &str = "query List($first: Int) { products(first: $first, sort: NEWEST) { \
    nodes { id name slug variants { id sku price { amount currencyCode } } } pageInfo { hasNextPage endCursor } } }";

const BY_SLUG: &str = "query BySlug($slug: String!) { product(slug: $slug) { id name slug description \
    variants { id sku price { amount currencyCode } availability { status } } } }";

const SEARCH: &str = "query Search($query: String!) { search(query: $query, first: 20, facets: [\"brand\", \"price\"]) { \
    nodes { id name priceRange { min { amount } } } facets { key values { value count } min max } totalCount } }";
