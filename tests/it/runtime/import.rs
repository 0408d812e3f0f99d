//! Shopify's product file.

use api::import::shopify::{self, Options, Report};
use chrono::TimeDelta;
use serde_json::json;
use tests::{TestApp, both};

const FILE: &str = include_str!("../../fixtures/shopify.csv");

async fn import(app: &TestApp, file: &str, options: Options) -> Report {
    shopify::import(
        app.state(),
        std::io::Cursor::new(file.to_owned()),
        options,
        &mut |_done| {},
    )
    .await
    .unwrap()
}

fn counts(report: &Report) -> (u64, u64, u64) {
    (report.created, report.updated, report.unchanged)
}

const PRODUCT: &str = "query($slug: String!) { product(slug: $slug) { name brand tags version \
    options { name values { name } } media { url } \
    variants { sku name price { amount } compareAtPrice { amount } availability { quantity } } } }";

/// Units of the first tee-shirt for sale.
async fn units_of_first_tee(app: &TestApp) -> i64 {
    let staff = app.as_staff(&["PRODUCT_READ"]).await;
    let found = staff.run(PRODUCT, json!({"slug": "harbour-tee"})).await;
    found["product"]["variants"][0]["availability"]["quantity"]
        .as_i64()
        .unwrap()
}

both! {
    async fn products_come_in_with_options_prices_stock_and_pictures(app: TestApp) {
        let report = import(&app, FILE, Options::default()).await;
        assert_eq!(counts(&report), (3, 0, 0), "{:?}", report.refusals);
        let staff = app.as_staff(&["PRODUCT_READ"]).await;
        let found = staff.run(PRODUCT, json!({"slug": "harbour-tee"})).await;
        let tee = &found["product"];
        assert_eq!(tee["tags"], json!(["cotton", "summer"]));
        assert_eq!(tee["options"], json!([
            {"name": "Size", "values": [{"name": "S"}, {"name": "M"}]},
            {"name": "Colour", "values": [{"name": "Navy"}]},
        ]));
        assert_eq!(tee["variants"][0]["sku"], "TEE-S");
        assert_eq!(tee["variants"][0]["price"], json!({"amount": "19.90"}));
        assert_eq!(tee["variants"][0]["compareAtPrice"], json!({"amount": "25.00"}));
        assert_eq!(tee["variants"][0]["availability"]["quantity"], 12);
        assert_eq!(tee["variants"][1]["sku"], "harbour-tee-2");
        assert_eq!(tee["media"].as_array().unwrap().len(), 2);
    }

    async fn bad_rows_are_named_and_do_not_stop_the_rest(app: TestApp) {
        let report = import(&app, FILE, Options::default()).await;
        let refusals: Vec<String> = report.refusals.iter().map(ToString::to_string).collect();
        assert_eq!(refusals.len(), 2, "{refusals:?}");
        assert!(refusals[0].starts_with("row 5 (harbour-tee): Variant Price \"a lot\""), "{refusals:?}");
        assert_eq!(refusals[1], "row 8 (harbour-tee): the rows of a product must follow each other");
    }

    async fn the_same_file_again_changes_nothing(app: TestApp) {
        import(&app, FILE, Options::default()).await;
        let staff = app.as_staff(&["PRODUCT_READ"]).await;
        let before = staff.run(PRODUCT, json!({"slug": "harbour-tee"})).await;
        let report = import(&app, FILE, Options::default()).await;
        assert_eq!(counts(&report), (0, 0, 3), "{:?}", report.refusals);
        assert_eq!(staff.run(PRODUCT, json!({"slug": "harbour-tee"})).await, before);
        // One figure changes: only its product is written, and only once.
        let dearer = FILE.replace("19.90", "21.90");
        assert_eq!(counts(&import(&app, &dearer, Options::default()).await), (0, 1, 2));
        assert_eq!(counts(&import(&app, &dearer, Options::default()).await), (0, 0, 3));
    }

    async fn a_dry_run_writes_nothing(app: TestApp) {
        let report = import(&app, FILE, Options { dry_run: true }).await;
        assert_eq!(counts(&report), (3, 0, 0));
        let staff = app.as_staff(&["PRODUCT_READ"]).await;
        let found = staff.run("{ products(first: 5) { nodes { id } } }", json!({})).await;
        assert_eq!(found["products"]["nodes"], json!([]));
        assert!(report.summary(Options { dry_run: true }).starts_with("nothing written; it would be: 3 created"));
    }

    async fn a_file_that_goes_back_to_earlier_stock_is_believed(app: TestApp) {
        let fewer = FILE.replace("TEE-S,210,12,", "TEE-S,210,7,");
        assert_ne!(fewer, FILE);
        for (file, units) in [(FILE, 12), (&fewer, 7), (FILE, 12), (&fewer, 7)] {
            import(&app, file, Options::default()).await;
            assert_eq!(units_of_first_tee(&app).await, units);
        }
    }

    async fn what_was_sold_since_does_not_come_back_with_the_same_file(app: TestApp) {
        import(&app, FILE, Options::default()).await;
        let staff = app.as_staff(&["STOCK_WRITE"]).await;
        let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { stockLevels { onHand } userErrors { code } } }";
        let sold = json!({ "sku": "TEE-S", "warehouseCode": "main", "quantity": -5 });
        staff.run(adjust, json!({ "input": { "adjustments": [sold], "reason": "sold", "idempotencyKey": "sold" } })).await;
        for _again in 0..2 {
            assert_eq!(counts(&import(&app, FILE, Options::default()).await), (0, 0, 3));
            assert_eq!(units_of_first_tee(&app).await, 7);
            app.clock().advance(TimeDelta::days(31));
            app.run_timers().await;
        }
        // The source counts what is here already: nothing moves, yet the figure before counts again afterwards.
        let fewer = FILE.replace("TEE-S,210,12,", "TEE-S,210,7,");
        assert_eq!(counts(&import(&app, &fewer, Options::default()).await), (0, 0, 3));
        assert_eq!(counts(&import(&app, FILE, Options::default()).await), (0, 1, 2));
        assert_eq!(units_of_first_tee(&app).await, 12);
    }
}
