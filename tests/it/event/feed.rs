use api::job::{self, Job};
use api::service::event::{Told, publish};
use chrono::TimeDelta;
use domain::event::{EventKind, EventSubject, FEED_REACH};
use domain::id::{EventId, OrderId, OrderTimelineEntryId, TypedId};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::completed;
use tests::client::Client;
use tests::{Backend, TestApp, both};
use uuid::Uuid;

use crate::promotion::running;

const SINCE: &str = "query($cursor: String, $kind: [EventKind!], $first: Int) {
    eventsSince(cursor: $cursor, kind: $kind, first: $first) {
        events { id kind subjectId sequence payload occurredAt } nextCursor hasMore } }";

async fn since(client: &Client, variables: Value) -> Value {
    client.run(SINCE, variables).await["eventsSince"].clone()
}

/// Reads on from a cursor until nothing is left; answers the events and the last cursor.
async fn rest(client: &Client, mut cursor: Value, first: i32) -> (Vec<Value>, Value) {
    let mut events = Vec::new();
    loop {
        let feed = since(client, json!({ "cursor": cursor, "first": first })).await;
        events.extend(feed["events"].as_array().unwrap().iter().cloned());
        cursor = feed["nextCursor"].clone();
        if feed["hasMore"] == false {
            return (events, cursor);
        }
    }
}

