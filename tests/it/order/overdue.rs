use chrono::TimeDelta;
use domain::order::{ConfirmationPolicy, ConfirmationTimeout};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use tests::arrange::{change_channel, product, shop};
use tests::checkout::{Order, paid, read, respond, stock, wait_for_provider};
use tests::{TestApp, both};

/// A paid order that nobody answers for until the deadline.
async fn silent(
    app: &TestApp,
    policy: ConfirmationPolicy,
    timeout: ConfirmationTimeout,
) -> (Order, tests::arrange::Goods) {
    let shop = shop(app).await;
    change_channel(app, |channel| {
        channel.confirmation_policy = Set(policy.into());
        channel.confirmation_timeout = Set(timeout.into());
        channel.confirmation_deadline_minutes = Set(30);
    })
    .await;
    let goods = product("Lamp").insert(app, &shop).await;
    let order = paid(app, &app.guest(), &shop, &goods, 2).await;
    app.clock().advance(TimeDelta::minutes(28));
    app.run_timers().await;
    let guest = app.guest();
    assert_eq!(
        read(&guest, &order, "status").await["status"],
        "AWAITING_CONFIRMATION"
    );
    app.clock().advance(TimeDelta::minutes(2));
    app.run_timers().await;
    (order, goods)
}

both! {
    async fn advice_that_does_not_come_is_not_waited_for(app: TestApp) {
        let (order, goods) = silent(&app, ConfirmationPolicy::Advisory, ConfirmationTimeout::Reject).await;
        let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
        let shown = read(&staff, &order, "status confirmationRequests { status actor { kind } respondedAt }").await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "confirmationRequests": [{ "status": "TIMED_OUT", "actor": null, "respondedAt": null }] }));
        assert_eq!(stock(&app, &goods).await, (100, 2));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").text.contains("confirmed"));
    }

    async fn a_needed_answer_may_still_come_late(app: TestApp) {
        let (order, goods) = silent(&app, ConfirmationPolicy::Required, ConfirmationTimeout::Escalate).await;
        let order = Order { token: None, ..order };
        let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
        let shown = read(&staff, &order, "status availableActions confirmationRequests { status } timeline { message public }").await;
        assert_eq!((&shown["status"], &shown["confirmationRequests"][0]["status"]), (&json!("AWAITING_CONFIRMATION"), &json!("TIMED_OUT")));
        assert_eq!(shown["availableActions"], json!(["ORDER_CONFIRMATION_RESPOND"]));
        assert_eq!(shown["timeline"][0], json!({ "message": "The back office did not answer in time.", "public": false }));
        app.clock().advance(TimeDelta::minutes(30));
        app.run_timers().await;
        let again = read(&staff, &order, "timeline { message }").await;
        assert_eq!(again["timeline"].as_array().unwrap().len(), shown["timeline"].as_array().unwrap().len(), "said once");
        respond(&app, &order, "CONFIRMED").await;
        assert_eq!(read(&staff, &order, "status").await["status"], "CONFIRMED");
        assert_eq!(stock(&app, &goods).await, (100, 2));
    }

    async fn silence_rejects_where_the_shop_says_so(app: TestApp) {
        let (order, goods) = silent(&app, ConfirmationPolicy::Required, ConfirmationTimeout::Reject).await;
        wait_for_provider(&app).await;
        let shown = read(&app.guest(), &order, "status paymentStatus").await;
        assert_eq!(shown, json!({ "status": "REJECTED", "paymentStatus": "REFUNDED" }));
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }
}
