//! Buyers who wait for something that is sold out are told once when it can be had again.

use chrono::TimeDelta;
use entity::column::Json;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, change_channel, open_channel, product, sell_all_in, shop};
use tests::checkout::{call_off, key, placed};
use tests::{Answer, Client, TestApp, both};

const SUBSCRIBE: &str =
    "mutation($input: StockAlertSubscribeInput!) { stockAlertSubscribe(input: $input) {
    variant { id } stockAlert { id variant { id } } userErrors { code field } } }";
const CANCEL: &str = "mutation($input: StockAlertCancelInput!) { stockAlertCancel(input: $input) {
    stockAlert { id } userErrors { code field } } }";
const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) {
    stockLevels { onHand } userErrors { code } } }";
const MINE: &str = "{ viewer { member { stockAlerts { variant { id } } } } }";

async fn sold_out(app: &TestApp) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(0).insert(app, &shop).await;
    (shop, goods)
}

async fn subscribe(client: &Client, goods: &Goods, email: Option<&str>) -> Answer {
    let mut input = json!({ "variantId": goods.variant() });
    if let Some(email) = email {
        input["email"] = email.into();
    }
    client.send(SUBSCRIBE, json!({ "input": input })).await
}

/// Lets units arrive at the only warehouse.
async fn deliver(app: &TestApp, goods: &Goods, units: i32) {
    let staff = app.as_staff(&["STOCK_READ", "STOCK_WRITE"]).await;
    let all = staff.run("{ warehouses { code } }", Value::Null).await;
    let code = &all["warehouses"][0]["code"];
    let row = json!({ "sku": goods.skus[0], "warehouseCode": code, "quantity": units });
    let input = json!({ "adjustments": [row], "reason": "delivery", "idempotencyKey": key(app) });
    staff.run(ADJUST, json!({ "input": input })).await;
}

/// A turn of the timer, and what it caused.
async fn turn(app: &TestApp) {
    app.clock().advance(TimeDelta::seconds(30));
    app.run_timers().await;
    app.run_outbox_until_idle().await;
}

/// Subjects of the mails about goods that are back.
fn told(app: &TestApp, email: &str) -> Vec<String> {
    let mails = app.mailbox().to(email).into_iter();
    let subjects = mails.map(|mail| mail.subject);
    subjects
        .filter(|subject| subject.contains("back") || subject.contains("到货"))
        .collect()
}

async fn waiting(app: &TestApp, goods: &Goods) -> Value {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    let read = "query($id: ID!) { productVariant(id: $id) { stockAlertCount } }";
    let variant = staff.run(read, json!({ "id": goods.variant() })).await;
    variant["productVariant"]["stockAlertCount"].clone()
}

