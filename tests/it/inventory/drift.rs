//! Counters of stock are compared with their books, and nothing is mended by itself.

use chrono::TimeDelta;
use domain::stock::ReservationPolicy;
use poem::Request;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tests::checkout::{cart, placed};
use tests::{TestApp, both};

use super::reservation::holding;

const CHECK: &str = "{ stockCheck { driftTotal drifts { kind recorded counted orderId
    variant { sku } warehouse { id } } } }";

async fn shown(app: &TestApp) -> Value {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    staff.run(CHECK, Value::Null).await["stockCheck"].clone()
}

async fn check(app: &TestApp) -> Value {
    api::service::inventory::check_stock(app.state())
        .await
        .expect("the database answers");
    shown(app).await
}

async fn execute(app: &TestApp, sql: &str) {
    app.connection()
        .execute_unprepared(sql)
        .await
        .expect("the statement runs");
}

async fn readiness(app: &TestApp) -> Value {
    let request = Request::builder().uri_str("/readyz").finish();
    let response = app.guest().call(request).await;
    response.into_body().into_json().await.expect("JSON")
}

both! {
    async fn stock_that_was_held_ordered_and_sold_agrees_with_its_books(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 10).await;
        let guest = app.guest();
        placed(&app, &guest, &shop, &goods, 2).await;
        cart(&guest, &shop, &goods, 3).await;
        assert_eq!(shown(&app).await, Value::Null);
        assert_eq!(readiness(&app).await["stock"], json!({ "driftTotal": null }));
        app.run_timers().await;
        assert_eq!(shown(&app).await, json!({ "driftTotal": 0, "drifts": [] }));
    }

    async fn a_counter_that_disagrees_is_told_with_both_figures_and_left_as_it_is(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::None, 10).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 2).await;
        let sku = json!({ "sku": goods.skus[0] });
        execute(&app, "UPDATE stock_level SET on_hand = on_hand - 1, allocated = allocated + 1").await;
        let level = |kind: &str, recorded: i32, counted: i32| json!({ "kind": kind, "recorded": recorded, "counted": counted,
            "orderId": null, "variant": sku, "warehouse": { "id": shop.warehouse } });
        let levels = [level("ON_HAND", 9, 10), level("ALLOCATED", 3, 2), level("PROMISED", 3, 2)];
        for _turn in 0..2 {
            assert_eq!(check(&app).await, json!({ "driftTotal": 3, "drifts": levels }));
        }
        assert_eq!(readiness(&app).await["status"], "ok");
        assert_eq!(readiness(&app).await["stock"], json!({ "driftTotal": 3 }));
        execute(&app, "UPDATE stock_level SET on_hand = on_hand + 1, allocated = allocated - 1").await;
        execute(&app, "UPDATE order_line SET quantity = quantity + 1").await;
        let line = json!({ "kind": "ORDER", "recorded": 2, "counted": 3, "orderId": order.id, "variant": sku, "warehouse": null });
        assert_eq!(check(&app).await, json!({ "driftTotal": 1, "drifts": [line] }));
        execute(&app, "UPDATE order_line SET quantity = quantity - 1").await;
    }

    async fn a_hold_that_should_have_lapsed_is_told_after_a_while(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 10).await;
        cart(&app.guest(), &shop, &goods, 3).await;
        app.clock().advance(TimeDelta::minutes(24));
        assert_eq!(check(&app).await["driftTotal"], 0);
        app.clock().advance(TimeDelta::minutes(2));
        let found = check(&app).await;
        let drift = &found["drifts"][0];
        assert_eq!([&found["driftTotal"], &drift["recorded"], &drift["counted"]].map(Value::as_i64), [1, 3, 0].map(Some));
        assert_eq!(drift["kind"], "LAPSED");
    }
}
