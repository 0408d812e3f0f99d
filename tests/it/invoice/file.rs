use chrono::TimeDelta;
use poem::Request;
use serde_json::Value;
use tests::checkout::read;
use tests::{Client, TestApp, both};

use super::{issued, scene};

async fn open(client: &Client, url: &str) -> (u16, Vec<u8>) {
    let path = &url[url.find("/invoices/").unwrap()..];
    let answer = client.call(Request::builder().uri_str(path).finish()).await;
    let status = answer.status().as_u16();
    (status, answer.into_body().into_vec().await.unwrap())
}

both! {
    async fn documents_open_at_signed_addresses_for_a_day(app: TestApp) {
        let (_, _, guest, order) = scene(&app).await;
        let number = issued(&app, &guest, &order).await["number"].clone();
        let shown = read(&guest, &order, "invoices { htmlUrl pdfUrl }").await;
        let text = |name: &str| shown["invoices"][0][name].as_str().unwrap().to_owned();
        let (html, pdf) = (text("htmlUrl"), text("pdfUrl"));
        let (status, page) = open(&app.guest(), &html).await;
        let page = String::from_utf8(page).unwrap();
        assert_eq!(status, 200);
        for part in [Value::as_str(&number).unwrap(), "维特林贸易有限公司", "91330100799655058B", "EUR 34.90", "谢谢惠顾", "Ada", "Cup"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let (status, file) = open(&app.guest(), &pdf).await;
        assert_eq!(status, 200);
        assert!(file.starts_with(b"%PDF-") && file.len() > 5_000);
        for forged in [html.replace("signature=", "signature=A"), html.replace(".html", ".exe"), html.replace("until=1", "until=2"), html.split('?').next().unwrap().to_owned()] {
            assert_eq!(open(&app.guest(), &forged).await.0, 404, "{forged}");
        }
        app.clock().advance(TimeDelta::hours(25));
        assert_eq!(open(&app.guest(), &pdf).await.0, 404);
    }
}
