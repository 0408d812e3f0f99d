use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::receiver::Receiver;
use tests::{Client, TestApp, both};

use super::{CREATE, LOOPBACK, UPDATE, hook};

async fn refused(staff: &Client, webhook: Value) -> (Vec<String>, Value) {
    let answer = staff
        .send(CREATE, json!({ "input": { "webhook": webhook } }))
        .await;
    let codes = answer.user_codes().into_iter().map(str::to_owned).collect();
    let field = answer
        .user_errors()
        .first()
        .map(|error| error["field"].clone());
    (codes, field.unwrap_or_default())
}

both! {
    async fn nobody_reaches_the_inside_of_the_network(app: TestApp) {
        let staff = app.as_owner().await;
        let before = app.fingerprint().await;
        for url in [
            "http://example.com/", "https://example.com:8443/", "https://127.0.0.1/", "https://localhost/",
            "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://2130706433/",
            "https://name:word@example.com/", "https://no-such-name.invalid/",
        ] {
            let (codes, field) = refused(&staff, json!({ "url": url, "eventKinds": ["ORDER_PLACED"] })).await;
            assert_eq!(codes, ["URL_REFUSED"], "{url}");
            assert_eq!(field, json!(["input", "webhook", "url"]));
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn a_webhook_needs_an_address_and_something_to_send(app: TestApp) {
        let staff = app.as_owner().await;
        let url = "https://127.0.0.1/";
        for (webhook, field) in [
            (json!({ "eventKinds": ["ORDER_PLACED"] }), "url"),
            (json!({ "url": url }), "eventKinds"),
            (json!({ "url": url, "eventKinds": [] }), "eventKinds"),
        ] {
            let (codes, path) = refused(&staff, webhook).await;
            assert_eq!((codes, path), (vec!["INVALID".to_owned()], json!(["input", "webhook", field])));
        }
        let unknown = json!({ "webhookId": "webhook_00000000000000000000000000", "webhook": { "active": true } });
        assert_eq!(staff.send(UPDATE, json!({ "input": unknown })).await.user_codes(), ["NOT_FOUND"]);
    }
}

mod opened {
    use super::*;

    both! {
        with LOOPBACK;

        async fn an_opened_network_is_reached_and_no_other(app: TestApp) {
            let staff = app.as_owner().await;
            let receiver = Receiver::start().await;
            let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
            for url in ["http://127.0.0.2:9/", "http://10.0.0.1/", "https://192.168.0.1/"] {
                let (codes, _) = refused(&staff, json!({ "url": url, "eventKinds": ["ORDER_PLACED"] })).await;
                assert_eq!(codes, ["URL_REFUSED"], "{url}");
            }
            let moved = json!({ "webhookId": hook.id, "webhook": { "url": "http://10.0.0.1/" } });
            assert_eq!(staff.send(UPDATE, json!({ "input": moved })).await.user_codes(), ["URL_REFUSED"]);
            let kinds = json!({ "webhookId": hook.id, "webhook": { "eventKinds": ["ORDER_EXPIRED", "ORDER_PLACED", "ORDER_EXPIRED"] } });
            let changed = staff.run(UPDATE, json!({ "input": kinds })).await["webhookUpdate"]["webhook"].clone();
            assert_eq!((&changed["url"], &changed["eventKinds"]), (&json!(receiver.url()), &json!(["ORDER_PLACED", "ORDER_EXPIRED"])));
        }

        async fn a_channel_has_only_so_many(app: TestApp) {
            let staff = app.as_owner().await;
            let receiver = Receiver::start().await;
            for _webhook in 0..18 {
                hook(&staff, &receiver, &["ORDER_PLACED"]).await;
            }
            let webhook = json!({ "url": receiver.url(), "eventKinds": ["ORDER_PLACED"] });
            let at_once = (0..6).map(|_try| refused(&staff, webhook.clone()));
            let answers = join_all(at_once).await;
            let full = answers.iter().filter(|(codes, _)| codes == &["INVALID"]).count();
            assert_eq!((full, answers.iter().filter(|(codes, _)| codes.is_empty()).count()), (4, 2));
        }
    }
}
