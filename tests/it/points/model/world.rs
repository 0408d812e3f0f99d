//! The shop's side of the model: the ledger's use cases on orders that are no more than rows.

use api::auth::Viewer;
use api::service::points::{self, Adjust, BalanceRow, PointsError, RecordEvent, RuleInput};
use domain::order::refund::PointsShare;
use domain::points::{PointsAccountKind, PointsTrigger};
use domain::pricing::Earning;
use entity::{member, order, order_event, outbox_message, points_account, points_lot, points_rule};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use tests::TestApp;
use tests::arrange::{product, shop};
use tests::checkout::placed;
use uuid::Uuid;

use super::Outcome;
use super::reference::{EVENT_LATER, EVENT_NOW, LIFE, Refused, TOTAL, WAIT};

pub(super) struct World {
    viewer: Viewer,
    order: order::Model,
    event: order_event::Model,
    message: outbox_message::Model,
    rules: Vec<points_rule::Model>,
    count: u64,
}

async fn load(transaction: &DatabaseTransaction, order_id: Uuid) -> order::Model {
    let found = order::Entity::find_by_id(order_id).one(transaction).await;
    found.expect("orders").expect("the order")
}

fn rule(key: &str, trigger: PointsTrigger, points: u32, wait: i64, lives: bool) -> RuleInput {
    RuleInput {
        key: key.to_owned(),
        label: Some(key.to_owned()),
        trigger: Some(trigger),
        points_per_money_unit_ppm: None,
        fixed_points: Some(i32::try_from(points).ok()),
        max_per_day: None,
        pending_days: i32::try_from(wait).ok(),
        products: None,
        expiry_policy: None,
        expiry_days: Some(lives.then(|| i32::try_from(LIFE).expect("few days"))),
        active: Some(true),
    }
}

fn outcome<T>(done: Result<T, PointsError>) -> Outcome {
    match done {
        Ok(_) => Ok(()),
        Err(PointsError::Insufficient { .. }) => Err(Refused),
        Err(error) => panic!("{error}"),
    }
}

impl World {
    pub(super) async fn open(app: &TestApp) -> Self {
        let shop = shop(app).await;
        let goods = product("Cup").insert(app, &shop).await;
        let guest = app.guest();
        placed(app, &guest, &shop, &goods, 1).await;
        let connection = app.connection();
        let channel = app.state().channels.find(None).expect("a channel");
        let viewer = Viewer::system(channel, app.clock().new_id());
        let inputs = vec![
            rule(
                "event-later",
                PointsTrigger::Custom,
                EVENT_LATER,
                WAIT,
                true,
            ),
            rule("event-now", PointsTrigger::Custom, EVENT_NOW, 0, true),
            rule("order-1-now", PointsTrigger::Order, 1, 0, true),
            rule("order-2-later", PointsTrigger::Order, 1, WAIT, false),
        ];
        let rules = points::upsert_rules(app.state(), &viewer, inputs)
            .await
            .expect("sound rules");
        let order = order::Entity::find().one(connection).await.expect("orders");
        let event = order_event::Entity::find()
            .one(connection)
            .await
            .expect("events");
        let message = outbox_message::Entity::find()
            .filter(outbox_message::COLUMN.kind.eq("event"))
            .one(connection)
            .await
            .expect("messages");
        Self {
            viewer,
            order: order.expect("the first order"),
            event: event.expect("its history"),
            message: message.expect("its message"),
            rules,
            count: 0,
        }
    }

