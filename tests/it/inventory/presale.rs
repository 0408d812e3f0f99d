//! Variants that are sold before they may leave: what buyers see, what waits, and who is told that a date moved.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::id::{OrderId, TypedId as _};
use domain::stock::PRESALE_SETTLES;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, TransactionTrait as _};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, call_off, cart, confirmed, key, ordered, placed, read, sent, stock};
use tests::{Answer, Client, TestApp, both};

use super::BUNDLE_SET;
use crate::order::change::changed;
use crate::order::proposal::{answer, proposed};

const SET: &str = "mutation($input: StockPresaleSetInput!) { stockPresaleSet(input: $input) {
    variants { sku presale { shipsAt } } userErrors { code field } } }";
const SHOWN: &str = "query($id: ID!) { productVariant(id: $id) { presale { shipsAt }
    availability { status quantity expectedAt } } }";
const BACKORDER: &str = "mutation($input: StockBackorderSetInput!) { stockBackorderSet(input: $input) { userErrors { code } } }";
const PACK: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) {
    fulfillment { id status scheduledAt } userErrors { code field } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) {
    fulfillment { status } userErrors { code message } } }";
const RELEASE: &str =
    "mutation($input: FulfillmentReleaseInput!) { fulfillmentRelease(input: $input) {
    fulfillment { status } userErrors { code } } }";

const SPLIT: &str = "mutation($input: FulfillmentSplitInput!) { fulfillmentSplit(input: $input) {
    fulfillment { id status } userErrors { code } } }";
const CANCEL: &str =
    "mutation($input: FulfillmentCancelInput!) { fulfillmentCancel(input: $input) {
    fulfillment { id } userErrors { code } } }";

fn text(date: DateTime<Utc>) -> String {
    date.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An instant so many days ahead, as the database keeps it.
fn ahead(app: &TestApp, days: i64) -> DateTime<Utc> {
    let micros = (app.clock().now() + TimeDelta::days(days)).timestamp_micros();
    DateTime::from_timestamp_micros(micros).expect("a date")
}

async fn set(staff: &Client, rows: &[(&str, Option<DateTime<Utc>>)], key: &str) -> Answer {
    let row = |(sku, date): &(&str, Option<DateTime<Utc>>)| json!({ "sku": sku, "shipsAt": date.map(text) });
    let rows: Vec<Value> = rows.iter().map(row).collect();
    let input = json!({ "presales": rows, "idempotencyKey": key });
    staff.send(SET, json!({ "input": input })).await
}

async fn keeper(app: &TestApp) -> Client {
    app.as_staff(&["STOCK_WRITE"]).await
}

/// Sets or ends the presale of a variant.
async fn sell_before(app: &TestApp, goods: &Goods, date: Option<DateTime<Utc>>) {
    let rows = [(goods.skus[0].as_str(), date)];
    set(&keeper(app).await, &rows, &key(app)).await.ok();
}

async fn shown(app: &TestApp, goods: &Goods) -> Value {
    let variant = json!({ "id": goods.variant() });
    app.guest().run(SHOWN, variant).await["productVariant"].clone()
}

async fn lamps(app: &TestApp, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    (shop, goods)
}

async fn packer(app: &TestApp) -> Client {
    app.as_staff(&["FULFILLMENT_WRITE", "ORDER_READ", "STOCK_READ"])
        .await
}

/// Packs one unit of an order's line.
async fn pack(
    app: &TestApp,
    staff: &Client,
    (order, shop): (&Order, &Shop),
    line: usize,
    scheduled_at: Option<DateTime<Utc>>,
) -> Answer {
    let line = read(staff, order, "lines { id }").await["lines"][line]["id"].clone();
    let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "lines": [{ "lineId": line, "quantity": 1 }],
        "scheduledAt": scheduled_at.map(text), "idempotencyKey": key(app) });
    staff.send(PACK, json!({ "input": input })).await
}

