//! Carts hold stock: from when on, how long, and what others see of it.

use chrono::TimeDelta;
use domain::stock::ReservationPolicy;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, change_channel, product, shop};
use tests::checkout::{Cart, placed, stock, try_place};
use tests::{Client, TestApp, both};

use crate::cart::{address, document, document_for, filled};

const FIELDS: &str =
    "id totalQuantity reservedUntil lines { id } cost { total { amount currencyCode } }
    problems { code availableQuantity }";
const LEVELS: &str = "{ stockLevels { nodes { onHand allocated reserved available } } }";
const HOLDS: &str = "query($filter: StockFilter) { stockReservations(filter: $filter) {
    nodes { quantity expiresAt variant { sku } warehouse { code } } } }";

/// A shop in which carts hold stock for 15 minutes, with so many lamps.
pub(super) async fn holding(app: &TestApp, policy: ReservationPolicy, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    change_channel(app, |channel| {
        channel.reservation_policy = Set(policy.into());
        channel.reservation_minutes = Set(15);
    })
    .await;
    (shop, goods)
}

/// Runs a cart mutation and answers what is tested here of the cart.
async fn act(client: &Client, mutation: &str, input: Value) -> Value {
    let text = document_for(mutation, FIELDS);
    client.run(&text, json!({ "input": input })).await[mutation]["cart"].clone()
}

async fn take(client: &Client, goods: &Goods, units: i32) -> Value {
    let lines = json!([{ "variantId": goods.variant(), "quantity": units }]);
    act(client, "cartCreate", json!({ "lines": lines })).await
}

async fn set(client: &Client, cart: &Value, units: i32) -> Value {
    let line = json!([{ "lineId": cart["lines"][0]["id"], "quantity": units }]);
    act(
        client,
        "cartLinesUpdate",
        json!({ "cartId": cart["id"], "lines": line }),
    )
    .await
}

async fn update(client: &Client, cart: &Value, patch: Value) -> Value {
    act(
        client,
        "cartUpdate",
        json!({ "cartId": cart["id"], "cart": patch }),
    )
    .await
}

/// On hand, allocated, reserved and available of the one level there is.
async fn level(app: &TestApp) -> [i64; 4] {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    let levels = staff.run(LEVELS, Value::Null).await;
    let level = &levels["stockLevels"]["nodes"][0];
    ["onHand", "allocated", "reserved", "available"]
        .map(|field| level[field].as_i64().expect("a number"))
}

async fn holds(app: &TestApp, filter: Value) -> Vec<Value> {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    let found = staff.run(HOLDS, json!({ "filter": filter })).await;
    found["stockReservations"]["nodes"]
        .as_array()
        .expect("a list")
        .clone()
}

async fn shown(client: &Client, goods: &Goods) -> Value {
    let query = "query($id: ID!) { productVariant(id: $id) { availability { status quantity } } }";
    client.run(query, json!({ "id": goods.variant() })).await["productVariant"]["availability"]
        .clone()
}

/// Makes a cart ready to be ordered.
async fn ready(client: &Client, shop: &Shop, cart: &Value) -> Cart {
    let patch = json!({ "email": "buyer@shop.test", "shippingAddress": address(), "shippingMethodId": shop.shipping_method });
    let cart = update(client, cart, patch).await;
    Cart {
        id: cart["id"].as_str().expect("an id").to_owned(),
        total: cart["cost"]["total"].clone(),
    }
}

