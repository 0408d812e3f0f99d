use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::{open_code, running};
use crate::cart::{change, place, ready};
use crate::points::{adjust, let_points_pay};

const SIMULATE: &str = "query($input: PromotionSimulateInput!) { promotionSimulate(input: $input) {
    cost { subtotal { amount } discountTotal { amount } shippingTotal { amount } total { amount }
        adjustments { kind label amount { amount } sourceId } }
    evaluations { label applied reason promotionId lostTo discount { amount } }
    trace { kind promotionId lineId note before { amount } after { amount } } } }";

async fn simulate(client: &Client, input: Value) -> Value {
    client.run(SIMULATE, json!({ "input": input })).await["promotionSimulate"].clone()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

fn notes(simulation: &Value) -> Vec<&str> {
    let trace = simulation["trace"].as_array().unwrap();
    trace
        .iter()
        .map(|step| step["note"].as_str().unwrap())
        .collect()
}

both! {
    async fn a_simulated_cart_costs_what_its_order_costs(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        running(&owner, json!({})).await;
        let free = json!({ "label": "Free shipping", "rewards": [{ "freeShipping": {} }] });
        let dear = json!([{ "minSubtotal": eur("200") }]);
        running(&owner, json!({ "label": "Five", "rewards": [{ "fixedOff": { "amount": eur("5") } }], "conditions": dear })).await;
        running(&owner, free).await;
        open_code(&owner, "TENOFF", json!({})).await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 800, "a").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 5).await;
        change(&ada, "cartCouponApply", json!({ "cartId": cart["id"], "couponCode": "TENOFF" })).await;
        let cart = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 100 } })).await;
        let before = app.fingerprint().await;
        let simulation = simulate(&owner, json!({ "cartId": cart["id"] })).await;
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(notes(&simulation), [
            "Own price: 5 at 10.00 EUR, 0.00 EUR becomes 50.00 EUR.",
            "Sale: 50.00 EUR becomes 45.00 EUR.",
            "Five: does not count, too little is spent: 150.00 EUR more is needed.",
            "Ten off: 45.00 EUR becomes 40.50 EUR.",
            "Points: 40.50 EUR becomes 39.50 EUR.",
            "Parcel: 39.50 EUR becomes 44.40 EUR.",
            "Free shipping: 44.40 EUR becomes 39.50 EUR.",
        ]);
        assert_eq!((&simulation["trace"][0]["kind"], &simulation["trace"][0]["lineId"]), (&json!("PRICE"), &cart["lines"][0]["id"]));
        assert_eq!(simulation["trace"][1]["promotionId"], simulation["evaluations"][0]["promotionId"]);
        assert_eq!(simulation["cost"]["total"], json!({ "amount": "39.50" }));
        assert_eq!(cart["cost"]["total"]["amount"], "39.50");
        let placed = place(&ada, &cart, "order").await.ok()["orderPlace"]["order"]["id"].clone();
        let query = "query($id: ID!) { order(id: $id) { cost { subtotal { amount } discountTotal { amount } shippingTotal { amount } total { amount }
            adjustments { kind label amount { amount } sourceId } } } }";
        let charged = ada.run(query, json!({ "id": placed })).await["order"]["cost"].clone();
        assert_eq!(charged, simulation["cost"]);
    }

    async fn an_unsaved_promotion_is_tried_at_another_time_and_leaves_no_trace(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let later = app.clock().now() + TimeDelta::days(7);
        let weak = running(&owner, json!({ "label": "Weak", "group": "618", "startsAt": later })).await;
        let strong = json!({ "name": "Try", "label": "Strong", "group": "618", "rewards": [{ "percentOff": { "percent": "20" } }] });
        let lines = json!([{ "variantId": goods.variant(), "quantity": 1 }, { "variantId": goods.variant(), "quantity": 2 }]);
        let before = app.fingerprint().await;
        let now = simulate(&owner, json!({ "lines": lines, "promotion": strong })).await;
        let price = "Own price: 3 at 10.00 EUR, 0.00 EUR becomes 30.00 EUR.";
        assert_eq!(notes(&now), [price, "Strong: 30.00 EUR becomes 24.00 EUR."]);
        assert_eq!(now["trace"][1]["promotionId"], Value::Null);
        let then = simulate(&owner, json!({ "lines": lines, "promotion": strong, "at": later })).await;
        assert_eq!(notes(&then)[1..], [
            "Weak: does not count, its group offers better.",
            "Strong: 30.00 EUR becomes 24.00 EUR.",
        ]);
        assert_eq!(then["evaluations"], json!([
            { "label": "Weak", "applied": false, "reason": "BETTER_IN_GROUP", "promotionId": weak["id"], "lostTo": null, "discount": null },
            { "label": "Strong", "applied": true, "reason": null, "promotionId": null, "lostTo": null, "discount": { "amount": "6.00" } },
        ]));
        assert_eq!(then["cost"]["adjustments"][0]["sourceId"], Value::Null);
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_unsaved_promotion_of_the_catalog_is_tried_too(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let [cup, plate] = ["Cup", "Plate"].map(arrange::product);
        let (cup, plate) = (cup.insert(&app, &shop).await, plate.insert(&app, &shop).await);
        let owner = app.as_owner().await;
        let saved = running(&owner, json!({ "label": "Tenth", "stage": "CATALOG" })).await;
        let price = |of: &str, at: &str| json!({ "fixedPrice": { "price": eur(at), "products": { "variantIds": [of] } } });
        let lines = json!([{ "variantId": cup.variant(), "quantity": 2 }, { "variantId": plate.variant(), "quantity": 1 }]);
        let catalog = |reward: Value| json!({ "name": "Try", "label": "Try", "stage": "CATALOG", "rewards": [reward] });
        let before = app.fingerprint().await;
        let told = simulate(&owner, json!({ "lines": lines, "promotion": catalog(price(cup.variant(), "6")) })).await;
        assert_eq!(notes(&told), [
            "Promotion of the catalog Try: 2 at 6.00 EUR, 0.00 EUR becomes 12.00 EUR.",
            "Promotion of the catalog Tenth: 1 at 9.00 EUR, 12.00 EUR becomes 21.00 EUR.",
        ]);
        let applied = |label: &str, id: &Value, amount: &str| json!({ "label": label, "applied": true, "reason": null, "promotionId": id,
            "lostTo": null, "discount": { "amount": amount } });
        assert_eq!(told["evaluations"], json!([applied("Tenth", &saved["id"], "1.00"), applied("Try", &Value::Null, "8.00")]));
        assert_eq!(told["cost"]["total"]["amount"], "21.00");
        // Too dear to lower anything.
        let told = simulate(&owner, json!({ "lines": lines, "promotion": catalog(price(cup.variant(), "9.50")) })).await;
        assert_eq!(told["evaluations"][1], json!({ "label": "Try", "applied": false, "reason": "BETTER_PRICE", "promotionId": null,
            "lostTo": saved["id"], "discount": null }));
        assert_eq!(notes(&told)[2], "Try: does not count, another rule sets a price that is as low.");
        let mut later = catalog(price(cup.variant(), "1"));
        later["startsAt"] = json!(app.clock().now() + TimeDelta::hours(1));
        let told = simulate(&owner, json!({ "lines": lines, "promotion": later })).await;
        assert_eq!((&told["evaluations"][1]["reason"], &told["cost"]["total"]["amount"]), (&json!("NOT_STARTED"), &json!("27.00")));
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_case_is_tried_as_a_member(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        running(&owner, json!({ "label": "First", "conditions": [{ "firstOrder": true }] })).await;
        let ada = app.as_member("ada@members.test").await;
        let lines = json!([{ "variantId": goods.variant(), "quantity": 1 }]);
        let guest = simulate(&owner, json!({ "lines": lines })).await;
        assert_eq!(guest["evaluations"][0]["reason"], "LOGIN_REQUIRED");
        let member = simulate(&owner, json!({ "lines": lines, "memberId": ada.account_id() })).await;
        assert_eq!(member["cost"]["total"]["amount"], "9.00");
    }

    async fn a_case_that_cannot_be_is_refused(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let cart = ready(&app.guest(), &shop, goods.variant(), 1).await["id"].clone();
        let lines = json!([{ "variantId": goods.variant(), "quantity": 1 }]);
        let unknown = domain::id::ProductVariantId(app.clock().new_id()).to_string();
        let nobody = domain::id::MemberId(app.clock().new_id()).to_string();
        let sale = |rewards: Value| json!({ "name": "Try", "label": "Try", "rewards": rewards });
        let nowhere = json!([{ "percentOff": { "percent": "5", "products": { "variantIds": [unknown] } } }]);
        for input in [
            json!({}),
            json!({ "cartId": cart, "lines": lines }),
            json!({ "cartId": "cart_unknown" }),
            json!({ "lines": [{ "variantId": unknown, "quantity": 1 }] }),
            json!({ "lines": [{ "variantId": goods.variant(), "quantity": 0 }] }),
            json!({ "lines": vec![lines[0].clone(); 201] }),
            json!({ "lines": lines, "memberId": nobody }),
            json!({ "lines": lines, "couponCodes": ["!"] }),
            json!({ "lines": lines, "couponCodes": (0..11).map(|place| format!("CODE-{place}")).collect::<Vec<_>>() }),
            json!({ "lines": lines, "promotion": { "label": "No name" } }),
            json!({ "lines": lines, "promotion": sale(json!([])) }),
            json!({ "lines": lines, "promotion": sale(nowhere) }),
        ] {
            owner.send(SIMULATE, json!({ "input": input })).await.expect_top_error("BAD_USER_INPUT");
        }
    }
}
