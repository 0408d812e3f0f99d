use serde_json::{Value, json};
use tests::checkout::{placed, try_pay};
use tests::{TestApp, both};

use super::{SET, Scene, euro, set_terms, used};

both! {
    async fn terms_are_agreed_changed_and_ended(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.taken(&app, 1).await;
        let lower = set_terms(&app, &scene.office, &scene.ada, euro("10.00"), 14).await.ok();
        assert_eq!(lower["paymentTermsSet"]["member"]["paymentTerms"], json!({ "creditLimit": { "amount": "10.00" },
            "usedTotal": { "amount": "14.90" }, "availableTotal": { "amount": "0.00" }, "daysToPay": 14 }));
        let order = placed(&app, &scene.ada, &scene.shop, &scene.cups, 1).await;
        try_pay(&app, &scene.ada, &order, &scene.account, "").await.expect_user_error("CREDIT_LIMIT_EXCEEDED");
        let input = json!({ "input": { "memberId": scene.ada.account_id(), "creditLimit": euro("29.80"), "daysToPay": 14, "idempotencyKey": "raise" } });
        let raised = scene.office.run(SET, input.clone()).await;
        set_terms(&app, &scene.office, &scene.ada, euro("30.00"), 14).await.ok();
        scene.office.run(SET, input).await;
        assert_eq!(raised["paymentTermsSet"]["member"]["paymentTerms"]["availableTotal"]["amount"], "14.90");
        assert_eq!(used(&scene.ada).await, ["30.00", "14.90", "15.10"], "asking again changes nothing");
        try_pay(&app, &scene.ada, &order, &scene.account, "").await.ok();
        let ended = set_terms(&app, &scene.office, &scene.ada, Value::Null, 0).await.ok();
        assert_eq!(ended["paymentTermsSet"]["member"]["paymentTerms"], Value::Null);
    }

    async fn bad_terms_change_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let before = app.fingerprint().await;
        for (limit, days, field) in [
            (euro("0.00"), 30, json!(["input", "creditLimit", "amount"])),
            (euro("-1.00"), 30, json!(["input", "creditLimit", "amount"])),
            (euro("1.001"), 30, json!(["input", "creditLimit", "amount"])),
            (json!({ "amount": "1.00", "currencyCode": "USD" }), 30, json!(["input", "creditLimit", "currencyCode"])),
            (euro("1.00"), -1, json!(["input", "daysToPay"])),
            (euro("1.00"), 366, json!(["input", "daysToPay"])),
        ] {
            let refused = set_terms(&app, &scene.office, &scene.ada, limit, days).await;
            assert_eq!(refused.expect_user_error("INVALID")["field"], field);
        }
        let nobody = json!({ "input": { "memberId": scene.cups.product, "creditLimit": euro("1.00"), "idempotencyKey": "x" } });
        scene.office.send(SET, nobody).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }
}
