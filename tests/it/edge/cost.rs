//! Whatever a document asks for and however long its lists are, no more objects are resolved than its limit allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api::graphql::limits::cost::CostPlan;
use api::graphql::limits::index::SchemaIndex;
use api::graphql::limits::meter::{Listed, Meter, Metered};
use async_graphql::parser::parse_query;
use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Object, Request, Response, Schema, SimpleObject,
    Variables, value,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option, proptest};

/// Objects resolved, and how long each plain list is.
struct World {
    resolved: AtomicU64,
    list: usize,
}

fn count(ctx: &Context<'_>) {
    ctx.data_unchecked::<Arc<World>>()
        .resolved
        .fetch_add(1, Ordering::Relaxed);
}

struct Query;
struct Product;
struct Variant;
struct ProductConnection(usize);

/// A value whose list no resolver of its own returns, as payloads have.
#[derive(SimpleObject)]
struct Payload {
    variants: Option<Listed<Variant>>,
}

#[Object]
impl Query {
    async fn product(&self, ctx: &Context<'_>) -> Product {
        count(ctx);
        Product
    }

    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<usize>,
        last: Option<usize>,
    ) -> ProductConnection {
        count(ctx);
        ProductConnection(first.or(last).unwrap_or(20))
    }

    async fn payload(&self, ctx: &Context<'_>) -> Payload {
        let list = ctx.data_unchecked::<Arc<World>>().list;
        let variants = (0..list).map(|_| Variant).collect();
        Payload {
            variants: Some(variants),
        }
    }
}

#[Object]
impl ProductConnection {
    async fn nodes(&self, ctx: &Context<'_>) -> Vec<Product> {
        (0..self.0).map(|_| count(ctx)).map(|()| Product).collect()
    }
}

#[Object]
impl Product {
    async fn name(&self) -> &str {
        "product"
    }

    async fn variants(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Variant>> {
        let list = ctx.data_unchecked::<Arc<World>>().list;
        ctx.meter(list)?;
        Ok((0..list).map(|_| count(ctx)).map(|()| Variant).collect())
    }

    async fn related(
        &self,
        ctx: &Context<'_>,
        first: Option<usize>,
        last: Option<usize>,
    ) -> ProductConnection {
        count(ctx);
        ProductConnection(first.or(last).unwrap_or(20))
    }
}

#[Object]
impl Variant {
    async fn product(&self, ctx: &Context<'_>) -> Product {
        count(ctx);
        Product
    }
}

/// Selections on a product; deeper ones grow with `depth`.
fn on_product(depth: u32) -> impl Strategy<Value = String> + Clone {
    let leaf = Just("name".to_owned()).boxed();
    (0..depth).fold(leaf, |inner, _| {
        let page = prop_oneof![
            (0..=100_u32).prop_map(|n| format!("(first: {n})")),
            (0..=100_u32).prop_map(|n| format!("(last: {n})")),
            Just("(first: $n)".to_owned()),
            Just(String::new()),
        ];
        let part = prop_oneof![
            Just("name".to_owned()),
            inner
                .clone()
                .prop_map(|below| format!("variants {{ product {{ {below} }} }}")),
            (page, inner)
                .prop_map(|(page, below)| format!("related{page} {{ nodes {{ {below} }} }}")),
        ];
        collection::vec(part, 1..3)
            .prop_map(|parts| aliased(&parts))
            .boxed()
    })
}

/// Gives each part an alias, so that equal fields with other arguments may stand side by side.
fn aliased(parts: &[String]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(i, part)| format!("p{i}: {part}"))
        .collect();
    parts.join(" ")
}

proptest! {
    #[test]
    fn no_accepted_document_resolves_more_than_its_limit(
        below in on_product(4),
        through_fragment in any::<bool>(),
        n in option::of(0..=100_u64),
        list in 0..60_usize,
        limit in 1..3_000_u64,
    ) {
        let source = if through_fragment {
            format!("query($n: Int) {{ a: product {{ ...F }} b: products(first: $n) {{ nodes {{ ...F }} }} }} fragment F on Product {{ {below} }}")
        } else {
            format!("query($n: Int) {{ product {{ {below} }} products(first: $n) {{ nodes {{ name }} }} }}")
        };
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let index = SchemaIndex::from_sdl(&schema.sdl()).unwrap();
        let plan = Arc::new(CostPlan::new(&parse_query(&source).unwrap(), &index).unwrap());
        let variables = Variables::from_value(value!({ "n": n }));
        let sizes = plan.sizes(&variables).unwrap();
        let declared = plan.cost(None, &sizes);
        if declared <= limit {
            let world = Arc::new(World { resolved: AtomicU64::new(0), list });
            let request = Request::new(source)
                .variables(variables)
                .data(Arc::clone(&world))
                .data(Meter::new(plan, sizes, declared, limit));
            let answer = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(schema.execute(request));
            let resolved = world.resolved.load(Ordering::Relaxed);
            assert!(resolved <= limit, "{resolved} objects of {limit}");
            // Lists no longer than declared are never refused.
            if list <= 10 {
                assert!(answer.errors.is_empty(), "{:?}", answer.errors);
                assert!(resolved <= declared, "{resolved} objects, {declared} declared");
            }
        }
    }
}

/// Runs a document over a payload whose list holds `list` rows, `spare` above the declared cost.
fn over_payload(list: usize, spare: u64) -> (Response, u64) {
    let source = "{ payload { variants { product { name } } } }";
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let index = SchemaIndex::from_sdl(&schema.sdl()).unwrap();
    let plan = Arc::new(CostPlan::new(&parse_query(source).unwrap(), &index).unwrap());
    let sizes = plan.sizes(&Variables::default()).unwrap();
    let declared = plan.cost(None, &sizes);
    let world = Arc::new(World {
        resolved: AtomicU64::new(0),
        list,
    });
    let request = Request::new(source)
        .data(Arc::clone(&world))
        .data(Meter::new(plan, sizes, declared, declared + spare));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let answer = runtime.block_on(schema.execute(request));
    (answer, world.resolved.load(Ordering::Relaxed))
}

#[test]
fn the_list_of_a_payload_pays_for_the_rows_beyond_its_weight() {
    // Ten rows are declared for a list without a weight; each further one costs itself and its product.
    for (list, spare) in [(0, 0), (10, 0), (11, 2), (15, 10)] {
        let (answer, products) = over_payload(list, spare);
        assert!(answer.errors.is_empty(), "{list}: {:?}", answer.errors);
        assert_eq!(products, u64::try_from(list).unwrap());
    }
    for (list, spare) in [(11, 0), (11, 1), (15, 9), (60, 99)] {
        let (answer, products) = over_payload(list, spare);
        let error = serde_json::to_value(&answer.errors).unwrap()[0].clone();
        assert_eq!(error["extensions"]["code"], "COST_LIMIT_EXCEEDED", "{list}");
        assert_eq!(error["path"], serde_json::json!(["payload", "variants"]));
        assert_eq!(products, 0, "{list} rows: none is resolved");
    }
}
