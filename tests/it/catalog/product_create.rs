use serde_json::{Value, json};
use tests::{TestApp, arrange, both};

use super::shelf::{CREATE, create, euro, keeper, pluck, shirt, variant};

const READ: &str = "query($id: ID!) { product(id: $id) { status slug name description brand tags options { name values { name swatch } }
    variants { sku name price { amount currencyCode } compareAtPrice { amount } selectedOptions { name value }
        quantityLimits { min max step perMember } shippable }
    variant(selectedOptions: [{ name: \"Size\", value: \"L\" }]) { sku }
    priceRange { min { amount } max { amount } } compareAtPriceRange { min { amount } max { amount } }
    media { url alt contentType } seo { title description } publishedAt version } }";

both! {
    async fn a_draft_has_all_that_was_given(app: TestApp) {
        let keeper = keeper(&app).await;
        let mut product = shirt();
        product["description"] = json!("<p onclick=\"x()\">Soft</p><script>bad()</script>");
        product["brand"] = json!(" Weaver ");
        product["tags"] = json!(["summer", "cotton", "summer"]);
        product["media"] = json!([{ "url": "https://cdn.test/shirt.webp", "alt": "A shirt" }]);
        product["seo"] = json!({ "title": "Shirts" });
        let id = create(&keeper, product).await;
        let read = keeper.run(READ, json!({ "id": id })).await["product"].clone();
        assert_eq!(read["status"], "DRAFT");
        assert_eq!(read["slug"], "blue-shirt");
        assert_eq!(read["description"], "<p>Soft</p>");
        assert_eq!(read["brand"], "Weaver");
        assert_eq!(read["tags"], json!(["cotton", "summer"]));
        assert_eq!(read["variants"], json!([
            { "sku": "SHIRT-M", "name": "M", "price": { "amount": "19.00", "currencyCode": "EUR" }, "compareAtPrice": null,
              "selectedOptions": [{ "name": "Size", "value": "M" }],
              "quantityLimits": { "min": 1, "max": 100, "step": 1, "perMember": null }, "shippable": true },
            { "sku": "SHIRT-L", "name": "L", "price": { "amount": "21.00", "currencyCode": "EUR" },
              "compareAtPrice": { "amount": "25.00" }, "selectedOptions": [{ "name": "Size", "value": "L" }],
              "quantityLimits": { "min": 1, "max": 100, "step": 1, "perMember": null }, "shippable": true },
        ]));
        assert_eq!(read["variant"]["sku"], "SHIRT-L");
        assert_eq!(read["priceRange"], json!({ "min": { "amount": "19.00" }, "max": { "amount": "21.00" } }));
        assert_eq!(read["compareAtPriceRange"], json!({ "min": { "amount": "19.00" }, "max": { "amount": "25.00" } }));
        assert_eq!(read["media"], json!([{ "url": "https://cdn.test/shirt.webp", "alt": "A shirt", "contentType": "image/webp" }]));
        assert_eq!(read["seo"], json!({ "title": "Shirts", "description": null }));
        assert_eq!((&read["publishedAt"], &read["version"]), (&Value::Null, &json!(1)));
    }

    async fn a_slug_that_is_made_gets_a_number_when_taken(app: TestApp) {
        let keeper = keeper(&app).await;
        for (sku, slug) in [("A", "tea-cup"), ("B", "tea-cup-2"), ("C", "tea-cup-3")] {
            let input = json!({ "input": { "product": { "name": "Tea Cup", "variants": [variant(sku, "3.00")] } } });
            let data = keeper.run(CREATE, input).await;
            assert_eq!(data["productCreate"]["product"]["slug"], slug);
        }
    }

    async fn texts_fall_back_to_the_default_language(app: TestApp) {
        arrange::change_channel(&app, |channel| {
            channel.locales = sea_orm::ActiveValue::Set(entity::column::Json(vec!["en".to_owned(), "zh-Hans".to_owned()]));
        }).await;
        let keeper = keeper(&app).await;
        let mut product = shirt();
        product["description"] = json!("<p>Soft</p>");
        product["translations"] = json!([{ "locale": "zh-Hans", "name": "蓝色衬衫" }]);
        let id = create(&keeper, product).await;
        let names = "query($id: ID!) { product(id: $id) { name description slug zh: name(locale: \"zh-CN\") en: slug(locale: \"en\")
            translations { locale name slug } } }";
        let chinese = keeper.with_header("accept-language", "zh-CN").run(names, json!({ "id": id })).await["product"].clone();
        assert_eq!((&chinese["name"], &chinese["zh"]), (&json!("蓝色衬衫"), &json!("蓝色衬衫")));
        assert_eq!(chinese["description"], "<p>Soft</p>");
        assert_eq!((&chinese["slug"], &chinese["en"]), (&json!("lan-se-chen-shan"), &json!("blue-shirt")));
        assert_eq!(pluck(&chinese["translations"], "locale"), ["en", "zh-Hans"]);
        for slug in ["blue-shirt", "lan-se-chen-shan"] {
            let found = keeper.run("query($slug: String!) { product(slug: $slug) { id } }", json!({ "slug": slug })).await;
            assert_eq!(found["product"]["id"], id, "{slug}");
        }
    }

    async fn what_cannot_be_is_refused_and_nothing_is_written(app: TestApp) {
        let keeper = keeper(&app).await;
        create(&keeper, shirt()).await;
        let before = app.fingerprint().await;
        let sized = |sku: &str, size: &str| json!({ "sku": sku, "price": euro("1.00"), "selectedOptions": [{ "name": "Size", "value": size }] });
        let options = json!([{ "name": "Size", "values": [{ "name": "M" }, { "name": "L" }] }]);
        for (code, field, product) in [
            ("INVALID", json!(["input", "product", "name"]), json!({})),
            ("INVALID", json!(["input", "product", "name"]), json!({ "name": " " })),
            ("INVALID", json!(["input", "product", "slug"]), json!({ "name": "A", "slug": "Not A Slug" })),
            ("TAKEN", json!(["input", "product", "slug"]), json!({ "name": "A", "slug": "blue-shirt" })),
            ("TAKEN", json!(["input", "product", "variants", "0", "sku"]), json!({ "name": "A", "variants": [variant("SHIRT-M", "1.00")] })),
            ("TAKEN", json!(["input", "product", "variants", "0", "barcode"]),
             json!({ "name": "A", "variants": [{ "sku": "X", "barcode": "4006381333931" }] })),
            ("INVALID", json!(["input", "product", "variants", "1", "sku"]),
             json!({ "name": "A", "variants": [variant("X", "1.00"), variant("X", "1.00")] })),
            ("INVALID", json!(["input", "product", "variants", "0", "price"]),
             json!({ "name": "A", "variants": [{ "sku": "X", "price": { "amount": "1.00", "currencyCode": "USD" } }] })),
            ("INVALID", json!(["input", "product", "variants", "0", "price"]), json!({ "name": "A", "variants": [variant("X", "1.001")] })),
            ("INVALID", json!(["input", "product", "variants", "0", "price"]), json!({ "name": "A", "variants": [variant("X", "-1.00")] })),
            ("INVALID", json!(["input", "product", "variants", "0", "maxQuantity"]),
             json!({ "name": "A", "variants": [{ "sku": "X", "minQuantity": 5, "maxQuantity": 4 }] })),
            ("OPTION_MISMATCH", json!(["input", "product", "variants", "0", "selectedOptions"]),
             json!({ "name": "A", "options": options, "variants": [sized("X", "XL")] })),
            ("OPTION_MISMATCH", json!(["input", "product", "variants", "1", "selectedOptions"]),
             json!({ "name": "A", "options": options, "variants": [sized("X", "M"), sized("Y", "M")] })),
            ("INVALID", json!(["input", "product", "translations", "0", "locale"]),
             json!({ "name": "A", "translations": [{ "locale": "fr", "name": "A" }] })),
            ("INVALID", json!(["input", "product", "categoryIds", "0"]), json!({ "name": "A", "categoryIds": ["product_7"] })),
        ] {
            let answer = keeper.send(CREATE, json!({ "input": { "product": product } })).await;
            let refused = &answer.data()["productCreate"];
            assert_eq!(refused["product"], Value::Null, "{product}");
            assert_eq!(refused["userErrors"][0]["code"], code, "{product}: {}", answer.body());
            assert_eq!(refused["userErrors"][0]["field"], field, "{product}");
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_external_key_is_used_once(app: TestApp) {
        let keeper = keeper(&app).await;
        create(&keeper, json!({ "name": "A", "externalRef": "erp-1" })).await;
        let answer = keeper.send(CREATE, json!({ "input": { "product": { "name": "B", "externalRef": "erp-1" } } })).await;
        answer.expect_user_error("TAKEN");
    }
}
