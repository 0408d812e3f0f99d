//! Who may do what with segments: staff with the permission alone.

use serde_json::json;
use tests::authorization::Expected::{Allowed, Hidden};
use tests::authorization::Row;

use super::save;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "segmentsUpsert",
            "mutation($input: SegmentsUpsertInput!) { segmentsUpsert(input: $input) { segments { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(|_| async {
            json!({ "input": { "segments": [{ "code": "mail", "name": "Mail", "rule": { "acceptsMarketing": true } }] } })
        }),
        Row::new("Segment.sample", "query($id: ID!) { node(id: $id) { ... on Segment { sample { id } } } }")
            .permission("MEMBER_READ")
            .expects([Hidden, Hidden, Hidden, Hidden, Allowed])
            .variables(|world| async move {
                json!({ "id": save(&world.owner, "mail", json!({ "acceptsMarketing": false })).await["id"] })
            }),
        Row::new("Query.segments", "{ segments { id } }").needs("MEMBER_READ"),
    ]
}
