use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::arrange::{Goods, open_channel, product, sell_all_in, shop};
use tests::checkout::{Order, read, respond, started, stock, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

use crate::cart::{change, place, problems, read as read_cart, ready};
use crate::points::{adjust, let_points_pay, own};
use crate::promotion::open_code;

async fn orders(app: &TestApp) -> u64 {
    entity::order::Entity::find()
        .count(app.connection())
        .await
        .unwrap()
}

/// Of two who asked at once, the cart of the one who was refused with this code; the other's order is the only one.
async fn loser<'a>(
    app: &TestApp,
    carts: [&'a Value; 2],
    answers: [&Answer; 2],
    code: &str,
) -> &'a Value {
    let lost = answers
        .iter()
        .position(|answer| !answer.user_codes().is_empty())
        .expect("one is refused");
    answers[lost].expect_user_error(code);
    answers[1 - lost].clone().ok();
    assert_eq!(orders(app).await, 1);
    carts[lost]
}

/// A cart that spends points on one unit of goods that are not shipped.
async fn spending(client: &Client, goods: &Goods, points: u32) -> Value {
    let input = json!({
        "lines": [{ "variantId": goods.variant(), "quantity": 1 }],
        "cart": { "email": "ada@members.test", "points": points },
    });
    change(client, "cartCreate", input).await
}

both! {
    async fn a_coupon_and_points_come_off_an_order_and_are_spent_when_it_is_confirmed(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        let coupon = open_code(&owner, "TEN", json!({ "coupon": { "usageLimit": 5 } })).await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 800, "gift").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "TEN" })).await;
        let cart = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 300 } })).await;
        let placed = place(&ada, &cart, "order").await.ok();
        let order = Order { id: placed["orderPlace"]["order"]["id"].as_str().unwrap().to_owned(), token: None };
        let shown = read(&ada, &order, "couponCodes pointsSpent dueTotal { amount } cost { subtotal { amount } shippingTotal { amount }
            total { amount } adjustments { kind amount { amount } } }").await;
        // 20.00, a tenth off, 300 points off, and the parcel.
        assert_eq!(shown["cost"]["subtotal"]["amount"], "20.00");
        assert_eq!(shown["cost"]["shippingTotal"]["amount"], "4.90");
        assert_eq!((&shown["cost"]["total"]["amount"], &shown["dueTotal"]["amount"]), (&json!("19.90"), &json!("19.90")));
        let sum = |kind: &str| -> Vec<&str> {
            let steps = shown["cost"]["adjustments"].as_array().unwrap().iter();
            steps.filter(|step| step["kind"] == kind).map(|step| step["amount"]["amount"].as_str().unwrap()).collect()
        };
        assert_eq!((sum("COUPON"), sum("POINTS"), sum("SHIPPING")), (vec!["-2.00"], vec!["-3.00"], vec!["4.90"]));
        assert_eq!((&shown["couponCodes"], &shown["pointsSpent"]), (&json!(["TEN"]), &json!(300)));
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(500), &json!(300)));
        started(&app, &ada, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(500), &json!(0)));
        let query = "query($id: ID!) { node(id: $id) { ... on Coupon { usedCount template { redeemedCount } } } }";
        let used = owner.run(query, json!({ "id": coupon["id"] })).await["node"].clone();
        assert_eq!(used, json!({ "usedCount": 1, "template": { "redeemedCount": 1 } }));
    }

    async fn of_two_orders_over_the_last_use_of_a_coupon_one_wins(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let coupon = open_code(&owner, "LAST", json!({ "coupon": { "usageLimit": 1 } })).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for email in ["ada@buyers.test", "eve@buyers.test"] {
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            change(&guest, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "email": email } })).await;
            carts.push(change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "LAST" })).await);
        }
        let answers = tokio::join!(place(&guest, &carts[0], "one"), place(&guest, &carts[1], "two"));
        let lost = loser(&app, [&carts[0], &carts[1]], [&answers.0, &answers.1], "COUPON_INVALID").await;
        let kept = read_cart(&guest, &lost["id"]).await;
        assert_eq!((&kept["status"], &kept["couponCodes"]), (&json!("ACTIVE"), &json!(["LAST"])));
        assert_eq!((problems(&kept), &kept["cost"]["total"]["amount"]), (vec!["COUPON_NOT_APPLICABLE"], &json!("14.90")));
        assert_eq!(stock(&app, &goods).await, (100, 1));
        let query = "query($id: ID!) { node(id: $id) { ... on Coupon { usedCount status } } }";
        let used = owner.run(query, json!({ "id": coupon["id"] })).await["node"].clone();
        assert_eq!(used, json!({ "usedCount": 1, "status": "LOCKED" }));
        // At the price it has now the cart can be ordered all the same.
        place(&guest, &kept, "three").await.ok();
    }

    async fn of_two_orders_over_the_same_points_one_wins(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Song").digital().insert(&app, &shop).await;
        let_points_pay(&app).await;
        let outlet = open_channel(&app, "outlet").await;
        sell_all_in(&app, outlet).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        let in_outlet = ada.with_header("vitrine-channel", "outlet");
        adjust(&owner, &ada, 500, "gift").await.ok();
        let carts = [spending(&ada, &goods, 500).await, spending(&in_outlet, &goods, 500).await];
        assert_ne!(carts[0]["id"], carts[1]["id"]);
        for cart in &carts {
            assert_eq!(cart["cost"]["total"]["amount"], "5.00");
        }
        let answers = tokio::join!(place(&ada, &carts[0], "one"), place(&in_outlet, &carts[1], "two"));
        let lost = loser(&app, [&carts[0], &carts[1]], [&answers.0, &answers.1], "INSUFFICIENT_POINTS").await;
        let client = if lost["id"] == carts[0]["id"] { &ada } else { &in_outlet };
        let kept = read_cart(client, &lost["id"]).await;
        assert_eq!((&kept["status"], &kept["cost"]["total"]["amount"]), (&json!("ACTIVE"), &json!("10.00")));
        assert_eq!(problems(&kept), ["INSUFFICIENT_POINTS"]);
        let points = own(&ada).await;
        assert_eq!((&points["balance"], &points["held"]), (&json!(0), &json!(500)));
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }
}