fn told(app: &TestApp, order: u128, kind: EventKind) -> Told {
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

async fn push(app: &TestApp, event: Told) {
    let transaction = app.state().database.begin().await.unwrap();
    job::push(&transaction, app.clock(), &Job::Event { event })
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

fn orders(events: &[Value]) -> Vec<String> {
    let number = |event: &Value| event["payload"]["number"].as_str().unwrap().to_owned();
    events.iter().map(number).collect()
}

both! {
    async fn the_life_of_an_order_is_told_in_order_and_page_by_page(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let order = completed(&app, &app.guest(), &shop, &goods, 1).await;
        let reader = app.as_staff(&["EVENT_READ", "ORDER_READ"]).await;
        let (events, end) = rest(&reader, Value::Null, 2).await;
        let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds[..2], ["ORDER_PLACED", "PAYMENT_CAPTURED"]);
        assert_eq!(kinds.last(), Some(&"ORDER_COMPLETED"));
        assert!(events.iter().all(|event| event["subjectId"] == order.id.as_str()));
        let sequences: Vec<i64> = events.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
        assert_eq!(sequences, (1..=i64::try_from(events.len()).unwrap()).collect::<Vec<_>>());
        assert_eq!(events[0]["payload"]["status"], "PLACED");
        assert_eq!(events.last().unwrap()["payload"]["status"], "COMPLETED");
        let cost = tests::checkout::read(&reader, &order, "cost { total { amount currencyCode } }").await["cost"].clone();
        assert_eq!(events[0]["payload"]["total"], cost["total"]);
        // Every entry of the timeline was told, under the same identity.
        let read = "query($id: ID!) { order(id: $id) { timeline { id kind } } }";
        let timeline = reader.run(read, json!({ "id": order.id })).await["order"]["timeline"].clone();
        let mut told: Vec<Uuid> = events.iter().map(|event| EventId::parse(event["id"].as_str().unwrap()).unwrap().0).collect();
        let mut written: Vec<Uuid> = timeline.as_array().unwrap().iter()
            .map(|entry| OrderTimelineEntryId::parse(entry["id"].as_str().unwrap()).unwrap().0).collect();
        told.sort_unstable();
        written.sort_unstable();
        assert_eq!(told, written);
        // The end keeps its place.
        let again = since(&reader, json!({ "cursor": end })).await;
        assert_eq!(again, json!({ "events": [], "nextCursor": end, "hasMore": false }));
    }

    async fn an_event_that_commits_late_is_not_skipped(app: TestApp) {
        // SQLite has one writer, so there a transaction cannot commit behind a later one.
        if app.backend() == Backend::Sqlite {
            return;
        }
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let late = app.state().database.write().begin().await.unwrap();
        let first = Job::Event { event: told(&app, 1, EventKind::OrderPlaced) };
        job::push(&late, app.clock(), &first).await.unwrap();
        push(&app, told(&app, 2, EventKind::OrderPlaced)).await;
        app.run_outbox_until_idle().await;
        let (events, cursor) = rest(&reader, Value::Null, 20).await;
        assert_eq!(orders(&events), ["2"]);
        late.commit().await.unwrap();
        app.run_outbox_until_idle().await;
        let (events, _) = rest(&reader, cursor, 20).await;
        assert_eq!(orders(&events), ["1"]);
    }

    async fn a_reader_sees_no_gap_while_others_are_numbering(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return;
        }
        let reader = app.as_staff(&["EVENT_READ"]).await;
        // A worker that numbered an event and has not committed yet holds back the next one.
        let slow = app.state().database.write().begin().await.unwrap();
        let channel = app.state().channels.find(None).unwrap().id;
        let sql = format!("INSERT INTO event_head (channel_id, position) VALUES ('{channel}', 0)");
        slow.execute_unprepared(&sql).await.unwrap();
        let state = app.state().clone();
        let quick = tokio::spawn({
            let event = told(&app, 2, EventKind::OrderPlaced);
            async move { publish(&state, vec![event]).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let feed = since(&reader, json!({})).await;
        assert_eq!((feed["events"].as_array().unwrap().len(), &feed["hasMore"]), (0, &json!(false)));
        slow.commit().await.unwrap();
        quick.await.unwrap().unwrap();
        let (events, _) = rest(&reader, feed["nextCursor"].clone(), 20).await;
        assert_eq!(orders(&events), ["2"]);
    }

    async fn an_event_told_twice_has_one_place(app: TestApp) {
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let (one, two) = (told(&app, 1, EventKind::OrderPlaced), told(&app, 1, EventKind::OrderConfirmed));
        publish(app.state(), vec![one.clone()]).await.unwrap();
        // As by a worker that died after the commit and before it marked its messages.
        let both = vec![one.clone(), two.clone(), two.clone()];
        let (left, right) = tokio::join!(publish(app.state(), both.clone()), publish(app.state(), both));
        assert!(left.is_ok() || right.is_ok());
        publish(app.state(), vec![one, two]).await.unwrap();
        let (events, _) = rest(&reader, Value::Null, 20).await;
        let told: Vec<_> = events.iter().map(|event| (&event["kind"], &event["sequence"])).collect();
        assert_eq!(told, [(&json!("ORDER_PLACED"), &json!(1)), (&json!("ORDER_CONFIRMED"), &json!(2))]);
    }

    async fn rare_kinds_are_found_in_bounded_calls(app: TestApp) {
        let reader = app.as_staff(&["EVENT_READ"]).await;
        publish(app.state(), vec![told(&app, 1, EventKind::OrderPlaced)]).await.unwrap();
        push(&app, told(&app, 2, EventKind::OrderExpired)).await;
        app.run_outbox_until_idle().await;
        // As if so many others had lain between the two; the rule of unbroken places is kept by what is removed below.
        let shift = |table: &str, column: &str| format!("UPDATE {table} SET {column} = {column} + {FEED_REACH}");
        app.connection().execute_unprepared(&format!("{} WHERE position = 2", shift("event", "position"))).await.unwrap();
        app.connection().execute_unprepared(&shift("event_head", "position")).await.unwrap();
        let first = since(&reader, json!({ "kind": ["ORDER_EXPIRED"] })).await;
        assert_eq!((first["events"].as_array().unwrap().len(), &first["hasMore"]), (0, &json!(true)));
        let second = since(&reader, json!({ "kind": ["ORDER_EXPIRED"], "cursor": first["nextCursor"] })).await;
        assert_eq!((&second["events"][0]["payload"]["number"], &second["hasMore"]), (&json!("2"), &json!(false)));
        app.connection().execute_unprepared("DELETE FROM event WHERE position = 1").await.unwrap();
    }

    async fn a_reader_that_was_away_too_long_is_told_so(app: TestApp) {
        let reader = app.as_staff(&["EVENT_READ"]).await;
        publish(app.state(), vec![told(&app, 1, EventKind::OrderPlaced)]).await.unwrap();
        let seen = since(&reader, json!({})).await["nextCursor"].clone();
        publish(app.state(), vec![told(&app, 2, EventKind::OrderPlaced)]).await.unwrap();
        app.clock().advance(TimeDelta::days(31));
        publish(app.state(), vec![told(&app, 3, EventKind::OrderPlaced)]).await.unwrap();
        app.run_timers().await;
        let late = reader.send(SINCE, json!({ "cursor": seen })).await;
        assert_eq!(late.top_codes(), ["BAD_USER_INPUT"]);
        let (events, end) = rest(&reader, Value::Null, 20).await;
        assert_eq!(orders(&events), ["3"]);
        for wrong in [json!({ "cursor": "junk" }), json!({ "first": 0 }), json!({ "first": 101 })] {
            assert_eq!(reader.send(SINCE, wrong).await.top_codes(), ["BAD_USER_INPUT"]);
        }
        assert_eq!(since(&reader, json!({ "cursor": end })).await["hasMore"], false);
    }

    async fn an_event_is_a_node_for_those_who_may_read_the_feed(app: TestApp) {
        let event = told(&app, 7, EventKind::OrderPlaced);
        let id = EventId(event.id).to_string();
        publish(app.state(), vec![event]).await.unwrap();
        let read = "query($id: ID!) { node(id: $id) { id ... on Event { kind subjectId } } }";
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let found = reader.run(read, json!({ "id": id })).await["node"].clone();
        assert_eq!(found["subjectId"], OrderId(Uuid::from_u128(7)).to_string());
        assert_eq!(app.guest().run(read, json!({ "id": id })).await["node"], Value::Null);
    }

    async fn a_call_costs_the_same_however_many_events_it_brings(app: TestApp) {
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let many = (0..60).map(|order| told(&app, order, EventKind::OrderPlaced)).collect();
        let ((), numbering) = app.count_statements(async { publish(app.state(), many).await.unwrap() }).await;
        assert!(numbering <= 5, "{numbering} statements for 60 events");
        since(&reader, json!({ "first": 1 })).await;
        let (_, few) = app.count_statements(since(&reader, json!({ "first": 1 }))).await;
        let (_, many) = app.count_statements(since(&reader, json!({ "first": 60 }))).await;
        assert_eq!(few, many);
    }

    async fn a_promotion_that_starts_is_told(app: TestApp) {
        shop(&app).await;
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let promotion = running(&app.as_owner().await, json!({})).await;
        app.run_outbox_until_idle().await;
        let (events, _) = rest(&reader, Value::Null, 20).await;
        let told: Vec<_> = events.iter().map(|event| (&event["subjectId"], &event["payload"]["status"])).collect();
        assert_eq!(told, [(&promotion["id"], &json!("ACTIVE"))]);
    }

    async fn a_member_who_rises_is_told(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let silver = json!([crate::tier::tier("silver", 1, "5.00")]);
        crate::tier::save(&app.as_owner().await, silver).await;
        let ada = app.as_member("ada@members.test").await;
        completed(&app, &ada, &shop, &goods, 1).await;
        let reader = app.as_staff(&["EVENT_READ"]).await;
        let risen = since(&reader, json!({ "kind": ["MEMBER_TIER_CHANGED"] })).await["events"].clone();
        assert_eq!(risen.as_array().unwrap().len(), 1);
        assert_eq!(risen[0]["subjectId"], ada.account_id());
        assert_eq!((&risen[0]["payload"]["fromTierId"], &risen[0]["payload"]["reason"]), (&Value::Null, &json!("REACHED")));
    }
}
