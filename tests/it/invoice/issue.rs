use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Order, confirmed, key, placed, read};
use tests::{Answer, Client, TestApp, both};

use super::{INVOICE, documents, issued, issuer, person, scene, try_issue};
use crate::promotion::document;

async fn cancel(client: &Client, invoice: &Value, title: Value, key: &str) -> Answer {
    let mut input =
        json!({ "invoiceId": invoice["id"], "reason": "抬头有误", "idempotencyKey": key });
    input
        .as_object_mut()
        .unwrap()
        .extend(title.as_object().unwrap().clone());
    let selection = format!("creditNote {{ {INVOICE} }} invoice {{ {INVOICE} }}");
    let document = document("invoiceCancel", &selection);
    client.send(&document, json!({ "input": input })).await
}

both! {
    async fn an_invoice_bills_what_the_order_comes_to(app: TestApp) {
        let (_, goods, guest, order) = scene(&app).await;
        let title = json!({ "titleKind": "COMPANY", "title": { "name": " 腾讯科技（深圳）有限公司 ", "taxId": "9144 0300 7152 6726 XG" } });
        let once = key(&app);
        let first = try_issue(&guest, &order, title.clone(), &once).await.ok();
        let invoice = &first["invoiceIssue"]["invoice"];
        let year = app.clock().now().format("%Y").to_string();
        assert_eq!(invoice["number"], format!("INV-{year}-000001"));
        assert_eq!(invoice["title"], json!({ "name": "腾讯科技（深圳）有限公司", "taxId": "9144030071526726XG" }));
        assert_eq!((&invoice["kind"], &invoice["titleKind"], &invoice["issuer"]["name"]), (&json!("INVOICE"), &json!("COMPANY"), &json!("维特林贸易有限公司")));
        assert_eq!(invoice["lines"], json!([
            { "kind": "GOODS", "description": "Cup", "sku": goods.skus[0], "quantity": 3, "taxRate": "20", "net": { "amount": "25.00" }, "tax": { "amount": "5.00" }, "total": { "amount": "30.00" } },
            { "kind": "SHIPPING", "description": "Parcel", "sku": null, "quantity": 0, "taxRate": "20", "net": { "amount": "4.08" }, "tax": { "amount": "0.82" }, "total": { "amount": "4.90" } },
        ]));
        assert_eq!(invoice["taxes"], json!([{ "rate": "20", "net": { "amount": "29.08" }, "tax": { "amount": "5.82" } }]));
        assert_eq!((&invoice["total"]["amount"], &invoice["netTotal"]["amount"], &invoice["taxTotal"]["amount"]), (&json!("34.90"), &json!("29.08"), &json!("5.82")));
        assert_eq!(try_issue(&guest, &order, title, &once).await.ok(), first);
        try_issue(&guest, &order, person(), &once).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        try_issue(&guest, &order, person(), &key(&app)).await.expect_user_error("ALREADY_INVOICED");
        let told = read(&guest, &order, "timeline { kind message }").await.to_string();
        assert!(told.contains("INVOICE_ISSUED") && told.contains(invoice["number"].as_str().unwrap()), "{told}");
        let node = "query($id: ID!) { node(id: $id) { ... on Invoice { number } } }";
        let office = app.as_staff(&["ORDER_READ"]).await;
        let found = |client: Client| async move { client.run(node, json!({ "id": invoice["id"] })).await["node"]["number"].clone() };
        assert_eq!((found(office.clone()).await, found(guest.clone()).await), (invoice["number"].clone(), Value::Null));
        let list = "{ invoices(first: 5, filter: { kind: INVOICE }) { nodes { number order { number } } totalCount } }";
        let listed = office.run(list, json!({})).await;
        assert_eq!((&listed["invoices"]["totalCount"], &listed["invoices"]["nodes"][0]["number"]), (&json!(1), &invoice["number"]));
    }

    async fn what_cannot_be_billed_is_refused_and_changes_nothing(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        try_issue(&guest, &order, person(), &key(&app)).await.expect_user_error("ISSUER_MISSING");
        assert_eq!(app.fingerprint().await, before);
        let owner = app.as_owner().await;
        issuer(&owner).await;
        let waiting = placed(&app, &guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        try_issue(&guest, &waiting, person(), &key(&app)).await.expect_user_error("NOTHING_TO_INVOICE");
        let stranger = Order { token: Some("0".repeat(32)), ..order.clone() };
        try_issue(&app.guest(), &stranger, person(), &key(&app)).await.expect_user_error("NOT_FOUND");
        let long = "x".repeat(201);
        let cases = [
            (json!({ "name": " " }), "name"),
            (json!({ "name": long }), "name"),
            (json!({ "name": "a\nb" }), "name"),
            (json!({ "name": "某公司" }), "taxId"),
            (json!({ "name": "某公司", "taxId": "91440300715267260G" }), "taxId"),
            (json!({ "name": "某公司", "taxId": "<script>" }), "taxId"),
        ];
        for (title, field) in cases {
            let title = json!({ "titleKind": "COMPANY", "title": title });
            let error = try_issue(&guest, &order, title.clone(), &key(&app)).await.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "title", field]), "{title}");
        }
        for (invoice, credit_note) in [("1", "CN-"), ("INV-", "INV-"), ("INV1", "CN-"), ("发票-", "CN-")] {
            let input = json!({ "title": { "name": "A" }, "invoicePrefix": invoice, "creditNotePrefix": credit_note });
            let document = document("invoiceIssuerSet", "invoiceIssuer { invoicePrefix }");
            owner.send(&document, json!({ "input": input })).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn numbers_have_no_gaps_however_many_ask_at_once(app: TestApp) {
        let shop = shop(&app).await;
        issuer(&app.as_owner().await).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let mut orders = Vec::new();
        for _order in 0..4 {
            orders.push(confirmed(&app, &guest, &shop, &goods, 1).await);
        }
        let keys: Vec<String> = (0..12).map(|_| key(&app)).collect();
        let tries = keys.iter().zip(orders.iter().cycle()).map(|(key, order)| try_issue(&guest, order, person(), key));
        let answers = join_all(tries).await;
        let refused = answers.iter().filter(|answer| answer.user_codes() == ["ALREADY_INVOICED"]).count();
        assert_eq!(refused, 8);
        let mut numbers: Vec<String> = answers.iter()
            .filter_map(|answer| answer.data()["invoiceIssue"]["invoice"]["number"].as_str().map(|number| number[9..].to_owned()))
            .collect();
        numbers.sort();
        assert_eq!(numbers, ["000001", "000002", "000003", "000004"]);
    }

    async fn an_invoice_is_taken_back_and_issued_to_another_title(app: TestApp) {
        let (_, _, guest, order) = scene(&app).await;
        let invoice = issued(&app, &guest, &order).await;
        let office = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
        cancel(&guest, &invoice, json!({}), &key(&app)).await.expect_top_error("UNAUTHENTICATED");
        cancel(&office, &invoice, json!({ "reason": " " }), &key(&app)).await.expect_user_error("INVALID");
        let once = key(&app);
        let other = json!({ "titleKind": "COMPANY", "title": { "name": "Huawei", "taxId": "914403001922038216" } });
        let done = cancel(&office, &invoice, other.clone(), &once).await.ok();
        let (credit, new) = (&done["invoiceCancel"]["creditNote"], &done["invoiceCancel"]["invoice"]);
        assert_eq!((&credit["kind"], &credit["total"]["amount"], &credit["corrects"]["number"]), (&json!("CREDIT_NOTE"), &json!("-34.90"), &invoice["number"]));
        assert_eq!((&credit["reason"], &credit["lines"][0]["quantity"]), (&json!("抬头有误"), &json!(-3)));
        assert!(credit["number"].as_str().unwrap().starts_with("CN-"));
        assert_eq!((&new["title"]["name"], &new["total"]["amount"], &new["corrects"]), (&json!("Huawei"), &json!("34.90"), &Value::Null));
        assert_eq!(cancel(&office, &invoice, other, &once).await.ok(), done);
        cancel(&office, &invoice, json!({}), &key(&app)).await.expect_user_error("NOT_CANCELLABLE");
        cancel(&office, credit, json!({}), &key(&app)).await.expect_user_error("NOT_CANCELLABLE");
        cancel(&office, new, json!({}), &key(&app)).await.ok();
        let shown = documents(&guest, &order).await;
        assert_eq!(shown.len(), 4);
        assert!(shown[0]["cancelledAt"].is_string());
        assert_eq!(issued(&app, &guest, &order).await["number"].as_str().unwrap()[9..], *"000003");
    }
}
