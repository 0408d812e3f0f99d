//! Completing what is being typed.

use serde_json::json;
use tests::{TestApp, both};

use super::range;

const SUGGEST: &str = "query($prefix: String!, $first: Int) {
  searchSuggest(prefix: $prefix, first: $first) { queries products { id } categories { id name } }
}";

both! {
    async fn first_letters_are_completed(app: TestApp) {
        let range = range(&app).await;
        let data = app.guest().run(SUGGEST, json!({"prefix": "wool sc"})).await;
        assert_eq!(data["searchSuggest"], json!({"queries": ["wool scarf"], "products": [{"id": range.scarf.product}], "categories": []}));
        let data = app.guest().run(SUGGEST, json!({"prefix": "acc"})).await;
        assert_eq!(data["searchSuggest"]["categories"], json!([{"id": range.accessories, "name": "Accessories"}]));
        let chinese = app.guest().with_header("Accept-Language", "zh");
        let data = chinese.run(SUGGEST, json!({"prefix": "红色运"})).await;
        assert_eq!(data["searchSuggest"]["queries"], json!(["红色运动鞋"]));
    }

    async fn nothing_is_made_of_nothing(app: TestApp) {
        range(&app).await;
        for prefix in ["", "  ", "?!", "zzz"] {
            let data = app.guest().run(SUGGEST, json!({"prefix": prefix})).await;
            assert_eq!(data["searchSuggest"], json!({"queries": [], "products": [], "categories": []}), "{prefix:?}");
        }
    }

    async fn bounds_are_kept(app: TestApp) {
        for first in [0, -1, 21] {
            app.guest().send(SUGGEST, json!({"prefix": "a", "first": first})).await.expect_top_error("BAD_USER_INPUT");
        }
        app.guest().send(SUGGEST, json!({"prefix": "a".repeat(101)})).await.expect_top_error("BAD_USER_INPUT");
    }
}
