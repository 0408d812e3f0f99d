use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{TestApp, both};

use super::shelf::{PUBLISH, UPDATE, create, keeper, publish, shirt};

const ARCHIVE: &str = "mutation($input: ProductArchiveInput!) { productArchive(input: $input) {
    product { id status } userErrors { code } } }";
const FIND: &str = "query($id: ID!) { product(id: $id) { status } }";

both! {
    async fn buyers_see_a_product_from_its_instant_on(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, shirt()).await;
        assert_eq!(app.guest().run(FIND, json!({ "id": id })).await["product"], Value::Null);
        let later = app.clock().now() + TimeDelta::hours(2);
        keeper.run(PUBLISH, json!({ "input": { "productId": id, "publishAt": later.to_rfc3339() } })).await;
        assert_eq!(app.guest().run(FIND, json!({ "id": id })).await["product"], Value::Null);
        app.clock().advance(TimeDelta::hours(3));
        assert_eq!(app.guest().run(FIND, json!({ "id": id })).await["product"]["status"], "PUBLISHED");
    }

    async fn nothing_without_a_price_is_published(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = create(&keeper, json!({ "name": "Idea", "variants": [{ "sku": "IDEA" }] })).await;
        let before = app.fingerprint().await;
        keeper.send(PUBLISH, json!({ "input": { "productId": id } })).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn an_archived_product_is_gone_for_buyers_and_stays_as_it_is(app: TestApp) {
        let keeper = keeper(&app).await;
        let id = publish(&keeper, shirt()).await;
        for _ in 0..2 {
            let data = keeper.run(ARCHIVE, json!({ "input": { "productId": id } })).await;
            assert_eq!(data["productArchive"]["product"]["status"], "ARCHIVED");
        }
        assert_eq!(app.guest().run(FIND, json!({ "id": id })).await["product"], Value::Null);
        keeper.send(PUBLISH, json!({ "input": { "productId": id } })).await.expect_user_error("INVALID_TRANSITION");
        let update = json!({ "input": { "productId": id, "product": { "brand": "A" } } });
        keeper.send(UPDATE, update).await.expect_user_error("INVALID_TRANSITION");
    }
}
