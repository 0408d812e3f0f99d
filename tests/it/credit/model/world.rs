//! The shop's side of the model: the ledger's use cases on carts and orders that are no more than rows.

use api::auth::Viewer;
use api::service::credit::{
    self, AdjustCard, AdjustCredit, CancelCard, CreditBalance, CreditError, IssueCard,
};
use chrono::{DateTime, Utc};
use domain::credit::CreditAccountKind;
use domain::order::refund::RefundStepOrigin;
use domain::order::{RefundStatus, TransferStatus, TransferWay};
use domain::pricing::AdjustmentKind;
use domain::{Currency, Money};
use entity::column::{Json, Text};
use entity::{
    cart, credit_account, member, order, order_event, order_tender, outbox_message, refund,
    refund_adjustment, refund_transfer,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder,
};
use tests::TestApp;
use tests::arrange::{product, shop};
use tests::checkout::placed;
use uuid::Uuid;

use super::Outcome;
use super::reference::Refused;

pub(super) struct World {
    viewer: Viewer,
    cart: cart::Model,
    order: order::Model,
    event: order_event::Model,
    message: outbox_message::Model,
    count: u64,
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").expect("a currency"))
}

fn outcome<T>(done: Result<T, CreditError>) -> Outcome {
    match done {
        Ok(_) => Ok(()),
        Err(CreditError::Insufficient { .. }) => Err(Refused::TooMuch),
        Err(CreditError::CardClosed) => Err(Refused::Closed),
        Err(error) => panic!("{error}"),
    }
}

