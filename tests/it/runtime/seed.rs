//! The demo shop.

use api::seed;
use serde_json::json;
use tests::{TestApp, both};

both! {
    async fn the_demo_shop_is_bilingual_priced_and_in_stock(app: TestApp) {
        assert!(seed::is_empty(app.state()).await.unwrap());
        let summary = seed::run(app.state(), &mut |_step| {}).await.unwrap();
        assert!((28..=35).contains(&summary.products), "{summary}");
        assert!(!seed::is_empty(app.state()).await.unwrap());
        let document = "{ shop { name currencyCode locales } product(slug: \"stoneware-mug\") \
                        { name priceRange { min { amount } } available variants { sku compareAtPrice { amount } } } }";
        let english = app.guest().run(document, json!({})).await;
        assert_eq!(english["shop"], json!({"name": "Lantern & Leaf", "currencyCode": "EUR", "locales": ["en", "zh-Hans"]}));
        assert_eq!(english["product"]["name"], "Stoneware mug");
        assert_eq!(english["product"]["priceRange"]["min"]["amount"], "14.50");
        assert_eq!(english["product"]["variants"][0], json!({"sku": "MUG-SEA", "compareAtPrice": {"amount": "18.00"}}));
        assert_eq!(english["product"]["available"], true);
        let coming = "{ product(slug: \"travel-journal\") { variants { availability { status } presale { shipsAt } } } }";
        let coming = app.guest().run(coming, json!({})).await["product"]["variants"][0].clone();
        assert_eq!(coming["availability"]["status"], "PRESALE");
        assert!(coming["presale"]["shipsAt"].is_string());
        for locale in ["zh", "zh-CN", "zh-Hans"] {
            let chinese = app.guest().with_header("accept-language", locale).run(document, json!({})).await;
            assert_eq!(chinese["product"]["name"], "粗陶马克杯", "{locale}");
        }
    }

    async fn the_demo_shop_is_found_before_any_worker_ran(app: TestApp) {
        seed::run(app.state(), &mut |_step| {}).await.unwrap();
        for (locale, query, name) in [("en", "stoneware mug", "Stoneware mug"), ("zh", "马克杯", "粗陶马克杯")] {
            let found = app
                .guest()
                .with_header("accept-language", locale)
                .run("query($query: String!) { search(query: $query) { nodes { name } } }", json!({"query": query}))
                .await;
            assert_eq!(found["search"]["nodes"][0]["name"], name);
        }
    }

    async fn the_demos_member_logs_in_and_has_points(app: TestApp) {
        seed::run(app.state(), &mut |_step| {}).await.unwrap();
        let login = app
            .guest()
            .run(
                "mutation($input: MemberLoginInput!) { memberLogin(input: $input) { tokens { accessToken } userErrors { code } } }",
                json!({"input": {"email": seed::MEMBER_EMAIL, "password": seed::MEMBER_PASSWORD}}),
            )
            .await;
        let token = login["memberLogin"]["tokens"]["accessToken"].as_str().unwrap();
        let me = app.guest().with_token(token).run("{ viewer { member { email points { balance } } } }", json!({})).await;
        assert_eq!(me["viewer"]["member"], json!({"email": "demo@vitrine.test", "points": {"balance": 800}}));
    }
}
