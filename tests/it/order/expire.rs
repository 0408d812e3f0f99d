use chrono::TimeDelta;
use serde_json::json;
use tests::arrange::{product, shop};
use tests::checkout::{paid, placed, read, started, stock};
use tests::{TestApp, both};

both! {
    async fn an_order_not_paid_in_time_gives_back_what_it_holds(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let unpaid = placed(&app, &guest, &shop, &goods, 2).await;
        let good = paid(&app, &guest, &shop, &goods, 1).await;
        app.clock().advance(TimeDelta::minutes(31));
        app.run_timers().await;
        let shown = read(&guest, &unpaid, "status dueTotal { amount } availableActions timeline { kind }").await;
        assert_eq!((&shown["status"], &shown["dueTotal"]["amount"]), (&json!("EXPIRED"), &json!("0.00")));
        assert_eq!(shown["availableActions"], json!([]));
        assert_eq!(read(&guest, &good, "status").await["status"], "AWAITING_CONFIRMATION");
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }

    async fn an_order_to_be_paid_by_hand_waits_for_a_week(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.manual_payment, "").await;
        app.clock().advance(TimeDelta::days(6));
        app.run_timers().await;
        assert_eq!(read(&guest, &order, "status").await["status"], "PLACED");
        app.clock().advance(TimeDelta::days(2));
        app.run_timers().await;
        let shown = read(&guest, &order, "status payments { status }").await;
        assert_eq!((&shown["status"], &shown["payments"][0]["status"]), (&json!("EXPIRED"), &json!("EXPIRED")));
    }
}
