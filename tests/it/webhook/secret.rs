use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use api::webhook::signature::sign;
use chrono::{DateTime, TimeDelta};
use domain::event::EventKind;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::receiver::{Received, Receiver};
use tests::{TestApp, both};

use super::{LOOPBACK, ROTATE, deliver, happen, hook};

/// The signature these secrets give to what came.
fn expected(received: &Received, secrets: &[&str]) -> String {
    let at = DateTime::from_timestamp(received.timestamp.parse().unwrap(), 0).unwrap();
    let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
    sign(&secrets, &received.id, at, received.text.clone())
        .unwrap()
        .signature
}

/// Lets the scheme's own library judge messages, where `npm ci --prefix tests/npm` has fetched it.
fn by_reference_library(messages: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    if !folder.join("node_modules/standardwebhooks").is_dir() {
        eprintln!(
            "the reference library of Standard Webhooks: not run (npm ci --prefix tests/npm)"
        );
        return;
    }
    let mut judge = Command::new("node")
        .arg(folder.join("webhook-signature.mjs"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut input = judge.stdin.take().unwrap();
    input.write_all(messages.to_string().as_bytes()).unwrap();
    drop(input);
    assert!(judge.wait().unwrap().success());
}

both! {
    with LOOPBACK;

    async fn a_new_secret_signs_beside_the_old_one_for_a_day(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        let mut order = 0;
        let mut send = async || {
            order += 1;
            happen(&app, order, EventKind::OrderPlaced).await;
            deliver(&app).await;
            receiver.seen().pop().unwrap()
        };
        let first = send().await;
        assert_eq!(first.signature, expected(&first, &[&hook.secret]));
        let rotated = staff.run(ROTATE, json!({ "input": { "webhookId": hook.id } })).await;
        let new = rotated["webhookSecretRotate"]["signingSecret"].as_str().unwrap().to_owned();
        assert_ne!(new, hook.secret);
        let second = send().await;
        assert_eq!(second.signature, expected(&second, &[&new, &hook.secret]));
        app.clock().advance(TimeDelta::hours(24));
        let third = send().await;
        assert_eq!(third.signature, expected(&third, &[&new]));
    }

    async fn the_reference_library_of_the_scheme_believes_what_is_sent(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        let rotated = staff.run(ROTATE, json!({ "input": { "webhookId": hook.id } })).await;
        let new = rotated["webhookSecretRotate"]["signingSecret"].as_str().unwrap();
        happen(&app, 1, EventKind::OrderPlaced).await;
        deliver(&app).await;
        let sent = receiver.seen().pop().unwrap();
        let judged = |secret: &str, body: &str, genuine: bool| json!({
            "secret": secret, "body": body, "genuine": genuine,
            "headers": { "webhook-id": sent.id, "webhook-timestamp": sent.timestamp, "webhook-signature": sent.signature },
        });
        let other = api::webhook::signature::new_secret().unwrap();
        by_reference_library(&json!([
            judged(new, &sent.text, true),
            judged(&hook.secret, &sent.text, true),
            judged(&other, &sent.text, false),
            judged(new, &sent.text.replace("ORDER_PLACED", "ORDER_EXPIRED"), false),
        ]));
    }

    async fn a_secret_cannot_be_read_from_the_database(app: TestApp) {
        let receiver = Receiver::start().await;
        let hook = hook(&app.as_owner().await, &receiver, &["ORDER_PLACED"]).await;
        let row = entity::webhook::Entity::find().one(app.connection()).await.unwrap().unwrap();
        assert!(!row.secret.contains(hook.secret.trim_start_matches("whsec_")));
    }
}
