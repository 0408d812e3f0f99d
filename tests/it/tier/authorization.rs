//! Who may do what with tiers: everybody sees them, staff with the permission set them.

use serde_json::json;
use tests::authorization::Expected::{Allowed, TopError};
use tests::authorization::{Row, World};

use super::{save, tier};

async fn silver(world: &World) -> serde_json::Value {
    save(&world.owner, json!([tier("silver", 1, "50.00")])).await[0]["id"].clone()
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "memberTiersUpsert",
            "mutation($input: MemberTiersUpsertInput!) { memberTiersUpsert(input: $input) { memberTiers { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(|_| async { json!({ "input": { "memberTiers": [tier("silver", 1, "50.00")] } }) }),
        Row::new(
            "MemberTier.translations",
            "query($id: ID!) { node(id: $id) { ... on MemberTier { translations { name } } } }",
        )
        .permission("MEMBER_READ")
        .expects([
            TopError("UNAUTHENTICATED"),
            TopError("FORBIDDEN"),
            TopError("FORBIDDEN"),
            TopError("FORBIDDEN"),
            Allowed,
        ])
        .variables(|world| async move { json!({ "id": silver(&world).await }) }),
    ]
}
