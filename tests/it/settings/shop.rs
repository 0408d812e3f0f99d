use serde_json::{Value, json};
use tests::{TestApp, both};

const UPDATE: &str = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
    shop { name locales policy { version pointsRedemption { points maxPercent worth { amount } } } } userErrors { code field } } }";
const TAX: &str = "mutation($input: TaxRatesUpsertInput!) { taxRatesUpsert(input: $input) {
    taxRates { code percent countryCode active } userErrors { code field } } }";

async fn version(app: &TestApp) -> i64 {
    let shop = app
        .as_owner()
        .await
        .run("{ shop { policy { version } } }", Value::Null)
        .await;
    shop["shop"]["policy"]["version"]
        .as_i64()
        .expect("a version")
}

both! {
    async fn settings_change_and_are_seen_at_once(app: TestApp) {
        let owner = app.as_owner().await;
        let input = json!({ "shop": {
            "name": "Seaside", "locales": ["en", "zh-Hans"],
            "pointsRedemption": { "points": 100, "worth": { "amount": "1.00", "currencyCode": "EUR" }, "maxPercent": "50" },
        } });
        let answer = owner.run(UPDATE, json!({ "input": input })).await;
        let shop = &answer["shopUpdate"]["shop"];
        assert_eq!(shop["policy"]["pointsRedemption"], json!({ "points": 100, "maxPercent": "50", "worth": { "amount": "1.00" } }));
        let seen = app.guest().run("{ shop { name locales } }", Value::Null).await;
        assert_eq!(seen["shop"], json!({ "name": "Seaside", "locales": ["en", "zh-Hans"] }));
    }
}

both! {
    async fn an_outdated_version_and_bad_values_change_nothing(app: TestApp) {
        let owner = app.as_owner().await;
        let before = version(&app).await;
        let refused = [
            (json!({ "shop": { "name": "A" }, "expectedVersion": before + 7 }), "CONFLICT"),
            (json!({ "shop": { "name": "  " } }), "INVALID"),
            (json!({ "shop": { "paymentDueMinutes": 0 } }), "INVALID"),
            (json!({ "shop": { "locales": ["zh-Hans"] } }), "INVALID"),
            (json!({ "shop": { "orderPrefix": "no blanks" } }), "INVALID"),
            (json!({ "shop": { "timeZone": "Mars/Olympus" } }), "INVALID"),
        ];
        for (input, code) in refused {
            owner.send(UPDATE, json!({ "input": input })).await.expect_user_error(code);
        }
        assert_eq!(version(&app).await, before);
    }
}

both! {
    async fn a_tax_rate_is_made_then_changed_by_its_code(app: TestApp) {
        let owner = app.as_owner().await;
        let made = json!({ "taxRates": [{ "code": "DE", "name": "MwSt", "countryCode": "DE", "percent": "19" }] });
        owner.run(TAX, json!({ "input": made })).await;
        let changed = json!({ "taxRates": [{ "code": "DE", "percent": "7.5" }] });
        let answer = owner.run(TAX, json!({ "input": changed })).await;
        let rate = json!({ "code": "DE", "percent": "7.5", "countryCode": "DE", "active": true });
        assert_eq!(answer["taxRatesUpsert"]["taxRates"], json!([rate]));
        for (bad, code) in [
            (json!({ "code": "DE", "percent": "150" }), "INVALID"),
            (json!({ "code": "DE", "percent": "-1" }), "INVALID"),
            (json!({ "code": "NEW" }), "INVALID"),
        ] {
            owner.send(TAX, json!({ "input": { "taxRates": [bad] } })).await.expect_user_error(code);
        }
        let kept = owner.run("{ taxRates { code percent countryCode active } }", Value::Null).await;
        assert!(kept["taxRates"].as_array().expect("rates").contains(&rate));
    }
}
