//! Who may do what with gift cards and store credit.

use serde_json::{Value, json};
use tests::arrange::{product, shop_or_existing};
use tests::authorization::Expected::{Allowed, Hidden, TopError, UserError};
use tests::authorization::{Row, World};
use tests::checkout::{cart, key, placed};

use super::{adjust, card, eur, paying, send, use_credit};

async fn a_card(world: &World) -> super::Card {
    card(&world.app, &world.owner, "5.00", Value::Null).await
}

/// The member's cart, paid with nothing: other rows order it.
async fn a_cart(world: &World) -> String {
    let shop = shop_or_existing(&world.app).await;
    let name = format!("Cup {}", key(&world.app));
    let goods = product(&name).insert(&world.app, &shop).await;
    let cart = cart(&world.member, &shop, &goods, 1).await;
    use_credit(&world.member, &cart, Value::Null).await.ok();
    let shown = paying(&world.member, &cart).await;
    for tender in shown["tenders"].as_array().expect("a list") {
        let input = json!({ "cartId": cart.id, "giftCardId": tender["giftCardId"] });
        send(&world.member, "cartGiftCardRemove", "cart { id }", input)
            .await
            .ok();
    }
    cart.id
}

/// An entry of the member's ledger.
async fn entry(world: &World) -> Value {
    adjust(&world.app, &world.owner, &world.member, "1.00")
        .await
        .ok();
    let query = "{ viewer { member { storeCredit { entries(first: 1) { nodes { id } } } } } }";
    world.member.run(query, json!({})).await["viewer"]["member"]["storeCredit"]["entries"]["nodes"]
        [0]["id"]
        .clone()
}

/// Mutations of a member's cart: for the member alone, and staff are as strangers.
fn of_cart(subject: &'static str, document: &'static str) -> Row {
    let unknown = UserError("NOT_FOUND");
    Row::new(subject, document).expects([unknown, Allowed, unknown, unknown, unknown])
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = of_staff();
    rows.extend([
        of_cart("cartGiftCardApply", "mutation($input: CartGiftCardApplyInput!) { cartGiftCardApply(input: $input) { cart { id } userErrors { code } } }")
            .variables(|world| async move { json!({ "input": { "cartId": a_cart(&world).await, "code": a_card(&world).await.code } }) }),
        of_cart("cartGiftCardRemove", "mutation($input: CartGiftCardRemoveInput!) { cartGiftCardRemove(input: $input) { cart { id } userErrors { code } } }")
            .variables(|world| async move { json!({ "input": { "cartId": a_cart(&world).await, "giftCardId": a_card(&world).await.id } }) }),
        of_cart("cartStoreCreditUse", "mutation($input: CartStoreCreditUseInput!) { cartStoreCreditUse(input: $input) { cart { id } userErrors { code } } }")
            .variables(|world| async move { json!({ "input": { "cartId": a_cart(&world).await, "amount": eur("1.00") } }) }),
        Row::new("Member.storeCredit", "query($id: ID!) { node(id: $id) { ... on Member { storeCredit { balance { amount } } } } }")
            .permission("MEMBER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move { json!({ "id": world.member.account_id() }) }),
        Row::new("Order.tenders", "query($id: ID!) { node(id: $id) { ... on Order { tenders { kind } } } }")
            .permission("ORDER_READ")
            .expects([Hidden, Allowed, Hidden, Hidden, TopError("FORBIDDEN")])
            .variables(|world| async move {
                let shop = shop_or_existing(&world.app).await;
                let name = format!("Cup {}", key(&world.app));
                let goods = product(&name).insert(&world.app, &shop).await;
                json!({ "id": placed(&world.app, &world.member, &shop, &goods, 1).await.id })
            }),
        Row::new("CreditEntry.actor", "query($id: ID!) { node(id: $id) { ... on CreditEntry { actor { kind } } } }")
            .permission("CREDIT_READ")
            .expects([Hidden, TopError("FORBIDDEN"), Hidden, Hidden, Allowed])
            .variables(|world| async move { json!({ "id": entry(&world).await }) }),
    ]);
    rows
}

fn of_staff() -> Vec<Row> {
    vec![
        Row::new("giftCardCreate", "mutation($input: GiftCardCreateInput!) { giftCardCreate(input: $input) { giftCard { id } userErrors { code } } }")
            .needs("CREDIT_WRITE")
            .variables(|world| async move { json!({ "input": { "amount": eur("5.00"), "idempotencyKey": key(&world.app) } }) }),
        Row::new("giftCardsGenerate", "mutation($input: GiftCardsGenerateInput!) { giftCardsGenerate(input: $input) { job { id } userErrors { code } } }")
            .needs("CREDIT_WRITE")
            .variables(|world| async move { json!({ "input": { "count": 1, "amount": eur("5.00"), "idempotencyKey": key(&world.app) } }) }),
        Row::new("giftCardAdjust", "mutation($input: GiftCardAdjustInput!) { giftCardAdjust(input: $input) { giftCard { id } userErrors { code } } }")
            .needs("CREDIT_WRITE")
            .variables(|world| async move {
                json!({ "input": { "giftCardId": a_card(&world).await.id, "amount": eur("1.00"), "reason": "A gift", "idempotencyKey": key(&world.app) } })
            }),
        Row::new("giftCardCancel", "mutation($input: GiftCardCancelInput!) { giftCardCancel(input: $input) { giftCard { id } userErrors { code } } }")
            .needs("CREDIT_WRITE")
            .variables(|world| async move { json!({ "input": { "giftCardId": a_card(&world).await.id, "reason": "Lost", "idempotencyKey": key(&world.app) } }) }),
        Row::new("storeCreditAdjust", "mutation($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) { storeCredit { balance { amount } } userErrors { code } } }")
            .needs("CREDIT_WRITE")
            .variables(|world| async move {
                json!({ "input": { "memberId": world.member.account_id(), "amount": eur("1.00"), "reason": "A gift", "idempotencyKey": key(&world.app) } })
            }),
        Row::new("Query.giftCards", "{ giftCards { nodes { id } } }").needs("CREDIT_READ"),
        Row::new("Query.creditTrialBalance", "{ creditTrialBalance { balanced } }").needs("CREDIT_READ"),
    ]
}
