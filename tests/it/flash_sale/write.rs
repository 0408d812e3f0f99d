use chrono::TimeDelta;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{entry, sale, save, taken, try_save};
use crate::cart::{place, ready};

both! {
    async fn sales_are_kept_by_code(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 2_000]).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let entries = json!([entry(&goods.variants[0], "5.00", json!({ "quota": 3 })), entry(&goods.variants[1], "6.00", json!({}))]);
        let made = save(&owner, json!([sale(&app, "618", entries)])).await;
        let shown = |variant: usize, price: &str, quota: Option<u32>, taken: Option<u32>| json!({ "variantId": goods.variants[variant],
            "price": { "amount": price }, "quota": quota, "perBuyer": null, "taken": taken });
        let mut both = vec![shown(0, "5.00", Some(3), Some(0)), shown(1, "6.00", None, None)];
        both.sort_by_key(|entry| entry["variantId"].to_string());
        assert_eq!((&made[0]["version"], &made[0]["entries"]), (&json!(1), &json!(both)));
        let gone = json!({ "variantId": goods.variants[1], "price": null });
        let changed = save(&owner, json!([{ "code": "618", "label": "Now", "entries": [gone] }])).await;
        assert_eq!((&changed[0]["id"], &changed[0]["version"], &changed[0]["label"]), (&made[0]["id"], &json!(2), &json!("Now")));
        assert_eq!(changed[0]["entries"], json!([shown(0, "5.00", Some(3), Some(0))]));
        let node = owner.run("query($id: ID!) { node(id: $id) { ... on FlashSale { code } } }", json!({ "id": made[0]["id"] })).await;
        assert_eq!(node["node"]["code"], "618");
    }

    async fn a_first_quota_counts_what_was_taken_without_one(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!([entry(goods.variant(), "5.00", json!({}))]))])).await;
        assert_eq!(taken(&owner).await, json!(null));
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 2).await;
        place(&guest, &cart, "first").await.ok();
        let with = |quota: u32| json!([{ "code": "618", "entries": [entry(goods.variant(), "5.00", json!({ "quota": quota }))] }]);
        let refused = try_save(&owner, with(1)).await.expect_user_error("INVALID");
        assert_eq!(refused["field"], json!(["input", "flashSales", "0", "entries", "0", "quota"]));
        save(&owner, with(2)).await;
        assert_eq!(taken(&owner).await, 2);
        assert_eq!(ready(&guest, &shop, goods.variant(), 1).await["cost"]["subtotal"]["amount"], "10.00");
    }

    async fn what_cannot_be_is_refused_and_changes_nothing(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let unknown = domain::id::ProductVariantId(app.clock().new_id()).to_string();
        let good = || entry(goods.variant(), "5.00", json!({}));
        let before = app.fingerprint().await;
        let with = |fields: serde_json::Value| {
            let mut sale = sale(&app, "618", json!([good()]));
            crate::promotion::merge(&mut sale, fields);
            sale
        };
        let now = app.clock().now();
        for (sale, field) in [
            (json!({ "code": "618" }), json!(["name"])),
            (json!({ "code": "618", "name": "618" }), json!(["startsAt"])),
            (with(json!({ "endsAt": now - TimeDelta::seconds(1) })), json!(["endsAt"])),
            (with(json!({ "code": "6 1 8" })), json!(["code"])),
            (with(json!({ "entries": [entry(&unknown, "5.00", json!({}))] })), json!(["entries"])),
            (with(json!({ "entries": [entry(&goods.product, "5.00", json!({}))] })), json!(["entries", "0", "variantId"])),
            (with(json!({ "entries": [good(), good()] })), json!(["entries", "1"])),
            (with(json!({ "entries": [entry(goods.variant(), "-1.00", json!({}))] })), json!(["entries", "0", "price"])),
            (with(json!({ "entries": [entry(goods.variant(), "1.00", json!({ "quota": 0 }))] })), json!(["entries", "0", "quota"])),
            (with(json!({ "entries": [entry(goods.variant(), "1.00", json!({ "perBuyer": -1 }))] })), json!(["entries", "0", "perBuyer"])),
        ] {
            let refused = try_save(&owner, json!([with(json!({ "code": "other" })), sale])).await.expect_user_error("INVALID");
            let path: Vec<_> = ["input", "flashSales", "1"].map(|part| json!(part)).into_iter().chain(field.as_array().unwrap().iter().cloned()).collect();
            assert_eq!(refused["field"], json!(path));
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
