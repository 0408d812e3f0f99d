//! Who may see the index.

use serde_json::json;
use tests::authorization::Row;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "Query.searchIndexState",
            "query { searchIndexState { engine documents pending lagSeconds lastError } }",
        )
        .needs("SEARCH_READ")
        .variables(|_world| async { json!({}) }),
    ]
}
