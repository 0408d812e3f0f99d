use chrono::TimeDelta;
use domain::id::WarehouseId;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop};
use tests::checkout::{Order, confirmed, key, read, stock};
use tests::{Answer, Client, TestApp, both};

const PARCEL: &str = "id status availableActions scheduledAt restocked hold { reason note } lines { quantity line { sku } }
    trackingEvents { description location } warehouse { id } order { fulfillmentStatus }";

async fn act(app: &TestApp, staff: &Client, name: &str, mut input: Value) -> Answer {
    if input["idempotencyKey"].is_null() {
        input["idempotencyKey"] = json!(key(app));
    }
    let shape = format!("{}Input", name[..1].to_uppercase() + &name[1..]);
    let document = format!(
        "mutation($input: {shape}!) {{ {name}(input: $input) {{ fulfillment {{ {PARCEL} }} userErrors {{ code field message }} }} }}"
    );
    staff.send(&document, json!({ "input": input })).await
}

async fn done(app: &TestApp, staff: &Client, name: &str, input: Value) -> Value {
    act(app, staff, name, input).await.ok()[name]["fulfillment"].clone()
}

/// A parcel with so many units of the order's first line; `more` goes into the input.
async fn packed(
    app: &TestApp,
    staff: &Client,
    (order, shop): (&Order, &Shop),
    units: i32,
    more: Value,
) -> Value {
    let line = read(&app.as_owner().await, order, "lines { id }").await["lines"][0]["id"].clone();
    let mut input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "lines": [{ "lineId": line, "quantity": units }] });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    done(app, staff, "fulfillmentCreate", input).await
}

/// Another warehouse that has so many units of a variant; its id.
pub(super) async fn warehouse(app: &TestApp, code: &str, sku: &Value, units: i32) -> String {
    let id = app.clock().new_id();
    let now = app.clock().now();
    let house = entity::warehouse::ActiveModel {
        id: Set(id),
        code: Set(code.to_owned()),
        name: Set(code.to_owned()),
        priority: Set(9),
        pickup: Set(false),
        active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    house.insert(app.connection()).await.unwrap();
    let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { stockLevels { id } userErrors { code } } }";
    let input = json!({ "reason": "moved in", "idempotencyKey": key(app), "adjustments": [{ "sku": sku, "warehouseCode": code, "quantity": units }] });
    app.as_owner()
        .await
        .run(adjust, json!({ "input": input }))
        .await;
    WarehouseId(id).to_string()
}

fn id(parcel: &Value) -> Value {
    json!({ "fulfillmentId": parcel["id"] })
}

