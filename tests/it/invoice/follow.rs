use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::checkout::{key, read, wait_for_provider};
use tests::{TestApp, both};

use super::{documents, issued, minor, person, scene, try_issue};
use crate::order::change::changed;
use crate::payment::refund::{fail, keep_from_provider, line, refunded};

both! {
    async fn what_goes_back_is_credited(app: TestApp) {
        let (_, goods, guest, order) = scene(&app).await;
        let invoice = issued(&app, &guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE", "ORDER_READ"]).await;
        let cup = line(&guest, &order).await;
        refunded(&app, &staff, &order, json!({ "lines": [{ "lineId": cup, "quantity": 1 }] })).await;
        wait_for_provider(&app).await;
        let shown = documents(&guest, &order).await;
        assert_eq!(shown.len(), 2);
        assert_eq!((&shown[1]["kind"], &shown[1]["corrects"]["number"], &shown[1]["title"]), (&json!("CREDIT_NOTE"), &invoice["number"], &invoice["title"]));
        assert_eq!(shown[1]["lines"], json!([{ "kind": "GOODS", "description": "Cup", "sku": goods.skus[0], "quantity": -1, "taxRate": "20",
            "net": { "amount": "-8.34" }, "tax": { "amount": "-1.66" }, "total": { "amount": "-10.00" } }]));
        // Goodwill lowers the price of the whole, and with it the tax.
        refunded(&app, &staff, &order, json!({ "extra": { "amount": "3.00", "currencyCode": "EUR" } })).await;
        wait_for_provider(&app).await;
        let goodwill = documents(&guest, &order).await[2].clone();
        assert_eq!(goodwill["lines"], json!([{ "kind": "GOODWILL", "description": "Price reduction", "sku": null, "quantity": 0, "taxRate": "20",
            "net": { "amount": "-2.50" }, "tax": { "amount": "-0.50" }, "total": { "amount": "-3.00" } }]));
        // The rest goes back: what was given before is not credited twice.
        let rest = json!({ "lines": [{ "lineId": cup, "quantity": 2 }], "shipping": { "amount": "4.90", "currencyCode": "EUR" } });
        refunded(&app, &staff, &order, rest).await;
        wait_for_provider(&app).await;
        let shown = documents(&guest, &order).await;
        assert_eq!(shown.len(), 4);
        assert_eq!(shown.iter().map(|document| minor(&document["total"])).sum::<i64>(), 0);
        assert_eq!(shown.iter().map(|document| minor(&document["taxTotal"])).sum::<i64>(), 0);
    }

    async fn a_refund_that_failed_is_billed_again(app: TestApp) {
        let (_, _, guest, order) = scene(&app).await;
        issued(&app, &guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let cup = line(&guest, &order).await;
        let refund = refunded(&app, &staff, &order, json!({ "lines": [{ "lineId": cup, "quantity": 1 }] })).await;
        keep_from_provider(&app).await;
        app.run_outbox_until_idle().await;
        fail(&app, &order, &refund).await;
        let totals: Vec<i64> = documents(&guest, &order).await.iter().map(|document| minor(&document["total"])).collect();
        assert_eq!(totals, [3490, -1000, 1000]);
    }

    async fn what_a_change_adds_is_billed_and_what_it_takes_is_credited(app: TestApp) {
        let (_, goods, guest, order) = scene(&app).await;
        let invoice = issued(&app, &guest, &order).await;
        let office = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
        let cup = line(&guest, &order).await;
        changed(&app, &office, &order, json!([{ "lineAdd": { "variantId": goods.variant(), "quantity": 2 } }])).await;
        app.run_outbox_until_idle().await;
        let more = documents(&guest, &order).await[1].clone();
        assert_eq!((&more["kind"], &more["total"]["amount"], &more["corrects"]["number"]), (&json!("INVOICE"), &json!("20.00"), &invoice["number"]));
        let fee = json!({ "surcharge": { "label": "Gift wrap", "amount": { "amount": "1.20", "currencyCode": "EUR" }, "taxClass": "standard" } });
        changed(&app, &office, &order, json!([fee, { "quantitySet": { "lineId": cup, "quantity": 2 } }])).await;
        wait_for_provider(&app).await;
        let less = documents(&guest, &order).await[2].clone();
        assert_eq!((&less["kind"], &less["total"]["amount"]), (&json!("CREDIT_NOTE"), &json!("-8.80")));
        let kinds: Vec<&Value> = less["lines"].as_array().unwrap().iter().map(|line| &line["kind"]).collect();
        assert_eq!(kinds, [&json!("GOODS"), &json!("SURCHARGE")]);
        assert_eq!(less["lines"][1], json!({ "kind": "SURCHARGE", "description": "Gift wrap", "sku": null, "quantity": 0, "taxRate": "20",
            "net": { "amount": "1.00" }, "tax": { "amount": "0.20" }, "total": { "amount": "1.20" } }));
        app.clock().advance(TimeDelta::minutes(1));
        app.run_outbox_until_idle().await;
        assert_eq!(documents(&guest, &order).await.len(), 3, "once each");
    }

    async fn an_order_without_an_invoice_is_not_followed(app: TestApp) {
        let (_, _, guest, order) = scene(&app).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let cup = line(&guest, &order).await;
        refunded(&app, &staff, &order, json!({ "lines": [{ "lineId": cup, "quantity": 1 }] })).await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "invoices { id }").await["invoices"], json!([]));
        let invoice = issued(&app, &guest, &order).await;
        assert_eq!((&invoice["total"]["amount"], &invoice["lines"][0]["quantity"]), (&json!("24.90"), &json!(2)), "what is left is billed");
        let once = key(&app);
        assert_eq!(try_issue(&guest, &order, person(), &once).await.user_codes(), ["ALREADY_INVOICED"]);
    }
}
