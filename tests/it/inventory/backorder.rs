//! Units sold beyond those in the house: how many, and when they should arrive.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::stock::ReservationPolicy;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{cart, key, placed, read, stock, try_place};
use tests::{Answer, Client, TestApp, both};

use super::reservation::holding;

const SET: &str = "mutation($input: StockBackorderSetInput!) { stockBackorderSet(input: $input) {
    stockLevels { backorderLimit expectedAt available } userErrors { code field } } }";
const AVAILABILITY: &str = "query($id: ID!) { productVariant(id: $id) {
    availability { status quantity expectedAt } } }";

fn text(date: DateTime<Utc>) -> String {
    date.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// An instant ahead, as the database keeps it.
fn ahead(app: &TestApp, wait: TimeDelta) -> DateTime<Utc> {
    let micros = (app.clock().now() + wait).timestamp_micros();
    DateTime::from_timestamp_micros(micros).expect("a date")
}

async fn keeper(app: &TestApp) -> Client {
    app.as_staff(&["STOCK_READ", "STOCK_WRITE"]).await
}

/// Sets what may be backordered at the only warehouse.
async fn set(
    staff: &Client,
    goods: &Goods,
    limit: i32,
    expected_at: Option<String>,
    key: &str,
) -> Answer {
    let all = staff.run("{ warehouses { code } }", Value::Null).await;
    let code = &all["warehouses"][0]["code"];
    let row = json!({ "sku": goods.skus[0], "warehouseCode": code, "limit": limit, "expectedAt": expected_at });
    let input = json!({ "backorders": [row], "idempotencyKey": key });
    staff.send(SET, json!({ "input": input })).await
}

async fn allow(app: &TestApp, goods: &Goods, limit: i32, expected_at: Option<DateTime<Utc>>) {
    let staff = keeper(app).await;
    set(&staff, goods, limit, expected_at.map(text), &key(app))
        .await
        .ok();
}

async fn shown(app: &TestApp, goods: &Goods) -> Value {
    let variant = app
        .guest()
        .run(AVAILABILITY, json!({ "id": goods.variant() }))
        .await;
    variant["productVariant"]["availability"].clone()
}

async fn lamps(app: &TestApp, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    (shop, goods)
}

both! {
    async fn what_is_sold_beyond_the_house_keeps_the_date_it_was_promised(app: TestApp) {
        let (shop, goods) = lamps(&app, 2).await;
        let date = ahead(&app, TimeDelta::days(9));
        allow(&app, &goods, 3, Some(date)).await;
        assert_eq!(shown(&app, &goods).await, json!({ "status": "LOW_STOCK", "quantity": 5, "expectedAt": null }));
        let guest = app.guest();
        let at_once = placed(&app, &guest, &shop, &goods, 2).await;
        assert_eq!(shown(&app, &goods).await, json!({ "status": "BACKORDER", "quantity": 3, "expectedAt": text(date) }));
        let later = placed(&app, &guest, &shop, &goods, 1).await;
        let too_many = cart(&guest, &shop, &goods, 2).await;
        allow(&app, &goods, 2, Some(ahead(&app, TimeDelta::days(20)))).await;
        assert_eq!(read(&guest, &at_once, "lines { expectedAt }").await, json!({ "lines": [{ "expectedAt": null }] }));
        assert_eq!(read(&guest, &later, "lines { expectedAt }").await, json!({ "lines": [{ "expectedAt": text(date) }] }));
        try_place(&guest, &too_many, &key(&app)).await.expect_user_error("CART_HAS_PROBLEMS");
        assert_eq!(stock(&app, &goods).await, (2, 3));
    }

    async fn a_date_nobody_knows_or_that_passed_is_promised_to_nobody(app: TestApp) {
        let (shop, goods) = lamps(&app, 0).await;
        let guest = app.guest();
        allow(&app, &goods, 5, None).await;
        assert_eq!(shown(&app, &goods).await, json!({ "status": "BACKORDER", "quantity": 5, "expectedAt": null }));
        let unknown = placed(&app, &guest, &shop, &goods, 1).await;
        allow(&app, &goods, 5, Some(ahead(&app, TimeDelta::days(1)))).await;
        app.clock().advance(TimeDelta::days(2));
        assert_eq!(shown(&app, &goods).await["expectedAt"], Value::Null);
        let passed = placed(&app, &guest, &shop, &goods, 1).await;
        for order in [unknown, passed] {
            assert_eq!(read(&guest, &order, "lines { expectedAt }").await, json!({ "lines": [{ "expectedAt": null }] }));
        }
    }

    async fn a_limit_below_what_is_promised_is_refused_and_changes_nothing(app: TestApp) {
        let (shop, goods) = lamps(&app, 0).await;
        allow(&app, &goods, 3, None).await;
        placed(&app, &app.guest(), &shop, &goods, 2).await;
        let staff = keeper(&app).await;
        let before = app.fingerprint().await;
        set(&staff, &goods, 1, None, "low").await.expect_user_error("INSUFFICIENT_STOCK");
        set(&staff, &goods, -1, None, "negative").await.expect_user_error("INVALID");
        set(&staff, &goods, 1_000_001, None, "huge").await.expect_user_error("INVALID");
        let past = text(app.clock().now() - TimeDelta::days(1));
        set(&staff, &goods, 3, Some(past), "past").await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
        allow(&app, &goods, 2, None).await;
        assert_eq!(shown(&app, &goods).await["status"], "OUT_OF_STOCK");
    }

    async fn a_limit_is_set_once_for_each_key(app: TestApp) {
        let (_shop, goods) = lamps(&app, 4).await;
        let staff = keeper(&app).await;
        let date = text(ahead(&app, TimeDelta::minutes(3)));
        let first = set(&staff, &goods, 3, Some(date.clone()), "a").await.ok();
        let level = json!([{ "backorderLimit": 3, "expectedAt": date, "available": 4 }]);
        assert_eq!(first["stockBackorderSet"]["stockLevels"], level);
        app.clock().advance(TimeDelta::minutes(5));
        assert_eq!(set(&staff, &goods, 3, Some(date), "a").await.ok(), first);
        set(&staff, &goods, 4, None, "a").await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }

    async fn holds_of_carts_give_way_to_a_lower_limit(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 1).await;
        allow(&app, &goods, 3, None).await;
        let guest = app.guest();
        cart(&guest, &shop, &goods, 3).await;
        placed(&app, &guest, &shop, &goods, 1).await;
        allow(&app, &goods, 2, None).await;
        let staff = app.as_staff(&["STOCK_READ"]).await;
        let held = staff.run("{ stockReservations { nodes { quantity } } }", Value::Null).await;
        assert_eq!(held["stockReservations"]["nodes"], json!([]));
        assert_eq!(shown(&app, &goods).await["quantity"], 2);
    }
}