both! {
    async fn a_parcel_is_held_released_picked_packed_and_sent(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "STOCK_READ", "ORDER_READ"]).await;
        let parcel = packed(&app, &staff, (&order, &shop), 2, json!({})).await;
        let hold = json!({ "fulfillmentId": parcel["id"], "reason": "ADDRESS", "note": "No such street" });
        let held = done(&app, &staff, "fulfillmentHold", hold).await;
        assert_eq!((&held["status"], &held["hold"]), (&json!("ON_HOLD"), &json!({ "reason": "ADDRESS", "note": "No such street" })));
        assert_eq!(held["order"]["fulfillmentStatus"], "ON_HOLD");
        let before = app.fingerprint().await;
        let ship = json!({ "fulfillmentId": parcel["id"], "notify": false });
        act(&app, &staff, "fulfillmentShip", ship.clone()).await.expect_user_error("INVALID_TRANSITION");
        act(&app, &staff, "fulfillmentPick", id(&parcel)).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
        let key = key(&app);
        let release = json!({ "fulfillmentId": parcel["id"], "idempotencyKey": key });
        let open = done(&app, &staff, "fulfillmentRelease", release.clone()).await;
        assert_eq!((&open["status"], &open["hold"], &open["order"]["fulfillmentStatus"]), (&json!("OPEN"), &Value::Null, &json!("UNFULFILLED")));
        assert_eq!(done(&app, &staff, "fulfillmentRelease", release).await, open, "the same key releases once");
        let picking = done(&app, &staff, "fulfillmentPick", id(&parcel)).await;
        assert_eq!(picking["availableActions"], json!(["FULFILLMENT_HOLD", "FULFILLMENT_PACK", "FULFILLMENT_SHIP", "FULFILLMENT_CANCEL"]));
        assert_eq!(done(&app, &staff, "fulfillmentPack", id(&parcel)).await["status"], "PACKED");
        assert_eq!(stock(&app, &goods).await, (100, 2), "stock leaves with the parcel");
        assert_eq!(done(&app, &staff, "fulfillmentShip", ship).await["status"], "SHIPPED");
        assert_eq!(stock(&app, &goods).await, (98, 0));
        let told = read(&guest, &order, "timeline { kind message }").await;
        let told: Vec<&str> = told["timeline"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "FULFILLMENT_CHANGED")
            .map(|entry| entry["message"].as_str().unwrap()).collect();
        assert_eq!(told, ["A parcel is packed.", "A parcel is being picked.", "A parcel is to be picked."], "holding is the shop's own business");
    }

    async fn a_parcel_waits_for_its_date(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 1).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "STOCK_READ"]).await;
        let date = app.clock().now() + TimeDelta::days(3);
        let parcel = packed(&app, &staff, (&order, &shop), 1, json!({ "scheduledAt": date })).await;
        assert_eq!(parcel["status"], "SCHEDULED");
        let ship = json!({ "fulfillmentId": parcel["id"], "notify": false });
        act(&app, &staff, "fulfillmentShip", ship).await.expect_user_error("INVALID_TRANSITION");
        let status = async || read(&guest, &order, "fulfillments { status }").await["fulfillments"][0]["status"].clone();
        app.clock().advance(TimeDelta::days(2));
        app.run_timers().await;
        assert_eq!(status().await, "SCHEDULED");
        app.clock().advance(TimeDelta::days(1));
        app.run_timers().await;
        assert_eq!(status().await, "OPEN");
    }

    async fn a_parcel_is_split_and_sent_from_elsewhere(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "STOCK_READ"]).await;
        let line = read(&app.as_owner().await, &order, "lines { id }").await["lines"][0]["id"].clone();
        let parcel = packed(&app, &staff, (&order, &shop), 3, json!({})).await;
        let split = |units: i32| json!({ "fulfillmentId": parcel["id"], "lines": [{ "lineId": line, "quantity": units }] });
        let east = warehouse(&app, "east", &json!(goods.skus[0]), 1).await;
        let before = app.fingerprint().await;
        act(&app, &staff, "fulfillmentSplit", split(3)).await.expect_user_error("QUANTITY_TOO_HIGH");
        act(&app, &staff, "fulfillmentSplit", split(4)).await.expect_user_error("QUANTITY_TOO_HIGH");
        act(&app, &staff, "fulfillmentSplit", split(0)).await.expect_user_error("INVALID");
        let there = |parcel: &Value, house: &str| json!({ "fulfillmentId": parcel["id"], "warehouseId": house });
        act(&app, &staff, "fulfillmentMove", there(&parcel, &shop.warehouse)).await.expect_user_error("INVALID");
        act(&app, &staff, "fulfillmentMove", there(&parcel, &east)).await.expect_user_error("INSUFFICIENT_STOCK");
        assert_eq!(app.fingerprint().await, before);
        let second = done(&app, &staff, "fulfillmentSplit", split(1)).await;
        assert_eq!((&second["status"], &second["lines"]), (&json!("OPEN"), &json!([{ "quantity": 1, "line": { "sku": goods.skus[0] } }])));
        let shown = read(&guest, &order, "fulfillments { lines { quantity } }").await;
        assert_eq!(shown["fulfillments"], json!([{ "lines": [{ "quantity": 2 }] }, { "lines": [{ "quantity": 1 }] }]));
        let moved = done(&app, &staff, "fulfillmentMove", there(&second, &east)).await;
        assert_eq!(moved["warehouse"]["id"], json!(east));
        assert_eq!(stock(&app, &goods).await, (101, 3));
        done(&app, &staff, "fulfillmentPick", id(&parcel)).await;
        act(&app, &staff, "fulfillmentMove", there(&parcel, &east)).await.expect_user_error("INVALID_TRANSITION");
        act(&app, &staff, "fulfillmentSplit", split(1)).await.expect_user_error("INVALID_TRANSITION");
        for parcel in [&parcel, &second] {
            let ship = json!({ "fulfillmentId": parcel["id"], "notify": false });
            done(&app, &staff, "fulfillmentShip", ship).await;
        }
        assert_eq!(stock(&app, &goods).await, (98, 0));
    }

    async fn what_is_lost_may_turn_up_and_what_comes_back_is_sold_again(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "STOCK_READ", "ORDER_READ"]).await;
        let (first, second) = (packed(&app, &staff, (&order, &shop), 1, json!({})).await, packed(&app, &staff, (&order, &shop), 2, json!({})).await);
        let track = |parcel: &Value, at: chrono::DateTime<chrono::Utc>| json!({ "fulfillmentId": parcel["id"],
            "events": [{ "description": "Sorted", "location": "Leipzig", "occurredAt": at }] });
        act(&app, &staff, "fulfillmentTrack", track(&first, app.clock().now())).await.expect_user_error("INVALID_TRANSITION");
        act(&app, &staff, "fulfillmentLose", id(&first)).await.expect_user_error("INVALID_TRANSITION");
        for parcel in [&first, &second] {
            let ship = json!({ "fulfillmentId": parcel["id"], "notify": false });
            done(&app, &staff, "fulfillmentShip", ship).await;
        }
        let tomorrow = app.clock().now() + TimeDelta::days(1);
        act(&app, &staff, "fulfillmentTrack", track(&first, tomorrow)).await.expect_user_error("INVALID");
        let followed = done(&app, &staff, "fulfillmentTrack", track(&first, app.clock().now())).await;
        assert_eq!(followed["trackingEvents"], json!([{ "description": "Sorted", "location": "Leipzig" }]));
        assert_eq!(done(&app, &staff, "fulfillmentLose", id(&first)).await["status"], "LOST");
        assert_eq!(read(&guest, &order, "lines { returnableQuantity }").await["lines"][0]["returnableQuantity"], 3);
        let here = done(&app, &staff, "fulfillmentDeliver", id(&first)).await;
        assert_eq!((&here["status"], &here["order"]["fulfillmentStatus"]), (&json!("DELIVERED"), &json!("FULFILLED")));
        let back = json!({ "fulfillmentId": second["id"], "restock": true });
        let back = done(&app, &staff, "fulfillmentReturn", back).await;
        assert_eq!((&back["status"], &back["restocked"], &back["order"]["fulfillmentStatus"]), (&json!("RETURNED_TO_SENDER"), &json!(true), &json!("FULFILLED")));
        assert_eq!(stock(&app, &goods).await, (99, 0));
        assert_eq!(read(&guest, &order, "lines { returnableQuantity }").await["lines"][0]["returnableQuantity"], 1, "nobody has what came back");
        act(&app, &staff, "fulfillmentDeliver", id(&second)).await.expect_user_error("INVALID_TRANSITION");
    }
}
