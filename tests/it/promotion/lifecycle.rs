//! The life of a promotion: dates, versions, a second person's yes, and the end.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use tests::{Answer, Client, TestApp, arrange, both};

use super::{document, running, staff};
use crate::cart::{filled, place, read, ready};

async fn needs_approval(app: &TestApp) {
    arrange::change_channel(app, |channel| channel.promotion_approval = Set(true)).await;
}

/// A draft of 10 % off, changed by `fields`.
async fn draft(author: &Client, fields: Value) -> Value {
    let mut input = json!({ "name": "Sale", "label": "Sale", "rewards": [{ "percentOff": { "percent": "10" } }] });
    super::merge(&mut input, fields);
    staff(
        author,
        "promotionCreate",
        "promotion { id status version }",
        json!({ "promotion": input }),
    )
    .await["promotion"]
        .clone()
}

async fn switch(client: &Client, mutation: &str, promotion: &Value) -> Answer {
    let document = document(mutation, "promotion { id status version }");
    client
        .send(
            &document,
            json!({ "input": { "promotionId": promotion["id"] } }),
        )
        .await
}

async fn change(client: &Client, promotion: &Value, fields: Value) -> Answer {
    let input = json!({ "promotionId": promotion["id"], "promotion": fields });
    client
        .send(
            &document("promotionUpdate", "promotion { id status version }"),
            json!({ "input": input }),
        )
        .await
}

async fn respond(client: &Client, promotion: &Value, decision: &str, version: &Value) -> Answer {
    let input = json!({ "promotionId": promotion["id"], "decision": decision, "reason": "Looks odd", "expectedVersion": version });
    client
        .send(
            &document("promotionApprovalRespond", "promotion { status version }"),
            json!({ "input": input }),
        )
        .await
}

/// Status, and what happened with the version it led to, oldest first.
async fn told(client: &Client, promotion: &Value) -> (Value, Vec<(String, i64)>) {
    let query = "query($id: ID!) { promotion(id: $id) { status changes { kind version } } }";
    let found = client.run(query, json!({ "id": promotion["id"] })).await["promotion"].clone();
    let changes = found["changes"].as_array().unwrap().iter().rev();
    let changes = changes.map(|change| {
        (
            change["kind"].as_str().unwrap().to_owned(),
            change["version"].as_i64().unwrap(),
        )
    });
    (found["status"].clone(), changes.collect())
}

fn happened(changes: &[(&str, i64)]) -> Vec<(String, i64)> {
    changes
        .iter()
        .map(|(kind, version)| ((*kind).to_owned(), *version))
        .collect()
}

fn at(instant: DateTime<Utc>) -> Value {
    json!(instant.to_rfc3339())
}

