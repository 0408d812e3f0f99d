use serde_json::{Value, json};
use tests::arrange::{product, shop_or_existing};
use tests::authorization::Expected::{Hidden, TopError};
use tests::authorization::{Row, World};
use tests::checkout::{Order, confirmed, key, read};

use crate::order::authorization::{packed, shipped};

async fn confirmed_order(world: &World) -> (Order, tests::arrange::Shop) {
    let shop = shop_or_existing(&world.app).await;
    let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
    (
        confirmed(&world.app, &world.member, &shop, &goods, 1).await,
        shop,
    )
}

async fn parcel(world: &World) -> String {
    let (order, shop) = confirmed_order(world).await;
    packed(world, &order, &shop).await
}

async fn open_parcel(world: World) -> Value {
    json!({ "input": { "fulfillmentId": parcel(&world).await, "reason": "wrong box", "idempotencyKey": key(&world.app) } })
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "fulfillmentCreate",
            "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            let (order, shop) = confirmed_order(&world).await;
            let line = read(&world.owner, &order, "lines { id }").await["lines"][0]["id"].clone();
            json!({ "input": { "orderId": order.id, "warehouseId": shop.warehouse, "lines": [{ "lineId": line, "quantity": 1 }],
                "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentShip",
            "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": parcel(&world).await, "notify": true, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentDeliver",
            "mutation($input: FulfillmentDeliverInput!) { fulfillmentDeliver(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            let parcel = parcel(&world).await;
            shipped(&world, &parcel).await;
            json!({ "input": { "fulfillmentId": parcel, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentCancel",
            "mutation($input: FulfillmentCancelInput!) { fulfillmentCancel(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(open_parcel),
        // Seeing a parcel takes its order as well, which no single permission gives to staff.
        Row::new("Fulfillment.warehouse", "query($id: ID!) { node(id: $id) { ... on Fulfillment { warehouse { id } } } }")
            .permission("STOCK_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, Hidden])
            .variables(|world| async move { json!({ "id": parcel(&world).await }) }),
    ]
}
