use domain::event::EventKind;
use domain::id::{WebhookDeliveryId, WebhookId};
use domain::job::JobStatus;
use entity::column::{Json, Text};
use entity::{event, webhook, webhook_delivery};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::authorization::Expected::{TopError, UserError};
use tests::authorization::{Row, World};

use super::{CREATE, REDELIVER, ROTATE, TEST, UPDATE, happen};

/// A webhook somewhere out of reach, with one delivery that ended.
async fn prepared(world: &World) -> (webhook::Model, webhook_delivery::Model) {
    let app = &world.app;
    happen(app, 1, EventKind::OrderPlaced).await;
    let event = event::Entity::find()
        .one(app.connection())
        .await
        .unwrap()
        .unwrap();
    let now = app.clock().now();
    let webhook = webhook::Model {
        id: app.clock().new_id(),
        channel_id: event.channel_id,
        url: "https://192.0.2.1/".to_owned(),
        event_kinds: Json(vec![EventKind::OrderPlaced]),
        is_active: true,
        disabled_reason: None,
        secret: "sealed".to_owned(),
        previous_secret: None,
        previous_secret_until: None,
        failing_since: None,
        created_at: now,
        updated_at: now,
    };
    let delivery = webhook_delivery::Model {
        id: app.clock().new_id(),
        webhook_id: webhook.id,
        event_id: event.id,
        subject_id: event.subject_id,
        sequence: event.sequence,
        status: Text(JobStatus::Failed),
        attempts: 8,
        response_status: Some(500),
        error: Some("answered 500".to_owned()),
        next_attempt_at: None,
        leased_until: None,
        finished_at: Some(now),
    };
    webhook
        .clone()
        .into_active_model()
        .insert(app.connection())
        .await
        .unwrap();
    delivery
        .clone()
        .into_active_model()
        .insert(app.connection())
        .await
        .unwrap();
    (webhook, delivery)
}

async fn of_webhook(world: World, rest: Value) -> Value {
    let (webhook, _) = prepared(&world).await;
    let mut input = json!({ "webhookId": WebhookId(webhook.id).to_string() });
    crate::promotion::merge(&mut input, rest);
    json!({ "input": input })
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new("Query.webhooks", "{ webhooks { id } }")
            .needs("WEBHOOK_READ")
            .variables(|world| async move {
                prepared(&world).await;
                json!({})
            }),
        Row::new("webhookCreate", CREATE)
            .permission("WEBHOOK_WRITE")
            .expects([
                TopError("UNAUTHENTICATED"),
                TopError("FORBIDDEN"),
                TopError("FORBIDDEN"),
                TopError("FORBIDDEN"),
                // The right is there; the address is not.
                UserError("URL_REFUSED"),
            ])
            .variables(|_world| async {
                json!({ "input": { "webhook": { "url": "https://127.0.0.1/", "eventKinds": ["ORDER_PLACED"] } } })
            }),
        Row::new("webhookUpdate", UPDATE)
            .needs("WEBHOOK_WRITE")
            .variables(|world| of_webhook(world, json!({ "webhook": { "active": false } }))),
        Row::new("webhookSecretRotate", ROTATE)
            .needs("WEBHOOK_WRITE")
            .variables(|world| of_webhook(world, json!({}))),
        Row::new("webhookTest", TEST)
            .needs("WEBHOOK_WRITE")
            .variables(|world| of_webhook(world, json!({ "kind": "ORDER_PLACED" }))),
        Row::new("webhookRedeliver", REDELIVER)
            .needs("WEBHOOK_WRITE")
            .variables(|world| async move {
                let (_, delivery) = prepared(&world).await;
                json!({ "input": { "webhookDeliveryId": WebhookDeliveryId(delivery.id).to_string() } })
            }),
    ]
}
