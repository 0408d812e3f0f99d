use serde_json::{Value, json};
use tests::{TestApp, both};

const MEMBERS: &str = "query($filter: MemberFilter, $first: Int, $after: String) {
    members(filter: $filter, first: $first, after: $after) {
        nodes { email sessions { id } addresses { id } } totalCount pageInfo { hasNextPage endCursor } } }";

fn emails(data: &Value) -> Vec<&str> {
    data["members"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["email"].as_str().unwrap())
        .collect()
}

both! {
    async fn members_are_paged_newest_first(app: TestApp) {
        for name in ["a", "b", "c"] {
            app.as_member(&format!("{name}@example.com")).await;
        }
        let staff = app.as_staff(&["MEMBER_READ"]).await;
        let first = staff.run(MEMBERS, json!({"first": 2})).await;
        assert_eq!(emails(&first), ["c@example.com", "b@example.com"]);
        assert_eq!(first["members"]["totalCount"], 3);
        assert_eq!(first["members"]["pageInfo"]["hasNextPage"], true);
        let second = staff.run(MEMBERS, json!({"first": 2, "after": first["members"]["pageInfo"]["endCursor"]})).await;
        assert_eq!(emails(&second), ["a@example.com"]);
        assert_eq!(second["members"]["pageInfo"]["hasNextPage"], false);
    }

    async fn a_list_costs_a_few_statements_however_long(app: TestApp) {
        for number in 0..20 {
            app.as_member(&format!("m{number}@example.com")).await;
        }
        let staff = app.as_staff(&["MEMBER_READ"]).await;
        staff.run(MEMBERS, json!({"first": 1})).await;
        let (data, statements) = app.count_statements(staff.run(MEMBERS, json!({"first": 20}))).await;
        assert_eq!(emails(&data).len(), 20);
        assert!(statements <= 8, "page, total, sessions and addresses, in a batch or two; not {statements}");
    }

    async fn a_search_takes_signs_as_they_are(app: TestApp) {
        let ada = app.as_member("ada_x@example.com").await;
        app.as_member("adaax@example.com").await;
        let rename = "mutation { memberUpdate(input: {member: {fullName: \"Ada 100% Byron\"}}) { userErrors { code } } }";
        ada.run(rename, json!({})).await;
        let staff = app.as_staff(&["MEMBER_READ"]).await;
        for (query, found) in [("A_X@", 1), ("100%", 1), ("%", 1), ("\\", 0), ("byron", 1), ("example", 2), (" ", 2)] {
            let data = staff.run(MEMBERS, json!({"filter": {"query": query}})).await;
            assert_eq!(emails(&data).len(), found, "{query}");
        }
    }

    async fn a_failing_field_leaves_the_others_standing(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let bob = app.as_member("bob@example.com").await;
        let both = "query($id: ID!) { member(id: $id) { email } viewer { kind } }";
        let answer = ada.send(both, json!({"id": bob.account_id()})).await;
        answer.expect_top_error("FORBIDDEN");
        assert_eq!(answer.data()["member"], Value::Null);
        assert_eq!(answer.data()["viewer"]["kind"], "MEMBER");
    }

    async fn nodes_come_in_the_order_asked_with_null_for_the_hidden(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let bob = app.as_member("bob@example.com").await;
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
        let ids = json!({"ids": [bob.account_id(), ada.account_id(), "member_1", "nothing", "role_00000000000000000000000000"]});
        let data = ada.run(nodes, ids).await;
        assert_eq!(data["nodes"], json!([null, {"id": ada.account_id(), "__typename": "Member"}, null, null, null]));
        let many: Vec<&str> = std::iter::repeat_n("nothing", 101).collect();
        ada.send(nodes, json!({"ids": many})).await.expect_top_error("BAD_USER_INPUT");
    }
}