async fn packed(app: &TestApp, staff: &Client, place: (&Order, &Shop)) -> Value {
    let answer = pack(app, staff, place, 0, None).await.ok();
    answer["fulfillmentCreate"]["fulfillment"].clone()
}

async fn ship(app: &TestApp, staff: &Client, parcel: &Value) -> Answer {
    let input =
        json!({ "fulfillmentId": parcel["id"], "notify": false, "idempotencyKey": key(app) });
    staff.send(SHIP, json!({ "input": input })).await
}

/// Lets the timers take a turn.
async fn turn(app: &TestApp) {
    app.clock().advance(TimeDelta::minutes(1));
    app.run_timers().await;
}

/// What the first line and parcel of an order wait for.
async fn waits(client: &Client, order: &Order) -> (Value, Value, Value) {
    let seen = read(
        client,
        order,
        "lines { shipsAt } fulfillments { status scheduledAt }",
    )
    .await;
    let parcel = &seen["fulfillments"][0];
    (
        seen["lines"][0]["shipsAt"].clone(),
        parcel["status"].clone(),
        parcel["scheduledAt"].clone(),
    )
}

/// What the buyer of an order was told of moved dates, newest first.
async fn told(client: &Client, order: &Order) -> Vec<String> {
    let seen = read(client, order, "timeline { kind message }").await;
    let entries = seen["timeline"].as_array().expect("a list").iter();
    entries
        .filter(|entry| entry["kind"] == "ORDER_RESCHEDULED")
        .map(|entry| entry["message"].as_str().expect("a text").to_owned())
        .collect()
}

