use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::{entry, sale, save, taken};
use crate::cart::{filled, place, read, ready};
use crate::promotion::running;

const VARIANT: &str =
    "query($id: ID!) { productVariant(id: $id) { price { amount } compareAtPrice { amount }
    priceSource { kind ruleId label unitsLeft } priceTiers { minQuantity price { amount } } } }";

async fn shown(client: &Client, variant: &str) -> Value {
    client.run(VARIANT, json!({ "id": variant })).await["productVariant"].clone()
}

async fn price(client: &Client, variant: &str) -> Value {
    shown(client, variant).await["price"]["amount"].clone()
}

both! {
    async fn a_flash_price_is_shown_and_paid_while_its_window_is_open(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        let mut later = sale(&app, "618", json!([entry(goods.variant(), "6.18", json!({ "quota": 5 }))]));
        let now = app.clock().now();
        later["startsAt"] = json!(now + TimeDelta::minutes(10));
        later["label"] = json!("618 hour");
        let saved = save(&owner, json!([later])).await;
        assert_eq!(price(&guest, goods.variant()).await, "10.00");
        app.clock().advance(TimeDelta::minutes(11));
        let open = shown(&guest, goods.variant()).await;
        assert_eq!((&open["price"]["amount"], &open["compareAtPrice"]["amount"]), (&json!("6.18"), &json!("10.00")));
        assert_eq!(open["priceSource"], json!({ "kind": "FLASH_SALE", "ruleId": null, "label": "618 hour", "unitsLeft": 5 }));
        assert_eq!(open["priceTiers"][1], json!({ "minQuantity": 6, "price": { "amount": "10.00" } }));
        assert_eq!(shown(&owner, goods.variant()).await["priceSource"]["ruleId"], saved[0]["id"]);
        let cart = ready(&guest, &shop, goods.variant(), 2).await;
        assert_eq!(cart["cost"]["subtotal"]["amount"], "12.36");
        place(&guest, &cart, "first").await.ok();
        assert_eq!(taken(&owner).await, 2);
        assert_eq!(shown(&guest, goods.variant()).await["priceSource"]["unitsLeft"], 3);
        // More than are left are not sold at two prices.
        assert_eq!(filled(&guest, goods.variant(), 4).await["cost"]["subtotal"]["amount"], "40.00");
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(price(&guest, goods.variant()).await, "10.00");
    }

    async fn a_flash_price_replaces_a_higher_list_price_and_promotions_come_on_top(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 1_000]).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let list = "mutation($input: PriceListsUpsertInput!) { priceListsUpsert(input: $input) { userErrors { code } } }";
        let listed = |variant: &str, amount: &str| json!({ "variantId": variant, "price": { "amount": amount, "currencyCode": "EUR" } });
        let entries = [listed(&goods.variants[0], "9.00"), listed(&goods.variants[1], "4.00")];
        owner.send(list, json!({ "input": { "priceLists": [{ "code": "all", "name": "All", "entries": entries }] } })).await.ok();
        let flash = [entry(&goods.variants[0], "5.00", json!({})), entry(&goods.variants[1], "5.00", json!({}))];
        save(&owner, json!([sale(&app, "618", json!(flash))])).await;
        let guest = app.guest();
        assert_eq!((price(&guest, &goods.variants[0]).await, price(&guest, &goods.variants[1]).await), (json!("5.00"), json!("4.00")));
        running(&owner, json!({})).await;
        let cart = filled(&guest, &goods.variants[0], 2).await;
        assert_eq!((&cart["cost"]["subtotal"]["amount"], &cart["cost"]["total"]["amount"]), (&json!("10.00"), &json!("9.00")));
    }

    async fn each_buyer_gets_so_many_and_gets_them_back(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!([entry(goods.variant(), "5.00", json!({ "quota": 9, "perBuyer": 2 }))]))])).await;
        let ada = app.as_member("ada@members.test").await;
        assert_eq!(filled(&app.guest(), goods.variant(), 3).await["cost"]["subtotal"]["amount"], "30.00");
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        let order = place(&ada, &cart, "first").await.ok()["orderPlace"]["order"]["id"].clone();
        assert_eq!((price(&ada, goods.variant()).await, price(&app.guest(), goods.variant()).await), (json!("10.00"), json!("5.00")));
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        owner.send(cancel, json!({ "input": input })).await.ok();
        assert_eq!((taken(&owner).await, price(&ada, goods.variant()).await), (json!(0), json!("5.00")));
        // An order that is not paid in time gives them back too.
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        place(&ada, &cart, "second").await.ok();
        assert_eq!(taken(&owner).await, 2);
        app.clock().advance(TimeDelta::days(8));
        app.run_timers().await;
        assert_eq!(taken(&owner).await, 0);
    }

    async fn whoever_saw_a_flash_price_that_is_gone_is_told_and_pays_nothing_else(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!([entry(goods.variant(), "5.00", json!({ "quota": 1 }))]))])).await;
        let guest = app.guest();
        let (first, second) = (ready(&guest, &shop, goods.variant(), 1).await, ready(&guest, &shop, goods.variant(), 1).await);
        place(&guest, &first, "first").await.ok();
        let before = app.fingerprint().await;
        place(&guest, &second, "second").await.expect_user_error("TOTAL_CHANGED");
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(read(&guest, &second["id"]).await["cost"]["subtotal"]["amount"], "10.00");
    }

    async fn sales_cost_one_statement_and_none_where_there_is_none(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 2_000, 3_000]).insert(&app, &shop).await;
        let query = "query($id: ID!) { product(id: $id) { variants { price { amount } priceSource { kind } } } }";
        let guest = app.guest();
        let ask = || guest.run(query, json!({ "id": goods.product }));
        ask().await;
        let (_, without) = app.count_statements(ask()).await;
        let entries: Vec<Value> = goods.variants.iter().map(|variant| entry(variant, "1.00", json!({}))).collect();
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!(entries))])).await;
        let (product, with) = app.count_statements(ask()).await;
        assert_eq!(product["product"]["variants"][2]["price"]["amount"], "1.00");
        assert_eq!(with, without + 1);
        app.clock().advance(TimeDelta::hours(2));
        let (_, after) = app.count_statements(ask()).await;
        assert_eq!(after, without);
    }
}
