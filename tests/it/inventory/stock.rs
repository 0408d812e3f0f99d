use serde_json::{Value, json};
use tests::{TestApp, both};

use crate::catalog::shelf::{CREATE, variant};

const SET: &str = "mutation($input: StockSetInput!) { stockSet(input: $input) {
    stockLevels { onHand available variant { sku } } skippedSkus userErrors { code field } } }";
const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) {
    stockLevels { onHand } userErrors { code field } } }";

async fn stocked(app: &TestApp) {
    let owner = app.as_owner().await;
    let product = json!({ "name": "Cup", "variants": [variant("CUP", "5.00")] });
    owner
        .run(CREATE, json!({ "input": { "product": product } }))
        .await;
    let hall = json!({ "warehouses": [{ "code": "HALL", "name": "Hall" }] });
    let document = "mutation($input: WarehousesUpsertInput!) { warehousesUpsert(input: $input) { userErrors { code } } }";
    owner.run(document, json!({ "input": hall })).await;
}

fn figures(on_hand: i32, version: i32, key: &str) -> Value {
    let row = json!({ "sku": "CUP", "warehouseCode": "HALL", "onHand": on_hand, "safety": 1, "sourceVersion": version });
    json!({ "input": { "levels": [row], "idempotencyKey": key } })
}

fn change(quantity: i32, key: &str) -> Value {
    let row = json!({ "sku": "CUP", "warehouseCode": "HALL", "quantity": quantity });
    json!({ "input": { "adjustments": [row], "reason": "count", "idempotencyKey": key } })
}

both! {
    async fn older_figures_of_the_back_office_are_skipped(app: TestApp) {
        stocked(&app).await;
        let owner = app.as_owner().await;
        let first = owner.run(SET, figures(10, 5, "a")).await;
        let level = json!({ "onHand": 10, "available": 9, "variant": { "sku": "CUP" } });
        assert_eq!(first["stockSet"]["stockLevels"], json!([level]));
        let older = owner.run(SET, figures(3, 4, "b")).await;
        assert_eq!(older["stockSet"]["skippedSkus"], json!(["CUP"]));
        assert_eq!(older["stockSet"]["stockLevels"], json!([level]));
        let again = owner.run(SET, figures(3, 4, "b")).await;
        assert_eq!(again["stockSet"], older["stockSet"]);
        owner.send(SET, figures(4, 6, "b")).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }
}

both! {
    async fn an_adjustment_counts_once_and_never_goes_below_zero(app: TestApp) {
        stocked(&app).await;
        let owner = app.as_owner().await;
        owner.run(ADJUST, change(5, "a")).await;
        let again = owner.run(ADJUST, change(5, "a")).await;
        assert_eq!(again["stockAdjust"]["stockLevels"], json!([{ "onHand": 5 }]));
        owner.send(ADJUST, change(-6, "b")).await.expect_user_error("INSUFFICIENT_STOCK");
        owner.send(ADJUST, change(0, "c")).await.expect_user_error("INVALID");
        let movements = owner.run("{ stockMovements { nodes { kind quantity reason } } }", Value::Null).await;
        let one = json!([{ "kind": "ADJUSTMENT", "quantity": 5, "reason": "count" }]);
        assert_eq!(movements["stockMovements"]["nodes"], one);
    }
}

both! {
    async fn unknown_goods_and_places_are_refused_by_name(app: TestApp) {
        stocked(&app).await;
        let owner = app.as_owner().await;
        let row = |sku: &str, code: &str| {
            let row = json!({ "sku": sku, "warehouseCode": code, "quantity": 1 });
            json!({ "input": { "adjustments": [row], "reason": "count", "idempotencyKey": "k" } })
        };
        owner.send(ADJUST, row("MUG", "HALL")).await.expect_user_error("UNKNOWN_SKU");
        owner.send(ADJUST, row("CUP", "LOFT")).await.expect_user_error("UNKNOWN_WAREHOUSE");
    }
}
