//! Clocks that are wrong: what races goes by the database's, and a server with a wrong one still does its work.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{
    Order, confirmed, key, placed, read, respond, started, stock, try_pay, wait_for_provider,
};
use tests::{Backend, TestApp, both};

use crate::cart::{change, place, ready};
use crate::promotion::open_code;

const STATE: &str = "status paymentStatus timeline { kind }";

async fn status(app: &TestApp, order: &Order) -> Value {
    read(&app.guest(), order, "status").await["status"].clone()
}

both! {
    async fn a_fast_server_gives_buyers_their_time_and_does_its_work(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return; // embedded: its clock is the server's
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        app.clock().go_wrong(TimeDelta::hours(2));
        app.run_timers().await;
        assert_eq!(status(&app, &order).await, "PLACED", "its time is not over on the database's clock");
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        app.run_outbox_until_idle().await;
        assert_eq!(status(&app, &order).await, "CONFIRMED");
        assert!(!app.mailbox().all().is_empty(), "mails go out at once");
    }

    async fn a_slow_server_keeps_nobody_waiting_beyond_the_end(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return;
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        app.clock().advance(TimeDelta::hours(2));
        app.clock().go_wrong(TimeDelta::hours(-2));
        try_pay(&app, &guest, &order, &shop.test_payment, "success").await.expect_user_error("INVALID_TRANSITION");
        app.run_timers().await;
        assert_eq!((status(&app, &order).await, stock(&app, &goods).await), (json!("EXPIRED"), (100, 0)));
    }

    async fn a_coupon_ends_on_the_clock_of_the_database(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return;
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let until = app.clock().now() + TimeDelta::hours(1);
        open_code(&owner, "HOUR", json!({ "promotion": { "endsAt": until } })).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for _cart in 0..2 {
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            let coupon = json!({ "cartId": cart["id"], "couponCode": "HOUR" });
            let cart = change(&guest, "cartCouponApply", coupon).await;
            assert_eq!(cart["cost"]["total"]["amount"], "13.90");
            carts.push(cart);
        }
        app.clock().go_wrong(TimeDelta::hours(2));
        place(&guest, &carts[0], &key(&app)).await.ok();
        app.clock().advance(TimeDelta::hours(2));
        app.clock().go_wrong(TimeDelta::hours(-2));
        let late = place(&guest, &carts[1], &key(&app)).await;
        assert_eq!(late.user_codes().len(), 1, "{}", late.body());
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }

    async fn an_order_goes_on_when_the_clock_goes_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        app.clock().go_wrong(TimeDelta::minutes(10));
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        app.clock().go_wrong(TimeDelta::zero());
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        app.clock().advance(TimeDelta::minutes(11));
        app.run_outbox_until_idle().await;
        let shown = read(&guest, &order, STATE).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("CONFIRMED"), &json!("PAID")));
        assert_eq!(shown["timeline"].as_array().unwrap().len(), 4, "{}", shown["timeline"]);
        // The next order is served as ever.
        let next = confirmed(&app, &guest, &shop, &goods, 1).await;
        assert_eq!(status(&app, &next).await, "CONFIRMED");
        assert_eq!(stock(&app, &goods).await, (100, 2));
    }
}