impl World {
    pub(super) async fn open(app: &TestApp) -> Self {
        let shop = shop(app).await;
        let goods = product("Cup").insert(app, &shop).await;
        placed(app, &app.guest(), &shop, &goods, 1).await;
        let connection = app.connection();
        let channel = app.state().channels.find(None).expect("a channel");
        let viewer = Viewer::system(channel, app.clock().new_id());
        let cart = cart::Entity::find().one(connection).await.expect("carts");
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
            cart: cart.expect("the cart"),
            order: order.expect("the first order"),
            event: event.expect("its history"),
            message: message.expect("its message"),
            count: 0,
        }
    }

    fn key(&mut self) -> String {
        self.count += 1;
        self.count.to_string()
    }

    /// New members, so that each seed starts from nothing.
    pub(super) async fn open_members(&mut self, app: &TestApp, number: usize) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for _member in 0..number {
            let email = format!("m{}@model.test", self.key());
            app.as_member(&email).await;
            let row = member::Entity::find()
                .filter(member::COLUMN.email.eq(email))
                .one(app.connection())
                .await
                .expect("members");
            ids.push(row.expect("the member").id);
        }
        ids
    }

    pub(super) async fn give(&mut self, app: &TestApp, member_id: Uuid, minor: i64) -> Outcome {
        let command = AdjustCredit {
            member_id,
            amount: eur(minor),
            reason: "The model".to_owned(),
            idempotency_key: self.key(),
        };
        outcome(credit::adjust(app.state(), &self.viewer, command).await)
    }

    pub(super) async fn issue(
        &mut self,
        app: &TestApp,
        minor: i64,
        ends_at: Option<DateTime<Utc>>,
    ) -> Uuid {
        let command = IssueCard {
            amount: eur(minor),
            ends_at,
            note: None,
            idempotency_key: self.key(),
        };
        let issued = credit::issue_card(app.state(), &self.viewer, command).await;
        issued.expect("a card").view.card.id
    }

    pub(super) async fn adjust(
        &mut self,
        app: &TestApp,
        gift_card_id: Uuid,
        minor: i64,
    ) -> Outcome {
        let command = AdjustCard {
            gift_card_id,
            amount: eur(minor),
            reason: "The model".to_owned(),
            idempotency_key: self.key(),
        };
        outcome(credit::adjust_card(app.state(), &self.viewer, command).await)
    }

    pub(super) async fn cancel(&mut self, app: &TestApp, gift_card_id: Uuid) -> Outcome {
        let command = CancelCard {
            gift_card_id,
            reason: "The model".to_owned(),
            idempotency_key: self.key(),
        };
        outcome(credit::cancel_card(app.state(), &self.viewer, command).await)
    }

    /// Places an order of no goods that is to be paid with cards and credit; tells what each pays.
    pub(super) async fn order(
        &mut self,
        app: &TestApp,
        member_id: Uuid,
        cards: &[Uuid],
        credit: i64,
        total: i64,
    ) -> (Uuid, Vec<(Uuid, i64)>) {
        let (id, number) = (app.clock().new_id(), format!("M{}", self.key()));
        let cart = cart::Model {
            member_id: Some(member_id),
            store_credit_minor: credit,
            gift_card_ids: Json(cards.to_vec()),
            ..self.cart.clone()
        };
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let now = app.clock().now();
        let purse = credit::open_purse(&transaction, &state.clock, &cart, eur(total), now)
            .await
            .expect("a purse");
        let order = order::Model {
            id,
            number,
            cart_id: None,
            member_id: Some(member_id),
            token_hash: None,
            subtotal_minor: 0,
            discount_minor: 0,
            shipping_minor: 0,
            tax_minor: 0,
            total_minor: 0,
            tendered_minor: purse.tendered().expect("a sum").minor,
            payment_due_at: None,
            ..self.order.clone()
        };
        self.write(app, &transaction, &order).await;
        let actor = self.viewer.actor();
        credit::hold(&transaction, &state.clock, &order, purse, actor)
            .await
            .expect("a hold");
        transaction.commit().await.expect("a commit");
        let tenders = order_tender::Entity::find()
            .filter(order_tender::Column::OrderId.eq(id))
            .order_by_asc(order_tender::Column::Position)
            .all(app.connection())
            .await
            .expect("tenders");
        let parts = tenders
            .iter()
            .map(|tender| (tender.owner_id, tender.amount_minor));
        (id, parts.collect())
    }

    async fn write(&self, app: &TestApp, transaction: &DatabaseTransaction, order: &order::Model) {
        let event = order_event::Model {
            id: app.clock().new_id(),
            order_id: order.id,
            ..self.event.clone()
        };
        let message = outbox_message::Model {
            id: app.clock().new_id(),
            subject_id: order.id,
            ..self.message.clone()
        };
        let row = order.clone().into_active_model();
        row.insert(transaction).await.expect("an order");
        let row = event.into_active_model();
        row.insert(transaction).await.expect("its history");
        let row = message.into_active_model();
        row.insert(transaction).await.expect("its message");
    }

    pub(super) async fn capture(&self, app: &TestApp, order_id: Uuid) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let order = load(&transaction, order_id).await;
        credit::capture(&transaction, &state.clock, &order)
            .await
            .expect("a capture");
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn release(&self, app: &TestApp, order_id: Uuid) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let mut order = load(&transaction, order_id).await;
        credit::release(&transaction, &state.clock, &mut order)
            .await
            .expect("a release");
        save(&transaction, &order).await;
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn give_back(&self, app: &TestApp, order_id: Uuid, holder: Uuid, minor: i64) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let mut order = load(&transaction, order_id).await;
        let tenders = credit::of_order(&transaction, &order)
            .await
            .expect("tenders");
        let tender = tenders.into_iter().find(|tender| tender.owner_id == holder);
        let tender = tender.expect("a tender of the order");
        let transfer_id = app.clock().new_id();
        let (way, from) = (TransferWay::Tender, Some(tender.id));
        refunded(app, &transaction, &order, (transfer_id, minor), (way, from)).await;
        let amount = eur(minor);
        credit::give_back(
            &transaction,
            &state.clock,
            &mut order,
            tender,
            transfer_id,
            amount,
        )
        .await
        .expect("money that comes back");
        save(&transaction, &order).await;
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn give_credit(&self, app: &TestApp, order_id: Uuid, minor: i64) {
        let state = app.state();
        let transaction = state.database.begin().await.expect("a transaction");
        let mut order = load(&transaction, order_id).await;
        let owner = order.member_id.expect("a member");
        let before = order.credited_minor;
        credit::give_credit(
            &transaction,
            &state.clock,
            &mut order,
            app.clock().new_id(),
            eur(minor),
        )
        .await
        .expect("credit");
        assert_eq!(
            (order.credited_minor - before, order.member_id),
            (minor, Some(owner))
        );
        // No payment stands behind these orders, so that no refund could: the order's own sum stays as it was.
        transaction.commit().await.expect("a commit");
    }

    pub(super) async fn wait(&self, app: &TestApp) {
        while credit::expire_due(app.state()).await.expect("cards") > 0 {}
    }

    /// What holders can spend, and what is held, in their order.
    pub(super) async fn balances(&self, app: &TestApp, ids: &[Uuid]) -> Vec<(i64, i64)> {
        let rows = credit_account::Entity::find()
            .filter(credit_account::Column::OwnerId.is_in(ids.iter().copied()))
            .all(app.connection())
            .await
            .expect("accounts");
        let of = |id: Uuid, kind: CreditAccountKind| {
            let found = rows
                .iter()
                .find(|row| row.owner_id == id && row.kind.0 == kind);
            found.and_then(|row| row.balance_minor).unwrap_or_default()
        };
        let both = |id: &Uuid| {
            (
                of(*id, CreditAccountKind::Available),
                of(*id, CreditAccountKind::Held),
            )
        };
        ids.iter().map(both).collect()
    }

    /// The trial balance is zero and every balance what was posted.
    pub(super) async fn check_books(&self, app: &TestApp) {
        let rows = credit::trial_balance(app.state(), &self.viewer)
            .await
            .expect("a balance");
        assert_eq!(rows.iter().map(|row| row.posted).sum::<i64>(), 0);
        assert!(rows.iter().all(CreditBalance::agrees), "{rows:?}");
    }
}

