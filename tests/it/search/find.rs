//! Finding products with the built-in engine.

use serde_json::json;
use tests::{TestApp, both};

use super::{SEARCH, all_of, found, hide, ids, range, search, sorted};

both! {
    async fn words_of_names_and_numbers_find_products(app: TestApp) {
        let range = range(&app).await;
        let guest = app.guest();
        assert_eq!(found(&guest, "scarf").await, [range.scarf.product.as_str()]);
        assert_eq!(found(&guest, "MERINO sca").await, [range.scarf.product.as_str()]);
        assert_eq!(found(&guest, "scarf shoes").await, [""; 0]);
        assert_eq!(found(&guest, "nord").await.len(), 2);
        assert_eq!(found(&guest, &range.cap.skus[0]).await, [range.cap.product.as_str()]);
        assert_eq!(found(&guest, &range.cap.skus[0].replace('-', "")).await, [range.cap.product.as_str()]);
        assert_eq!(sorted(found(&guest, "").await), all_of(&[&range.scarf, &range.cap, &range.shoes]));
        assert_eq!(found(&guest, "?!").await, [""; 0]);
    }

    async fn chinese_is_found_by_words_and_by_characters(app: TestApp) {
        let range = range(&app).await;
        let guest = app.guest().with_header("Accept-Language", "zh-CN");
        assert_eq!(found(&guest, "运动鞋").await, [range.shoes.product.as_str()]);
        assert_eq!(found(&guest, "鞋").await, [range.shoes.product.as_str()]);
        assert_eq!(found(&guest, "羊毛围巾").await, [range.scarf.product.as_str()]);
        assert_eq!(found(&guest, "柔软 帽子").await, [range.cap.product.as_str()]);
        assert_eq!(found(&guest, "手机").await, [""; 0]);
    }

    async fn query_languages_are_only_words(app: TestApp) {
        range(&app).await;
        for query in [
            "\"", "*", "scarf\" OR \"cap", "title:zzz", "NEAR(zzz, 2)", "zzz' | 'cap", "zzz:*", "!zzz", "zzz' OR 1=1 --", "\\", "zzz & (",
            "'; DROP TABLE product; --",
        ] {
            let answer = search(&app.guest(), json!({ "query": query })).await;
            assert_eq!(ids(&answer), [""; 0], "{query}");
        }
        app.guest().send(SEARCH, json!({ "query": "\u{0}" })).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn what_is_not_published_is_not_found(app: TestApp) {
        let range = range(&app).await;
        hide(&app, &range.scarf).await;
        assert_eq!(found(&app.guest(), "scarf").await, [""; 0]);
        let drafts = json!({"query": "", "filter": {"status": ["PUBLISHED"]}});
        app.guest().send(SEARCH, drafts.clone()).await.expect_top_error("UNAUTHENTICATED");
        app.as_staff(&["SEARCH_READ"]).await.send(SEARCH, drafts.clone()).await.expect_top_error("FORBIDDEN");
        let seen = search(&app.as_staff(&["PRODUCT_READ"]).await, drafts).await;
        assert_eq!(sorted(ids(&seen)), all_of(&[&range.scarf, &range.cap, &range.shoes]));
    }

    async fn filters_narrow_the_hits(app: TestApp) {
        let range = range(&app).await;
        let guest = app.guest();
        for (filter, expected) in [
            (json!({"brands": ["Nord"]}), vec![&range.scarf, &range.cap]),
            (json!({"tags": ["light"]}), vec![&range.cap, &range.shoes]),
            (json!({"categoryIds": [range.clothing]}), vec![&range.scarf, &range.cap, &range.shoes]),
            (json!({"categoryIds": [range.accessories]}), vec![&range.scarf]),
            (json!({"price": {"min": "19.00", "max": "49.00"}}), vec![&range.scarf, &range.cap]),
            (json!({"available": true}), vec![&range.scarf, &range.shoes]),
            (json!({"available": false}), vec![&range.cap]),
            (json!({"ids": [range.cap.product]}), vec![&range.cap]),
            (json!({"brands": ["Nord"], "available": true}), vec![&range.scarf]),
            (json!({"brands": []}), vec![]),
            (json!({"brands": ["Nord\" OR status = \"DRAFT"]}), vec![]),
        ] {
            let answer = search(&guest, json!({"filter": filter})).await;
            assert_eq!(sorted(ids(&answer)), all_of(&expected), "{filter}");
        }
    }

    async fn facets_are_counted_with_their_own_filter_aside(app: TestApp) {
        let range = range(&app).await;
        let variables = json!({"filter": {"brands": ["Nord"]}, "facets": ["brand", "tag", "category", "price", "available", "collection"]});
        let answer = search(&app.guest(), variables).await;
        assert_eq!(sorted(ids(&answer)), all_of(&[&range.scarf, &range.cap]));
        assert_eq!(
            answer["facets"],
            json!([
                {"key": "brand", "name": "Brand", "min": null, "max": null, "values": [
                    {"value": "Nord", "label": "Nord", "count": 2, "selected": true},
                    {"value": "Zed", "label": "Zed", "count": 1, "selected": false},
                ]},
                {"key": "tag", "name": "Tag", "min": null, "max": null, "values": [
                    {"value": "light", "label": "light", "count": 1, "selected": false},
                    {"value": "warm", "label": "warm", "count": 1, "selected": false},
                ]},
                {"key": "category", "name": "Category", "min": null, "max": null, "values": [
                    {"value": range.clothing, "label": "Clothing", "count": 2, "selected": false},
                    {"value": range.accessories, "label": "Accessories", "count": 1, "selected": false},
                ]},
                {"key": "price", "name": "Price", "min": "19.00", "max": "49.00", "values": []},
                {"key": "available", "name": "Availability", "min": null, "max": null, "values": [
                    {"value": "false", "label": "Not available", "count": 1, "selected": false},
                    {"value": "true", "label": "Available", "count": 1, "selected": false},
                ]},
                {"key": "collection", "name": "Collection", "min": null, "max": null, "values": []},
            ])
        );
    }

    async fn hits_come_in_the_order_asked(app: TestApp) {
        let range = range(&app).await;
        let (scarf, cap, shoes) = (range.scarf.product.as_str(), range.cap.product.as_str(), range.shoes.product.as_str());
        for (sort, expected) in [
            ("PRICE_ASC", [cap, scarf, shoes]),
            ("PRICE_DESC", [shoes, scarf, cap]),
            ("NAME", [cap, scarf, shoes]),
            ("NEWEST", [shoes, cap, scarf]),
        ] {
            assert_eq!(ids(&search(&app.guest(), json!({"sort": sort})).await), expected, "{sort}");
        }
    }

    async fn pages_go_both_ways(app: TestApp) {
        let range = range(&app).await;
        let (scarf, cap, shoes) = (range.scarf.product.as_str(), range.cap.product.as_str(), range.shoes.product.as_str());
        let guest = app.guest();
        let first = search(&guest, json!({"sort": "PRICE_ASC", "first": 2})).await;
        assert_eq!(ids(&first), [cap, scarf]);
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"], &first["pageInfo"]["hasPreviousPage"]), (&json!(3), &json!(true), &json!(false)));
        let after = first["pageInfo"]["endCursor"].clone();
        let second = search(&guest, json!({"sort": "PRICE_ASC", "first": 2, "after": after})).await;
        assert_eq!(ids(&second), [shoes]);
        assert_eq!((&second["pageInfo"]["hasNextPage"], &second["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
        let before = second["pageInfo"]["startCursor"].clone();
        let back = search(&guest, json!({"sort": "PRICE_ASC", "last": 1, "before": before})).await;
        assert_eq!(ids(&back), [scarf]);
        let end = search(&guest, json!({"sort": "PRICE_ASC", "last": 2})).await;
        assert_eq!(ids(&end), [scarf, shoes]);
        guest.send(SEARCH, json!({"first": 1, "after": "nonsense"})).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn hits_say_where_they_matched_and_misspelt_words_what_was_meant(app: TestApp) {
        let range = range(&app).await;
        let answer = search(&app.guest(), json!({"query": "wool"})).await;
        assert_eq!(answer["edges"][0]["node"]["id"], json!(range.scarf.product));
        assert_eq!(answer["edges"][0]["highlight"], json!("Merino <em>Wool</em> Scarf"));
        assert_eq!((&answer["degraded"], &answer["suggestedQuery"]), (&json!(false), &json!(null)));
        let nothing = search(&app.guest(), json!({"query": "cotton cpa zzzz", "filter": {"brands": ["nobody"]}})).await;
        assert_eq!(nothing["suggestedQuery"], json!(null));
        let misspelt = search(&app.guest(), json!({"query": "runing shoez", "filter": {"brands": ["nobody"]}})).await;
        assert_eq!(misspelt["suggestedQuery"], json!("running shoes"));
    }

    async fn what_cannot_be_asked_is_refused(app: TestApp) {
        for variables in [json!({"facets": ["colour"]}), json!({"query": "a".repeat(501)}), json!({"first": 101}), json!({"first": 1, "last": 1})] {
            app.guest().send(SEARCH, variables).await.expect_top_error("BAD_USER_INPUT");
        }
    }

    async fn a_search_takes_few_statements(app: TestApp) {
        range(&app).await;
        let document = "query { search(query: \"s\", first: 20) { nodes { id name priceRange { min { amount } } available } } }";
        let (_, statements) = app.count_statements(app.guest().run(document, json!({}))).await;
        assert!(statements <= 8, "{statements} statements");
    }
}
