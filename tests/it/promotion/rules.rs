use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::{document, merge, open_code, running, staff};
use crate::cart::{change, filled, place, read, ready};

/// Every kind of condition and reward as staff read it.
const RULE: &str = "group groupMode exclusive combinesWith combinesWithGroups discountBase appliesToDiscounted
    minPayable { amount } budgetAmount { amount }
    conditions { minSubtotal { amount } minQuantity firstOrder countryCodes couponEntered
        products { quantity products { productIds variantIds categoryIds collectionIds tags brands except { brands } } }
        productsSubtotal { amount { amount } products { productIds } } anyOf { firstOrder minQuantity } }
    rewards { percentOff { percent products { tags } } fixedOff { amount { amount } perUnit products { productIds } }
        fixedPrice { price { amount } products { productIds } }
        buyXGetY { buy { quantity } get { quantity products { tags } } percent maxUses }
        everyNth { nth percent maxUses } tieredSpend { repeats tiers { minSubtotal { amount } percent amount { amount } } }
        freeShipping { shippingMethodIds maxPrice { amount } } shippingOff { percent amount { amount } } pointsMultiplier }";

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// A running promotion with one reward.
async fn offer(owner: &Client, reward: Value, fields: Value) -> Value {
    let mut input = json!({ "rewards": [reward] });
    merge(&mut input, fields);
    running(owner, input).await
}

/// What became of the promotions of a cart, by their labels.
async fn verdicts(client: &Client, cart: &Value) -> Value {
    let query = "query($id: ID!) { cart(id: $id) { evaluations {
        label applied reason promotionVersion discount { amount } missing { amount { amount } quantity } lostTo } } }";
    client.run(query, json!({ "id": cart["id"] })).await["cart"]["evaluations"].clone()
}

