use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Client, TestApp, arrange, both, checkout};

use super::{list, save, with};
use crate::cart::{change, filled, place, problems, ready};
use crate::{segment, tier};

const VARIANT: &str = "query($id: ID!) { productVariant(id: $id) { price { amount } compareAtPrice { amount }
    priceSource { kind ruleId label } priceTiers { minQuantity price { amount } } lowestPrice30d { amount } } }";

async fn shown(client: &Client, variant: &str) -> Value {
    client.run(VARIANT, json!({ "id": variant })).await["productVariant"].clone()
}

async fn price(client: &Client, variant: &str) -> Value {
    shown(client, variant).await["price"]["amount"].clone()
}

both! {
    async fn a_list_sets_the_price_that_is_shown_and_paid(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let before = shown(&guest, goods.variant()).await;
        assert_eq!((&before["price"]["amount"], &before["priceSource"]["kind"]), (&json!("10.00"), &json!("BASE")));
        assert_eq!(before["priceTiers"], json!([{ "minQuantity": 1, "price": { "amount": "10.00" } }]));
        let summer = list("summer", &[(goods.variant(), 1, "8.00"), (goods.variant(), 5, "7.00")]);
        let saved = save(&owner, json!([with(summer, json!({ "label": "Summer" }))])).await;
        let now = shown(&guest, goods.variant()).await;
        assert_eq!((&now["price"]["amount"], &now["compareAtPrice"]["amount"]), (&json!("8.00"), &json!("10.00")));
        assert_eq!(now["priceSource"], json!({ "kind": "PRICE_LIST", "ruleId": null, "label": "Summer" }));
        assert_eq!(now["priceTiers"][1], json!({ "minQuantity": 5, "price": { "amount": "7.00" } }));
        assert_eq!(shown(&owner, goods.variant()).await["priceSource"]["ruleId"], saved[0]["id"]);
        let cart = ready(&guest, &shop, goods.variant(), 4).await;
        assert_eq!(cart["cost"]["subtotal"]["amount"], "32.00");
        let more = json!([{ "lineId": cart["lines"][0]["id"], "quantity": 5 }]);
        let cart = change(&guest, "cartLinesUpdate", json!({ "cartId": cart["id"], "lines": more })).await;
        assert_eq!((&cart["cost"]["subtotal"]["amount"], problems(&cart).len()), (&json!("35.00"), 0));
        let order = place(&guest, &cart, "order").await.ok()["orderPlace"]["order"]["id"].clone();
        let query = "query($id: ID!) { order(id: $id) { lines { cost { unitPrice { amount } compareAtUnitPrice { amount } } } } }";
        let line = owner.run(query, json!({ "id": order })).await["order"]["lines"][0]["cost"].clone();
        assert_eq!(line, json!({ "unitPrice": { "amount": "7.00" }, "compareAtUnitPrice": { "amount": "10.00" } }));
    }

    async fn a_list_for_a_tier_is_for_its_members(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let tiers = tier::save(&owner, json!([tier::tier("silver", 1, "20.00")])).await;
        let silver = list("silver", &[(goods.variant(), 1, "9.00")]);
        save(&owner, json!([with(silver, json!({ "memberTierIds": [tiers[0]["id"]] }))])).await;
        let ada = app.as_member("ada@members.test").await;
        assert_eq!(price(&app.guest(), goods.variant()).await, "10.00");
        assert_eq!(price(&ada, goods.variant()).await, "10.00");
        checkout::completed(&app, &ada, &shop, &goods, 3).await;
        let now = shown(&ada, goods.variant()).await;
        assert_eq!((&now["price"]["amount"], &now["priceSource"]["kind"]), (&json!("9.00"), &json!("MEMBER_TIER")));
        assert_eq!(filled(&ada, goods.variant(), 2).await["cost"]["total"]["amount"], "18.00");
        assert_eq!(filled(&app.guest(), goods.variant(), 2).await["cost"]["total"]["amount"], "20.00");
    }

    async fn a_promotion_that_tolerates_no_member_prices_passes_them_by(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(50).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let tiers = tier::save(&owner, json!([tier::tier("silver", 1, "20.00")])).await;
        let silver = list("silver", &[(goods.variant(), 1, "9.00")]);
        save(&owner, json!([with(silver, json!({ "memberTierIds": [tiers[0]["id"]] }))])).await;
        let ada = app.as_member("ada@members.test").await;
        checkout::completed(&app, &ada, &shop, &goods, 3).await;
        let classes = json!(["LINE", "ORDER", "SHIPPING", "COUPON", "POINTS"]);
        crate::promotion::running(&owner, json!({ "combinesWith": classes })).await;
        let of_ada = filled(&ada, goods.variant(), 2).await;
        assert_eq!((&of_ada["cost"]["total"]["amount"], &of_ada["evaluations"][0]["reason"]), (&json!("18.00"), &json!("NOT_WITH_MEMBER_PRICES")));
        assert_eq!(filled(&app.guest(), goods.variant(), 2).await["cost"]["total"]["amount"], "18.00");
        crate::promotion::running(&owner, json!({})).await;
        // A member has one cart: there are four units now.
        assert_eq!(filled(&ada, goods.variant(), 2).await["cost"]["total"]["amount"], "32.40");
    }

    async fn a_list_for_segments_is_for_who_is_in_one_of_them(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 2_000]).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let regulars = segment::save(&owner, "regulars", json!({ "orders": { "min": 1 } })).await["id"].clone();
        let nobody = segment::save(&owner, "nobody", json!({ "orders": { "min": 1_000 } })).await["id"].clone();
        let tiers = tier::save(&owner, json!([tier::tier("silver", 1, "900.00")])).await;
        let entries = [(goods.variant(), 1, "8.00"), (goods.variants[1].as_str(), 1, "16.00")];
        let saved = save(&owner, json!([
            with(list("regulars", &entries), json!({ "priority": 2, "segmentIds": [&regulars, &nobody], "memberTierIds": [tiers[0]["id"]] })),
            with(list("nobody", &[(goods.variant(), 1, "1.00")]), json!({ "priority": 1, "segmentIds": [nobody] })),
        ])).await;
        assert_eq!(saved[0]["segmentIds"].as_array().unwrap().len(), 2);
        let ada = app.as_member("ada@members.test").await;
        assert_eq!((price(&app.guest(), goods.variant()).await, price(&ada, goods.variant()).await), (json!("10.00"), json!("10.00")));
        checkout::completed(&app, &ada, &shop, &goods, 1).await;
        let now = shown(&ada, goods.variant()).await;
        assert_eq!((&now["price"]["amount"], &now["priceSource"]["kind"]), (&json!("8.00"), &json!("PRICE_LIST")));
        assert_eq!(filled(&ada, goods.variant(), 2).await["cost"]["total"]["amount"], "16.00");
        assert_eq!(filled(&app.guest(), goods.variant(), 2).await["cost"]["total"]["amount"], "20.00");
        // Which segments a member is in is asked once for all variants.
        let query = "query($id: ID!) { product(id: $id) { variants { price { amount } } } }";
        let ask = |client: Client| { let product = goods.product.clone(); async move { client.run(query, json!({ "id": product })).await } };
        let (data, of_ada) = app.count_statements(ask(ada.clone())).await;
        assert_eq!(data["product"]["variants"][1]["price"]["amount"], "16.00");
        let (_, of_guest) = app.count_statements(ask(app.guest())).await;
        assert!(of_ada <= of_guest + 5, "{of_ada} statements for a member, {of_guest} for a guest");
        // Without segments and tiers it is for everybody again.
        save(&owner, json!([{ "code": "regulars", "segmentIds": [], "memberTierIds": [] }])).await;
        assert_eq!(price(&app.guest(), goods.variant()).await, "8.00");
    }

    async fn the_first_list_in_force_counts(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let later = app.clock().now() + TimeDelta::hours(1);
        let lists = json!([
            with(list("always", &[(goods.variant(), 1, "9.00")]), json!({ "priority": 5 })),
            with(list("later", &[(goods.variant(), 1, "9.50")]), json!({ "priority": 1, "startsAt": later, "endsAt": later + TimeDelta::hours(1) })),
            with(list("off", &[(goods.variant(), 1, "1.00")]), json!({ "active": false })),
        ]);
        save(&owner, lists).await;
        assert_eq!(price(&guest, goods.variant()).await, "9.00");
        app.clock().advance(TimeDelta::minutes(61));
        assert_eq!(price(&guest, goods.variant()).await, "9.50");
        app.clock().advance(TimeDelta::hours(1));
        assert_eq!(price(&guest, goods.variant()).await, "9.00");
    }

    async fn lists_cost_one_statement_and_none_where_there_is_none(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[1_000, 2_000, 3_000]).insert(&app, &shop).await;
        let query = "query($id: ID!) { product(id: $id) { variants { price { amount } } } }";
        let guest = app.guest();
        let ask = || guest.run(query, json!({ "id": goods.product }));
        ask().await;
        let (_, without) = app.count_statements(ask()).await;
        let entries: Vec<_> = goods.variants.iter().map(|variant| (variant.as_str(), 1, "5.00")).collect();
        save(&app.as_owner().await, json!([list("summer", &entries)])).await;
        let (data, with_lists) = app.count_statements(ask()).await;
        assert_eq!(data["product"]["variants"][2]["price"]["amount"], "5.00");
        assert_eq!(with_lists, without + 1);
    }
}
