use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop_or_existing};
use tests::authorization::Expected::{Allowed, Hidden, TopError, UserError};
use tests::authorization::{Row, World};
use tests::checkout::{Order, completed, key};

use super::{approve, asked, inspect, pay_out, receive};

async fn received_order(world: &World) -> (Order, Shop) {
    let shop = shop_or_existing(&world.app).await;
    let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
    let order = completed(&world.app, &world.member, &shop, &goods, 1).await;
    (order, shop)
}

async fn opened(world: &World) -> (Value, Shop) {
    let (order, shop) = received_order(world).await;
    let case = asked(
        &world.app,
        &world.member,
        &order,
        ("RETURN", "DEFECTIVE"),
        1,
    )
    .await;
    (case, shop)
}

async fn approved(world: &World) -> (Value, Shop) {
    let (case, shop) = opened(world).await;
    approve(&world.app, &world.owner, &case).await.ok();
    (case, shop)
}

async fn arrived(world: &World) -> Value {
    let (case, shop) = approved(world).await;
    receive(&world.app, &world.owner, &shop, &case, 1)
        .await
        .ok();
    case
}

async fn examined(world: &World) -> Value {
    let case = arrived(world).await;
    let found = inspect(
        &world.app,
        &world.owner,
        &case,
        &[(1, "DAMAGED")],
        json!({}),
    )
    .await;
    super::case("afterSaleInspect", found)
}

/// What the case would pay out: other rows may have made goods cheaper.
fn total(case: &Value) -> &str {
    case["breakdown"]["total"]["amount"].as_str().unwrap()
}

async fn case_id(world: World) -> Value {
    json!({ "id": opened(&world).await.0["id"] })
}

pub(crate) fn rows() -> Vec<Row> {
    let stranger = UserError("NOT_FOUND");
    let buyer_only = [stranger, Allowed, stranger, stranger, stranger];
    vec![
        Row::new(
            "afterSaleRequest",
            "mutation($input: AfterSaleRequestInput!) { afterSaleRequest(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .permission("AFTER_SALE_WRITE")
        .expects([stranger, Allowed, stranger, stranger, Allowed])
        .variables(|world| async move {
            let (order, _) = received_order(&world).await;
            let line = super::line(&world.owner, &order).await;
            json!({ "input": { "orderId": order.id, "kind": "RETURN", "reason": "DEFECTIVE", "lines": [{ "orderLineId": line, "quantity": 1 }],
                "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "afterSaleRespond",
            "mutation($input: AfterSaleRespondInput!) { afterSaleRespond(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .needs("AFTER_SALE_WRITE")
        .variables(|world| async move {
            let (case, _) = opened(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "decision": "ACCEPT", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "afterSaleShip",
            "mutation($input: AfterSaleShipInput!) { afterSaleShip(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .permission("AFTER_SALE_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            let (case, _) = approved(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "tracking": { "carrier": "DHL", "number": "1" }, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "afterSaleReceive",
            "mutation($input: AfterSaleReceiveInput!) { afterSaleReceive(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .needs("AFTER_SALE_WRITE")
        .variables(|world| async move {
            let (case, shop) = approved(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "warehouseId": shop.warehouse, "idempotencyKey": key(&world.app),
                "lines": [{ "lineId": case["lines"][0]["id"], "quantity": 1 }] } })
        }),
        Row::new(
            "afterSaleInspect",
            "mutation($input: AfterSaleInspectInput!) { afterSaleInspect(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .needs("AFTER_SALE_WRITE")
        .variables(|world| async move {
            let case = arrived(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "idempotencyKey": key(&world.app),
                "lines": [{ "lineId": case["lines"][0]["id"], "quantity": 1, "condition": "SELLABLE" }] } })
        }),
        Row::new(
            "afterSaleRefund",
            "mutation($input: AfterSaleRefundInput!) { afterSaleRefund(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .needs("REFUND_WRITE")
        .variables(|world| async move {
            let case = examined(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "expectedTotal": { "amount": total(&case), "currencyCode": "EUR" }, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "afterSaleCancel",
            "mutation($input: AfterSaleCancelInput!) { afterSaleCancel(input: $input) { afterSale { id } userErrors { code } } }",
        )
        .permission("AFTER_SALE_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            let (case, _) = opened(&world).await;
            json!({ "input": { "afterSaleId": case["id"], "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Query.afterSale", "query($id: ID!) { afterSale(id: $id) { id lines { id } } }")
            .permission("AFTER_SALE_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, Allowed])
            .variables(case_id),
        Row::new("Query.afterSales", "{ afterSales { nodes { id } } }").needs("AFTER_SALE_READ"),
        Row::new("AfterSale.refundRequest", "query($id: ID!) { afterSale(id: $id) { refundRequest { id } } }")
            .permission("AFTER_SALE_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(case_id),
        Row::new("AfterSale.refund", "query($id: ID!) { afterSale(id: $id) { refund { id } } }")
            .permission("AFTER_SALE_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move {
                let case = examined(&world).await;
                pay_out(&world.app, &world.owner, &case, total(&case)).await.ok();
                json!({ "id": case["id"] })
            }),
    ]
}
