use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop_or_existing};
use tests::authorization::Expected::{Allowed, Hidden, TopError, UserError};
use tests::authorization::{Row, World};
use tests::checkout::{Order, key, placed, read, started};

use super::refund_approval::{give, set_levels};
use super::unmatched::{stray, waiting};

const CAPTURE: &str = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) { payment { id } userErrors { code } } }";
const VOID: &str = "mutation($input: PaymentVoidInput!) { paymentVoid(input: $input) { payment { id } userErrors { code } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";

async fn member_order(world: &World) -> (Order, Shop) {
    let shop = shop_or_existing(&world.app).await;
    let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
    (
        placed(&world.app, &world.member, &shop, &goods, 1).await,
        shop,
    )
}

async fn open_payment(world: &World) -> (Order, String) {
    let (order, shop) = member_order(world).await;
    let payment = started(&world.app, &world.member, &order, &shop.manual_payment, "").await;
    (order, payment)
}

async fn paid_order(world: &World) -> Order {
    let (order, payment) = open_payment(world).await;
    let capture = json!({ "paymentId": payment, "idempotencyKey": key(&world.app) });
    world.owner.run(CAPTURE, json!({ "input": capture })).await;
    order
}

async fn payment_input(world: World) -> Value {
    let (_order, payment) = open_payment(&world).await;
    json!({ "input": { "paymentId": payment, "idempotencyKey": key(&world.app) } })
}

async fn payment_id(world: World) -> Value {
    json!({ "id": open_payment(&world).await.1 })
}

/// Money of no payment the shop knows.
async fn stray_money(world: &World) -> Value {
    let event = key(&world.app);
    stray(&world.app, &event, &event).await;
    waiting(&world.owner, "OPEN").await[0]["id"].clone()
}

/// A refund of money that goes back by hand.
async fn refund_input(world: World) -> Value {
    let order = paid_order(&world).await;
    let cancel = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false,
        "idempotencyKey": key(&world.app) });
    world.owner.run(CANCEL, json!({ "input": cancel })).await;
    let refund = read(&world.owner, &order, "refunds { id }").await["refunds"][0]["id"].clone();
    json!({ "input": { "refundId": refund, "idempotencyKey": key(&world.app) } })
}

