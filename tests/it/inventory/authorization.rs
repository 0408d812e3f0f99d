//! Who may see and change stock: staff with `STOCK_READ` and `STOCK_WRITE`.

use serde_json::{Value, json};
use tests::arrange::{product, shop_or_existing};
use tests::authorization::{Row, World};

/// A SKU, and the code of the warehouse it lies in.
async fn place(world: &World) -> (String, Value) {
    let shop = shop_or_existing(&world.app).await;
    let name = format!("Crate {}", world.app.clock().new_id().simple());
    let goods = product(&name).insert(&world.app, &shop).await;
    let all = world
        .owner
        .run("{ warehouses { id code } }", json!({}))
        .await;
    let warehouses = all["warehouses"].as_array().expect("a list");
    let own = warehouses
        .iter()
        .find(|row| row["id"] == shop.warehouse.as_str());
    (
        goods.skus[0].clone(),
        own.expect("the shop's warehouse")["code"].clone(),
    )
}

fn key(world: &World) -> String {
    world.app.clock().new_id().to_string()
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new("Query.warehouses", "{ warehouses { code } }").needs("STOCK_READ"),
        Row::new("Query.stockLevels", "{ stockLevels(first: 1) { totalCount } }").needs("STOCK_READ"),
        Row::new("Query.stockMovements", "{ stockMovements(first: 1) { totalCount } }").needs("STOCK_READ"),
        Row::new("Query.stockCheck", "{ stockCheck { driftTotal } }")
            .needs("STOCK_READ")
            .variables(|world| async move {
                // Null before the first check.
                let checked = api::service::inventory::check_stock(world.app.state()).await;
                checked.expect("the database answers");
                json!({})
            }),
        Row::new("Query.stockReservations", "{ stockReservations(first: 1) { nodes { quantity } } }").needs("STOCK_READ"),
        Row::new(
            "warehousesUpsert",
            "mutation($input: WarehousesUpsertInput!) { warehousesUpsert(input: $input) { warehouses { code } userErrors { code } } }",
        )
        .needs("STOCK_WRITE")
        .variables(|_| async {
            let warehouse = json!({ "code": "annex", "name": "Annex", "priority": 9, "active": true });
            json!({ "input": { "warehouses": [warehouse] } })
        }),
        Row::new(
            "stockAdjust",
            "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { stockLevels { onHand } userErrors { code } } }",
        )
        .needs("STOCK_WRITE")
        .variables(|world| async move {
            let (sku, code) = place(&world).await;
            let adjustment = json!({ "sku": sku, "warehouseCode": code, "quantity": 2 });
            let input = json!({ "adjustments": [adjustment], "reason": "found", "idempotencyKey": key(&world) });
            json!({ "input": input })
        }),
        Row::new(
            "stockBackorderSet",
            "mutation($input: StockBackorderSetInput!) { stockBackorderSet(input: $input) { stockLevels { backorderLimit } userErrors { code } } }",
        )
        .needs("STOCK_WRITE")
        .variables(|world| async move {
            let (sku, code) = place(&world).await;
            let backorder = json!({ "sku": sku, "warehouseCode": code, "limit": 2 });
            json!({ "input": { "backorders": [backorder], "idempotencyKey": key(&world) } })
        }),
        Row::new(
            "stockSet",
            "mutation($input: StockSetInput!) { stockSet(input: $input) { stockLevels { onHand } userErrors { code } } }",
        )
        .needs("STOCK_WRITE")
        .variables(|world| async move {
            let (sku, code) = place(&world).await;
            let level = json!({ "sku": sku, "warehouseCode": code, "onHand": 7, "sourceVersion": 1 });
            json!({ "input": { "levels": [level], "idempotencyKey": key(&world) } })
        }),
    ]
}
