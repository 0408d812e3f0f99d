use std::time::Duration;

use api::job::worker::Worker;
use api::service::webhook::deliver_to;
use chrono::TimeDelta;
use domain::event::EventKind;
use domain::id::{TypedId, WebhookId};
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::placed;
use tests::receiver::Receiver;
use tests::{TestApp, both};

use super::{LOOPBACK, REDELIVER, TEST, UPDATE, deliver, deliveries, happen, hook, told};

both! {
    with LOOPBACK;

    async fn what_happens_arrives_once_with_the_identity_it_has_in_the_feed(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_staff(&["WEBHOOK_READ", "WEBHOOK_WRITE", "EVENT_READ"]).await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 1).await;
        app.run_outbox_until_idle().await;
        app.run_outbox_until_idle().await;
        let seen = receiver.seen();
        assert_eq!(seen.len(), 1);
        let feed = staff.run("{ eventsSince { events { id kind subjectId sequence payload } } }", json!({})).await;
        let event = &feed["eventsSince"]["events"][0];
        assert_eq!(seen[0].id, event["id"].as_str().unwrap());
        let body = seen[0].body();
        assert_eq!(body["type"], "ORDER_PLACED");
        assert_eq!(body["data"], json!({ "id": event["id"], "subjectId": order.id, "sequence": 1, "payload": event["payload"] }));
        let sent = deliveries(&staff, &hook).await;
        assert_eq!(sent.len(), 1);
        assert_eq!((&sent[0]["status"], &sent[0]["attempts"], &sent[0]["responseStatus"]), (&json!("SUCCEEDED"), &json!(1), &json!(204)));
        assert_eq!((&sent[0]["event"]["id"], &sent[0]["nextAttemptAt"]), (&event["id"], &Value::Null));
    }

    async fn a_webhook_gets_only_what_it_asked_for_and_nothing_while_off(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_EXPIRED"]).await;
        happen(&app, 1, EventKind::OrderPlaced).await;
        happen(&app, 1, EventKind::OrderExpired).await;
        deliver(&app).await;
        let off = json!({ "webhookId": hook.id, "webhook": { "active": false } });
        staff.run(UPDATE, json!({ "input": off })).await;
        happen(&app, 2, EventKind::OrderExpired).await;
        deliver(&app).await;
        let types: Vec<Value> = receiver.seen().iter().map(|received| received.body()["type"].clone()).collect();
        assert_eq!(types, ["ORDER_EXPIRED"]);
        for (document, input) in [
            (TEST, json!({ "webhookId": hook.id, "kind": "ORDER_PLACED" })),
            (REDELIVER, json!({ "webhookDeliveryId": deliveries(&staff, &hook).await[0]["id"] })),
        ] {
            let refused = staff.send(document, json!({ "input": input })).await;
            assert_eq!(refused.user_codes(), ["INVALID_TRANSITION"]);
        }
    }

    async fn a_slow_receiver_delays_nobody_else(app: TestApp) {
        let (slow, quick) = (Receiver::start().await, Receiver::start().await);
        slow.answer_after(Duration::from_secs(6));
        let staff = app.as_owner().await;
        hook(&staff, &slow, &["ORDER_PLACED"]).await;
        hook(&staff, &quick, &["ORDER_PLACED"]).await;
        let worker = Worker::start(app.state().clone()).await.unwrap();
        let begun = std::time::Instant::now();
        for order in 0..12 {
            happen(&app, order, EventKind::OrderPlaced).await;
        }
        while quick.seen().len() < 12 && begun.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(quick.seen().len(), 12, "after {:?}", begun.elapsed());
        assert!(slow.seen().len() <= 4, "a few at a time go to one receiver");
        worker.stop(Duration::from_millis(100)).await;
    }

    async fn the_events_of_one_object_arrive_in_order_and_do_not_hold_back_others(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        hook(&staff, &receiver, &["ORDER_PLACED", "ORDER_CONFIRMED"]).await;
        receiver.answer(500);
        happen(&app, 1, EventKind::OrderPlaced).await;
        deliver(&app).await;
        receiver.answer(200);
        happen(&app, 1, EventKind::OrderConfirmed).await;
        happen(&app, 2, EventKind::OrderPlaced).await;
        deliver(&app).await;
        let told = |received: &tests::receiver::Received| {
            let body = received.body();
            (body["data"]["payload"]["number"].clone(), body["type"].clone())
        };
        let seen: Vec<_> = receiver.seen().iter().map(told).collect();
        assert_eq!(seen, [(json!("1"), json!("ORDER_PLACED")), (json!("2"), json!("ORDER_PLACED"))]);
        app.clock().advance(TimeDelta::seconds(6));
        deliver(&app).await;
        let seen: Vec<_> = receiver.seen().iter().skip(2).map(told).collect();
        assert_eq!(seen, [(json!("1"), json!("ORDER_PLACED")), (json!("1"), json!("ORDER_CONFIRMED"))]);
    }

    async fn two_servers_send_each_event_once(app: TestApp) {
        let receiver = Receiver::start().await;
        let hook = hook(&app.as_owner().await, &receiver, &["ORDER_PLACED"]).await;
        let events = (0..12).map(|order| told(&app, order, EventKind::OrderPlaced)).collect();
        api::service::event::publish(app.state(), events).await.unwrap();
        let id = WebhookId::parse(&hook.id).unwrap().0;
        let drain = || async { while deliver_to(app.state(), id).await.unwrap() > 0 {} };
        tokio::join!(drain(), drain(), drain());
        let mut ids: Vec<String> = receiver.seen().into_iter().map(|received| received.id).collect();
        assert_eq!(ids.len(), 12);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 12);
    }

    async fn a_sample_is_sent_once_and_is_in_no_feed(app: TestApp) {
        let receiver = Receiver::start().await;
        let staff = app.as_owner().await;
        let hook = hook(&staff, &receiver, &["ORDER_PLACED"]).await;
        receiver.answer(500);
        let input = json!({ "webhookId": hook.id, "kind": "ORDER_CONFIRMED" });
        let sample = staff.run(TEST, json!({ "input": input })).await["webhookTest"]["webhookDelivery"].clone();
        assert_eq!((&sample["status"], &sample["event"]["kind"], &sample["event"]["payload"]),
            (&json!("PENDING"), &json!("ORDER_CONFIRMED"), &json!({ "sample": true })));
        deliver(&app).await;
        app.clock().advance(TimeDelta::days(1));
        deliver(&app).await;
        assert_eq!(receiver.seen().len(), 1);
        assert_eq!(deliveries(&staff, &hook).await[0]["status"], "FAILED");
        let feed = staff.run("{ eventsSince { events { id } hasMore } }", json!({})).await;
        assert_eq!(feed["eventsSince"], json!({ "events": [], "hasMore": false }));
    }

    async fn what_a_dead_worker_held_is_sent_again_under_the_same_identity(app: TestApp) {
        let receiver = Receiver::start().await;
        receiver.answer_after(Duration::from_millis(300));
        let hook = hook(&app.as_owner().await, &receiver, &["ORDER_PLACED"]).await;
        happen(&app, 1, EventKind::OrderPlaced).await;
        let (state, id) = (app.state().clone(), WebhookId::parse(&hook.id).unwrap().0);
        let dead = tokio::spawn(async move { deliver_to(&state, id).await });
        while receiver.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        dead.abort();
        assert_eq!(deliver(&app).await, 0, "leased");
        app.clock().advance(TimeDelta::seconds(61));
        assert_eq!(deliver(&app).await, 1);
        let seen = receiver.seen();
        assert_eq!((seen.len(), &seen[0].id), (2, &seen[1].id));
    }
}
