//! Who may do what with carts: a member's cart is the member's alone, staff or not.

use serde_json::{Value, json};
use tests::authorization::Expected::{self, Allowed, Hidden, UserError};
use tests::authorization::{Row, World};

use super::change;
use crate::promotion::open_code;

/// Of a member's cart: everybody else is told that there is none.
const OWNER_ONLY: [Expected; 5] = [
    UserError("NOT_FOUND"),
    Allowed,
    UserError("NOT_FOUND"),
    UserError("NOT_FOUND"),
    UserError("NOT_FOUND"),
];

async fn cart_of_member(world: &World) -> Value {
    change(&world.member, "cartCreate", json!({})).await["id"].clone()
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new("Query.abandonedCarts", "{ abandonedCarts { nodes { id } } }").needs("ORDER_WRITE"),
        Row::new(
            "Query.abandonedCartReport",
            "{ abandonedCartReport(from: \"2026-01-01T00:00:00Z\", until: \"2026-02-01T00:00:00Z\") { told { carts } } }",
        )
        .needs("ORDER_READ"),
        Row::new("cartCreate", "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { id } userErrors { code } } }")
            .variables(|_| async { json!({ "input": {} }) }),
        Row::new("cartUpdate", "mutation($input: CartUpdateInput!) { cartUpdate(input: $input) { cart { id } userErrors { code } } }")
            .expects(OWNER_ONLY)
            .variables(|world| async move { json!({ "input": { "cartId": cart_of_member(&world).await, "cart": { "note": "hello" } } }) }),
        Row::new("cartLinesAdd", "mutation($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { cart { id } userErrors { code } } }")
            .expects(OWNER_ONLY)
            .variables(|world| async move { json!({ "input": { "cartId": cart_of_member(&world).await, "lines": [] } }) }),
        Row::new(
            "cartLinesUpdate",
            "mutation($input: CartLinesUpdateInput!) { cartLinesUpdate(input: $input) { cart { id } userErrors { code } } }",
        )
        .expects(OWNER_ONLY)
        .variables(|world| async move { json!({ "input": { "cartId": cart_of_member(&world).await, "lines": [] } }) }),
        Row::new(
            "cartLinesRemove",
            "mutation($input: CartLinesRemoveInput!) { cartLinesRemove(input: $input) { cart { id } userErrors { code } } }",
        )
        .expects(OWNER_ONLY)
        .variables(|world| async move { json!({ "input": { "cartId": cart_of_member(&world).await, "lineIds": [] } }) }),
        Row::new(
            "cartCouponApply",
            "mutation($input: CartCouponApplyInput!) { cartCouponApply(input: $input) { cart { id } userErrors { code } } }",
        )
        .expects(OWNER_ONLY)
        .variables(|world| async move {
            let code = format!("CODE-{}", world.app.clock().new_id().simple());
            open_code(&world.owner, &code, json!({})).await;
            json!({ "input": { "cartId": cart_of_member(&world).await, "couponCode": code } })
        }),
        Row::new(
            "cartCouponRemove",
            "mutation($input: CartCouponRemoveInput!) { cartCouponRemove(input: $input) { cart { id } userErrors { code } } }",
        )
        .expects(OWNER_ONLY)
        .variables(|world| async move { json!({ "input": { "cartId": cart_of_member(&world).await, "couponCode": "NONE" } }) }),
        Row::new("cartMerge", "mutation($input: CartMergeInput!) { cartMerge(input: $input) { cart { id } userErrors { code } } }")
            .expects([UserError("LOGIN_REQUIRED"), Allowed, Allowed, UserError("LOGIN_REQUIRED"), UserError("LOGIN_REQUIRED")])
            .variables(|world| async move {
                let cart = change(&world.app.guest(), "cartCreate", json!({})).await;
                json!({ "input": { "cartId": cart["id"] } })
            }),
        Row::new("Query.cart", "query($id: ID!) { cart(id: $id) { id } }")
            .expects([Hidden, Allowed, Hidden, Hidden, Hidden])
            .variables(|world| async move { json!({ "id": cart_of_member(&world).await }) }),
        Row::new("Query.cartBestCoupons", "query($id: ID!) { cartBestCoupons(cartId: $id) { amount { amount } } }")
            .expects([Hidden, Allowed, Hidden, Hidden, Hidden])
            .variables(|world| async move { json!({ "id": cart_of_member(&world).await }) }),
    ]
}
