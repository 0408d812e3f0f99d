use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop_or_existing};
use tests::authorization::Expected::{Allowed, Hidden, TopError, UserError};
use tests::authorization::{Row, World};
use tests::checkout::{Order, cart, confirmed, key, paid, placed, read, try_place};

async fn shelf(world: &World) -> (Shop, tests::arrange::Goods) {
    let shop = shop_or_existing(&world.app).await;
    let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
    (shop, goods)
}

async fn placed_order(world: &World) -> Order {
    let (shop, goods) = shelf(world).await;
    placed(&world.app, &world.member, &shop, &goods, 1).await
}

async fn confirmed_order(world: &World) -> (Order, Shop) {
    let (shop, goods) = shelf(world).await;
    (
        confirmed(&world.app, &world.member, &shop, &goods, 1).await,
        shop,
    )
}

/// A parcel with everything in it; its id.
pub(crate) async fn packed(world: &World, order: &Order, shop: &Shop) -> String {
    let line = read(&world.owner, order, "lines { id quantity }").await["lines"][0].clone();
    let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "idempotencyKey": key(&world.app),
        "lines": [{ "lineId": line["id"], "quantity": line["quantity"] }] });
    let create = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) { fulfillment { id } userErrors { code } } }";
    let data = world.owner.run(create, json!({ "input": input })).await;
    data["fulfillmentCreate"]["fulfillment"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) async fn shipped(world: &World, parcel: &str) {
    let ship = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { id } userErrors { code } } }";
    let input =
        json!({ "fulfillmentId": parcel, "notify": false, "idempotencyKey": key(&world.app) });
    world.owner.run(ship, json!({ "input": input })).await;
}

async fn order_id(world: World) -> Value {
    json!({ "id": placed_order(&world).await.id })
}

async fn cancelled_order_id(world: World) -> Value {
    let (shop, goods) = shelf(&world).await;
    let order = paid(&world.app, &world.member, &shop, &goods, 1).await;
    let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
    let input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false,
        "idempotencyKey": key(&world.app) });
    world.owner.run(cancel, json!({ "input": input })).await;
    json!({ "id": order.id })
}

fn wrap() -> Value {
    json!({ "surcharge": { "label": "Gift wrap", "amount": { "amount": "1.00", "currencyCode": "EUR" } } })
}

