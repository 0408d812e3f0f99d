//! What is simulated is what the cart shows and what the order charges, rule upon rule.

use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop};
use tests::{Client, TestApp, arrange, both};

use super::{open_code, running};
use crate::cart::{address, change, place};
use crate::points::{adjust, let_points_pay};
use crate::{flash_sale, price_list};

/// Every figure of a price, with what explains it.
const COST: &str = "subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount } total { amount currencyCode }
    adjustments { kind label amount { amount } included sourceId promotionVersion }";
const LINE: &str = "gift quantity cost { unitPrice { amount } priceSource { kind label } subtotal { amount } discountTotal { amount }
    taxTotal { amount } total { amount } adjustments { kind label amount { amount } included } }";

/// Who buys what, and how staff look at it.
struct Scene<'a> {
    owner: Client,
    buyer: Client,
    shop: Shop,
    goods: &'a [(&'a Goods, u32)],
}

impl Scene<'_> {
    /// Orders the goods and tells the order's price and lines, when a simulation and the cart told the same.
    async fn charged(&self, key: &str, coupon: Option<&str>, points: u32) -> Value {
        let lines = self
            .goods
            .iter()
            .map(|(goods, units)| json!({ "variantId": goods.variant(), "quantity": units }));
        let input = json!({
            "lines": lines.collect::<Vec<_>>(),
            "cart": { "email": "ada@members.test", "shippingAddress": address(), "shippingMethodId": self.shop.shipping_method, "points": points },
        });
        let id = change(&self.buyer, "cartCreate", input).await["id"].clone();
        if let Some(code) = coupon {
            change(
                &self.buyer,
                "cartCouponApply",
                json!({ "cartId": id, "couponCode": code }),
            )
            .await;
        }
        let shown = format!(
            "query($id: ID!) {{ cart(id: $id) {{ id cost {{ {COST} }} lines {{ {LINE} }} evaluations {{ label applied }} }} }}"
        );
        let cart = self.buyer.run(&shown, json!({ "id": id })).await["cart"].clone();
        let simulate = format!(
            "query($input: PromotionSimulateInput!) {{ promotionSimulate(input: $input) {{ cost {{ {COST} }} evaluations {{ label applied }}
                trace {{ after {{ amount }} }} }} }}"
        );
        let told = self
            .owner
            .run(&simulate, json!({ "input": { "cartId": id } }))
            .await["promotionSimulate"]
            .clone();
        assert_eq!(told["cost"], cart["cost"], "{key}: simulated and shown");
        assert_eq!(told["evaluations"], cart["evaluations"], "{key}");
        assert_eq!(
            told["trace"].as_array().unwrap().last().unwrap()["after"]["amount"],
            cart["cost"]["total"]["amount"],
            "{key}"
        );
        let order = place(&self.buyer, &cart, key).await.ok()["orderPlace"]["order"]["id"].clone();
        let query = format!(
            "query($id: ID!) {{ order(id: $id) {{ cost {{ {COST} }} lines {{ {LINE} }} }} }}"
        );
        let order = self.buyer.run(&query, json!({ "id": order })).await["order"].clone();
        assert_eq!(order["cost"], cart["cost"], "{key}: shown and charged");
        assert_eq!(order["lines"], cart["lines"], "{key}");
        order
    }

    async fn expect(&self, key: &str, coupon: Option<&str>, points: u32, total: &str) -> Value {
        let order = self.charged(key, coupon, points).await;
        assert_eq!(order["cost"]["total"]["amount"], total, "{key}");
        order
    }
}

fn kinds(order: &Value) -> Vec<&str> {
    let lines = order["lines"].as_array().unwrap();
    lines
        .iter()
        .map(|line| {
            line["cost"]["priceSource"]["kind"]
                .as_str()
                .unwrap_or("none")
        })
        .collect()
}

