use chrono::TimeDelta;
use domain::event::EventKind;
use serde_json::{Value, json};
use tests::receiver::Receiver;
use tests::{TestApp, both};

use super::{LOOPBACK, REDELIVER, UPDATE, deliver, deliveries, happen, hook};

/// Seconds between the tries.
const PAUSES: [i64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

both! {
    with LOOPBACK;

    async fn a_delivery_that_fails_follows_the_schedule_and_ends_as_a_dead_letter(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        receiver.answer(500);
        happen(&app, 1, EventKind::OrderPlaced).await;
        assert_eq!(deliver(&app).await, 1);
        for pause in PAUSES {
            let waiting = deliveries(&staff, &hook).await.remove(0);
            assert_eq!((&waiting["status"], &waiting["error"]), (&json!("RETRYING"), &json!("answered 500")));
            app.clock().advance(TimeDelta::seconds(pause - 2));
            assert_eq!(deliver(&app).await, 0, "before {pause} s");
            app.clock().advance(TimeDelta::seconds(3));
            assert_eq!(deliver(&app).await, 1, "after {pause} s");
        }
        let dead = deliveries(&staff, &hook).await.remove(0);
        assert_eq!((&dead["status"], &dead["attempts"], &dead["responseStatus"], &dead["nextAttemptAt"]),
            (&json!("FAILED"), &json!(8), &json!(500), &Value::Null));
        assert!(receiver.seen().iter().all(|received| received.id == receiver.seen()[0].id));
        // A person sends it again once the receiver is mended; not while it is on its way.
        receiver.answer(200);
        let again = json!({ "input": { "webhookDeliveryId": dead["id"] } });
        let queued = staff.run(REDELIVER, again.clone()).await["webhookRedeliver"]["webhookDelivery"].clone();
        assert_eq!((&queued["status"], &queued["attempts"]), (&json!("RETRYING"), &json!(0)));
        assert_eq!(staff.send(REDELIVER, again).await.user_codes(), ["INVALID_TRANSITION"]);
        assert_eq!(deliver(&app).await, 1);
        assert_eq!(deliveries(&staff, &hook).await[0]["status"], "SUCCEEDED");
        assert_eq!(receiver.seen().len(), 9);
    }

    async fn a_redirect_is_a_failure_and_is_not_followed(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        receiver.answer(307);
        happen(&app, 1, EventKind::OrderPlaced).await;
        deliver(&app).await;
        assert_eq!(receiver.seen().len(), 1);
        let sent = deliveries(&staff, &hook).await.remove(0);
        assert_eq!((&sent["status"], &sent["responseStatus"]), (&json!("RETRYING"), &json!(307)));
    }

    async fn an_address_that_fails_for_five_days_is_switched_off_until_somebody_looks(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        receiver.answer(503);
        let read = "query($id: ID!) { node(id: $id) { ... on Webhook { active disabledReason } } }";
        let state = || staff.run(read, json!({ "id": hook.id }));
        for (day, order) in (0_u128..5).enumerate() {
            happen(&app, order, EventKind::OrderPlaced).await;
            deliver(&app).await;
            assert_eq!(state().await["node"]["active"], true, "day {day}");
            app.clock().advance(TimeDelta::days(1) + TimeDelta::seconds(1));
        }
        happen(&app, 5, EventKind::OrderPlaced).await;
        deliver(&app).await;
        let off = state().await["node"].clone();
        assert_eq!(off, json!({ "active": false, "disabledReason": "Nothing arrived for five days: answered 503." }));
        let tries = receiver.seen().len();
        receiver.answer(200);
        app.clock().advance(TimeDelta::days(1));
        assert_eq!(deliver(&app).await, 0);
        // What waited is sent when it is switched on again.
        let on = json!({ "webhookId": hook.id, "webhook": { "active": true } });
        let back = staff.run(UPDATE, json!({ "input": on })).await["webhookUpdate"]["webhook"].clone();
        assert_eq!((&back["active"], &back["disabledReason"]), (&json!(true), &Value::Null));
        assert!(deliver(&app).await > 0);
        assert!(receiver.seen().len() > tries);
        assert!(deliveries(&staff, &hook).await.iter().all(|sent| sent["nextAttemptAt"].is_null()));
    }

    async fn a_success_in_between_starts_the_five_days_anew(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        for (order, status) in [(1, 500), (2, 200), (3, 500)] {
            receiver.answer(status);
            happen(&app, order, EventKind::OrderPlaced).await;
            deliver(&app).await;
            app.clock().advance(TimeDelta::days(4));
        }
        let read = "query($id: ID!) { node(id: $id) { ... on Webhook { active } } }";
        happen(&app, 4, EventKind::OrderPlaced).await;
        deliver(&app).await;
        assert_eq!(staff.run(read, json!({ "id": hook.id })).await["node"]["active"], true);
    }

    async fn a_receiver_that_wants_no_more_is_switched_off_at_once(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        receiver.answer(410);
        happen(&app, 1, EventKind::OrderPlaced).await;
        deliver(&app).await;
        let webhooks = staff.run("{ webhooks { id active disabledReason } }", json!({})).await["webhooks"].clone();
        assert_eq!(webhooks, json!([{ "id": hook.id, "active": false, "disabledReason": "It wants no more events: answered 410." }]));
        assert_eq!(deliveries(&staff, &hook).await[0]["status"], "FAILED");
    }
}