both! {
    async fn start_and_end_come_at_their_instants_and_are_told_once(app: TestApp) {
        let owner = app.as_owner().await;
        let now = app.clock().now();
        let dates = json!({ "startsAt": at(now + TimeDelta::hours(1)), "endsAt": at(now + TimeDelta::hours(2)) });
        let sale = running(&owner, dates).await;
        let made = [("CREATED", 1), ("ACTIVATED", 2)];
        app.run_outbox_until_idle().await;
        assert_eq!(told(&owner, &sale).await, (json!("SCHEDULED"), happened(&made)));
        app.clock().advance(TimeDelta::minutes(61));
        // Whoever looks before the job ran sees the same.
        assert_eq!(told(&owner, &sale).await, (json!("ACTIVE"), happened(&made)));
        app.run_outbox_until_idle().await;
        let started = [made[0], made[1], ("STARTED", 2)];
        assert_eq!(told(&owner, &sale).await, (json!("ACTIVE"), happened(&started)));
        let id = domain::id::split(sale["id"].as_str().unwrap()).unwrap().1;
        api::service::promotion::keep_time(app.state(), id).await.unwrap();
        assert_eq!(told(&owner, &sale).await.1, happened(&started), "once");
        app.clock().advance(TimeDelta::hours(1));
        app.run_outbox_until_idle().await;
        assert_eq!(told(&owner, &sale).await, (json!("ENDED"), happened(&[made[0], made[1], ("STARTED", 2), ("ENDED", 2)])));
        let stored = entity::promotion::Entity::find_by_id(id).one(app.connection()).await.unwrap().unwrap();
        assert_eq!(stored.status.0, domain::promotion::PromotionStatus::Ended);
        switch(&owner, "promotionActivate", &sale).await.expect_user_error("INVALID_TRANSITION");
        change(&owner, &sale, json!({ "endsAt": null })).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn what_was_planned_for_a_paused_or_moved_promotion_does_nothing(app: TestApp) {
        let owner = app.as_owner().await;
        let now = app.clock().now();
        let paused = running(&owner, json!({ "endsAt": at(now + TimeDelta::hours(1)) })).await;
        switch(&owner, "promotionPause", &paused).await.ok();
        let moved = running(&owner, json!({ "endsAt": at(now + TimeDelta::hours(1)) })).await;
        change(&owner, &moved, json!({ "endsAt": at(now + TimeDelta::hours(3)) })).await.ok();
        app.clock().advance(TimeDelta::hours(2));
        app.run_outbox_until_idle().await;
        assert_eq!(told(&owner, &paused).await, (json!("PAUSED"), happened(&[("CREATED", 1), ("ACTIVATED", 2), ("PAUSED", 3)])));
        assert_eq!(told(&owner, &moved).await, (json!("ACTIVE"), happened(&[("CREATED", 1), ("ACTIVATED", 2), ("UPDATED", 3)])));
        app.clock().advance(TimeDelta::hours(1));
        app.run_outbox_until_idle().await;
        assert_eq!(told(&owner, &moved).await.1.last().unwrap(), &("ENDED".to_owned(), 3));
    }

    async fn an_order_keeps_the_version_it_was_priced_with(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let sale = running(&owner, json!({})).await;
        let guest = app.guest();
        let cart = ready(&guest, &shop, goods.variant(), 1).await;
        let order = place(&guest, &cart, "first").await.ok()["orderPlace"]["order"]["id"].clone();
        change(&owner, &sale, json!({ "label": "Half", "rewards": [{ "percentOff": { "percent": "50" } }], "group": "618", "priority": 7,
            "maxDiscount": { "amount": "8.00", "currencyCode": "EUR" }, "combinesWith": ["COUPON"] })).await.ok();
        let query = "query($id: ID!) { order(id: $id) { cost { discountTotal { amount } adjustments { label amount { amount } sourceId promotionVersion } } } }";
        let cost = owner.run(query, json!({ "id": order })).await["order"]["cost"].clone();
        assert_eq!(cost["discountTotal"]["amount"], "-1.00");
        assert_eq!(cost["adjustments"][0], json!({ "label": "Sale", "amount": { "amount": "-1.00" }, "sourceId": sale["id"], "promotionVersion": 2 }));
        let uses = entity::promotion_use::Entity::find().all(app.connection()).await.unwrap();
        let version = uses[0].promotion_version.unwrap();
        assert_eq!((uses.len(), version), (1, 2));
        // The rule behind that version can still be read.
        let query = "query($id: ID!) { promotion(id: $id) { version changes { version label rewards { percentOff { percent } } actor { kind }
            settings { name group priority combinesWith maxDiscount { amount } } } } }";
        let promotion = owner.run(query, json!({ "id": sale["id"] })).await["promotion"].clone();
        let rules: Vec<Value> = promotion["changes"].as_array().unwrap().iter().filter(|change| !change["rewards"].is_null()).cloned().collect();
        let rule = |version: u32, label: &str, percent: &str, settings: Value| json!({ "version": version, "label": label,
            "rewards": [{ "percentOff": { "percent": percent } }], "actor": { "kind": "STAFF" }, "settings": settings });
        let first = json!({ "name": "Sale", "group": null, "priority": 0, "maxDiscount": null,
            "combinesWith": ["LINE", "ORDER", "SHIPPING", "COUPON", "POINTS", "MEMBER_PRICE"] });
        let second = json!({ "name": "Sale", "group": "618", "priority": 7, "maxDiscount": { "amount": "8.00" }, "combinesWith": ["COUPON"] });
        assert_eq!((&promotion["version"], rules), (&json!(3), vec![rule(3, "Half", "50", second), rule(1, "Sale", "10", first)]));
        assert_eq!(filled(&guest, goods.variant(), 1).await["cost"]["total"]["amount"], "5.00");
    }

    async fn where_two_must_agree_a_draft_starts_with_a_second_persons_yes(app: TestApp) {
        needs_approval(&app).await;
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let (ada, bob) = (app.as_owner().await, app.as_owner().await);
        let sale = draft(&ada, json!({})).await;
        switch(&ada, "promotionActivate", &sale).await.expect_user_error("APPROVAL_NEEDED");
        respond(&bob, &sale, "ACCEPT", &json!(1)).await.expect_user_error("INVALID_TRANSITION");
        let waiting = switch(&ada, "promotionApprovalRequest", &sale).await.ok()["promotionApprovalRequest"]["promotion"].clone();
        assert_eq!((&waiting["status"], &waiting["version"]), (&json!("PENDING_APPROVAL"), &json!(2)));
        switch(&ada, "promotionApprovalRequest", &sale).await.ok();
        let list = "{ promotions(filter: { status: [PENDING_APPROVAL] }) { nodes { id } } }";
        assert_eq!(bob.run(list, json!({})).await["promotions"]["nodes"], json!([{ "id": sale["id"] }]));
        let before = app.fingerprint().await;
        respond(&ada, &sale, "ACCEPT", &json!(2)).await.expect_user_error("SECOND_PERSON_NEEDED");
        respond(&bob, &sale, "ACCEPT", &json!(1)).await.expect_user_error("CONFLICT");
        switch(&bob, "promotionActivate", &sale).await.expect_user_error("INVALID_TRANSITION");
        switch(&bob, "promotionArchive", &sale).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
        let guest = app.guest();
        let cart = filled(&guest, goods.variant(), 1).await;
        assert_eq!(cart["cost"]["total"]["amount"], "10.00");
        let answer = respond(&bob, &sale, "ACCEPT", &json!(2)).await.ok();
        assert_eq!(answer["promotionApprovalRespond"]["promotion"], json!({ "status": "ACTIVE", "version": 3 }));
        assert_eq!(read(&guest, &cart["id"]).await["cost"]["total"]["amount"], "9.00");
        let told = told(&ada, &sale).await.1;
        assert_eq!(told, happened(&[("CREATED", 1), ("APPROVAL_REQUESTED", 2), ("APPROVED", 3)]));
    }

    async fn nobody_runs_what_only_its_author_has_seen(app: TestApp) {
        needs_approval(&app).await;
        let (ada, bob) = (app.as_owner().await, app.as_owner().await);
        let sale = draft(&ada, json!({})).await;
        switch(&ada, "promotionApprovalRequest", &sale).await.ok();
        // A change takes the question back, and makes who changed it an author.
        let changed = change(&bob, &sale, json!({ "priority": 3 })).await.ok();
        assert_eq!(changed["promotionUpdate"]["promotion"], json!({ "id": sale["id"], "status": "DRAFT", "version": 3 }));
        switch(&ada, "promotionApprovalRequest", &sale).await.ok();
        respond(&bob, &sale, "ACCEPT", &json!(4)).await.expect_user_error("SECOND_PERSON_NEEDED");
        let eve = app.as_owner().await;
        let input = json!({ "promotionId": sale["id"], "decision": "DECLINE", "expectedVersion": 4 });
        let respond_document = document("promotionApprovalRespond", "promotion { status }");
        eve.send(&respond_document, json!({ "input": input })).await.expect_user_error("INVALID");
        let declined = respond(&eve, &sale, "DECLINE", &json!(4)).await.ok();
        assert_eq!(declined["promotionApprovalRespond"]["promotion"]["status"], "DRAFT");
        switch(&ada, "promotionApprovalRequest", &sale).await.ok();
        respond(&eve, &sale, "ACCEPT", &json!(6)).await.ok();
        change(&ada, &sale, json!({ "priority": 4 })).await.expect_user_error("APPROVAL_NEEDED");
        switch(&ada, "promotionPause", &sale).await.ok();
        switch(&ada, "promotionActivate", &sale).await.ok();
        switch(&ada, "promotionPause", &sale).await.ok();
        change(&ada, &sale, json!({ "priority": 4 })).await.ok();
        switch(&ada, "promotionActivate", &sale).await.expect_user_error("APPROVAL_NEEDED");
        let query = "query($id: ID!) { promotion(id: $id) { changes { kind reason } } }";
        let changes = ada.run(query, json!({ "id": sale["id"] })).await["promotion"]["changes"].clone();
        assert!(changes.as_array().unwrap().contains(&json!({ "kind": "DECLINED", "reason": "Looks odd" })));
    }

    async fn a_key_is_as_much_an_author_as_who_made_it_and_never_a_second_person(app: TestApp) {
        needs_approval(&app).await;
        let (ada, bob) = (app.as_owner().await, app.as_owner().await);
        let key = async |maker: &Client| {
            let create = "mutation { apiKeyCreate(input: { name: \"ERP\", scopes: [\"PROMOTION_READ\", \"PROMOTION_WRITE\"] }) { secret userErrors { code } } }";
            let made = maker.send(create, json!({})).await.ok()["apiKeyCreate"].clone();
            app.guest().with_token(made["secret"].as_str().unwrap())
        };
        let program = key(&ada).await;
        let sale = draft(&program, json!({})).await;
        switch(&program, "promotionApprovalRequest", &sale).await.ok();
        for refused in [&program, &ada, &key(&bob).await] {
            respond(refused, &sale, "ACCEPT", &json!(2)).await.expect_user_error("SECOND_PERSON_NEEDED");
        }
        respond(&bob, &sale, "ACCEPT", &json!(2)).await.ok();
    }

    async fn two_answers_at_once_leave_one(app: TestApp) {
        needs_approval(&app).await;
        let (ada, bob, eve) = (app.as_owner().await, app.as_owner().await, app.as_owner().await);
        let sale = draft(&ada, json!({})).await;
        switch(&ada, "promotionApprovalRequest", &sale).await.ok();
        let version = json!(2);
        let (yes, no) = tokio::join!(respond(&bob, &sale, "ACCEPT", &version), respond(&eve, &sale, "DECLINE", &version));
        let refused: Vec<&str> = [yes.user_codes(), no.user_codes()].concat();
        assert_eq!(refused, ["INVALID_TRANSITION"]);
        assert_eq!(told(&ada, &sale).await.1.len(), 3);
    }

    async fn what_is_put_away_is_out_of_the_list_and_stays_as_it_is(app: TestApp) {
        let owner = app.as_owner().await;
        let sale = running(&owner, json!({})).await;
        switch(&owner, "promotionArchive", &sale).await.expect_user_error("INVALID_TRANSITION");
        switch(&owner, "promotionPause", &sale).await.ok();
        let archived = switch(&owner, "promotionArchive", &sale).await.ok()["promotionArchive"]["promotion"].clone();
        assert_eq!((&archived["status"], &archived["version"]), (&json!("ARCHIVED"), &json!(4)));
        let again = switch(&owner, "promotionArchive", &sale).await.ok()["promotionArchive"]["promotion"].clone();
        assert_eq!(again, archived);
        for mutation in ["promotionActivate", "promotionPause", "promotionApprovalRequest"] {
            switch(&owner, mutation, &sale).await.expect_user_error("INVALID_TRANSITION");
        }
        change(&owner, &sale, json!({ "priority": 1 })).await.expect_user_error("INVALID_TRANSITION");
        let list = "query($status: [PromotionStatus!]) { promotions(filter: { status: $status }) { totalCount } }";
        assert_eq!(owner.run(list, json!({})).await["promotions"]["totalCount"], 0);
        assert_eq!(owner.run(list, json!({ "status": ["ARCHIVED"] })).await["promotions"]["totalCount"], 1);
    }
}
