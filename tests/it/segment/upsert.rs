use serde_json::{Value, json};
use tests::{TestApp, both};

use super::{save, try_save};

/// A rule in so many negations.
fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!({ "acceptsMarketing": true }),
        |rule, _| json!({ "not": rule }),
    )
}

both! {
    async fn segments_are_saved_by_code_and_what_is_left_out_stays(app: TestApp) {
        let staff = app.as_staff(&["MEMBER_WRITE", "MEMBER_READ"]).await;
        let rule = json!({ "all": [{ "orders": { "min": 2, "withinDays": 90 } }, { "not": { "acceptsMarketing": false } }] });
        let made = save(&staff, "loyal", rule).await;
        assert_eq!(made["rule"]["all"], json!([
            { "orders": { "min": 2, "max": null, "withinDays": 90 }, "not": null },
            { "orders": null, "not": { "acceptsMarketing": false } },
        ]));
        let renamed = try_save(&staff, json!({ "code": "loyal", "name": "Loyal buyers" })).await.ok();
        let renamed = &renamed["segmentsUpsert"]["segments"][0];
        assert_eq!((&renamed["id"], &renamed["rule"], &renamed["version"]), (&made["id"], &made["rule"], &json!(2)));
        let list = staff.run("{ segments { code name } }", json!({})).await;
        assert_eq!(list["segments"], json!([{ "code": "loyal", "name": "Loyal buyers" }]));
        let node = "query($id: ID!) { node(id: $id) { ... on Segment { code } } }";
        assert_eq!(staff.run(node, json!({ "id": made["id"] })).await["node"], json!({ "code": "loyal" }));
        assert_eq!(app.guest().run(node, json!({ "id": made["id"] })).await["node"], Value::Null);
    }

    async fn rules_that_make_no_sense_are_refused(app: TestApp) {
        let staff = app.as_staff(&["MEMBER_WRITE"]).await;
        let before = app.fingerprint().await;
        let unknown = "product_00000000000000000000000000";
        for rule in [
            json!({ "all": [] }),
            json!({ "orders": {} }),
            json!({ "orders": { "min": 3, "max": 2 } }),
            json!({ "orders": { "min": -1 } }),
            json!({ "lastOrder": { "maxDaysAgo": 4000 } }),
            json!({ "spent": { "min": { "amount": "1.00", "currencyCode": "USD" } } }),
            json!({ "birthdayMonths": [13] }),
            json!({ "bought": {} }),
            json!({ "bought": { "productIds": [unknown] } }),
            json!({ "memberTierIds": ["tier"] }),
            nested(6),
            json!({ "any": vec![json!({ "acceptsMarketing": true }); 60] }),
        ] {
            let segment = json!({ "code": "x", "name": "x", "rule": rule });
            let error = try_save(&staff, segment).await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "segments", "0", "rule"]), "{rule}");
        }
        try_save(&staff, json!({ "code": "x", "name": "x" })).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }
}