both! {
    async fn what_a_cart_holds_nobody_else_can_have(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::OnAdd, 5).await;
        let guest = app.guest();
        let cart = take(&guest, &goods, 3).await;
        assert!(cart["reservedUntil"].is_string());
        assert_eq!(level(&app).await, [5, 0, 3, 2]);
        assert_eq!(shown(&guest, &goods).await, json!({ "status": "LOW_STOCK", "quantity": 2 }));
        let wish = json!({ "input": { "lines": [{ "variantId": goods.variant(), "quantity": 3 }] } });
        let refused = guest.send(&document("cartCreate"), wish).await.expect_user_error("INSUFFICIENT_STOCK");
        assert_eq!(refused["field"], json!(["input", "lines", "0", "quantity"]));
        assert_eq!(level(&app).await, [5, 0, 3, 2]);
        let grown = set(&guest, &cart, 5).await;
        let problems = grown["problems"].as_array().expect("problems");
        assert!(problems.iter().all(|problem| problem["code"] == "INCOMPLETE"), "{problems:?}");
        assert_eq!(grown["totalQuantity"], 5);
        assert_eq!(level(&app).await, [5, 0, 5, 0]);
        let line = json!([{ "lineId": cart["lines"][0]["id"], "quantity": 6 }]);
        let more = json!({ "input": { "cartId": cart["id"], "lines": line } });
        guest.send(&document("cartLinesUpdate"), more).await.expect_user_error("INSUFFICIENT_STOCK");
        set(&guest, &cart, 1).await;
        assert_eq!(level(&app).await, [5, 0, 1, 4]);
        set(&guest, &cart, 0).await;
        assert_eq!(level(&app).await, [5, 0, 0, 5]);
    }

    async fn an_order_is_promised_what_its_cart_held(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 3).await;
        let guest = app.guest();
        let cart = take(&guest, &goods, 3).await;
        let cart = ready(&guest, &shop, &cart).await;
        assert_eq!(level(&app).await, [3, 0, 3, 0]);
        try_place(&guest, &cart, "k").await.ok();
        assert_eq!(level(&app).await, [3, 3, 0, 0]);
        try_place(&guest, &cart, "k").await.ok();
        assert_eq!(level(&app).await, [3, 3, 0, 0]);
    }

    async fn a_hold_whose_time_is_over_is_anybodys(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 2).await;
        let (late, quick) = (app.guest(), app.guest());
        let lapsed = take(&late, &goods, 2).await;
        let lapsed = ready(&late, &shop, &lapsed).await;
        app.clock().advance(TimeDelta::minutes(16));
        let cart = late.run("query($id: ID!) { cart(id: $id) { reservedUntil problems { code } } }", json!({ "id": lapsed.id })).await;
        assert_eq!(cart["cart"], json!({ "reservedUntil": null, "problems": [] }));
        let taken = take(&quick, &goods, 1).await;
        assert!(taken["reservedUntil"].is_string());
        assert_eq!(level(&app).await, [2, 0, 1, 1]);
        try_place(&late, &lapsed, "k").await.expect_user_error("CART_HAS_PROBLEMS");
        assert_eq!(level(&app).await, [2, 0, 1, 1]);
    }

    async fn a_cart_whose_hold_lapsed_is_ordered_while_there_is_stock(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 2).await;
        let guest = app.guest();
        let cart = take(&guest, &goods, 2).await;
        let cart = ready(&guest, &shop, &cart).await;
        app.clock().advance(TimeDelta::minutes(16));
        try_place(&guest, &cart, "k").await.ok();
        assert_eq!(level(&app).await, [2, 2, 0, 0]);
    }

    async fn an_order_takes_what_lapsed_in_another_cart(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 2).await;
        let guest = app.guest();
        take(&guest, &goods, 2).await;
        app.clock().advance(TimeDelta::minutes(16));
        change_channel(&app, |channel| channel.reservation_policy = Set(ReservationPolicy::None.into())).await;
        placed(&app, &guest, &shop, &goods, 2).await;
        assert_eq!(level(&app).await, [2, 2, 0, 0]);
    }

    async fn the_timer_leaves_no_lapsed_hold_behind(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::OnAdd, 9).await;
        let guest = app.guest();
        take(&guest, &goods, 2).await;
        app.clock().advance(TimeDelta::minutes(10));
        take(&guest, &goods, 3).await;
        app.clock().advance(TimeDelta::minutes(6));
        app.run_timers().await;
        assert_eq!(level(&app).await, [9, 0, 3, 6]);
        app.clock().advance(TimeDelta::minutes(10));
        app.run_timers().await;
        assert_eq!(level(&app).await, [9, 0, 0, 9]);
        assert_eq!(holds(&app, Value::Null).await, Vec::<Value>::new());
    }

    async fn at_checkout_a_cart_begins_to_hold_and_whatever_happens_in_it_prolongs_that(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnCheckout, 5).await;
        let guest = app.guest();
        let cart = take(&guest, &goods, 2).await;
        assert_eq!((&cart["reservedUntil"], level(&app).await), (&Value::Null, [5, 0, 0, 5]));
        let chosen = update(&guest, &cart, json!({ "shippingMethodId": shop.shipping_method })).await;
        assert_eq!(level(&app).await, [5, 0, 2, 3]);
        app.clock().advance(TimeDelta::minutes(14));
        let noted = update(&guest, &cart, json!({ "note": "Ring twice" })).await;
        assert!(noted["reservedUntil"].as_str() > chosen["reservedUntil"].as_str());
        app.clock().advance(TimeDelta::minutes(14));
        app.run_timers().await;
        assert_eq!(level(&app).await, [5, 0, 2, 3]);
        let left = update(&guest, &cart, json!({ "shippingMethodId": null })).await;
        assert_eq!((&left["reservedUntil"], level(&app).await), (&Value::Null, [5, 0, 0, 5]));
    }

    async fn what_is_short_at_checkout_is_a_problem_of_the_cart_and_the_rest_is_held(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnCheckout, 5).await;
        let guest = app.guest();
        let cart = take(&guest, &goods, 4).await;
        let other = take(&guest, &goods, 3).await;
        update(&guest, &other, json!({ "shippingMethodId": shop.shipping_method })).await;
        let short = update(&guest, &cart, json!({ "shippingMethodId": shop.shipping_method })).await;
        assert_eq!(short["reservedUntil"], Value::Null);
        assert!(short["problems"].as_array().expect("problems").contains(&json!({ "code": "INSUFFICIENT_STOCK", "availableQuantity": 2 })));
        assert_eq!(level(&app).await, [5, 0, 5, 0]);
    }

    async fn after_login_the_members_cart_holds_what_the_guests_held(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::OnAdd, 5).await;
        let member = app.as_member("ada@members.test").await;
        take(&member, &goods, 2).await;
        let guests = take(&app.guest(), &goods, 3).await;
        assert_eq!(level(&app).await, [5, 0, 5, 0]);
        let merged = act(&member, "cartMerge", json!({ "cartId": guests["id"] })).await;
        assert_eq!(merged["totalQuantity"], json!(5));
        assert!(merged["reservedUntil"].is_string());
        assert_eq!(level(&app).await, [5, 0, 5, 0]);
    }

    async fn a_count_of_the_shelves_is_believed_before_carts_are(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::OnAdd, 5).await;
        let guest = app.guest();
        let first = take(&guest, &goods, 2).await;
        app.clock().advance(TimeDelta::minutes(1));
        let second = take(&guest, &goods, 2).await;
        let staff = app.as_staff(&["STOCK_WRITE"]).await;
        let document = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) {
            stockLevels { onHand reserved } userErrors { code } } }";
        let row = json!([{ "sku": goods.skus[0], "warehouseCode": "main", "quantity": -3 }]);
        let lost = staff.run(document, json!({ "input": { "adjustments": row, "reason": "broken", "idempotencyKey": "k" } })).await;
        assert_eq!(lost["stockAdjust"]["stockLevels"], json!([{ "onHand": 2, "reserved": 2 }]));
        let until = "query($id: ID!) { cart(id: $id) { reservedUntil } }";
        let read = async |cart: &Value| guest.run(until, json!({ "id": cart["id"] })).await["cart"]["reservedUntil"].clone();
        assert_eq!(read(&first).await, Value::Null);
        assert_eq!(read(&second).await, second["reservedUntil"]);
    }

    async fn a_draft_holds_nothing(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 5).await;
        let staff = app.as_staff(&["ORDER_WRITE", "STOCK_READ"]).await;
        let cart = take(&staff, &goods, 2).await;
        let cart = ready(&staff, &shop, &cart).await;
        let document = "mutation($input: OrderDraftCreateInput!) { orderDraftCreate(input: $input) { order { id } userErrors { code } } }";
        staff.run(document, json!({ "input": { "cartId": cart.id, "idempotencyKey": "k" } })).await;
        assert_eq!(level(&app).await, [5, 0, 0, 5]);
    }

    async fn without_a_policy_carts_hold_nothing(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::None, 5).await;
        let cart = filled(&app.guest(), goods.variant(), 3).await;
        assert_eq!(cart["totalQuantity"], 3);
        assert_eq!((level(&app).await, stock(&app, &goods).await), ([5, 0, 0, 5], (5, 0)));
    }

    async fn staff_see_what_is_held_soonest_to_lapse_first(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 9).await;
        let cups = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        take(&guest, &goods, 2).await;
        app.clock().advance(TimeDelta::minutes(1));
        take(&guest, &cups, 1).await;
        let seen: Vec<Value> = holds(&app, Value::Null).await.iter().map(|hold| json!([hold["quantity"], hold["variant"]["sku"], hold["warehouse"]["code"]])).collect();
        assert_eq!(seen, [json!([2, "LAMP-1", "main"]), json!([1, "CUP-1", "main"])]);
        assert_eq!(holds(&app, json!({ "skus": ["CUP-1"] })).await.len(), 1);
        let staff = app.as_staff(&["STOCK_READ"]).await;
        staff.send(HOLDS, json!({ "filter": { "low": true } })).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn the_policy_is_a_setting_of_the_shop(app: TestApp) {
        let owner = app.as_owner().await;
        let document = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
            shop { policy { reservationPolicy reservationMinutes } } userErrors { code field } } }";
        let patch = |minutes: i32| json!({ "input": { "shop": { "reservationPolicy": "ON_CHECKOUT", "reservationMinutes": minutes } } });
        for minutes in [0, 44_641] {
            let refused = owner.send(document, patch(minutes)).await.expect_user_error("INVALID");
            assert_eq!(refused["field"], json!(["input", "shop", "reservationMinutes"]));
        }
        let read = "{ shop { policy { reservationPolicy reservationMinutes } } }";
        let before = owner.run(read, Value::Null).await;
        assert_eq!(before["shop"]["policy"], json!({ "reservationPolicy": "NONE", "reservationMinutes": 15 }));
        let after = owner.run(document, patch(44_640)).await;
        assert_eq!(after["shopUpdate"]["shop"]["policy"], json!({ "reservationPolicy": "ON_CHECKOUT", "reservationMinutes": 44_640 }));
    }
}
