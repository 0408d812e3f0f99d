//! What a variant cost before it was reduced.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{self, Goods};
use tests::{Client, TestApp, both};

use super::{list, save, with};
use crate::promotion::{running, staff};
use crate::{flash_sale, tier};

async fn set_own(owner: &Client, goods: &Goods, amount: &str) {
    let price = json!({ "amount": amount, "currencyCode": "EUR" });
    let variants: Vec<Value> = goods
        .skus
        .iter()
        .map(|sku| json!({ "sku": sku, "price": price }))
        .collect();
    let input = json!({ "productId": goods.product, "product": { "variants": variants } });
    let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { userErrors { code message field } } }";
    owner.send(update, json!({ "input": input })).await.ok();
}

async fn lowest(client: &Client, goods: &Goods) -> Value {
    let query = "query($id: ID!) { productVariant(id: $id) { lowestPrice30d { amount } } }";
    let found = client.run(query, json!({ "id": goods.variant() })).await;
    found["productVariant"]["lowestPrice30d"]["amount"].clone()
}

both! {
    async fn the_lowest_own_price_of_thirty_days_is_told(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        assert_eq!(lowest(&guest, &goods).await, "10.00");
        set_own(&owner, &goods, "6.00").await;
        app.clock().advance(TimeDelta::days(10));
        set_own(&owner, &goods, "9.00").await;
        assert_eq!(lowest(&guest, &goods).await, "6.00");
        // The 6.00 was in force until twenty-nine days ago, then no more.
        app.clock().advance(TimeDelta::days(29));
        assert_eq!(lowest(&guest, &goods).await, "6.00");
        app.clock().advance(TimeDelta::days(2));
        assert_eq!(lowest(&guest, &goods).await, "9.00");
        set_own(&owner, &goods, "7.00").await;
        assert_eq!(lowest(&guest, &goods).await, "9.00", "of before the fall");
        app.clock().advance(TimeDelta::days(31));
        assert_eq!(lowest(&guest, &goods).await, "7.00", "the usual price by now");
    }

    async fn what_everybody_could_have_paid_counts(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        set_own(&owner, &goods, "20.00").await;
        app.clock().advance(TimeDelta::days(40));
        let silver = tier::save(&owner, json!([tier::tier("silver", 1, "5.00")])).await;
        let of_silver = with(list("silver", &[(goods.variant(), 1, "5.00")]), json!({ "memberTierIds": [silver[0]["id"]] }));
        let now = app.clock().now();
        let spring = json!({ "startsAt": now, "endsAt": now + TimeDelta::days(2) });
        let spring = with(list("spring", &[(goods.variant(), 1, "15.00"), (goods.variant(), 9, "1.00")]), spring);
        let never = with(list("never", &[(goods.variant(), 1, "1.00")]), json!({ "startsAt": now + TimeDelta::days(3) }));
        save(&owner, json!([of_silver, spring, never])).await;
        app.clock().advance(TimeDelta::days(1));
        save(&owner, json!([with(list("never", &[]), json!({ "active": false }))])).await;
        assert_eq!(lowest(&guest, &goods).await, "20.00", "before the list");
        app.clock().advance(TimeDelta::days(9));
        assert_eq!(lowest(&guest, &goods).await, "15.00", "of the list that is over");
        let entries = [flash_sale::entry(goods.variant(), "12.00", json!({}))];
        flash_sale::save(&owner, json!([flash_sale::sale(&app, "ten", json!(entries))])).await;
        assert_eq!(lowest(&guest, &goods).await, "15.00", "before the flash sale");
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(lowest(&guest, &goods).await, "12.00", "of the flash sale that is over");
        app.clock().advance(TimeDelta::days(31));
        assert_eq!(lowest(&guest, &goods).await, "20.00");
    }

    async fn a_list_that_was_for_everybody_counts_until_it_was_not(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        set_own(&owner, &goods, "20.00").await;
        app.clock().advance(TimeDelta::days(40));
        save(&owner, json!([list("spring", &[(goods.variant(), 1, "15.00")])])).await;
        app.clock().advance(TimeDelta::days(1));
        let silver = tier::save(&owner, json!([tier::tier("silver", 1, "5.00")])).await;
        let of_silver = json!({ "memberTierIds": [silver[0]["id"]] });
        save(&owner, json!([with(list("spring", &[(goods.variant(), 1, "5.00")]), of_silver)])).await;
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(lowest(&guest, &goods).await, "15.00");
        app.clock().advance(TimeDelta::days(31));
        assert_eq!(lowest(&guest, &goods).await, "20.00");
    }

    async fn prices_by_promotions_of_the_catalog_count(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cups = arrange::product("Cup").insert(&app, &shop).await;
        let lamps = arrange::product("Lamp").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        for goods in [&cups, &lamps] {
            set_own(&owner, goods, "20.00").await;
        }
        app.clock().advance(TimeDelta::days(40));
        let off = |percent: &str| json!([{ "percentOff": { "percent": percent, "products": { "productIds": [cups.product] } } }]);
        // In carts it lowers no price that is shown.
        running(&owner, json!({ "rewards": off("90") })).await;
        let sale = running(&owner, json!({ "stage": "CATALOG", "rewards": off("50") })).await;
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(lowest(&guest, &cups).await, "20.00", "before the reduction");
        let change = json!({ "promotionId": sale["id"], "promotion": { "rewards": off("25") } });
        staff(&owner, "promotionUpdate", "promotion { id }", change).await;
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(lowest(&guest, &cups).await, "20.00", "one reduction without a break");
        staff(&owner, "promotionPause", "promotion { id }", json!({ "promotionId": sale["id"] })).await;
        assert_eq!(lowest(&guest, &cups).await, "10.00", "of the promotion as it was at first");
        app.clock().advance(TimeDelta::days(1));
        let next = json!({ "stage": "CATALOG", "rewards": off("10"), "startsAt": app.clock().now() + TimeDelta::days(1) });
        running(&owner, next).await;
        app.clock().advance(TimeDelta::days(2));
        assert_eq!(lowest(&guest, &cups).await, "10.00", "before the next one");
        assert_eq!(lowest(&guest, &lamps).await, "20.00", "no promotion was about them");
        app.clock().advance(TimeDelta::days(60));
        assert_eq!(lowest(&guest, &cups).await, "10.00", "it still runs");
    }

    async fn many_variants_cost_two_statements(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let cups = arrange::product("Cup").insert(&app, &shop).await;
        let lamps = arrange::product("Lamp").insert(&app, &shop).await;
        let (owner, guest) = (app.as_owner().await, app.guest());
        set_own(&owner, &cups, "8.00").await;
        set_own(&owner, &lamps, "9.00").await;
        let read = async |field: &str| {
            let query = format!("{{ products {{ nodes {{ variants {{ id {field} }} }} }} }}");
            guest.run(&query, json!({})).await;
            app.count_statements(guest.run(&query, json!({}))).await
        };
        let (_, without) = read("").await;
        let (found, with) = read("lowestPrice30d { amount }").await;
        // One for prices, one for promotions of the catalog, of which there are none.
        assert_eq!(with, without + 2);
        let prices: Vec<&Value> = found["products"]["nodes"].as_array().unwrap().iter()
            .map(|product| &product["variants"][0]["lowestPrice30d"]["amount"]).collect();
        assert_eq!(prices.len(), 2);
        assert!(prices.contains(&&json!("8.00")) && prices.contains(&&json!("9.00")), "{prices:?}");
    }
}
