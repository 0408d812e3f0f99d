//! Who may do what with groups of members: staff with the permission alone.

use serde_json::{Value, json};
use tests::authorization::{Row, World};

use super::save;

/// A group and a member to put into it or to take out.
async fn group_and_member(world: World) -> Value {
    let group = save(&world.owner, "testers").await;
    json!({ "input": { "memberGroupId": group["id"], "memberIds": [world.member.account_id()] } })
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "memberGroupsUpsert",
            "mutation($input: MemberGroupsUpsertInput!) { memberGroupsUpsert(input: $input) { memberGroups { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(|_| async { json!({ "input": { "memberGroups": [{ "code": "testers", "name": "Testers" }] } }) }),
        Row::new(
            "memberGroupMembersAdd",
            "mutation($input: MemberGroupMembersAddInput!) {
                memberGroupMembersAdd(input: $input) { memberGroup { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(group_and_member),
        Row::new(
            "memberGroupMembersRemove",
            "mutation($input: MemberGroupMembersRemoveInput!) {
                memberGroupMembersRemove(input: $input) { memberGroup { id } userErrors { code } } }",
        )
        .needs("MEMBER_WRITE")
        .variables(group_and_member),
        Row::new("Member.groups", "query($id: ID!) { member(id: $id) { groups { id } } }")
            .needs("MEMBER_READ")
            .variables(|world| async move { json!({ "id": world.member.account_id() }) }),
        Row::new("Query.memberGroups", "{ memberGroups { id } }").needs("MEMBER_READ"),
    ]
}
