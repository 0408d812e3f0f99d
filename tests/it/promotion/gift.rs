//! Gifts: lines that come and go with their promotion, and leave the warehouse like any other.

use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both, checkout};

use super::{document, running};
use crate::cart::{change, place, ready};

const LINES: &str = "query($id: ID!) { cart(id: $id) { totalQuantity cost { total { amount } }
    lines { id gift giftChoices { id } quantity variant { id } cost { unitPrice { amount } compareAtUnitPrice { amount } total { amount } } }
    evaluations { applied reason discount { amount } } } }";

async fn read(client: &Client, cart: &Value) -> Value {
    client.run(LINES, json!({ "id": cart["id"] })).await["cart"].clone()
}

fn giving(variant: &str, quantity: u32) -> Value {
    json!([{ "gift": { "variantId": variant, "quantity": quantity } }])
}

both! {
    async fn a_gift_comes_with_enough_goods_and_is_sent_with_them(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let mug = arrange::product("Mug").stock(3).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let least = json!([{ "minQuantity": 2 }]);
        running(&owner, json!({ "rewards": giving(mug.variant(), 2), "conditions": least })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, cup.variant(), 1).await;
        let few = read(&guest, &cart).await;
        assert_eq!((few["lines"].as_array().unwrap().len(), &few["evaluations"][0]["reason"]), (1, &json!("QUANTITY_TOO_LOW")));
        let more = json!([{ "lineId": cart["lines"][0]["id"], "quantity": 2 }]);
        let cart = change(&guest, "cartLinesUpdate", json!({ "cartId": cart["id"], "lines": more })).await;
        let enough = read(&guest, &cart).await;
        let gift = &enough["lines"][1];
        assert_eq!((&gift["gift"], &gift["quantity"], &gift["variant"]["id"]), (&json!(true), &json!(2), &json!(mug.variant())));
        assert_eq!(gift["cost"], json!({ "unitPrice": { "amount": "0.00" }, "compareAtUnitPrice": { "amount": "10.00" }, "total": { "amount": "0.00" } }));
        assert_eq!((&enough["cost"]["total"]["amount"], &enough["totalQuantity"]), (&json!("24.90"), &json!(4)));
        let order = place(&guest, &cart, "first").await.ok()["orderPlace"]["order"]["id"].clone();
        assert_eq!(checkout::stock(&app, &mug).await, (3, 2));
        let query = "query($id: ID!) { order(id: $id) { lines { gift sku quantity cost { total { amount } compareAtUnitPrice { amount } } } } }";
        let lines = owner.run(query, json!({ "id": order })).await["order"]["lines"].clone();
        assert_eq!((&lines[0]["gift"], &lines[1]["gift"], &lines[1]["sku"]), (&json!(false), &json!(true), &json!(mug.skus[0])));
        // One mug is left for the next, and none for the one after.
        let cart = ready(&guest, &shop, cup.variant(), 2).await;
        assert_eq!(read(&guest, &cart).await["lines"][1]["quantity"], 1);
        place(&guest, &cart, "second").await.ok();
        let cart = ready(&guest, &shop, cup.variant(), 2).await;
        let gone = read(&guest, &cart).await;
        assert_eq!((gone["lines"].as_array().unwrap().len(), &gone["evaluations"][0]["reason"]), (1, &json!("GIFT_GONE")));
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        assert_eq!(read(&guest, &cart).await["lines"][1]["quantity"], 2);
    }

    async fn one_more_of_the_same_is_another_line(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").stock(4).insert(&app, &shop).await;
        running(&app.as_owner().await, json!({ "rewards": giving(cup.variant(), 1) })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, cup.variant(), 3).await;
        let lines = read(&guest, &cart).await["lines"].clone();
        assert_eq!((&lines[0]["quantity"], &lines[1]["quantity"]), (&json!(3), &json!(1)));
        place(&guest, &cart, "order").await.ok();
        assert_eq!(checkout::stock(&app, &cup).await, (4, 4));
    }

    async fn the_line_of_a_gift_is_not_the_buyers_to_change(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        running(&app.as_owner().await, json!({ "rewards": giving(cup.variant(), 1) })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, cup.variant(), 1).await;
        let gift = read(&guest, &cart).await["lines"][1]["id"].clone();
        let input = json!({ "input": { "cartId": cart["id"], "lines": [{ "lineId": gift, "quantity": 9 }] } });
        guest.send(&crate::cart::document("cartLinesUpdate"), input).await.expect_user_error("NOT_FOUND");
        assert_eq!(read(&guest, &cart).await["lines"][1]["quantity"], 1);
    }

    async fn the_buyer_chooses_the_gift_while_it_lasts(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let mugs = arrange::product("Mug").prices(&[1_000, 1_000]).stock(1).insert(&app, &shop).await;
        let bowl = arrange::product("Bowl").stock(0).insert(&app, &shop).await;
        let (red, blue, gone) = (&mugs.variants[0], &mugs.variants[1], bowl.variant());
        let owner = app.as_owner().await;
        let choice = json!([{ "gift": { "variantId": red, "otherVariantIds": [blue, gone], "quantity": 1 } }]);
        let made = running(&owner, json!({ "rewards": choice })).await;
        let rewards = "query($id: ID!) { promotion(id: $id) { rewards { gift { variantId otherVariantIds quantity } } } }";
        assert_eq!(owner.run(rewards, json!({ "id": made["id"] })).await["promotion"]["rewards"], choice);
        let guest = app.guest();
        let seen = |cart: Value| {
            let gift = &cart["lines"][1];
            (gift["variant"]["id"].clone(), gift["giftChoices"].clone())
        };
        let cart = ready(&guest, &shop, cup.variant(), 1).await;
        let both = json!([{ "id": red }, { "id": blue }]);
        assert_eq!(seen(read(&guest, &cart).await), (json!(red), both.clone()));
        let wish = |ids: Value| json!({ "cartId": cart["id"], "cart": { "giftWishIds": ids } });
        change(&guest, "cartUpdate", wish(json!([gone, blue]))).await;
        assert_eq!(seen(read(&guest, &cart).await), (json!(blue), both));
        for bad in [json!([red, red]), json!([cup.product]), json!([domain::id::ProductVariantId(app.clock().new_id()).to_string()])] {
            let refused = guest.send(&crate::cart::document("cartUpdate"), json!({ "input": wish(bad) })).await;
            refused.expect_user_error("INVALID");
        }
        place(&guest, &cart, "first").await.ok();
        assert_eq!(checkout::stock(&app, &mugs).await, (1, 0), "the red one is still there");
        // The next who wishes for the blue one gets the red one, and has nothing else to choose.
        let cart = ready(&guest, &shop, cup.variant(), 1).await;
        change(&guest, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "giftWishIds": [blue] } })).await;
        assert_eq!(seen(read(&guest, &cart).await), (json!(red), json!([])));
    }

    async fn a_gift_that_cannot_be_is_refused(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let unknown = domain::id::ProductVariantId(app.clock().new_id()).to_string();
        let twice = json!([{ "gift": { "variantId": cup.variant(), "otherVariantIds": [cup.variant()], "quantity": 1 } }]);
        for rewards in [twice, giving(cup.variant(), 0), giving(&unknown, 1), giving(&cup.product, 1)] {
            let input = json!({ "name": "Gift", "label": "Gift", "rewards": rewards });
            owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await.expect_user_error("INVALID");
        }
    }
}
