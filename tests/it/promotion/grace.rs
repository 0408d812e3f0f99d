//! Coupons whose time runs out while an order has them, and that come back.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::arrange::{self, Goods, Shop};
use tests::checkout::{Order, respond, started, wait_for_provider};
use tests::{Client, TestApp, both};

use super::open_code;
use super::withdraw::{call_off, make_certain, once, order_with};
use crate::cart::{document, filled};

/// Status and end of a coupon.
async fn standing(owner: &Client, coupon: &Value) -> (String, DateTime<Utc>) {
    let query = "query($id: ID!) { node(id: $id) { ... on Coupon { status expiresAt } } }";
    let told = owner.run(query, json!({ "id": coupon["id"] })).await["node"].clone();
    let end = told["expiresAt"].as_str().unwrap().parse().unwrap();
    (told["status"].as_str().unwrap().to_owned(), end)
}

/// A code that lapses in an hour, for so many orders and with so many days of grace, and an order that uses it.
async fn overtaken(
    app: &TestApp,
    (shop, goods): (&Shop, &Goods),
    code: &str,
    (limit, grace): (u32, u32),
) -> (Value, Order, DateTime<Utc>) {
    let (owner, guest) = (app.as_owner().await, app.guest());
    let end = app.clock().now() + TimeDelta::hours(1);
    let fields = json!({ "template": { "expiresAt": end, "graceDays": grace }, "coupon": { "usageLimit": limit } });
    let coupon = open_code(&owner, code, fields).await;
    let order = order_with(app, &guest, shop, goods, code).await;
    (coupon, order, end)
}

/// How a cart takes the code.
async fn applied(guest: &Client, goods: &Goods, code: &str) -> Vec<String> {
    let cart = filled(guest, goods.variant(), 1).await;
    let apply = json!({ "input": { "cartId": cart["id"], "couponCode": code } });
    let answer = guest.send(&document("cartCouponApply"), apply).await;
    answer.user_codes().into_iter().map(Into::into).collect()
}

both! {
    async fn a_coupon_of_an_order_that_expired_can_be_used_for_its_days_of_grace(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let (coupon, _order, end) = overtaken(&app, (&shop, &goods), "SEVEN", (1, 7)).await;
        app.clock().advance(TimeDelta::days(2));
        let before = app.clock().now();
        app.run_timers().await;
        let (status, later) = standing(&owner, &coupon).await;
        assert_eq!(status, "AVAILABLE");
        assert!(end < before && before + TimeDelta::days(7) <= later && later <= app.clock().now() + TimeDelta::days(7), "{later}");
        assert_eq!(applied(&guest, &goods, "SEVEN").await, Vec::<String>::new());
        app.clock().advance(TimeDelta::days(7));
        app.run_timers().await;
        assert_eq!(standing(&owner, &coupon).await, ("EXPIRED".to_owned(), later));
        assert_eq!(applied(&guest, &goods, "SEVEN").await.len(), 1);
    }

    async fn without_grace_or_for_many_orders_a_coupon_keeps_its_end(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        for (code, terms) in [("NONE", (1, 0)), ("SHARED", (2, 7))] {
            let (coupon, order, end) = overtaken(&app, (&shop, &goods), code, terms).await;
            app.clock().advance(TimeDelta::hours(2));
            call_off(&owner, &order.id).await;
            app.clock().advance(TimeDelta::minutes(2));
            app.run_timers().await;
            assert_eq!(standing(&owner, &coupon).await, ("EXPIRED".to_owned(), end), "{code}");
        }
    }

    async fn a_coupon_of_an_order_that_was_rejected_or_called_off_has_its_grace_too(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        for code in ["REJECTED", "CALLED-OFF"] {
            let (coupon, order, end) = overtaken(&app, (&shop, &goods), code, (1, 7)).await;
            if code == "REJECTED" {
                started(&app, &guest, &order, &shop.test_payment, "success").await;
                wait_for_provider(&app).await;
                app.clock().advance(TimeDelta::hours(2));
                respond(&app, &order, code).await;
            } else {
                make_certain(&app, &guest, &shop, &order).await;
                app.clock().advance(TimeDelta::hours(2));
                call_off(&owner, &order.id).await;
            }
            let (status, later) = standing(&owner, &coupon).await;
            assert_eq!(status, "AVAILABLE", "{code}");
            assert!(later > end + TimeDelta::days(7) && later <= app.clock().now() + TimeDelta::days(7), "{code}: {later}");
            assert_eq!(applied(&guest, &goods, code).await, Vec::<String>::new());
        }
    }

    async fn a_coupon_with_more_time_than_the_grace_keeps_its_end(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let end = app.clock().now() + TimeDelta::days(30);
        let coupon = open_code(&owner, "MONTH", once(json!({ "template": { "expiresAt": end, "graceDays": 7 } }))).await;
        let order = order_with(&app, &guest, &shop, &goods, "MONTH").await;
        call_off(&owner, &order.id).await;
        assert_eq!(standing(&owner, &coupon).await, ("AVAILABLE".to_owned(), end));
    }
}