both! {
    async fn every_kind_of_rule_is_kept_as_written(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let these = json!({ "productIds": [goods.product] });
        let conditions = json!([
            { "products": { "quantity": 2, "products": { "variantIds": [goods.variant()], "tags": ["new"], "except": { "brands": ["Acme"] } } } },
            { "productsSubtotal": { "products": these, "amount": eur("5") } },
            { "couponEntered": true },
            { "anyOf": [{ "firstOrder": true }, { "minQuantity": 3 }] },
        ]);
        let rewards = json!([
            { "percentOff": { "percent": "12.5", "products": { "tags": ["new"] } } },
            { "fixedOff": { "amount": eur("1"), "perUnit": true, "products": these } },
            { "fixedPrice": { "price": eur("9.90"), "products": these } },
            { "buyXGetY": { "buy": { "quantity": 2, "products": {} }, "get": { "quantity": 1, "products": { "tags": ["new"] } }, "percent": "100", "maxUses": 2 } },
            { "everyNth": { "nth": 2, "percent": "50", "products": {} } },
            { "tieredSpend": { "repeats": true, "tiers": [{ "minSubtotal": eur("100"), "percent": "5" }, { "minSubtotal": eur("300"), "amount": eur("50") }] } },
            { "freeShipping": { "shippingMethodIds": [shop.shipping_method], "maxPrice": eur("5") } },
            { "shippingOff": { "amount": eur("2") } },
            { "pointsMultiplier": "1.5" },
        ]);
        let fields = json!({
            "conditions": conditions, "rewards": rewards, "group": " 618 ", "groupMode": "STACK", "exclusive": true,
            "combinesWith": ["COUPON", "LINE"], "combinesWithGroups": ["flash"], "discountBase": "BASE", "appliesToDiscounted": false,
            "minPayable": eur("1"), "budgetAmount": eur("1000"),
        });
        let promotion = running(&owner, fields).await;
        let query = format!("query($id: ID!) {{ promotion(id: $id) {{ {RULE} }} }}");
        let read = owner.run(&query, json!({ "id": promotion["id"] })).await["promotion"].clone();
        for (field, value) in [
            ("group", json!("618")), ("groupMode", json!("STACK")), ("exclusive", json!(true)), ("combinesWith", json!(["LINE", "COUPON"])),
            ("combinesWithGroups", json!(["flash"])), ("discountBase", json!("BASE")), ("appliesToDiscounted", json!(false)),
            ("minPayable", json!({ "amount": "1.00" })), ("budgetAmount", json!({ "amount": "1000.00" })),
        ] {
            assert_eq!(read[field], value, "{field}");
        }
        let condition = &read["conditions"][0]["products"];
        assert_eq!(condition["products"]["variantIds"], json!([goods.variant()]));
        assert_eq!(condition["products"]["except"]["brands"], json!(["Acme"]));
        assert_eq!(read["conditions"][1]["productsSubtotal"]["products"]["productIds"], json!([goods.product]));
        assert_eq!(read["conditions"][2]["couponEntered"], true);
        assert_eq!(read["conditions"][3]["anyOf"], json!([{ "firstOrder": true, "minQuantity": null }, { "firstOrder": null, "minQuantity": 3 }]));
        let reward = |index: usize, name: &str| read["rewards"][index][name].clone();
        assert_eq!(reward(0, "percentOff"), json!({ "percent": "12.5", "products": { "tags": ["new"] } }));
        assert_eq!(reward(1, "fixedOff")["perUnit"], true);
        assert_eq!(reward(2, "fixedPrice")["price"]["amount"], "9.90");
        assert_eq!(reward(3, "buyXGetY")["maxUses"], 2);
        assert_eq!(reward(4, "everyNth"), json!({ "nth": 2, "percent": "50", "maxUses": null }));
        assert_eq!(reward(5, "tieredSpend")["tiers"][1]["amount"]["amount"], "50.00");
        assert_eq!(reward(6, "freeShipping")["shippingMethodIds"], json!([shop.shipping_method]));
        assert_eq!(reward(7, "shippingOff"), json!({ "percent": null, "amount": { "amount": "2.00" } }));
        assert_eq!(reward(8, "pointsMultiplier"), "1.5");
    }

    async fn rules_that_cannot_be_are_refused_and_change_nothing(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let unknown = domain::id::ProductId(app.clock().new_id()).to_string();
        let nested = json!({ "anyOf": [{ "anyOf": [{ "firstOrder": true }] }] });
        let tier = json!({ "minSubtotal": eur("10"), "percent": "5", "amount": eur("1") });
        let falling = json!([{ "minSubtotal": eur("10"), "percent": "5" }, { "minSubtotal": eur("9"), "percent": "5" }]);
        let before = app.fingerprint().await;
        for (fields, place) in [
            (json!({ "conditions": vec![json!({ "firstOrder": true }); 25] }), json!(["input", "promotion", "conditions"])),
            (json!({ "conditions": vec![json!({ "firstOrder": true }); 10_000] }), json!(["input", "promotion", "conditions"])),
            (json!({ "conditions": [{ "anyOf": vec![json!({ "firstOrder": true }); 10_000] }] }), json!(["input", "promotion", "conditions", "0", "anyOf"])),
            (json!({ "conditions": [nested] }), json!(["input", "promotion", "conditions", "0", "anyOf", "0", "anyOf"])),
            (json!({ "conditions": [{ "products": { "quantity": -1, "products": {} } }] }), json!(["input", "promotion", "conditions", "0", "products", "quantity"])),
            (json!({ "conditions": [{ "products": { "quantity": 1, "products": { "productIds": [goods.variant()] } } }] }),
                json!(["input", "promotion", "conditions", "0", "products", "products", "productIds", "0"])),
            (json!({ "conditions": [{ "products": { "quantity": 1, "products": { "productIds": [unknown] } } }] }), json!(["input", "promotion", "conditions", "0"])),
            (json!({ "rewards": [{ "percentOff": { "percent": "150" } }] }), json!(["input", "promotion", "rewards", "0", "percentOff", "percent"])),
            (json!({ "rewards": [{ "fixedPrice": { "price": eur("-1"), "products": {} } }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "rewards": [{ "everyNth": { "nth": 1, "percent": "50", "products": {} } }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "rewards": [{ "tieredSpend": { "tiers": [tier] } }] }), json!(["input", "promotion", "rewards", "0", "tieredSpend", "tiers", "0"])),
            (json!({ "rewards": [{ "tieredSpend": { "tiers": falling } }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "rewards": [{ "pointsMultiplier": "1" }] }), json!(["input", "promotion", "rewards", "0"])),
            (json!({ "group": " " }), json!(["input", "promotion", "group"])),
            (json!({ "minPayable": { "amount": "5", "currencyCode": "JPY" } }), json!(["input", "promotion", "minPayable"])),
            (json!({ "budgetAmount": eur("0") }), json!(["input", "promotion", "budgetAmount"])),
        ] {
            let mut input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }] });
            merge(&mut input, fields);
            let answer = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": input } })).await;
            assert_eq!(answer.expect_user_error("INVALID")["field"], place);
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_rule_finds_its_products_by_what_they_are(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cup = arrange::product("Cup").insert(&app, &shop).await;
        let plate = arrange::product("Plate").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let category = |input: Value| {
            let owner = &owner;
            async move {
                let upsert = "mutation($input: CategoriesUpsertInput!) { categoriesUpsert(input: $input) { categories { id } userErrors { code } } }";
                owner.send(upsert, json!({ "input": { "categories": [input] } })).await.ok()["categoriesUpsert"]["categories"][0]["id"].clone()
            }
        };
        let table = category(json!({ "slug": "table", "name": "Table" })).await;
        let cups = category(json!({ "slug": "cups", "name": "Cups", "parentSlug": "table" })).await;
        let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { product { id } userErrors { code message field } } }";
        let fields = json!({ "productId": cup.product, "product": { "categoryIds": [cups], "tags": ["new"] } });
        owner.send(update, json!({ "input": fields })).await.ok();
        let lines = json!([{ "variantId": cup.variant(), "quantity": 1 }, { "variantId": plate.variant(), "quantity": 1 }]);
        let cart = change(&app.guest(), "cartCreate", json!({ "lines": lines })).await;
        for (products, total) in [
            (json!({ "categoryIds": [table] }), "15.00"),
            (json!({ "tags": ["new"] }), "15.00"),
            (json!({ "brands": ["Vitrine"], "except": { "tags": ["new"] } }), "15.00"),
            (json!({ "variantIds": [plate.variant()] }), "15.00"),
            (json!({ "brands": ["Vitrine"] }), "10.00"),
            (json!({ "brands": ["Acme"] }), "20.00"),
        ] {
            let promotion = offer(&owner, json!({ "percentOff": { "percent": "50", "products": products } }), json!({})).await;
            assert_eq!(read(&app.guest(), &cart["id"]).await["cost"]["total"]["amount"], total, "{products}");
            staff(&owner, "promotionPause", "promotion { status }", json!({ "promotionId": promotion["id"] })).await;
        }
    }

    async fn the_best_of_a_group_counts_and_the_loser_is_told(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ladder = json!({ "tieredSpend": { "tiers": [{ "minSubtotal": eur("30"), "amount": eur("5") }] } });
        offer(&owner, ladder, json!({ "label": "5 from 30", "group": "618" })).await;
        let percent = offer(&owner, json!({ "percentOff": { "percent": "15" } }), json!({ "label": "15 %", "group": "618", "priority": 1 })).await;
        let guest = app.guest();
        let verdict = verdicts(&guest, &filled(&guest, goods.variant(), 4).await).await;
        assert_eq!(verdict[0], json!({ "label": "5 from 30", "applied": false, "reason": "BETTER_IN_GROUP", "promotionVersion": 2,
            "discount": null, "missing": null, "lostTo": percent["id"] }));
        assert_eq!(verdict[1]["discount"]["amount"], "6.00");
        let verdict = verdicts(&guest, &filled(&guest, goods.variant(), 3).await).await;
        assert_eq!((&verdict[0]["discount"]["amount"], &verdict[1]["reason"]), (&json!("5.00"), &json!("BETTER_IN_GROUP")));
    }

    async fn an_exclusive_promotion_keeps_a_coupon_out(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let sale = offer(&owner, json!({ "percentOff": { "percent": "20" } }), json!({ "exclusive": true })).await;
        open_code(&owner, "TENOFF", json!({})).await;
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        let cart = change(&guest, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "TENOFF" })).await;
        assert_eq!(cart["cost"]["total"]["amount"], "8.00");
        let verdict = verdicts(&guest, &cart).await;
        assert_eq!((&verdict[1]["reason"], &verdict[1]["lostTo"]), (&json!("NOT_COMBINABLE"), &sale["id"]));
    }

    async fn units_missing_for_an_offer_are_told(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let all = |quantity: u32| json!({ "quantity": quantity, "products": {} });
        let three_for_two = json!({ "buyXGetY": { "buy": all(2), "get": all(1), "percent": "100" } });
        offer(&app.as_owner().await, three_for_two, json!({})).await;
        let guest = app.guest();
        let verdict = verdicts(&guest, &filled(&guest, goods.variant(), 2).await).await;
        assert_eq!((&verdict[0]["reason"], &verdict[0]["missing"]["quantity"]), (&json!("QUANTITY_TOO_LOW"), &json!(1)));
        assert_eq!(filled(&guest, goods.variant(), 3).await["cost"]["total"]["amount"], "20.00");
    }

    async fn a_budget_of_money_is_used_up_and_given_back(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let sale = offer(&owner, json!({ "percentOff": { "percent": "50" } }), json!({ "budgetAmount": eur("8") })).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let order = place(&guest, &cart, "first").await.ok()["orderPlace"]["order"]["id"].clone();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        // Three of the eight are left.
        assert_eq!(cart["cost"]["discountTotal"]["amount"], "-3.00");
        place(&guest, &cart, "second").await.ok();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        assert_eq!(verdicts(&guest, &cart).await[0]["reason"], "BUDGET_EXHAUSTED");
        let cut = json!({ "input": { "promotionId": sale["id"], "promotion": { "budgetAmount": eur("7") } } });
        let refused = owner.send(&document("promotionUpdate", ""), cut).await.expect_user_error("INVALID");
        assert_eq!(refused["field"], json!(["input", "promotion", "budgetAmount"]));
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": "k" });
        owner.send(cancel, json!({ "input": input })).await.ok();
        assert_eq!(read(&guest, &cart["id"]).await["cost"]["discountTotal"]["amount"], "-5.00");
    }
}
