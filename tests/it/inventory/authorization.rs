//! Who may see and change stock: staff with `STOCK_READ` and `STOCK_WRITE`.

use serde_json::{Value, json};
use tests::arrange::{product, shop_or_existing};
use tests::authorization::{
    Expected::{Allowed, TopError, UserError},
    Row, World,
};

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

/// Something that is sold out.
async fn sold_out(world: &World) -> Value {
    let shop = shop_or_existing(&world.app).await;
    let name = format!("Crate {}", world.app.clock().new_id().simple());
    let goods = product(&name).stock(0).insert(&world.app, &shop).await;
    json!(goods.variant())
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
            "stockPresaleSet",
            "mutation($input: StockPresaleSetInput!) { stockPresaleSet(input: $input) { variants { presale { shipsAt } } userErrors { code } } }",
        )
        .needs("STOCK_WRITE")
        .variables(|world| async move {
            let (sku, _) = place(&world).await;
            let date = world.app.clock().now() + chrono::TimeDelta::days(3);
            json!({ "input": { "presales": [{ "sku": sku, "shipsAt": date }], "idempotencyKey": key(&world) } })
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
        Row::new(
            "stockAlertSubscribe",
            "mutation($input: StockAlertSubscribeInput!) { stockAlertSubscribe(input: $input) { variant { id } userErrors { code } } }",
        )
        // Members are told at their own address and give none.
        .expects([Allowed, UserError("INVALID"), UserError("INVALID"), Allowed, Allowed])
        .variables(|world| async move {
            let email = format!("{}@example.test", key(&world));
            json!({ "input": { "variantId": sold_out(&world).await, "email": email } })
        }),
        Row::new(
            "stockAlertCancel",
            "mutation($input: StockAlertCancelInput!) { stockAlertCancel(input: $input) { stockAlert { id } userErrors { code } } }",
        )
        .expects([
            TopError("UNAUTHENTICATED"),
            Allowed,
            UserError("NOT_FOUND"),
            TopError("UNAUTHENTICATED"),
            TopError("UNAUTHENTICATED"),
        ])
        .variables(|world| async move {
            let subscribe = "mutation($input: StockAlertSubscribeInput!) { stockAlertSubscribe(input: $input) { stockAlert { id } userErrors { code } } }";
            let input = json!({ "input": { "variantId": sold_out(&world).await } });
            let asked = world.member.run(subscribe, input).await;
            json!({ "input": { "stockAlertId": asked["stockAlertSubscribe"]["stockAlert"]["id"] } })
        }),
        Row::new("ProductVariant.stockAlertCount", "query($id: ID!) { productVariant(id: $id) { stockAlertCount } }")
            .needs("STOCK_READ")
            .variables(|world| async move { json!({ "id": sold_out(&world).await }) }),
    ]
}