async fn load(transaction: &DatabaseTransaction, id: Uuid) -> order::Model {
    let found = order::Entity::find_by_id(id).one(transaction).await;
    found.expect("orders").expect("the order")
}

async fn save(transaction: &DatabaseTransaction, order: &order::Model) {
    let row = order::ActiveModel {
        id: Set(order.id),
        tendered_minor: Set(order.tendered_minor),
        credited_minor: Set(order.credited_minor),
        ..Default::default()
    };
    row.update(transaction).await.expect("the order");
}

/// Writes down the refund a transfer belongs to.
async fn refunded(
    app: &TestApp,
    transaction: &DatabaseTransaction,
    order: &order::Model,
    (transfer_id, minor): (Uuid, i64),
    (way, order_tender_id): (TransferWay, Option<Uuid>),
) {
    let (refund_id, now) = (app.clock().new_id(), app.clock().now());
    let row = refund::ActiveModel {
        id: Set(refund_id),
        order_id: Set(order.id),
        order_cancellation_id: Set(None),
        status: Set(Text(RefundStatus::Succeeded)),
        amount_minor: Set(minor),
        currency: Set(order.currency),
        reason: Set("The model".to_owned()),
        points_restored: Set(0),
        points_clawed_back: Set(0),
        set_off_minor: Set(0),
        coupon_codes: Set(Json(Vec::new())),
        actor_kind: Set(Text(domain::account::ActorKind::System)),
        actor_id: Set(None),
        created_at: Set(now),
        settled_at: Set(Some(now)),
    };
    row.insert(transaction).await.expect("a refund");
    let row = refund_adjustment::ActiveModel {
        id: Set(app.clock().new_id()),
        refund_id: Set(refund_id),
        origin: Set(Text(RefundStepOrigin::Extra)),
        order_adjustment_id: Set(None),
        order_line_id: Set(None),
        kind: Set(Text(AdjustmentKind::Manual)),
        label: Set("The model".to_owned()),
        amount_minor: Set(minor),
        included: Set(false),
        source_id: Set(None),
        position: Set(1),
    };
    row.insert(transaction).await.expect("its step");
    let row = refund_transfer::ActiveModel {
        id: Set(transfer_id),
        refund_id: Set(refund_id),
        way: Set(Text(way)),
        payment_id: Set(None),
        order_tender_id: Set(order_tender_id),
        status: Set(Text(TransferStatus::Succeeded)),
        amount_minor: Set(minor),
        provider_ref: Set(None),
        settled_at: Set(Some(now)),
    };
    row.insert(transaction).await.expect("its transfer");
}