both! {
    async fn a_guest_is_told_once_when_it_is_back(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        change_channel(&app, |channel| channel.locales = Set(Json(vec!["en".to_owned(), "zh-Hans".to_owned()]))).await;
        let chinese = app.guest().with_header("Accept-Language", "zh-Hans");
        let asked = subscribe(&chinese, &goods, Some("Ann@Example.Test")).await.ok();
        let answer = &asked["stockAlertSubscribe"];
        assert_eq!(answer["variant"]["id"], goods.variant());
        assert_eq!(answer["stockAlert"], Value::Null, "others could have given the address");
        subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
        assert_eq!(waiting(&app, &goods).await, 1);
        turn(&app).await;
        assert_eq!(told(&app, "ann@example.test"), Vec::<String>::new());
        deliver(&app, &goods, 1).await;
        turn(&app).await;
        turn(&app).await;
        let subjects = told(&app, "ann@example.test");
        assert_eq!(subjects.len(), 1);
        assert!(subjects[0].contains("Lamp") && subjects[0].contains("已到货"), "{subjects:?}");
        assert_eq!(waiting(&app, &goods).await, 0);
    }

    async fn an_order_that_is_called_off_brings_its_units_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").stock(1).insert(&app, &shop).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 1).await;
        subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
        turn(&app).await;
        assert_eq!(told(&app, "ann@example.test").len(), 0);
        call_off(&app, &order).await;
        turn(&app).await;
        assert_eq!(told(&app, "ann@example.test").len(), 1);
    }

    async fn those_who_asked_first_are_told_first_and_the_others_an_hour_later(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        for number in 0..6 {
            subscribe(&app.guest(), &goods, Some(&format!("guest{number}@example.test"))).await.ok();
            app.clock().advance(TimeDelta::seconds(1));
        }
        deliver(&app, &goods, 1).await;
        let told_now = || (0..6).map(|number| told(&app, &format!("guest{number}@example.test")).len()).collect::<Vec<_>>();
        turn(&app).await;
        turn(&app).await;
        assert_eq!(told_now(), [1, 1, 1, 1, 0, 0]);
        app.clock().advance(TimeDelta::hours(1));
        turn(&app).await;
        assert_eq!(told_now(), [1, 1, 1, 1, 1, 1]);
    }

    async fn a_member_keeps_a_list_and_takes_things_off_it(app: TestApp) {
        let (shop, goods) = sold_out(&app).await;
        let other = product("Chair").stock(0).insert(&app, &shop).await;
        let member = app.as_member("ada@example.test").await;
        let first = subscribe(&member, &goods, None).await.ok();
        let alert = first["stockAlertSubscribe"]["stockAlert"].clone();
        assert_eq!(alert["variant"]["id"], goods.variant());
        assert_eq!(subscribe(&member, &goods, None).await.ok(), first, "asking twice is waiting once");
        app.clock().advance(TimeDelta::seconds(1));
        subscribe(&member, &other, None).await.ok();
        let mine = member.run(MINE, Value::Null).await;
        let ids: Vec<&Value> = mine["viewer"]["member"]["stockAlerts"].as_array().expect("a list").iter().map(|row| &row["variant"]["id"]).collect();
        assert_eq!(ids, [other.variant(), goods.variant()]);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(member.run(node, json!({ "id": alert["id"] })).await["node"]["id"], alert["id"]);
        let stranger = app.as_member("eve@example.test").await;
        assert_eq!(stranger.run(node, json!({ "id": alert["id"] })).await["node"], Value::Null);
        let input = json!({ "input": { "stockAlertId": alert["id"] } });
        stranger.send(CANCEL, input.clone()).await.expect_user_error("NOT_FOUND");
        member.send(CANCEL, input.clone()).await.ok();
        member.send(CANCEL, input).await.expect_user_error("NOT_FOUND");
        deliver(&app, &goods, 1).await;
        deliver(&app, &other, 1).await;
        turn(&app).await;
        let subjects = told(&app, "ada@example.test");
        assert_eq!(subjects.len(), 1, "{subjects:?}");
        assert!(subjects[0].contains("Chair"));
    }

    async fn what_a_guest_asked_for_at_a_members_address_becomes_the_members(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        subscribe(&app.guest(), &goods, Some("ada@example.test")).await.ok();
        let member = app.as_member("ada@example.test").await;
        let mine = member.run(MINE, Value::Null).await;
        assert_eq!(mine["viewer"]["member"]["stockAlerts"], json!([]), "a stranger may have asked");
        let asked = subscribe(&member, &goods, None).await.ok();
        let id = asked["stockAlertSubscribe"]["stockAlert"]["id"].clone();
        let mine = member.run(MINE, Value::Null).await;
        assert_eq!(mine["viewer"]["member"]["stockAlerts"][0]["variant"]["id"], goods.variant());
        assert_eq!(waiting(&app, &goods).await, 1);
        member.send(CANCEL, json!({ "input": { "stockAlertId": id } })).await.ok();
        assert_eq!(waiting(&app, &goods).await, 0);
    }

    async fn what_is_wrong_is_refused_and_changes_nothing(app: TestApp) {
        let (shop, goods) = sold_out(&app).await;
        let there = product("Table").stock(1).insert(&app, &shop).await;
        let hidden = product("Secret").stock(0).draft().insert(&app, &shop).await;
        let member = app.as_member("ada@example.test").await;
        let before = app.fingerprint().await;
        let guest = app.guest();
        subscribe(&guest, &there, Some("ann@example.test")).await.expect_user_error("IN_STOCK");
        subscribe(&guest, &hidden, Some("ann@example.test")).await.expect_user_error("NOT_FOUND");
        subscribe(&guest, &goods, None).await.expect_user_error("INVALID");
        subscribe(&guest, &goods, Some("nobody")).await.expect_user_error("INVALID");
        subscribe(&member, &goods, Some("ann@example.test")).await.expect_user_error("INVALID");
        guest.send(CANCEL, json!({ "input": { "stockAlertId": goods.variant() } })).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn nobody_fills_anothers_mailbox(app: TestApp) {
        let shop = shop(&app).await;
        for number in 0..10 {
            let goods = product(&format!("Lamp {number}")).stock(0).insert(&app, &shop).await;
            subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
        }
        let more = product("Lamp 10").stock(0).insert(&app, &shop).await;
        let first = subscribe(&app.guest(), &more, Some("ann@example.test")).await.ok();
        assert_eq!(first["stockAlertSubscribe"]["variant"]["id"], more.variant(), "nobody learns what is waited for at her address");
        assert_eq!(waiting(&app, &more).await, 0);
        for _ in 0..19 {
            assert_eq!(subscribe(&app.guest(), &more, Some("ann@example.test")).await.ok(), first);
        }
        subscribe(&app.guest(), &more, Some("bob@example.test")).await.expect_top_error("RATE_LIMITED");
        app.clock().advance(TimeDelta::minutes(10));
        subscribe(&app.guest(), &more, Some("bob@example.test")).await.ok();
    }

    async fn who_was_told_ten_times_within_the_hour_is_not_told_more(app: TestApp) {
        let shop = shop(&app).await;
        for number in 0..11 {
            let goods = product(&format!("Lamp {number}")).stock(0).insert(&app, &shop).await;
            subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
            deliver(&app, &goods, 1).await;
            turn(&app).await;
        }
        assert_eq!(told(&app, "ann@example.test").len(), 10);
    }

    async fn fewer_units_than_must_be_bought_at_once_are_none(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        let mut row = entity::product_variant::Entity::find().filter(entity::product_variant::COLUMN.sku.eq(&goods.skus[0]))
            .one(app.connection()).await.expect("variants can be read").expect("it is there").into_active_model();
        row.min_quantity = Set(3);
        row.update(app.connection()).await.expect("it is written");
        deliver(&app, &goods, 2).await;
        subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
        turn(&app).await;
        assert_eq!(told(&app, "ann@example.test").len(), 0);
        deliver(&app, &goods, 1).await;
        turn(&app).await;
        assert_eq!(told(&app, "ann@example.test").len(), 1);
        subscribe(&app.guest(), &goods, Some("ann@example.test")).await.expect_user_error("IN_STOCK");
    }

    async fn channels_that_share_stock_share_those_who_are_told(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        let channel_id = open_channel(&app, "outlet").await;
        sell_all_in(&app, channel_id).await;
        for number in 0..4 {
            let outlet = app.guest().with_header("Vitrine-Channel", "outlet");
            subscribe(&outlet, &goods, Some(&format!("out{number}@example.test"))).await.ok();
            subscribe(&app.guest(), &goods, Some(&format!("in{number}@example.test"))).await.ok();
        }
        deliver(&app, &goods, 1).await;
        turn(&app).await;
        turn(&app).await;
        let all = (0..4).flat_map(|number| [format!("out{number}@example.test"), format!("in{number}@example.test")]);
        assert_eq!(all.map(|email| told(&app, &email).len()).sum::<usize>(), 4);
    }

    async fn what_is_not_shown_or_sold_elsewhere_is_told_to_nobody_here(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        let channel_id = open_channel(&app, "outlet").await;
        sell_all_in(&app, channel_id).await;
        let outlet = app.guest().with_header("Vitrine-Channel", "outlet");
        subscribe(&outlet, &goods, Some("ann@example.test")).await.ok();
        subscribe(&app.guest(), &goods, Some("bob@example.test")).await.ok();
        assert_eq!(waiting(&app, &goods).await, 1, "each channel has its own");
        let product_id = app.guest().run("query($id: ID!) { productVariant(id: $id) { product { id } } }", json!({ "id": goods.variant() })).await;
        let staff = app.as_staff(&["PRODUCT_READ", "PRODUCT_WRITE"]).await;
        let hide = "mutation($input: ProductPublishInput!) { productPublish(input: $input) { userErrors { code } } }";
        let tomorrow = (app.clock().now() + TimeDelta::days(1)).to_rfc3339();
        staff.run(hide, json!({ "input": { "productId": product_id["productVariant"]["product"]["id"], "publishAt": tomorrow } })).await;
        deliver(&app, &goods, 3).await;
        turn(&app).await;
        assert_eq!(told(&app, "bob@example.test").len(), 0, "it is not shown");
        assert_eq!(told(&app, "ann@example.test").len(), 1);
    }

    async fn a_wish_is_forgotten_in_half_a_year(app: TestApp) {
        let (_shop, goods) = sold_out(&app).await;
        subscribe(&app.guest(), &goods, Some("ann@example.test")).await.ok();
        app.clock().advance(TimeDelta::days(181));
        turn(&app).await;
        assert_eq!(waiting(&app, &goods).await, 0);
    }
}
