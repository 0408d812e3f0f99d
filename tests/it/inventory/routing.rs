//! Which warehouses orders are taken from, as the shop says.

use domain::stock::RoutingPolicy;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::arrange::{Goods, change_channel, product, shop};
use tests::checkout::{Cart, address, ordered};
use tests::{Client, TestApp, both};

const CREATE: &str = "mutation($input: CartCreateInput!) { cartCreate(input: $input) {
    cart { id cost { total { amount currencyCode } } } userErrors { code field } } }";
const ADJUST: &str =
    "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { code } } }";
const WAREHOUSES: &str = "mutation($input: WarehousesUpsertInput!) { warehousesUpsert(input: $input) { userErrors { code } } }";
const LEVELS: &str =
    "{ stockLevels { nodes { allocated reserved variant { sku } warehouse { code } } } }";

/// Lamps and cups: of lamps the first warehouse has 4, the second 9 and the third 4; cups are in the third alone.
async fn three_houses(app: &TestApp) -> [Goods; 2] {
    let shop = shop(app).await;
    let lamps = product("Lamp").stock(4).insert(app, &shop).await;
    let cups = product("Cup").stock(0).insert(app, &shop).await;
    let staff = app.as_staff(&["STOCK_WRITE"]).await;
    let houses = json!([{ "code": "second", "name": "Second", "priority": 2, "active": true }, { "code": "third", "name": "Third", "priority": 3, "active": true }]);
    staff
        .run(WAREHOUSES, json!({ "input": { "warehouses": houses } }))
        .await;
    let row = |goods: &Goods, code: &str, units: i32| json!({ "sku": goods.skus[0], "warehouseCode": code, "quantity": units });
    let rows = json!([
        row(&lamps, "second", 9),
        row(&lamps, "third", 4),
        row(&cups, "third", 2)
    ]);
    staff
        .run(
            ADJUST,
            json!({ "input": { "adjustments": rows, "reason": "count", "idempotencyKey": "k" } }),
        )
        .await;
    [lamps, cups]
}

async fn route_by(app: &TestApp, policy: RoutingPolicy) {
    change_channel(app, |channel| channel.routing_policy = Set(policy.into())).await;
}

async fn three_lamps_and_a_cup(app: &TestApp, client: &Client, goods: &[Goods; 2]) -> Cart {
    let shop = tests::arrange::shop_or_existing(app).await;
    let lines = json!([{ "variantId": goods[0].variant(), "quantity": 3 }, { "variantId": goods[1].variant(), "quantity": 1 }]);
    let buyer = json!({ "email": "buyer@shop.test", "shippingAddress": address(), "shippingMethodId": shop.shipping_method });
    let made = client
        .run(
            CREATE,
            json!({ "input": { "lines": lines, "cart": buyer } }),
        )
        .await;
    let cart = &made["cartCreate"]["cart"];
    Cart {
        id: cart["id"].as_str().expect("an id").to_owned(),
        total: cart["cost"]["total"].clone(),
    }
}

/// Where units are promised or held: SKU, warehouse, promised, held; sorted.
async fn taken(app: &TestApp) -> Vec<String> {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    let levels = staff.run(LEVELS, Value::Null).await;
    let levels = levels["stockLevels"]["nodes"]
        .as_array()
        .expect("a list")
        .clone();
    let used = levels
        .iter()
        .filter(|level| level["allocated"] != 0 || level["reserved"] != 0);
    let mut used: Vec<String> = used
        .map(|level| {
            format!(
                "{} {} {} {}",
                level["variant"]["sku"],
                level["warehouse"]["code"],
                level["allocated"],
                level["reserved"]
            )
            .replace('"', "")
        })
        .collect();
    used.sort();
    used
}

both! {
    async fn each_policy_takes_an_order_from_elsewhere(app: TestApp) {
        let goods = three_houses(&app).await;
        let guest = app.guest();
        for (policy, lamps) in [
            (RoutingPolicy::Priority, "LAMP-1 main 3 0"),
            (RoutingPolicy::MostStock, "LAMP-1 second 3 0"),
        ] {
            route_by(&app, policy).await;
            let cart = three_lamps_and_a_cup(&app, &guest, &goods).await;
            ordered(&app, &guest, &cart).await;
            assert!(taken(&app).await.contains(&lamps.to_owned()), "{policy}: {:?}", taken(&app).await);
        }
    }

    async fn one_parcel_is_made_where_one_warehouse_has_all_lines(app: TestApp) {
        let goods = three_houses(&app).await;
        let guest = app.guest();
        route_by(&app, RoutingPolicy::FewestSplits).await;
        let cart = three_lamps_and_a_cup(&app, &guest, &goods).await;
        ordered(&app, &guest, &cart).await;
        assert_eq!(taken(&app).await, ["CUP-1 third 1 0", "LAMP-1 third 3 0"]);
    }

    async fn a_cart_holds_where_its_order_will_be_taken_from(app: TestApp) {
        let goods = three_houses(&app).await;
        let guest = app.guest();
        route_by(&app, RoutingPolicy::FewestSplits).await;
        change_channel(&app, |channel| channel.reservation_policy = Set(domain::stock::ReservationPolicy::OnAdd.into())).await;
        let cart = three_lamps_and_a_cup(&app, &guest, &goods).await;
        assert_eq!(taken(&app).await, ["CUP-1 third 0 1", "LAMP-1 third 0 3"]);
        ordered(&app, &guest, &cart).await;
        assert_eq!(taken(&app).await, ["CUP-1 third 1 0", "LAMP-1 third 3 0"]);
    }
}