    /// New members, so that each seed starts from nothing.
    pub(super) async fn open_members(&mut self, app: &TestApp, number: usize) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for _member in 0..number {
            self.count += 1;
            let email = format!("m{}@model.test", self.count);
            app.as_member(&email).await;
            let row = member::Entity::find()
                .filter(member::COLUMN.email.eq(email))
                .one(app.connection())
                .await
                .expect("members")
                .expect("the member");
            ids.push(row.id);
        }
        ids
    }

    /// An order of nothing, placed by a member.
    pub(super) async fn order(&mut self, app: &TestApp, member_id: Uuid) -> Uuid {
        self.count += 1;
        let (id, connection) = (app.clock().new_id(), app.connection());
        let order = order::Model {
            id,
            number: format!("M{}", self.count),
            cart_id: None,
            member_id: Some(member_id),
            token_hash: None,
            subtotal_minor: 0,
            discount_minor: 0,
            shipping_minor: 0,
            tax_minor: 0,
            total_minor: 0,
            payment_due_at: None,
            ..self.order.clone()
        };
        let event = order_event::Model {
            id: app.clock().new_id(),
            order_id: id,
            ..self.event.clone()
        };
        let message = outbox_message::Model {
            id: app.clock().new_id(),
            subject_id: id,
            ..self.message.clone()
        };
        order
            .into_active_model()
            .insert(connection)
            .await
            .expect("an order");
        event
            .into_active_model()
            .insert(connection)
            .await
            .expect("its history");
        message
            .into_active_model()
            .insert(connection)
            .await
            .expect("its message");
        id
    }

    pub(super) async fn adjust(&mut self, app: &TestApp, member_id: Uuid, points: i64) -> Outcome {
        self.count += 1;
        let command = Adjust {
            member_id,
            points: i32::try_from(points).expect("few points"),
            reason: "The model".to_owned(),
            idempotency_key: self.count.to_string(),
        };
        outcome(points::adjust(app.state(), &self.viewer, command).await)
    }

    pub(super) async fn report(&mut self, app: &TestApp, member_id: Uuid, later: bool) -> Outcome {
        self.count += 1;
        let command = RecordEvent {
            member_id,
            rule_key: if later { "event-later" } else { "event-now" }.to_owned(),
            source: self.count.to_string(),
            reason: None,
        };
        outcome(points::record_event(app.state(), &self.viewer, command).await)
    }

    fn rule(&self, key: &str) -> &points_rule::Model {
        let found = self.rules.iter().find(|rule| rule.key == key);
        found.expect("a rule of the model")
    }

    pub(super) async fn complete(
        &mut self,
        app: &TestApp,
        order_id: Uuid,
        (soon, later): (u32, u32),
    ) {
        let earning = |key: &str, points: u32| Earning {
            rule_id: self.rule(key).id,
            rule_version: self.rule(key).version,
            points,
        };
        let mut earnings = vec![earning("order-1-now", soon)];
        if later > 0 {
            earnings.push(earning("order-2-later", later));
        }
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let promises = points::promises_to(order_id, &earnings).unwrap();
        points::promise(&transaction, promises)
            .await
            .expect("a promise");
        let mut row = load(&transaction, order_id).await;
        row.points_earned = i32::try_from(soon + later).expect("few points");
        let member_id = row.member_id.expect("a member");
        points::earn(&transaction, state, member_id, &mut row)
            .await
            .expect("points");
        assert_eq!(u32::try_from(row.points_earned), Ok(soon + later));
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn hold(
        &mut self,
        app: &TestApp,
        order_id: Uuid,
        member_id: Uuid,
        points: u32,
    ) -> Outcome {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let actor = self.viewer.actor();
        let order = load(&transaction, order_id).await;
        let held = points::hold(&transaction, &state.clock, member_id, &order, actor, points);
        outcome(held.await)?;
        transaction.commit().await.expect("a commit");
        Ok(())
    }

    pub(super) async fn capture(&mut self, app: &TestApp, order_id: Uuid) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let order = load(&transaction, order_id).await;
        points::capture(&transaction, &state.clock, &order)
            .await
            .expect("a capture");
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn release(&mut self, app: &TestApp, order_id: Uuid) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let order = load(&transaction, order_id).await;
        points::release(&transaction, &state.clock, &order)
            .await
            .expect("a release");
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn give_back(&mut self, app: &TestApp, order_id: Uuid, points: u32) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let refund_id = app.clock().new_id();
        let order = load(&transaction, order_id).await;
        points::give_back_part(&transaction, &state.clock, &order, refund_id, points)
            .await
            .expect("points that come back");
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn refund(
        &mut self,
        app: &TestApp,
        order_id: Uuid,
        earned: i64,
        (before_minor, amount_minor): (i64, i64),
    ) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let row = load(&transaction, order_id).await;
        let mut share = PointsShare {
            points: u32::try_from(earned).expect("few points"),
            returned: 0,
            whole_minor: TOTAL,
            back_minor: 0,
        };
        share.take(before_minor);
        let points = share.take(amount_minor);
        let refund_id = app.clock().new_id();
        points::claw_back(&transaction, &state.clock, &row, refund_id, points)
            .await
            .expect("a claw-back");
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn wait(&mut self, app: &TestApp) {
        while points::activate_due(app.state()).await.expect("lots") > 0 {}
        while points::expire_due(app.state()).await.expect("lots") > 0 {}
    }

    /// Spendable, waiting and held points of each member.
    pub(super) async fn balances(&self, app: &TestApp, ids: &[Uuid]) -> Vec<(i64, i64, i64)> {
        let rows = points_account::Entity::find()
            .filter(points_account::COLUMN.member_id.is_in(ids.iter().copied()))
            .all(app.connection())
            .await
            .expect("accounts");
        let of = |id: Uuid, kind: PointsAccountKind| {
            let found = rows
                .iter()
                .find(|row| row.member_id == Some(id) && row.kind.0 == kind);
            found.and_then(|row| row.balance).unwrap_or_default()
        };
        ids.iter()
            .map(|id| {
                (
                    of(*id, PointsAccountKind::MemberActive),
                    of(*id, PointsAccountKind::MemberPending),
                    of(*id, PointsAccountKind::MemberHeld),
                )
            })
            .collect()
    }

    /// What is left in each lot, oldest first.
    pub(super) async fn lots(&self, app: &TestApp, ids: &[Uuid]) -> Vec<i64> {
        points_lot::Entity::find()
            .select_only()
            .column(points_lot::Column::Remaining)
            .filter(points_lot::Column::MemberId.is_in(ids.iter().copied()))
            .order_by_asc(points_lot::Column::Id)
            .into_tuple()
            .all(app.connection())
            .await
            .expect("lots")
    }

    /// The trial balance is zero and every balance what was posted.
    pub(super) async fn check_books(&self, app: &TestApp) {
        let rows = points::trial_balance(app.state(), &self.viewer)
            .await
            .expect("a balance");
        assert_eq!(rows.iter().map(|row| row.posted).sum::<i64>(), 0);
        assert!(rows.iter().all(BalanceRow::agrees), "{rows:?}");
    }
}
