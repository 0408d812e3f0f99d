//! Promotions that ask in which channel and in which currency something is bought.

use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both};

use super::{document, running};
use crate::cart::filled;

const SIMULATE: &str = "query($input: PromotionSimulateInput!) { promotionSimulate(input: $input) {
    cost { total { amount } } evaluations { applied reason } trace { note } } }";

/// The ten percent off under such conditions, tried on a cup for 10.00.
async fn tried(client: &Client, variant: &str, conditions: &Value) -> Value {
    let promotion = json!({ "name": "Try", "label": "Try", "rewards": [{ "percentOff": { "percent": "10" } }], "conditions": conditions });
    let input =
        json!({ "lines": [{ "variantId": variant, "quantity": 1 }], "promotion": promotion });
    client.run(SIMULATE, json!({ "input": input })).await["promotionSimulate"].clone()
}

both! {
    async fn one_rule_counts_where_and_in_what_it_asks_to_be_paid(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let outlet = arrange::open_channel(&app, "outlet").await;
        arrange::sell_all_in(&app, outlet).await;
        let here = app.as_owner().await;
        let there = here.with_header("vitrine-channel", "outlet");
        let own = arrange::channel(&app).await.slug;
        let before = app.fingerprint().await;
        // What is asked, and what keeps it from counting here and there.
        for (conditions, refused_here, refused_there) in [
            (json!([{ "channels": ["outlet"] }]), json!("CHANNEL_MISMATCH"), json!(null)),
            (json!([{ "channels": ["outlet", own] }]), json!(null), json!(null)),
            (json!([{ "currencyCodes": ["EUR", "JPY"] }]), json!(null), json!(null)),
            (json!([{ "currencyCodes": ["JPY"] }]), json!("CURRENCY_MISMATCH"), json!("CURRENCY_MISMATCH")),
            (json!([{ "anyOf": [{ "channels": ["outlet"] }, { "minQuantity": 2 }] }]), json!("QUANTITY_TOO_LOW"), json!(null)),
            (json!([{ "anyOf": [{ "channels": [own] }, { "currencyCodes": ["JPY"] }] }]), json!(null), json!("CHANNEL_MISMATCH")),
        ] {
            for (client, reason) in [(&here, refused_here), (&there, refused_there)] {
                let told = tried(client, goods.variant(), &conditions).await;
                assert_eq!(told["evaluations"], json!([{ "applied": reason.is_null(), "reason": reason }]), "{conditions}");
                let total = if reason.is_null() { "9.00" } else { "10.00" };
                assert_eq!(told["cost"]["total"]["amount"], total, "{conditions}");
            }
        }
        let told = tried(&here, goods.variant(), &json!([{ "channels": ["outlet"] }])).await;
        assert_eq!(told["trace"][1]["note"], "Try: does not count, it is for other channels.");
        let told = tried(&here, goods.variant(), &json!([{ "currencyCodes": ["JPY"] }])).await;
        assert_eq!(told["trace"][1]["note"], "Try: does not count, it is for other currencies.");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn channels_and_currencies_are_kept_as_written_and_told_in_the_cart(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        arrange::open_channel(&app, "outlet").await;
        let owner = app.as_owner().await;
        let conditions = json!([{ "currencyCodes": ["EUR"] }, { "anyOf": [{ "channels": ["outlet"] }, { "firstOrder": true }] }]);
        let made = running(&owner, json!({ "conditions": conditions })).await;
        let query = "query($id: ID!) { promotion(id: $id) { conditions { channels currencyCodes anyOf { channels currencyCodes } } } }";
        let kept = owner.run(query, json!({ "id": made["id"] })).await["promotion"]["conditions"].clone();
        assert_eq!(kept, json!([
            { "channels": null, "currencyCodes": ["EUR"], "anyOf": null },
            { "channels": null, "currencyCodes": null, "anyOf": [
                { "channels": ["outlet"], "currencyCodes": null }, { "channels": null, "currencyCodes": null },
            ] },
        ]));
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        let query = "query($id: ID!) { cart(id: $id) { cost { total { amount } } evaluations { applied reason } } }";
        let told = guest.run(query, json!({ "id": cart["id"] })).await["cart"].clone();
        assert_eq!(told, json!({ "cost": { "total": { "amount": "10.00" } },
            "evaluations": [{ "applied": false, "reason": "CHANNEL_MISMATCH" }] }));
    }

    async fn channels_and_currencies_that_are_none_are_refused(app: TestApp) {
        arrange::shop(&app).await;
        let owner = app.as_owner().await;
        let many: Vec<String> = (0..501).map(|number| format!("channel-{number}")).collect();
        let before = app.fingerprint().await;
        let condition = ["input", "promotion", "conditions", "0"];
        for (asked, below) in [
            (json!({ "channels": ["nowhere"] }), vec![]),
            (json!({ "anyOf": [{ "channels": ["nowhere"] }] }), vec![]),
            (json!({ "channels": [] }), vec![]),
            (json!({ "channels": many }), vec![]),
            (json!({ "currencyCodes": [] }), vec![]),
            (json!({ "channels": ["Not one"] }), vec!["channels", "0"]),
            (json!({ "anyOf": [{ "firstOrder": true }, { "channels": ["outlet", ""] }] }), vec!["anyOf", "1", "channels", "1"]),
        ] {
            let promotion = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }], "conditions": [asked] });
            let answer = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": promotion } })).await;
            assert_eq!(answer.expect_user_error("INVALID")["field"], json!([condition.as_slice(), &below].concat()), "{asked}");
        }
        let promotion = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "freeShipping": {} }], "conditions": [{ "currencyCodes": ["XXY"] }] });
        let answer = owner.send(&document("promotionCreate", ""), json!({ "input": { "promotion": promotion } })).await;
        answer.expect_top_error("BAD_USER_INPUT");
        assert_eq!(app.fingerprint().await, before);
    }
}
