use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{change, filled, place, problems, read, ready};

async fn set_price(app: &TestApp, minor: i64) {
    entity::variant_price::Entity::update_many()
        .col_expr(
            entity::variant_price::Column::PriceMinor,
            Expr::value(minor),
        )
        .exec(app.connection())
        .await
        .unwrap();
}

both! {
    async fn a_changed_price_is_a_problem_until_the_line_is_set_again(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 2).await;
        set_price(&app, 1_250).await;
        let cart = read(&guest, &cart["id"]).await;
        assert_eq!(problems(&cart), ["PRICE_CHANGED"]);
        let problem = &cart["problems"][0];
        assert_eq!((&problem["blocking"], &problem["previousPrice"]["amount"], &problem["currentPrice"]["amount"]),
            (&json!(false), &json!("10.00"), &json!("12.50")));
        assert_eq!(cart["cost"]["subtotal"]["amount"], "25.00");
        let lines = json!([{ "lineId": cart["lines"][0]["id"], "quantity": 2 }]);
        let cart = change(&guest, "cartLinesUpdate", json!({ "cartId": cart["id"], "lines": lines })).await;
        assert!(problems(&cart).is_empty());
    }

    async fn goods_that_left_the_shop_or_its_stock_block_the_order(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(2).insert(&app, &shop).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 2).await;
        let other = ready(&guest, &shop, goods.variant(), 1).await;
        place(&guest, &other, "first").await.ok();
        let cart = read(&guest, &cart["id"]).await;
        assert_eq!(problems(&cart), ["INSUFFICIENT_STOCK"]);
        assert_eq!(cart["problems"][0]["availableQuantity"], 1);
        entity::product_variant::Entity::update_many()
            .col_expr(entity::product_variant::Column::ArchivedAt, Expr::value(app.clock().now()))
            .exec(app.connection())
            .await
            .unwrap();
        let cart = read(&guest, &cart["id"]).await;
        assert_eq!(problems(&cart), ["UNAVAILABLE"]);
        place(&guest, &cart, "second").await.expect_user_error("CART_HAS_PROBLEMS");
    }

    async fn every_total_is_explained_by_its_adjustments(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").prices(&[999, 501]).insert(&app, &shop).await;
        let rate = entity::tax_rate::ActiveModel {
            id: Set(app.clock().new_id()),
            channel_id: Set(arrange::channel(&app).await.id),
            code: Set("de".to_owned()),
            name: Set("VAT 19 %".to_owned()),
            country_code: Set(Some("DE".to_owned())),
            province: Set(None),
            tax_class: Set("standard".to_owned()),
            rate_ppm: Set(190_000),
            active: Set(true),
        };
        entity::tax_rate::Entity::insert(rate).exec_without_returning(app.connection()).await.unwrap();
        let guest = app.guest();
        let cart = ready(&guest, &shop, &goods.variants[0], 3).await;
        let add = json!({ "cartId": cart["id"], "lines": [{ "variantId": goods.variants[1], "quantity": 1 }] });
        let cart = change(&guest, "cartLinesAdd", add).await;
        // 29.97 + 5.01 + 4.90 shipping; 19 % contained in each rate's sum: 39.88 × 19 / 119 = 6.37.
        assert_eq!(cart["cost"]["total"]["amount"], "39.88");
        assert_eq!(cart["cost"]["taxTotal"]["amount"], "6.37");
        let steps = cart["cost"]["adjustments"].as_array().unwrap();
        let kinds: Vec<_> = steps.iter().map(|step| (step["kind"].as_str().unwrap(), step["included"].as_bool().unwrap())).collect();
        assert_eq!(kinds, [("SHIPPING", false), ("TAX", true), ("TAX", true), ("TAX", true)]);
    }

    async fn a_shop_with_net_prices_adds_the_tax(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        arrange::change_channel(&app, |channel| channel.tax_included = Set(false)).await;
        let rate = entity::tax_rate::ActiveModel {
            id: Set(app.clock().new_id()),
            channel_id: Set(arrange::channel(&app).await.id),
            code: Set("all".to_owned()),
            name: Set("Tax".to_owned()),
            country_code: Set(None),
            province: Set(None),
            tax_class: Set("standard".to_owned()),
            rate_ppm: Set(100_000),
            active: Set(true),
        };
        entity::tax_rate::Entity::insert(rate).exec_without_returning(app.connection()).await.unwrap();
        let cart = filled(&app.guest(), goods.variant(), 1).await;
        assert_eq!(cart["cost"]["total"]["amount"], "11.00");
        assert_eq!(cart["lines"][0]["cost"]["total"]["amount"], "11.00");
    }
}
