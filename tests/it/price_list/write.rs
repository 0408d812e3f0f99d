use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{list, save, try_save, with};

both! {
    async fn what_is_left_out_stays_and_null_takes_away(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let variant = goods.variant();
        let made = save(&owner, json!([with(list("b2b", &[(variant, 1, "8.00"), (variant, 10, "7.00")]), json!({ "priority": 3 }))])).await;
        assert_eq!((&made[0]["label"], &made[0]["priority"], &made[0]["version"]), (&json!("b2b"), &json!(3), &json!(1)));
        let change = json!([{ "code": "b2b", "label": "For business", "entries": [{ "variantId": variant, "price": null },
            { "variantId": variant, "minQuantity": 20, "price": { "amount": "6.00", "currencyCode": "EUR" } }] }]);
        let changed = save(&owner, change).await;
        assert_eq!((&changed[0]["id"], &changed[0]["name"], &changed[0]["label"]), (&made[0]["id"], &json!("b2b"), &json!("For business")));
        assert_eq!(changed[0]["entries"], json!([
            { "variantId": variant, "minQuantity": 10, "price": { "amount": "7.00" } },
            { "variantId": variant, "minQuantity": 20, "price": { "amount": "6.00" } },
        ]));
        let read = owner.run("query($id: ID!) { priceLists { code } node(id: $id) { ... on PriceList { code } } }", json!({ "id": made[0]["id"] })).await;
        assert_eq!(read, json!({ "priceLists": [{ "code": "b2b" }], "node": { "code": "b2b" } }));
    }

    async fn lists_that_cannot_be_are_refused_and_change_nothing(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let variant = goods.variant();
        let unknown = domain::id::ProductVariantId(app.clock().new_id()).to_string();
        let nobody = domain::id::MemberTierId(app.clock().new_id()).to_string();
        let strangers = domain::id::SegmentId(app.clock().new_id()).to_string();
        let now = app.clock().now();
        let before = app.fingerprint().await;
        for (lists, place) in [
            (json!([{ "code": "new" }]), json!(["input", "priceLists", "0", "name"])),
            (json!([list("a", &[]), list("a", &[])]), json!(["input", "priceLists", "1"])),
            (json!([with(list("a", &[]), json!({ "startsAt": now, "endsAt": now }))]), json!(["input", "priceLists", "0", "endsAt"])),
            (json!([with(list("a", &[]), json!({ "memberTierIds": [nobody] }))]), json!(["input", "priceLists", "0", "memberTierIds"])),
            (json!([with(list("a", &[]), json!({ "segmentIds": [strangers] }))]), json!(["input", "priceLists", "0", "segmentIds"])),
            (json!([list("a", &[(variant, 0, "1.00")])]), json!(["input", "priceLists", "0", "entries", "0", "minQuantity"])),
            (json!([list("a", &[(variant, 1, "-1.00")])]), json!(["input", "priceLists", "0", "entries", "0", "price"])),
            (json!([list("a", &[(variant, 1, "1.00"), (variant, 1, "2.00")])]), json!(["input", "priceLists", "0", "entries", "1"])),
            (json!([list("good", &[(variant, 1, "1.00")]), list("a", &[(&unknown, 1, "1.00")])]), json!(["input", "priceLists", "1", "entries"])),
        ] {
            assert_eq!(try_save(&owner, lists).await.expect_user_error("INVALID")["field"], place);
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
