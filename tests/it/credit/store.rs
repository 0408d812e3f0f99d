use serde_json::json;
use tests::checkout::key;
use tests::{TestApp, both};

use super::{adjust, both_are, entry, eur, ledger, own, send};

both! {
    async fn staff_give_and_take_store_credit(app: TestApp) {
        let staff = app.as_staff(&["CREDIT_WRITE"]).await;
        let ada = app.as_member("ada@members.test").await;
        let selection = "storeCredit { balance { amount } held { amount } }";
        let input = json!({ "memberId": ada.account_id(), "amount": eur("20.00"), "reason": " Sorry ", "idempotencyKey": "k" });
        let given = send(&staff, "storeCreditAdjust", selection, input.clone()).await.ok();
        assert_eq!(given["storeCreditAdjust"]["storeCredit"], json!({ "balance": { "amount": "20.00" }, "held": { "amount": "0.00" } }));
        assert_eq!(send(&staff, "storeCreditAdjust", selection, input).await.ok(), given);
        adjust(&app, &staff, &ada, "-5.50").await.ok();
        let before = app.fingerprint().await;
        adjust(&app, &staff, &ada, "-14.51").await.expect_user_error("INSUFFICIENT_CREDIT");
        adjust(&app, &staff, &ada, "0.00").await.expect_user_error("INVALID");
        adjust(&app, &staff, &ada, "10000000.01").await.expect_user_error("INVALID");
        for wrong in [
            json!({ "memberId": ada.account_id(), "amount": { "amount": "1.00", "currencyCode": "USD" }, "reason": "x", "idempotencyKey": "f" }),
            json!({ "memberId": ada.account_id(), "amount": eur("1.00"), "reason": "  ", "idempotencyKey": "f" }),
            json!({ "memberId": ada.account_id(), "amount": eur("1.00"), "reason": "x", "idempotencyKey": "" }),
        ] {
            send(&staff, "storeCreditAdjust", selection, wrong).await.expect_user_error("INVALID");
        }
        let unknown = json!({ "memberId": "member_00000000000000000000000000", "amount": eur("1.00"), "reason": "x", "idempotencyKey": key(&app) });
        send(&staff, "storeCreditAdjust", selection, unknown).await.expect_user_error("NOT_FOUND");
        assert_eq!(app.fingerprint().await, before);
        let statement = "{ viewer { member { storeCredit { entries(first: 5) { nodes { kind reason amount { amount } balanceAfter { amount } } } } } } }";
        let entries = ada.run(statement, json!({})).await["viewer"]["member"]["storeCredit"]["entries"].clone();
        assert_eq!(ledger(&entries), [entry("ADJUST", "-5.50", "14.50"), entry("ADJUST", "20.00", "20.00")]);
        assert_eq!((&entries["nodes"][0]["reason"], &entries["nodes"][1]["reason"]), (&json!("A gift"), &json!("Sorry")));
        assert_eq!(own(&ada).await, both_are("14.50", "0.00"));
        assert_eq!(own(&app.as_member("eve@members.test").await).await, both_are("0.00", "0.00"));
    }
}
