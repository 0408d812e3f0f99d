use serde_json::json;
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, address, key, placed, read};
use tests::{Client, TestApp, both};

use crate::catalog::shelf::pluck;
use crate::member::mailed_token;
use crate::promotion::staff as call;

/// Who buys as a guest in these scenarios.
const BUYER: &str = "buyer@shop.test";

/// Registers and gives back the mailed token; the order's mail goes out before, so that the token's is the newest.
async fn register(app: &TestApp) -> String {
    app.run_outbox_until_idle().await;
    let input = json!({ "email": BUYER, "password": "a quiet harbour" });
    call(&app.guest(), "memberRegister", "accepted", input).await;
    mailed_token(app, BUYER).await
}

/// A guest's order for another address.
async fn placed_by_other(app: &TestApp, shop: &Shop, goods: &Goods) -> Order {
    let input = json!({
        "lines": [{ "variantId": goods.variant(), "quantity": 1 }],
        "cart": { "email": "eve@shop.test", "shippingAddress": address(), "shippingMethodId": shop.shipping_method },
    });
    let selection = "cart { id cost { total { amount currencyCode } } }";
    let cart = call(&app.guest(), "cartCreate", selection, input).await["cart"].clone();
    let input = json!({ "cartId": cart["id"], "expectedTotal": cart["cost"]["total"], "idempotencyKey": key(app) });
    let order = call(&app.guest(), "orderPlace", "order { id } orderToken", input).await;
    Order {
        id: order["order"]["id"].as_str().unwrap().to_owned(),
        token: order["orderToken"].as_str().map(str::to_owned),
    }
}

/// Ids of a member's orders, newest first.
async fn own(member: &Client) -> Vec<String> {
    let mine = "{ viewer { member { orders(first: 10) { nodes { id } } } } }";
    let data = member.run(mine, json!({})).await;
    pluck(&data["viewer"]["member"]["orders"]["nodes"], "id")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The same order for somebody without its key.
fn without_key(order: &Order) -> Order {
    Order {
        token: None,
        ..order.clone()
    }
}

both! {
    async fn a_guests_orders_become_the_members_once_the_address_is_proved(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let first = placed(&app, &guest, &shop, &goods, 1).await;
        let token = register(&app).await;
        let second = placed(&app, &guest, &shop, &goods, 2).await;
        let others = placed_by_other(&app, &shop, &goods).await;
        let staff = app.as_staff(&["ORDER_READ", "MEMBER_READ"]).await;
        for order in [&first, &second] {
            assert_eq!(read(&staff, &without_key(order), "member { id }").await, json!({ "member": null }));
        }
        let proved = call(&app.guest(), "memberEmailVerify", "tokens { accessToken } member { id }", json!({ "token": token })).await;
        let member = app.guest().with_token(proved["tokens"]["accessToken"].as_str().unwrap());
        assert_eq!(own(&member).await, [second.id.clone(), first.id.clone()]);
        for order in [&first, &second] {
            assert_eq!(read(&member, &without_key(order), "status").await["status"], "PLACED");
            assert_eq!(read(&staff, &without_key(order), "member { id }").await["member"]["id"], proved["member"]["id"]);
        }
        let later = placed(&app, &guest, &shop, &goods, 1).await;
        assert_eq!(own(&member).await.len(), 2, "what a guest orders later stays a guest's");
        for foreign in [&others, &later] {
            assert_eq!(read(&member, &without_key(foreign), "status").await, json!(null));
        }
        let eve = app.as_member("eve@members.test").await;
        assert_eq!(read(&eve, &without_key(&first), "status").await, json!(null));
    }

    async fn a_reset_password_proves_the_address_of_guest_orders_too(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 1).await;
        register(&app).await;
        call(&app.guest(), "passwordResetRequest", "accepted", json!({ "email": BUYER })).await;
        let token = mailed_token(&app, BUYER).await;
        call(&app.guest(), "passwordReset", "accepted", json!({ "token": token, "password": "a windy pier" })).await;
        assert_eq!(own(&app.as_member(BUYER).await).await, [order.id]);
    }
}
