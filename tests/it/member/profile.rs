use serde_json::json;
use tests::{TestApp, both};

const UPDATE: &str = "mutation($input: MemberUpdateInput!) {
    memberUpdate(input: $input) { member { fullName phone birthday locale acceptsMarketing } userErrors { code field } } }";

both! {
    async fn a_field_left_out_stays_and_null_clears(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let full = json!({"fullName": "王小明", "phone": "+49 30 1", "birthday": "1990-05-31", "locale": "zh-hans", "acceptsMarketing": true});
        let data = ada.run(UPDATE, json!({"input": {"member": full}})).await;
        let mut expected = json!({"fullName": "王小明", "phone": "+49 30 1", "birthday": "1990-05-31", "locale": "zh-Hans", "acceptsMarketing": true});
        assert_eq!(data["memberUpdate"]["member"], expected);
        let data = ada.run(UPDATE, json!({"input": {"member": {"phone": null, "acceptsMarketing": null}}})).await;
        expected["phone"] = json!(null);
        expected["acceptsMarketing"] = json!(false);
        assert_eq!(data["memberUpdate"]["member"], expected);
    }

    async fn a_bad_field_is_named_and_nothing_changes(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let before = app.fingerprint().await;
        for (field, value) in [("fullName", json!("a\u{7}b")), ("phone", json!("1".repeat(41))), ("birthday", json!("2999-12-31"))] {
            let error = ada.send(UPDATE, json!({"input": {"member": {field: value}}})).await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "member", field]));
        }
        assert_eq!(app.fingerprint().await, before);
        ada.send(UPDATE, json!({"input": {"member": {"birthday": "31.5.1990"}}})).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn staff_change_a_member_they_name(app: TestApp) {
        let ada = app.as_member("ada@example.com").await;
        let staff = app.as_staff(&["MEMBER_WRITE"]).await;
        let data = staff.run(UPDATE, json!({"input": {"memberId": ada.account_id(), "member": {"fullName": "Ada"}}})).await;
        assert_eq!(data["memberUpdate"]["member"]["fullName"], "Ada");
        staff.send(UPDATE, json!({"input": {"member": {"fullName": "Ada"}}})).await.expect_user_error("INVALID");
    }
}
