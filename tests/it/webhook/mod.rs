//! Events sent to addresses of others.

mod adapter;
mod address;
mod deliver;
mod rows;
mod schedule;
mod secret;

use api::service::event::{Told, publish};
use domain::event::{EventKind, EventSubject};
use serde_json::{Value, json};
use tests::TestApp;
use tests::client::Client;
use tests::receiver::Receiver;
use uuid::Uuid;

pub(crate) use rows::rows;

/// Lets webhooks reach the receivers of these tests.
pub(crate) const LOOPBACK: &[(&str, &str)] = &[("VITRINE_WEBHOOK_NETWORKS", "127.0.0.1")];

pub(crate) const CREATE: &str =
    "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) {
    webhook { id url eventKinds active } signingSecret userErrors { code field } } }";
const UPDATE: &str = "mutation($input: WebhookUpdateInput!) { webhookUpdate(input: $input) {
    webhook { id url eventKinds active disabledReason } userErrors { code field } } }";
const TEST: &str = "mutation($input: WebhookTestInput!) { webhookTest(input: $input) {
    webhookDelivery { id status event { kind sequence payload } } userErrors { code field } } }";
const REDELIVER: &str =
    "mutation($input: WebhookRedeliverInput!) { webhookRedeliver(input: $input) {
    webhookDelivery { id status attempts } userErrors { code field } } }";
const ROTATE: &str =
    "mutation($input: WebhookSecretRotateInput!) { webhookSecretRotate(input: $input) {
    webhook { id } signingSecret userErrors { code field } } }";

/// A webhook of a test with its secret.
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) secret: String,
}

pub(crate) async fn hook(staff: &Client, receiver: &Receiver, kinds: &[&str]) -> Hook {
    let webhook = json!({ "url": receiver.url(), "eventKinds": kinds });
    let data = staff
        .run(CREATE, json!({ "input": { "webhook": webhook } }))
        .await;
    let created = &data["webhookCreate"];
    Hook {
        id: created["webhook"]["id"].as_str().unwrap().to_owned(),
        secret: created["signingSecret"].as_str().unwrap().to_owned(),
    }
}

/// What was sent to a webhook, newest first.
pub(crate) async fn deliveries(staff: &Client, hook: &Hook) -> Vec<Value> {
    let read = "query($id: ID!) { node(id: $id) { ... on Webhook { deliveries(first: 50) { nodes {
        id status attempts responseStatus error nextAttemptAt event { id kind subjectId sequence } } } } } }";
    let data = staff.run(read, json!({ "id": hook.id })).await;
    data["node"]["deliveries"]["nodes"]
        .as_array()
        .unwrap()
        .clone()
}

pub(crate) fn told(app: &TestApp, order: u128, kind: EventKind) -> Told {
    Told {
        id: app.clock().new_id(),
        channel_id: app.state().channels.find(None).unwrap().id,
        kind,
        subject: EventSubject::Order,
        subject_id: Uuid::from_u128(order),
        payload: json!({ "number": order.to_string() }),
        occurred_at: app.clock().now(),
    }
}

/// Something happens to an order.
pub(crate) async fn happen(app: &TestApp, order: u128, kind: EventKind) {
    publish(app.state(), vec![told(app, order, kind)])
        .await
        .unwrap();
}

/// Sends what is due.
pub(crate) async fn deliver(app: &TestApp) -> usize {
    api::service::webhook::deliver_due(app.state())
        .await
        .unwrap()
}
