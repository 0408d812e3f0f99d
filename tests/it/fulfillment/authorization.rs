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

async fn hold(world: &World, parcel: &str) {
    let hold = "mutation($input: FulfillmentHoldInput!) { fulfillmentHold(input: $input) { fulfillment { id } userErrors { code } } }";
    let input =
        json!({ "fulfillmentId": parcel, "reason": "ADDRESS", "idempotencyKey": key(&world.app) });
    world.owner.run(hold, json!({ "input": input })).await;
}

async fn held(world: &World) -> String {
    let parcel = parcel(world).await;
    hold(world, &parcel).await;
    parcel
}

async fn sent(world: &World) -> String {
    let parcel = parcel(world).await;
    shipped(world, &parcel).await;
    parcel
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
        Row::new(
            "fulfillmentRelease",
            "mutation($input: FulfillmentReleaseInput!) { fulfillmentRelease(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": held(&world).await, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentHold",
            "mutation($input: FulfillmentHoldInput!) { fulfillmentHold(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": parcel(&world).await, "reason": "ADDRESS", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentPick",
            "mutation($input: FulfillmentPickInput!) { fulfillmentPick(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": parcel(&world).await, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentPack",
            "mutation($input: FulfillmentPackInput!) { fulfillmentPack(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": parcel(&world).await, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentLose",
            "mutation($input: FulfillmentLoseInput!) { fulfillmentLose(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": sent(&world).await, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentReturn",
            "mutation($input: FulfillmentReturnInput!) { fulfillmentReturn(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": sent(&world).await, "restock": true, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentTrack",
            "mutation($input: FulfillmentTrackInput!) { fulfillmentTrack(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "fulfillmentId": sent(&world).await, "events": [{ "description": "Sorted", "occurredAt": "2020-01-01T00:00:00Z" }], "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentSplit",
            "mutation($input: FulfillmentSplitInput!) { fulfillmentSplit(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            let shop = shop_or_existing(&world.app).await;
            let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
            let order = confirmed(&world.app, &world.member, &shop, &goods, 2).await;
            let parcel = packed(&world, &order, &shop).await;
            let line = read(&world.owner, &order, "lines { id }").await["lines"][0]["id"].clone();
            json!({ "input": { "fulfillmentId": parcel, "lines": [{ "lineId": line, "quantity": 1 }], "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "fulfillmentMove",
            "mutation($input: FulfillmentMoveInput!) { fulfillmentMove(input: $input) { fulfillment { id } userErrors { code } } }",
        )
        .needs("FULFILLMENT_WRITE")
        .variables(|world| async move {
            let (order, shop) = confirmed_order(&world).await;
            let parcel = packed(&world, &order, &shop).await;
            let sku = read(&world.owner, &order, "lines { sku }").await["lines"][0]["sku"].clone();
            let east = super::states::warehouse(&world.app, &key(&world.app)[24..], &sku, 5).await;
            json!({ "input": { "fulfillmentId": parcel, "warehouseId": east, "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Fulfillment.hold", "query($id: ID!) { order(id: $id) { fulfillments { hold { reason } } } }")
            .permission("ORDER_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move {
                let (order, shop) = confirmed_order(&world).await;
                let parcel = packed(&world, &order, &shop).await;
                hold(&world, &parcel).await;
                json!({ "id": order.id })
            }),
        // Seeing a parcel takes its order as well, which no single permission gives to staff.
        Row::new("Fulfillment.warehouse", "query($id: ID!) { node(id: $id) { ... on Fulfillment { warehouse { id } } } }")
            .permission("STOCK_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, Hidden])
            .variables(|world| async move { json!({ "id": parcel(&world).await }) }),
    ]
}
