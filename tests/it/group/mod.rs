//! Groups of members, put together by hand.

pub(crate) mod authorization;

use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, both};

const GROUP: &str = "id code name size version";

/// Tries to save groups.
async fn try_save(staff: &Client, groups: Value) -> Answer {
    let document = format!(
        "mutation($input: MemberGroupsUpsertInput!) {{ memberGroupsUpsert(input: $input) {{
            memberGroups {{ {GROUP} }} userErrors {{ code field }} }} }}"
    );
    staff
        .send(&document, json!({ "input": { "memberGroups": groups } }))
        .await
}

/// Saves a group and answers it.
pub(crate) async fn save(staff: &Client, code: &str) -> Value {
    let saved = try_save(staff, json!([{ "code": code, "name": code }])).await;
    saved.ok()["memberGroupsUpsert"]["memberGroups"][0].clone()
}

/// Puts members into a group (`Add`) or takes them out (`Remove`).
async fn change(staff: &Client, how: &str, group: &Value, members: &[&str]) -> Answer {
    let document = format!(
        "mutation($input: MemberGroupMembers{how}Input!) {{ memberGroupMembers{how}(input: $input) {{
            memberGroup {{ {GROUP} }} userErrors {{ code field }} }} }}"
    );
    let input = json!({ "memberGroupId": group, "memberIds": members });
    staff.send(&document, json!({ "input": input })).await
}

/// Names before the `@` of the members in a group, in alphabetical order.
async fn names(staff: &Client, group: &Value) -> Vec<String> {
    let query =
        "query($ids: [ID!]) { members(filter: { memberGroupIds: $ids }) { nodes { email } } }";
    let found = staff.run(query, json!({ "ids": [group] })).await;
    let nodes = found["members"]["nodes"].as_array().expect("a list");
    let mut names: Vec<String> = nodes
        .iter()
        .map(|node| {
            let email = node["email"].as_str().expect("an e-mail");
            email.split('@').next().unwrap_or_default().to_owned()
        })
        .collect();
    names.sort();
    names
}

both! {
    async fn members_come_and_go_and_doing_it_twice_changes_nothing(app: TestApp) {
        let owner = app.as_owner().await;
        let group = save(&owner, "testers").await["id"].clone();
        let (ada, bob) = (app.as_member("ada@m.test").await, app.as_member("bob@m.test").await);
        let both = [ada.account_id(), bob.account_id(), ada.account_id()];
        for _ in 0..2 {
            let added = change(&owner, "Add", &group, &both).await.ok();
            assert_eq!(added["memberGroupMembersAdd"]["memberGroup"]["size"], 2);
        }
        assert_eq!(names(&owner, &group).await, ["ada", "bob"]);
        save(&owner, "others").await;
        let groups = "{ members { nodes { groups { code } } } }";
        let listed = owner.run(groups, json!({})).await;
        assert_eq!(listed["members"]["nodes"], json!(vec![json!({ "groups": [{ "code": "testers" }] }); 2]));
        for _ in 0..2 {
            let left = change(&owner, "Remove", &group, &[ada.account_id()]).await.ok();
            assert_eq!(left["memberGroupMembersRemove"]["memberGroup"]["size"], 1);
        }
        assert_eq!(names(&owner, &group).await, ["bob"]);
    }

    async fn groups_are_renamed_by_code(app: TestApp) {
        let owner = app.as_owner().await;
        let made = save(&owner, "testers").await;
        let renamed = try_save(&owner, json!([{ "code": "testers", "name": "Friends" }, { "code": "a", "name": "A" }])).await.ok();
        let renamed = &renamed["memberGroupsUpsert"]["memberGroups"][0];
        assert_eq!((&renamed["id"], &renamed["name"], &renamed["version"]), (&made["id"], &json!("Friends"), &json!(2)));
        let listed = owner.run("{ memberGroups { code size } }", json!({})).await;
        assert_eq!(listed["memberGroups"], json!([{ "code": "a", "size": 0 }, { "code": "testers", "size": 0 }]));
        let node = "query($id: ID!) { node(id: $id) { ... on MemberGroup { code } } }";
        assert_eq!(owner.run(node, json!({ "id": made["id"] })).await["node"], json!({ "code": "testers" }));
        assert_eq!(app.guest().run(node, json!({ "id": made["id"] })).await["node"], Value::Null);
    }

    async fn a_segment_may_ask_for_groups(app: TestApp) {
        let owner = app.as_owner().await;
        let group = save(&owner, "testers").await["id"].clone();
        let ada = app.as_member("ada@m.test").await;
        app.as_member("bob@m.test").await;
        change(&owner, "Add", &group, &[ada.account_id()]).await.ok();
        for (rule, email) in [
            (json!({ "memberGroupIds": [group] }), "ada@m.test"),
            (json!({ "not": { "memberGroupIds": [group] } }), "bob@m.test"),
        ] {
            let segment = crate::segment::save(&owner, "tried", rule).await;
            assert_eq!(segment["sample"], json!([{ "email": email }]));
        }
    }

    async fn what_makes_no_sense_is_refused(app: TestApp) {
        let owner = app.as_owner().await;
        let group = save(&owner, "testers").await["id"].clone();
        let ada = app.as_member("ada@m.test").await;
        let unknown = domain::id::MemberId(app.clock().new_id()).to_string();
        let nowhere = json!(domain::id::MemberGroupId(app.clock().new_id()).to_string());
        let many = vec![ada.account_id(); 501];
        let before = app.fingerprint().await;
        for (group, members, code) in [
            (&group, vec![ada.account_id(), &unknown], "NOT_FOUND"),
            (&nowhere, vec![ada.account_id()], "NOT_FOUND"),
            (&group, vec![], "INVALID"),
            (&group, vec!["member"], "INVALID"),
            (&group, many, "INVALID"),
        ] {
            change(&owner, "Add", group, &members).await.expect_user_error(code);
        }
        for groups in [
            json!([{ "code": "", "name": "x" }]),
            json!([{ "code": "x", "name": " " }]),
            json!([{ "code": "x", "name": "x" }, { "code": "x", "name": "y" }]),
        ] {
            try_save(&owner, groups).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
