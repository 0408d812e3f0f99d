use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop};
use tests::checkout::address;
use tests::{Client, TestApp, arrange, both};

use super::claim::claim;
use super::{document, open_code, running};
use crate::cart::{change, place, ready};

/// What became of somebody who wanted a coupon of which there are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Kept,
    Cancelled,
    Refused,
}

/// Makes carts of one unit, each of another guest, with a code entered.
async fn carts(
    app: &TestApp,
    shop: &Shop,
    goods: &Goods,
    count: usize,
    code: Option<&str>,
) -> Vec<Value> {
    let guest = app.guest();
    let mut carts = Vec::new();
    for number in 0..count {
        let input = json!({
            "lines": [{ "variantId": goods.variant(), "quantity": 1 }],
            "cart": { "email": format!("buyer-{number}@buyers.test"), "shippingAddress": address(), "shippingMethodId": shop.shipping_method },
        });
        let mut cart = change(&guest, "cartCreate", input).await;
        if let Some(code) = code {
            // Codes are tried slowly enough for the limit on guessing.
            app.clock().advance(TimeDelta::seconds(3));
            cart = change(
                &guest,
                "cartCouponApply",
                json!({ "cartId": cart["id"], "couponCode": code }),
            )
            .await;
        }
        carts.push(cart);
    }
    carts
}

/// Orders a cart; one of five has the order cancelled again at once.
async fn take(guest: &Client, owner: &Client, cart: &Value, number: usize) -> Taken {
    let answer = place(guest, cart, &format!("key-{number}")).await;
    if !answer.user_codes().is_empty() {
        assert_eq!(answer.user_codes(), ["COUPON_INVALID"]);
        return Taken::Refused;
    }
    if !number.is_multiple_of(5) {
        return Taken::Kept;
    }
    let order = &answer.ok()["orderPlace"]["order"]["id"];
    let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
    let input = json!({ "orderId": order, "reason": "CUSTOMER", "refund": true, "restock": true, "notify": false, "idempotencyKey": format!("cancel-{number}") });
    owner.send(cancel, json!({ "input": input })).await.ok();
    Taken::Cancelled
}

both! {
    async fn five_hundred_takers_of_a_hundred_uses_while_some_cancel_leave_a_hundred(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let coupon = open_code(&owner, "HUNDRED", json!({ "coupon": { "usageLimit": 100 } })).await;
        let guest = app.guest();
        let carts = carts(&app, &shop, &goods, 500, Some("HUNDRED")).await;
        let outcomes = join_all(carts.iter().enumerate().map(|(number, cart)| take(&guest, &owner, cart, number))).await;
        let used = async || {
            let query = "query($id: ID!) { node(id: $id) { ... on Coupon { usedCount } } }";
            owner.run(query, json!({ "id": coupon["id"] })).await["node"]["usedCount"].clone()
        };
        let kept = outcomes.iter().filter(|outcome| **outcome == Taken::Kept).count();
        let cancelled = outcomes.iter().filter(|outcome| **outcome == Taken::Cancelled).count();
        assert_eq!(used().await, kept);
        assert!(kept <= 100 && kept + cancelled >= 100 && cancelled > 0, "{kept} kept, {cancelled} cancelled");
        // Whoever comes after all that gets what those who cancelled left, and no more.
        let mut later = kept;
        for (number, cart) in carts.iter().enumerate().filter(|(number, _)| outcomes[*number] == Taken::Refused).take(110 - kept) {
            let answer = place(&guest, cart, &format!("late-{number}")).await;
            later += usize::from(answer.user_codes().is_empty());
        }
        assert_eq!((later, used().await), (100, json!(100)));
    }

    async fn a_budget_is_never_overdrawn(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        // Each use takes 1.00 off a cup of 10.00.
        for (name, budget, most) in [("uses", json!({ "budgetUses": 12 }), 12), ("money", json!({ "budgetAmount": { "amount": "7.50", "currencyCode": "EUR" } }), 7)] {
            let promotion = running(&owner, budget).await;
            let guest = app.guest();
            let carts = carts(&app, &shop, &goods, 60, None).await;
            let keys: Vec<String> = (0..carts.len()).map(|number| format!("{name}-{number}")).collect();
            let answers = join_all(carts.iter().zip(&keys).map(|(cart, key)| place(&guest, cart, key))).await;
            let placed = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
            assert_eq!(placed, most, "{name}");
            for answer in answers.iter().filter(|answer| !answer.user_codes().is_empty()) {
                assert_eq!(answer.user_codes(), ["TOTAL_CHANGED"], "{name}: nobody entered a coupon");
            }
            owner.run(&document("promotionPause", ""), json!({ "input": { "promotionId": promotion["id"] } })).await;
        }
    }

    async fn a_member_cannot_use_a_coupon_twice_by_ordering_twice_at_once(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        open_code(&app.as_owner().await, "PERBUYER", json!({})).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for _ in 0..2 {
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            carts.push(change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "PERBUYER" })).await);
        }
        let answers = tokio::join!(place(&guest, &carts[0], "one"), place(&guest, &carts[1], "two"));
        let placed = [&answers.0, &answers.1].iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!(placed, 1);
    }
    async fn a_code_claimed_while_a_guest_orders_with_it_goes_to_one_of_them(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(100).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let (guest, ada) = (app.guest(), app.as_member("ada@members.test").await);
        for number in 0..10 {
            app.clock().advance(TimeDelta::minutes(1));
            let code = format!("SINGLE-{number}");
            open_code(&owner, &code, json!({ "coupon": { "usageLimit": 1 } })).await;
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": code })).await;
            let (placed, claimed) = tokio::join!(place(&guest, &cart, &code), claim(&ada, json!({ "code": code })));
            let mut refusals = [placed.user_codes(), claimed.user_codes()].concat();
            refusals.extend([placed.top_codes(), claimed.top_codes()].concat());
            // An order that comes after the claim is not as cheap as its buyer saw.
            assert!(matches!(refusals.as_slice(), ["COUPON_INVALID" | "TOTAL_CHANGED"]), "{code}: {refusals:?}");
        }
    }
}
