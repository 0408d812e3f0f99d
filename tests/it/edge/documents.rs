//! A document that was seen before is answered as if it were new.

use serde_json::{Value, json};
use tests::{TestApp, both};

/// Requests with documents of every kind of use of variables, good and bad.
fn requests() -> Vec<(&'static str, Vec<Value>)> {
    let ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let nested = "query($id: ID) { products(filter: { ids: [$id] }) { nodes { id } } }";
    let page = "query($n: Int = 2) { products(first: $n) { nodes { id } } }";
    let skip = "query($no: Boolean = true) { a: __typename @skip(if: $no) b: __typename }";
    let sort = "query($sort: ProductSort) { products(sort: $sort) { nodes { id } } }";
    let filter = "query($filter: ProductFilter) { products(filter: $filter) { nodes { id } } }";
    vec![
        (
            ids,
            vec![
                json!({ "ids": [] }),
                json!({}),
                json!({ "ids": null }),
                json!({ "ids": [1.5] }),
                json!({ "ids": "x" }),
            ],
        ),
        (
            nested,
            vec![
                json!({ "id": "product_x" }),
                json!({}),
                json!({ "id": null }),
                json!({ "id": true }),
            ],
        ),
        (
            page,
            vec![
                json!({}),
                json!({ "n": 1 }),
                json!({ "n": null }),
                json!({ "n": "1" }),
                json!({ "n": 101 }),
            ],
        ),
        (
            skip,
            vec![
                json!({}),
                json!({ "no": false }),
                json!({ "no": null }),
                json!({ "no": "yes" }),
            ],
        ),
        (
            sort,
            vec![
                json!({ "sort": "NAME" }),
                json!({ "sort": "LOUDEST" }),
                json!({ "sort": 1 }),
                json!({}),
            ],
        ),
        (
            filter,
            vec![
                json!({ "filter": {} }),
                json!({ "filter": { "nonsense": 1 } }),
                json!({ "filter": { "price": { "min": 1 } } }),
            ],
        ),
    ]
}

both! {
    async fn an_answer_does_not_depend_on_what_was_asked_before(app: TestApp) {
        let guest = app.guest();
        for (document, all_variables) in requests() {
            // A comment of its own makes each of these documents new.
            let mut fresh = Vec::new();
            for (i, variables) in all_variables.iter().enumerate() {
                let new = format!("# {i}\n{document}");
                fresh.push(without_lines(guest.send(&new, variables.clone()).await.body()));
            }
            for round in 0..2 {
                for (variables, expected) in all_variables.iter().zip(&fresh) {
                    let answer = guest.send(document, variables.clone()).await;
                    assert_eq!(&without_lines(answer.body()), expected, "round {round}: {document} with {variables}");
                }
            }
        }
    }
}

/// An answer without the places in the document, which the comment moves.
fn without_lines(body: &Value) -> Value {
    let mut body = body.clone();
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        if let Some(error) = error.as_object_mut() {
            error.remove("locations");
        }
    }
    body
}