both! {
    async fn what_is_in_a_presale_is_promised_for_its_date(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let guest = app.guest();
        let before = placed(&app, &guest, &shop, &goods, 1).await;
        let date = ahead(&app, 9);
        let set = set(&keeper(&app).await, &[(&goods.skus[0], Some(date))], "set").await.ok();
        assert_eq!(set["stockPresaleSet"]["variants"], json!([{ "sku": goods.skus[0], "presale": { "shipsAt": text(date) } }]));
        let presale = json!({ "presale": { "shipsAt": text(date) },
            "availability": { "status": "PRESALE", "quantity": 8, "expectedAt": text(date) } });
        assert_eq!(shown(&app, &goods).await, presale);
        let page = "query($id: ID!) { product(id: $id) { variants { presale { shipsAt } availability { status quantity expectedAt } } } }";
        let page = guest.run(page, json!({ "id": goods.product })).await;
        assert_eq!(page["product"]["variants"], json!([presale]));
        let order = placed(&app, &guest, &shop, &goods, 2).await;
        let dates = "lines { shipsAt expectedAt }";
        assert_eq!(read(&guest, &before, dates).await["lines"], json!([{ "shipsAt": null, "expectedAt": null }]));
        assert_eq!(read(&guest, &order, dates).await["lines"], json!([{ "shipsAt": text(date), "expectedAt": text(date) }]));
        app.clock().advance(TimeDelta::days(9));
        assert_eq!(shown(&app, &goods).await, json!({ "presale": null, "availability": { "status": "IN_STOCK", "quantity": 6, "expectedAt": null } }));
        let after = placed(&app, &guest, &shop, &goods, 6).await;
        assert_eq!(read(&guest, &after, dates).await["lines"], json!([{ "shipsAt": null, "expectedAt": null }]));
        sell_before(&app, &goods, Some(ahead(&app, 1))).await;
        assert_eq!(shown(&app, &goods).await["availability"], json!({ "status": "OUT_OF_STOCK", "quantity": 0, "expectedAt": null }));
        assert_eq!(stock(&app, &goods).await, (9, 9));
    }

    async fn units_still_to_arrive_are_sold_too_and_come_with_the_later_date(app: TestApp) {
        let (shop, goods) = lamps(&app, 0).await;
        let (arrives, ships) = (ahead(&app, 20), ahead(&app, 9));
        let row = json!({ "sku": goods.skus[0], "warehouseCode": "main", "limit": 3, "expectedAt": text(arrives) });
        let input = json!({ "backorders": [row], "idempotencyKey": "limit" });
        keeper(&app).await.run(BACKORDER, json!({ "input": input })).await;
        sell_before(&app, &goods, Some(ships)).await;
        assert_eq!(shown(&app, &goods).await["availability"], json!({ "status": "PRESALE", "quantity": 3, "expectedAt": text(arrives) }));
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 3).await;
        let line = json!([{ "shipsAt": text(ships), "expectedAt": text(arrives) }]);
        assert_eq!(read(&guest, &order, "lines { shipsAt expectedAt }").await["lines"], line);
        assert_eq!(shown(&app, &goods).await["availability"]["status"], "OUT_OF_STOCK");
    }

    async fn goods_of_a_presale_leave_on_their_date(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let early = packed(&app, &staff, (&order, &shop)).await;
        assert_eq!(early["status"], "OPEN");
        let date = ahead(&app, 9);
        sell_before(&app, &goods, Some(date)).await;
        let before = app.fingerprint().await;
        ship(&app, &staff, &early).await.expect_user_error("TOO_EARLY");
        assert_eq!(app.fingerprint().await, before);
        let waiting = pack(&app, &staff, (&order, &shop), 0, Some(ahead(&app, 8))).await.ok();
        let waiting = waiting["fulfillmentCreate"]["fulfillment"].clone();
        assert_eq!((&waiting["status"], &waiting["scheduledAt"]), (&json!("SCHEDULED"), &json!(text(date))));
        let day_after = ahead(&app, 10);
        let later = pack(&app, &staff, (&order, &shop), 0, Some(day_after)).await.ok();
        assert_eq!(later["fulfillmentCreate"]["fulfillment"]["scheduledAt"], text(day_after));
        // It may be prepared before, but it does not leave.
        let release = json!({ "fulfillmentId": waiting["id"], "idempotencyKey": key(&app) });
        staff.run(RELEASE, json!({ "input": release })).await;
        ship(&app, &staff, &waiting).await.expect_user_error("TOO_EARLY");
        app.clock().advance(TimeDelta::days(9));
        turn(&app).await;
        for parcel in [&early, &waiting] {
            assert_eq!(ship(&app, &staff, parcel).await.ok()["fulfillmentShip"]["fulfillment"]["status"], "SHIPPED");
        }
        app.clock().advance(TimeDelta::days(1));
        turn(&app).await;
        ship(&app, &staff, &later["fulfillmentCreate"]["fulfillment"]).await.ok();
        assert_eq!(stock(&app, &goods).await, (6, 0));
    }

    async fn a_date_that_moves_reaches_those_who_wait_once(app: TestApp) {
        let (shop, goods) = lamps(&app, 20).await;
        let other = product("Cup").insert(&app, &shop).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let gone = confirmed(&app, &guest, &shop, &goods, 1).await;
        sent(&app, &shop, &gone, 1).await;
        let (first, second) = (ahead(&app, 9), ahead(&app, 30));
        sell_before(&app, &goods, Some(first)).await;
        let waiting = confirmed(&app, &guest, &shop, &goods, 2).await;
        let parcel = packed(&app, &staff, (&waiting, &shop)).await;
        let unpaid = placed(&app, &guest, &shop, &goods, 1).await;
        let dropped = placed(&app, &guest, &shop, &goods, 1).await;
        call_off(&app, &dropped).await;
        let foreign = placed(&app, &guest, &shop, &other, 1).await;
        turn(&app).await;
        assert_eq!(told(&guest, &waiting).await, [""; 0], "who ordered in the presale knew its date");
        sell_before(&app, &goods, Some(second)).await;
        let version = read(&guest, &waiting, "version").await["version"].as_i64();
        turn(&app).await;
        app.run_outbox_until_idle().await;
        assert_eq!(waits(&guest, &waiting).await, (json!(text(second)), json!("SCHEDULED"), json!(text(second))));
        assert_eq!(read(&guest, &waiting, "version").await["version"].as_i64(), version.map(|version| version + 1));
        let sentence = format!("Part of the order leaves from {} on.", second.format("%F"));
        assert_eq!(told(&guest, &waiting).await, [sentence.as_str()]);
        assert_eq!((waits(&guest, &unpaid).await.0, told(&guest, &unpaid).await), (json!(text(second)), vec![sentence]));
        for order in [&gone, &dropped, &foreign] {
            assert_eq!(told(&guest, order).await, [""; 0]);
        }
        let mails = |words: &str| app.mailbox().to("buyer@shop.test").iter().filter(|mail| mail.text.contains(words)).count();
        assert_eq!(mails(&format!("part of it leaves from {} on", second.format("%F"))), 2);
        app.clock().advance(TimeDelta::minutes(1));
        assert_eq!(api::service::presale::follow_moved(app.state()).await.expect("an answer"), 0);
        assert_eq!(told(&guest, &waiting).await.len(), 1, "nobody is told twice");
        ship(&app, &staff, &parcel).await.expect_user_error("INVALID_TRANSITION");
        // It was called off: what waits may leave at once.
        sell_before(&app, &goods, None).await;
        turn(&app).await;
        turn(&app).await;
        app.run_outbox_until_idle().await;
        let (line, status, _) = waits(&guest, &waiting).await;
        assert_eq!((line, status), (Value::Null, json!("OPEN")));
        assert_eq!(told(&guest, &waiting).await[0], "No part of the order waits for a date any more.");
        assert_eq!(mails("no part of it waits for a date any more"), 2);
        ship(&app, &staff, &parcel).await.ok();
    }

    async fn one_order_that_cannot_be_told_holds_up_nobody_and_is_told_later(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let guest = app.guest();
        let broken = confirmed(&app, &guest, &shop, &goods, 1).await;
        let sound = confirmed(&app, &guest, &shop, &goods, 1).await;
        spoil(&app, &broken, "'[]'").await;
        sell_before(&app, &goods, Some(ahead(&app, 9))).await;
        turn(&app).await;
        assert_eq!(told(&guest, &sound).await.len(), 1);
        for _ in 0..3 {
            app.clock().advance(PRESALE_SETTLES);
            turn(&app).await;
        }
        spoil(&app, &broken, "NULL").await;
        assert_eq!(told(&guest, &broken).await, [""; 0]);
        turn(&app).await;
        assert_eq!((told(&guest, &broken).await.len(), told(&guest, &sound).await.len()), (1, 1));
    }

    async fn a_date_is_looked_after_until_it_settled_then_forgotten_when_it_is_over(app: TestApp) {
        let (shop, goods) = lamps(&app, 20).await;
        let guest = app.guest();
        let early = placed(&app, &guest, &shop, &goods, 1).await;
        sell_before(&app, &goods, Some(ahead(&app, 9))).await;
        turn(&app).await;
        assert_eq!(told(&guest, &early).await.len(), 1, "who ordered before is told too");
        // Two were being placed meanwhile, one of them for long: they saw no date yet.
        let late = placed(&app, &guest, &shop, &goods, 1).await;
        for order in [&late, &early] {
            forget(&app, order).await;
        }
        turn(&app).await;
        assert_eq!((told(&guest, &early).await.len(), told(&guest, &late).await.len()), (2, 1));
        let presale = async || entity::presale::Entity::find().one(app.connection()).await.expect("a read");
        assert!(!presale().await.expect("a row").is_told);
        app.clock().advance(PRESALE_SETTLES);
        turn(&app).await;
        assert!(presale().await.expect("a row").is_told);
        let moved = || vec![(goods.skus[0].as_str(), Some(ahead(&app, 5)))];
        set(&keeper(&app).await, &moved(), "again").await.ok();
        assert!(!presale().await.expect("a row").is_told);
        app.clock().advance(PRESALE_SETTLES);
        turn(&app).await;
        app.clock().advance(TimeDelta::days(5));
        turn(&app).await;
        assert!(presale().await.is_some(), "over for less than a day");
        app.clock().advance(TimeDelta::days(1));
        turn(&app).await;
        assert!(presale().await.is_none());
        assert_ne!(waits(&guest, &early).await.0, Value::Null, "lines keep what was told");
    }

    async fn a_presale_that_begins_anew_while_it_is_forgotten_stays(app: TestApp) {
        let (_shop, goods) = lamps(&app, 1).await;
        sell_before(&app, &goods, Some(ahead(&app, 1))).await;
        app.clock().advance(TimeDelta::hours(1));
        turn(&app).await;
        app.clock().advance(TimeDelta::days(3));
        let anew = app.connection().begin().await.expect("a transaction");
        let date = ahead(&app, 9);
        entity::presale::Entity::update_many()
            .col_expr(entity::presale::Column::ShipsAt, Expr::value(date))
            .exec(&anew)
            .await
            .expect("a write");
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            anew.commit().await.expect("a commit");
        };
        tokio::join!(app.run_timers(), commit);
        assert_eq!(shown(&app, &goods).await["presale"]["shipsAt"], text(date));
    }

    async fn parcels_wait_for_the_date_as_it_is_and_for_one_that_was_chosen(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let (first, chosen, second) = (ahead(&app, 9), ahead(&app, 10), ahead(&app, 90));
        sell_before(&app, &goods, Some(first)).await;
        let order = confirmed(&app, &guest, &shop, &goods, 2).await;
        // A wrong date is mended before anybody was told of it.
        sell_before(&app, &goods, Some(second)).await;
        let parcel = packed(&app, &staff, (&order, &shop)).await;
        assert_eq!(parcel["scheduledAt"], text(second));
        sell_before(&app, &goods, Some(first)).await;
        pack(&app, &staff, (&order, &shop), 0, Some(chosen)).await.ok();
        let dates = async || {
            let seen = read(&guest, &order, "fulfillments { scheduledAt }").await;
            let parcels = seen["fulfillments"].as_array().expect("a list").iter();
            parcels.map(|parcel| parcel["scheduledAt"].as_str().expect("a date").to_owned()).collect::<Vec<_>>()
        };
        turn(&app).await;
        assert_eq!((dates().await, told(&guest, &order).await), (vec![text(first), text(chosen)], vec![]));
        for (date, expected) in [(second, [second, second]), (first, [first, chosen])] {
            sell_before(&app, &goods, Some(date)).await;
            turn(&app).await;
            assert_eq!(dates().await, expected.map(text));
        }
        // The parcels' timer is faster than the one that tells of a new date.
        app.clock().advance(TimeDelta::days(8));
        let third = ahead(&app, 5);
        sell_before(&app, &goods, Some(third)).await;
        app.clock().advance(TimeDelta::days(3));
        api::service::fulfillment::release_due(app.state()).await.expect("an answer");
        assert_eq!(dates().await, [text(third), text(third)]);
    }

    async fn what_need_not_wait_leaves_a_parcel_that_does(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let other = product("Cup").insert(&app, &shop).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let order = confirmed(&app, &guest, &shop, &other, 1).await;
        sell_before(&app, &goods, Some(ahead(&app, 9))).await;
        let writer = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
        changed(&app, &writer, &order, json!([{ "lineAdd": { "variantId": goods.variant(), "quantity": 1 } }])).await;
        let lines = read(&staff, &order, "lines { id }").await["lines"].clone();
        let both = json!([{ "lineId": lines[0]["id"], "quantity": 1 }, { "lineId": lines[1]["id"], "quantity": 1 }]);
        for (line, expected) in [(0, ["OPEN", "SCHEDULED"]), (1, ["SCHEDULED", "OPEN"])] {
            let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "lines": both, "idempotencyKey": key(&app) });
            let parcel = staff.run(PACK, json!({ "input": input })).await["fulfillmentCreate"]["fulfillment"].clone();
            assert_eq!(parcel["status"], "SCHEDULED");
            let input = json!({ "fulfillmentId": parcel["id"], "lines": [{ "lineId": lines[line]["id"], "quantity": 1 }], "idempotencyKey": key(&app) });
            let split = staff.run(SPLIT, json!({ "input": input })).await["fulfillmentSplit"]["fulfillment"].clone();
            let rest = read(&staff, &order, "fulfillments { id status }").await;
            let rest = rest["fulfillments"].as_array().expect("a list").iter().find(|row| row["id"] == parcel["id"]).expect("the first").clone();
            assert_eq!([&split["status"], &rest["status"]], expected);
            for parcel in [&split, &parcel] {
                let input = json!({ "fulfillmentId": parcel["id"], "reason": "another way", "idempotencyKey": key(&app) });
                staff.run(CANCEL, json!({ "input": input })).await;
            }
        }
    }

    async fn a_bundle_waits_for_what_it_is_made_of(app: TestApp) {
        let (shop, lamp) = lamps(&app, 9).await;
        let cup = product("Cup").insert(&app, &shop).await;
        let boxes = product("礼盒").stock(0).insert(&app, &shop).await;
        let parts = json!([{ "variantId": lamp.variant(), "quantity": 1 }, { "variantId": cup.variant(), "quantity": 2 }]);
        let input = json!({ "variantId": boxes.variant(), "components": parts });
        app.as_staff(&["PRODUCT_WRITE"]).await.run(BUNDLE_SET, json!({ "input": input })).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let order = confirmed(&app, &guest, &shop, &boxes, 1).await;
        let parcel = packed(&app, &staff, (&order, &shop)).await;
        let (first, second) = (ahead(&app, 5), ahead(&app, 9));
        set(&keeper(&app).await, &[(&boxes.skus[0], Some(first)), (&cup.skus[0], Some(second))], "set").await.ok();
        let seen = shown(&app, &boxes).await;
        assert_eq!((&seen["presale"]["shipsAt"], &seen["availability"]["status"]), (&json!(text(second)), &json!("PRESALE")));
        assert_eq!(shown(&app, &lamp).await["presale"], Value::Null);
        ship(&app, &staff, &parcel).await.expect_user_error("TOO_EARLY");
        let in_presale = cart(&guest, &shop, &boxes, 1).await;
        let in_presale = ordered(&app, &guest, &in_presale).await;
        turn(&app).await;
        for order in [&order, &in_presale] {
            assert_eq!(waits(&guest, order).await.0, text(second));
        }
        // The cups come at once: the box has its own date still.
        sell_before(&app, &cup, None).await;
        turn(&app).await;
        assert_eq!(waits(&guest, &order).await.0, text(first));
        ship(&app, &staff, &parcel).await.expect_user_error("TOO_EARLY");
        sell_before(&app, &boxes, None).await;
        ship(&app, &staff, &parcel).await.ok();
    }

    async fn what_staff_add_to_an_order_waits_too(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let other = product("Cup").insert(&app, &shop).await;
        let (guest, staff) = (app.guest(), packer(&app).await);
        let order = confirmed(&app, &guest, &shop, &other, 1).await;
        let date = ahead(&app, 9);
        sell_before(&app, &goods, Some(date)).await;
        let writer = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
        changed(&app, &writer, &order, json!([{ "lineAdd": { "variantId": goods.variant(), "quantity": 1 } }])).await;
        assert_eq!(read(&guest, &order, "lines { shipsAt }").await["lines"], json!([{ "shipsAt": null }, { "shipsAt": text(date) }]));
        let status = async |line| pack(&app, &staff, (&order, &shop), line, None).await.ok()["fulfillmentCreate"]["fulfillment"]["status"].clone();
        assert_eq!((status(0).await, status(1).await), (json!("OPEN"), json!("SCHEDULED")));
        turn(&app).await;
        assert_eq!(told(&guest, &order).await, [""; 0]);
    }

    async fn a_substitute_waits_for_its_own_date(app: TestApp) {
        let (shop, goods) = lamps(&app, 9).await;
        let other = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let date = ahead(&app, 9);
        sell_before(&app, &goods, Some(date)).await;
        for (ordered, sent, waits) in [(&goods, &other, Value::Null), (&other, &goods, json!(text(date)))] {
            let order = proposed(&app, &guest, &shop, ordered, json!({ "quantity": 3, "substituteSku": sent.skus[0] })).await;
            answer(&guest, &order, "ACCEPT", &key(&app)).await.ok();
            let expected = json!([{ "sku": sent.skus[0], "shipsAt": waits }]);
            assert_eq!(read(&guest, &order, "lines { sku shipsAt }").await["lines"], expected);
        }
    }

    async fn bad_dates_are_refused_and_a_key_sets_once(app: TestApp) {
        let (_shop, goods) = lamps(&app, 4).await;
        let sku = goods.skus[0].as_str();
        let (staff, date) = (keeper(&app).await, ahead(&app, 1));
        let before = app.fingerprint().await;
        let past = set(&staff, &[(sku, Some(ahead(&app, 0)))], "past").await.expect_user_error("INVALID");
        assert_eq!(past["field"], json!(["input", "presales", "0", "shipsAt"]));
        set(&staff, &[(sku, Some(ahead(&app, 1_097)))], "far").await.expect_user_error("INVALID");
        let unknown = set(&staff, &[(sku, Some(date)), ("nothing", Some(date))], "unknown").await.expect_user_error("UNKNOWN_SKU");
        assert_eq!(unknown["field"], json!(["input", "presales", "1", "sku"]));
        set(&staff, &[(sku, Some(date)), (sku, None)], "twice").await.expect_user_error("INVALID");
        set(&staff, &[], "none").await.expect_user_error("INVALID");
        set(&staff, &vec![(sku, None); 501], "many").await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
        let first = set(&staff, &[(sku, Some(date))], "a").await.ok();
        app.clock().advance(TimeDelta::hours(1));
        app.clock().advance(TimeDelta::days(2));
        set(&staff, &[(sku, Some(date))], "a").await.ok();
        set(&staff, &[(sku, None)], "a").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        assert_eq!(first["stockPresaleSet"]["variants"][0]["presale"]["shipsAt"], text(date));
        let row = entity::presale::Entity::find().one(app.connection()).await.expect("a read").expect("a row");
        assert_eq!(row.ships_at, Some(date));
    }
}

/// Writes a billing address into an order that is none, or takes it away: until then the order cannot be read.
async fn spoil(app: &TestApp, order: &Order, json: &str) {
    let id = OrderId::parse(&order.id).expect("an id").uuid();
    entity::order::Entity::update_many()
        .col_expr(
            entity::order::Column::BillingAddress,
            Expr::cust(json.to_owned()),
        )
        .filter(entity::order::Column::Id.eq(id))
        .exec(app.connection())
        .await
        .expect("a write");
}

/// Makes the lines of an order look as if it had been priced before there was a presale.
async fn forget(app: &TestApp, order: &Order) {
    let id = OrderId::parse(&order.id).expect("an id").uuid();
    entity::order_line::Entity::update_many()
        .col_expr(
            entity::order_line::Column::ShipsAt,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(entity::order_line::Column::OrderId.eq(id))
        .exec(app.connection())
        .await
        .expect("a write");
}
