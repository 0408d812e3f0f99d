use serde_json::{Value, json};
use tests::arrange::{product, shop_or_existing};
use tests::authorization::Expected::{Allowed, UserError};
use tests::authorization::{Row, World};
use tests::checkout::{Order, confirmed, key};

use super::{issued, issuer};

async fn order(world: &World) -> Order {
    let shop = shop_or_existing(&world.app).await;
    issuer(&world.owner).await;
    let goods = product(&key(&world.app)).insert(&world.app, &shop).await;
    confirmed(&world.app, &world.member, &shop, &goods, 1).await
}

async fn invoice(world: &World) -> Value {
    let order = order(world).await;
    issued(&world.app, &world.member, &order).await["id"].clone()
}

async fn cancel_input(world: World) -> Value {
    json!({ "input": { "invoiceId": invoice(&world).await, "reason": "wrong name", "idempotencyKey": key(&world.app) } })
}

async fn issue_input(world: World) -> Value {
    json!({ "input": { "orderId": order(&world).await.id, "titleKind": "PERSONAL", "title": { "name": "Ada" },
        "idempotencyKey": key(&world.app) } })
}

async fn with_issuer(world: World) -> Value {
    issuer(&world.owner).await;
    json!({})
}

/// Rows of the area.
pub(crate) fn rows() -> Vec<Row> {
    let unknown = UserError("NOT_FOUND");
    vec![
        Row::new(
            "invoiceIssuerSet",
            "mutation($input: InvoiceIssuerSetInput!) { invoiceIssuerSet(input: $input) { invoiceIssuer { footer } userErrors { code } } }",
        )
        .needs("SHOP_WRITE")
        .variables(|_world| async {
            json!({ "input": { "title": { "name": "Vitrine" }, "invoicePrefix": "A-", "creditNotePrefix": "B-" } })
        }),
        Row::new(
            "invoiceIssue",
            "mutation($input: InvoiceIssueInput!) { invoiceIssue(input: $input) { invoice { number } userErrors { code } } }",
        )
        .permission("ORDER_WRITE")
        .expects([unknown, Allowed, unknown, unknown, Allowed])
        .variables(issue_input),
        Row::new(
            "invoiceCancel",
            "mutation($input: InvoiceCancelInput!) { invoiceCancel(input: $input) { creditNote { number } userErrors { code } } }",
        )
        .needs("ORDER_WRITE")
        .variables(cancel_input),
        Row::new("Query.invoiceIssuer", "{ invoiceIssuer { footer } }")
            .needs("SHOP_READ")
            .variables(with_issuer),
        Row::new("Query.invoices", "{ invoices(first: 1) { nodes { number } } }").needs("ORDER_READ"),
    ]
}
