//! Changing one line of a cart of so many: what a shopper waits for at every click.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::checkout::ask;
use crate::scenario::{Round, Scenario};
use tests::connection::Connection;

/// Carts with this many lines each.
pub(crate) struct Basket {
    name: String,
    lines: u64,
    ready: Mutex<Vec<Cart>>,
}

#[derive(Clone)]
struct Cart {
    id: Value,
    line_id: Value,
}

/// Carts the rounds take in turn, so that few of them meet in one.
const CARTS: u64 = 64;

const PICK: &str = "query Pick($first: Int) { products(first: $first, sort: NEWEST) { nodes { variants { id } } } }";
const CREATE: &str = "mutation Create($input: CartCreateInput!) { cartCreate(input: $input) { cart { id lines { id } } userErrors { code } } }";
const CHANGE: &str = "mutation Change($input: CartLinesUpdateInput!) { cartLinesUpdate(input: $input) { cart { totalQuantity cost { total { amount } } } userErrors { code } } }";

impl Basket {
    pub(crate) fn of(lines: u64) -> Self {
        Self {
            name: format!("one line changed in a cart of {lines}"),
            lines,
            ready: Mutex::default(),
        }
    }
}

impl Scenario for Basket {
    fn name(&self) -> &str {
        &self.name
    }

    fn prepare<'a>(&'a self, connection: &'a mut Connection, rounds: u64) -> Round<'a> {
        Box::pin(async move {
            let variants = variants(connection, self.lines).await?;
            let lines: Vec<Value> = variants
                .into_iter()
                .map(|id| json!({ "variantId": id, "quantity": 1 }))
                .collect();
            for _ in 0..rounds.min(CARTS) {
                let input = json!({ "input": { "lines": lines } });
                let created = ask(connection, CREATE, input).await?;
                let cart = &created["cartCreate"]["cart"];
                self.ready.lock().unwrap().push(Cart {
                    id: cart["id"].clone(),
                    line_id: cart["lines"][0]["id"].clone(),
                });
            }
            Ok(())
        })
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a> {
        Box::pin(async move {
            let cart = {
                let ready = self.ready.lock().unwrap();
                ready[usize::try_from(number).unwrap_or_default() % ready.len()].clone()
            };
            let line = json!({ "lineId": cart.line_id, "quantity": 1 + number / CARTS % 5 });
            let input = json!({ "input": { "cartId": cart.id, "lines": [line] } });
            ask(connection, CHANGE, input).await.map(drop)
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

/// The first variant of so many products, the first hundred at most.
async fn variants(connection: &mut Connection, count: u64) -> std::io::Result<Vec<Value>> {
    let listed = ask(connection, PICK, json!({ "first": count })).await?;
    let nodes = listed["products"]["nodes"].as_array();
    Ok(nodes
        .into_iter()
        .flatten()
        .map(|product| product["variants"][0]["id"].clone())
        .collect())
}