pub(crate) fn rows() -> Vec<Row> {
    let stranger = UserError("NOT_FOUND");
    // Seeing a payment takes the order as well, which no single permission gives to staff.
    let of_payment = [Hidden, TopError("FORBIDDEN"), Hidden, Hidden, Hidden];
    vec![
        Row::new(
            "paymentStart",
            "mutation($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id } userErrors { code } } }",
        )
        .permission("PAYMENT_WRITE")
        .expects([stranger, Allowed, stranger, stranger, stranger])
        .variables(|world| async move {
            let (order, shop) = member_order(&world).await;
            json!({ "input": { "orderId": order.id, "paymentMethodId": shop.manual_payment,
                "returnUrl": "https://store.test/", "idempotencyKey": key(&world.app) } })
        }),
        Row::new("paymentCapture", CAPTURE).needs("PAYMENT_WRITE").variables(payment_input),
        Row::new("paymentVoid", VOID).needs("PAYMENT_WRITE").variables(payment_input),
        Row::new(
            "refundSettle",
            "mutation($input: RefundSettleInput!) { refundSettle(input: $input) { refund { id } userErrors { code } } }",
        )
        .needs("REFUND_WRITE")
        .variables(refund_input),
        Row::new(
            "refundCreate",
            "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code } } }",
        )
        .needs("REFUND_WRITE")
        .variables(|world| async move {
            let order = paid_order(&world).await;
            json!({ "input": { "orderId": order.id, "extra": { "amount": "1.00", "currencyCode": "EUR" }, "reason": "sorry",
                "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "refundApprovalRespond",
            "mutation($input: RefundApprovalRespondInput!) { refundApprovalRespond(input: $input) { refundRequest { id } userErrors { code } } }",
        )
        .needs("ORDER_APPROVE")
        .variables(|world| async move {
            let order = paid_order(&world).await;
            set_levels(&world.owner, &["0.01"]).await.ok();
            let asked = give(&world.owner, &order, "1.00", &key(&world.app)).await.ok();
            set_levels(&world.owner, &[]).await.ok();
            json!({ "input": { "refundRequestId": asked["refundCreate"]["refundRequest"]["id"], "decision": "ACCEPT",
                "idempotencyKey": key(&world.app) } })
        }),
        Row::new("Query.refundsToApprove", "{ refundsToApprove { nodes { id } } }").needs("ORDER_APPROVE"),
        Row::new("Order.refundRequests", "query($id: ID!) { order(id: $id) { refundRequests { id } } }")
            .permission("ORDER_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move { json!({ "id": member_order(&world).await.0.id }) }),
        Row::new(
            "unmatchedPaymentMatch",
            "mutation($input: UnmatchedPaymentMatchInput!) { unmatchedPaymentMatch(input: $input) { unmatchedPayment { id } userErrors { code } } }",
        )
        .needs("PAYMENT_WRITE")
        .variables(|world| async move {
            let order = member_order(&world).await.0;
            json!({ "input": { "unmatchedPaymentId": stray_money(&world).await, "orderId": order.id, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "unmatchedPaymentClose",
            "mutation($input: UnmatchedPaymentCloseInput!) { unmatchedPaymentClose(input: $input) { unmatchedPayment { id } userErrors { code } } }",
        )
        .needs("PAYMENT_WRITE")
        .variables(|world| async move {
            json!({ "input": { "unmatchedPaymentId": stray_money(&world).await, "reason": "not ours", "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "settlementImport",
            "mutation($input: SettlementImportInput!) { settlementImport(input: $input) { settlementImport { id } userErrors { code } } }",
        )
        .needs("PAYMENT_WRITE")
        .variables(|world| async move {
            let csv = "reference,kind,amount,currency,fee,settled_at\nnobody,REFUND,1.00,EUR,0,2026-11-20";
            json!({ "input": { "provider": "TEST", "csv": csv, "idempotencyKey": key(&world.app) } })
        }),
        Row::new(
            "paymentMessageReplay",
            "mutation($input: PaymentMessageReplayInput!) { paymentMessageReplay(input: $input) { paymentMessage { id } userErrors { code } } }",
        )
        .needs("PAYMENT_WRITE")
        .variables(|world| async move {
            stray(&world.app, "test_lost", "e1").await;
            let listed = world.owner.run("{ paymentMessages(first: 1) { nodes { id } } }", json!({})).await;
            json!({ "input": { "paymentMessageId": listed["paymentMessages"]["nodes"][0]["id"] } })
        }),
        Row::new("Query.paymentMessages", "{ paymentMessages { nodes { id } } }").needs("PAYMENT_READ"),
        Row::new("Query.unmatchedPayments", "{ unmatchedPayments { nodes { id } } }").needs("PAYMENT_READ"),
        Row::new("Query.settlementImports", "{ settlementImports { nodes { id } } }").needs("PAYMENT_READ"),
        Row::new("Query.refundPreview", "query($input: RefundPreviewInput!) { refundPreview(input: $input) { total { amount } } }")
            .needs("REFUND_WRITE")
            .variables(|world| async move {
                let order = paid_order(&world).await;
                json!({ "input": { "orderId": order.id, "extra": { "amount": "1.00", "currencyCode": "EUR" } } })
            }),
        Row::new("Payment.providerRef", "query($id: ID!) { node(id: $id) { ... on Payment { providerRef } } }")
            .permission("PAYMENT_READ")
            .expects(of_payment)
            .variables(payment_id),
        Row::new("Payment.events", "query($id: ID!) { node(id: $id) { ... on Payment { events { kind } } } }")
            .permission("PAYMENT_READ")
            .expects(of_payment)
            .variables(payment_id),
    ]
}