both! {
    async fn what_is_simulated_is_shown_and_charged(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let [cup, plate, mug] = ["Cup", "Plate", "Mug"].map(|name| arrange::product(name).stock(500));
        let (cup, plate, mug) = (cup.insert(&app, &shop).await, plate.insert(&app, &shop).await, mug.insert(&app, &shop).await);
        let_points_pay(&app).await;
        let ada = app.as_member("ada@members.test").await;
        let goods = [(&cup, 3), (&plate, 2)];
        let scene = Scene { owner: app.as_owner().await, buyer: ada, shop, goods: &goods };
        let owner = &scene.owner;
        adjust(owner, &scene.buyer, 1_000, "a").await.ok();
        let own = scene.expect("own prices", None, 0, "54.90").await;
        assert_eq!(kinds(&own), ["BASE", "BASE"]);

        price_list::save(owner, json!([price_list::list("summer", &[(plate.variant(), 2, "9.00")])])).await;
        assert_eq!(kinds(&scene.expect("price list", None, 0, "52.90").await), ["BASE", "PRICE_LIST"]);

        let tenth = json!({ "percentOff": { "percent": "10", "products": { "variantIds": [cup.variant()] } } });
        running(owner, json!({ "label": "Catalog", "stage": "CATALOG", "rewards": [tenth] })).await;
        assert_eq!(kinds(&scene.expect("catalog", None, 0, "49.90").await), ["PROMOTION", "PRICE_LIST"]);

        let hour = flash_sale::sale(&app, "hour", json!([flash_sale::entry(plate.variant(), "7.00", json!({ "quota": 400 }))]));
        flash_sale::save(owner, json!([hour])).await;
        assert_eq!(kinds(&scene.expect("flash sale", None, 0, "45.90").await), ["PROMOTION", "FLASH_SALE"]);

        let plates = json!({ "percentOff": { "percent": "10", "products": { "variantIds": [plate.variant()] } } });
        let lines = running(owner, json!({ "label": "Plates", "rewards": [plates] })).await;
        let order = scene.expect("line promotion", None, 0, "44.50").await;
        assert_eq!(order["cost"]["adjustments"][0]["promotionVersion"], lines["version"]);

        let two = json!({ "fixedOff": { "amount": { "amount": "2", "currencyCode": "EUR" } } });
        running(owner, json!({ "label": "Two", "group": "618", "rewards": [two] })).await;
        running(owner, json!({ "label": "Tenth", "group": "618" })).await;
        scene.expect("best of a group", None, 0, "40.54").await;

        let gift = json!({ "gift": { "variantId": mug.variant(), "quantity": 1 } });
        running(owner, json!({ "label": "Gift", "rewards": [gift] })).await;
        assert_eq!(kinds(&scene.expect("gift", None, 0, "40.54").await), ["PROMOTION", "FLASH_SALE", "none"]);

        open_code(owner, "TENOFF", json!({ "template": { "perMember": 50 } })).await;
        scene.expect("coupon", Some("TENOFF"), 0, "36.98").await;
        scene.expect("points", Some("TENOFF"), 200, "34.98").await;

        running(owner, json!({ "label": "Ships free", "rewards": [{ "freeShipping": {} }] })).await;
        scene.expect("free shipping", Some("TENOFF"), 200, "30.08").await;

        let vat = json!({ "code": "vat", "name": "VAT 19 %", "percent": "19" });
        let document = "mutation($input: TaxRatesUpsertInput!) { taxRatesUpsert(input: $input) { userErrors { code field message } } }";
        owner.send(document, json!({ "input": { "taxRates": [vat] } })).await.ok();
        let gross = scene.expect("tax within", Some("TENOFF"), 200, "30.08").await;
        assert_eq!(gross["cost"]["taxTotal"]["amount"], "4.80");
        arrange::change_channel(&app, |channel| channel.tax_included = Set(false)).await;
        let net = scene.expect("tax on top", Some("TENOFF"), 200, "35.80").await;
        assert_eq!(net["cost"]["taxTotal"]["amount"], "5.72");
    }
}
