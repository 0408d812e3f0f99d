//! Rows of ledgers and histories stay as they were written, whoever asks the database.

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::arrange::{product, shop};
use tests::checkout::completed;
use tests::{TestApp, both};

const LEDGERS: [&str; 10] = [
    "points_transaction",
    "points_posting",
    "credit_transaction",
    "credit_posting",
    "stock_movement",
    "payment_event",
    "order_event",
    "price_history",
    "price_validity",
    "audit_entry",
];

async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS rows FROM {table}");
    let row = app
        .connection()
        .query_one_raw(sea_orm::Statement::from_string(
            app.connection().get_database_backend(),
            sql,
        ));
    row.await.unwrap().unwrap().try_get("", "rows").unwrap()
}

both! {
    async fn ledgers_and_histories_are_only_added_to(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        crate::points::adjust(&owner, &ada, 5, "gift").await.ok();
        crate::credit::adjust(&app, &owner, &ada, "5.00").await.ok();
        completed(&app, &ada, &shop, &goods, 1).await;
        let variants = json!([{ "sku": goods.skus[0], "price": { "amount": "8.00", "currencyCode": "EUR" } }]);
        let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { userErrors { code } } }";
        let input = json!({ "productId": goods.product, "product": { "variants": variants } });
        owner.send(update, json!({ "input": input })).await.ok();
        let summer = crate::price_list::list("summer", &[(goods.variant(), 1, "7.00")]);
        crate::price_list::save(&owner, json!([summer])).await;
        let before = app.fingerprint().await;
        for table in LEDGERS {
            assert!(count(&app, table).await > 0, "{table} has rows to keep");
            let column = if table == "price_validity" { "version" } else { "id" };
            let statements = [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")];
            for statement in statements {
                let refused = app.connection().execute_unprepared(&statement).await.unwrap_err().to_string();
                assert!(refused.contains(&format!("{table} is only added to")), "{statement}: {refused}");
            }
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