pub(crate) fn rows() -> Vec<Row> {
    let stranger = UserError("NOT_FOUND");
    let buyer_only = [stranger, Allowed, stranger, stranger, stranger];
    let forbidden = TopError("FORBIDDEN");
    vec![
        Row::new(
            "orderPlace",
            "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id } userErrors { code } } }",
        )
        .permission("ORDER_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            let (shop, goods) = shelf(&world).await;
            // The member's one active cart is emptied into an order first, so that it holds these goods alone.
            let before = cart(&world.member, &shop, &goods, 1).await;
            try_place(&world.member, &before, &key(&world.app)).await.ok();
            let cart = cart(&world.member, &shop, &goods, 1).await;
            json!({ "input": { "cartId": cart.id, "expectedTotal": cart.total, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderDraftCreate",
            "mutation($input: OrderDraftCreateInput!) { orderDraftCreate(input: $input) { order { id } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            let (shop, goods) = shelf(&world).await;
            let filled = cart(&world.owner, &shop, &goods, 1).await;
            json!({ "input": { "cartId": filled.id, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderConfirmationRespond",
            "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
                orderConfirmationRequest { id } userErrors { code } } }",
        )
        .needs("ORDER_CONFIRM")
        .variables(|world| async move {
            let (shop, goods) = shelf(&world).await;
            let order = paid(&world.app, &world.member, &shop, &goods, 1).await;
            let asked = read(&world.owner, &order, "confirmationRequests { id }").await["confirmationRequests"][0]["id"].clone();
            json!({ "input": { "orderConfirmationRequestId": asked, "outcome": "CONFIRMED", "reason": "seen", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderApprovalRespond",
            "mutation($input: OrderApprovalRespondInput!) { orderApprovalRespond(input: $input) { order { id } userErrors { code } } }",
        )
        .needs("ORDER_APPROVE")
        .variables(|world| async move {
            // The shop is not there before its first order.
            let (shop, goods) = shelf(&world).await;
            let levels = |levels: Value| super::approval::levels(&world.owner, levels);
            levels(json!([super::approval::total("0.01")])).await.ok();
            let order = placed(&world.app, &world.member, &shop, &goods, 1).await;
            levels(json!([])).await.ok();
            json!({ "input": { "orderId": order.id, "decision": "ACCEPT", "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Query.ordersToApprove", "{ ordersToApprove { nodes { id } } }").needs("ORDER_APPROVE"),
        Row::new("Order.approvals", "query($id: ID!) { order(id: $id) { approvals { level } } }")
            .permission("ORDER_READ")
            .expects([Hidden, forbidden, Hidden, Hidden, forbidden])
            .variables(order_id),
        Row::new(
            "orderProposalRespond",
            "mutation($input: OrderProposalRespondInput!) { orderProposalRespond(input: $input) { order { id } userErrors { code } } }",
        )
        .permission("ORDER_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            let (shop, goods) = shelf(&world).await;
            let order = paid(&world.app, &world.member, &shop, &goods, 2).await;
            super::proposal::offer(&world.app, &order, json!({ "quantity": 1 })).await.ok();
            json!({ "input": { "orderId": order.id, "decision": "ACCEPT", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderCancel",
            "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            json!({ "input": { "orderId": placed_order(&world).await.id, "reason": "STAFF", "restock": true, "refund": true,
                "notify": false, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderCancellationRequest",
            "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
                orderCancellation { id } userErrors { code } } }",
        )
        .permission("ORDER_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            json!({ "input": { "orderId": placed_order(&world).await.id, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderCancellationRespond",
            "mutation($input: OrderCancellationRespondInput!) { orderCancellationRespond(input: $input) {
                orderCancellation { id } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            let (order, shop) = confirmed_order(&world).await;
            packed(&world, &order, &shop).await;
            let request = "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
                orderCancellation { id } userErrors { code } } }";
            let input = json!({ "orderId": order.id, "idempotencyKey": key(&world.app) });
            let wish = world.member.run(request, json!({ "input": input })).await["orderCancellationRequest"]["orderCancellation"]["id"].clone();
            json!({ "input": { "orderCancellationId": wish, "decision": "DECLINE", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderChangeCreate",
            "mutation($input: OrderChangeCreateInput!) { orderChangeCreate(input: $input) { orderChange { id } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            let (order, _shop) = confirmed_order(&world).await;
            json!({ "input": { "orderId": order.id, "steps": [wrap()], "reason": "wrapped", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "orderChangeRespond",
            "mutation($input: OrderChangeRespondInput!) { orderChangeRespond(input: $input) { orderChange { id } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            let (order, _shop) = confirmed_order(&world).await;
            let written = super::change::create(&world.app, &world.owner, &order, json!([wrap()])).await.ok();
            let change = &written["orderChangeCreate"]["orderChange"]["id"];
            json!({ "input": { "orderChangeId": change, "decision": "ACCEPT", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "Query.orderChangePreview",
            "query($input: OrderChangePreviewInput!) { orderChangePreview(input: $input) { difference { amount } } }",
        )
        .needs("ORDER_WRITE")
        .variables(|world| async move {
            let (order, _shop) = confirmed_order(&world).await;
            json!({ "input": { "orderId": order.id, "steps": [wrap()] } })
        }),
        Row::new(
            "orderReceive",
            "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) { order { id } userErrors { code } } }",
        )
        .permission("ORDER_WRITE")
        .expects(buyer_only)
        .variables(|world| async move {
            let (order, shop) = confirmed_order(&world).await;
            let parcel = packed(&world, &order, &shop).await;
            shipped(&world, &parcel).await;
            json!({ "input": { "orderId": order.id, "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Query.order", "query($id: ID!) { order(id: $id) { id } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, Allowed])
            .variables(order_id),
        Row::new("Subscription.orderChanged", "subscription($id: ID!) { orderChanged(id: $id) { id } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, Allowed])
            .variables(order_id),
        Row::new("Query.orders", "{ orders { nodes { id } } }").needs("ORDER_READ"),
        Row::new("Query.orderConfirmationRequests", "{ orderConfirmationRequests { nodes { id } } }").needs("ORDER_CONFIRM"),
        Row::new("Order.payments", "query($id: ID!) { order(id: $id) { payments { id } } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, forbidden])
            .variables(order_id),
        Row::new("Order.refunds", "query($id: ID!) { order(id: $id) { refunds { id } } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, forbidden])
            .variables(order_id),
        Row::new("OrderCancellation.refund", "query($id: ID!) { order(id: $id) { cancellations { refund { id } } } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, forbidden])
            .variables(cancelled_order_id),
        Row::new("Order.confirmationRequests", "query($id: ID!) { order(id: $id) { confirmationRequests { id } } }")
            .permission("ORDER_READ")
            .expects([Hidden, forbidden, Hidden, Hidden, forbidden])
            .variables(order_id),
        Row::new("Member.orders", "query($id: ID!) { node(id: $id) { ... on Member { orders { nodes { id } } } } }")
            .permission("MEMBER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, forbidden])
            .variables(|world| async move { json!({ "id": world.member.account_id() }) }),
    ]
}
