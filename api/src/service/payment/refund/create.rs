//! Staff give money back: units, shipping, goodwill.

use domain::Money;
use domain::id::OrderId;
use domain::order::TransferWay;
use domain::order::refund::{RefundPlan, RefundWish};
use domain::permission::Permission;
use entity::order::Model as Order;
use entity::payment::{Column, Entity};
use entity::refund::Model;
use entity::{order_adjustment, refund_adjustment, refund_request};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::Books;
use super::approval;
use super::facts::{Facts, Giver, Transfer};
use super::settle::find;
use super::write::{self, Decided, Planned};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::history::ActorRef;
use crate::service::order::{row, units};
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// Money to be given back.
#[derive(Clone, Debug, Serialize)]
pub struct CreateRefund {
    /// The order.
    pub order_id: Uuid,
    /// Lines and units.
    pub lines: Vec<(Uuid, u32)>,
    /// Shipping, with its tax.
    pub shipping: Option<Money>,
    /// Goodwill on top.
    pub extra: Option<Money>,
    /// Whether the member gets store credit for what payments brought.
    pub to_store_credit: bool,
    /// Why; the buyer reads it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    refund_id: Uuid,
}

/// What became of a wish to give money back.
#[derive(Clone, Debug)]
pub enum Refunding {
    /// It goes back.
    Given(Model),
    /// People have to approve it first.
    Waits(refund_request::Model),
}

/// What a refund would be.
#[derive(Clone, Debug)]
pub struct RefundPreview {
    /// The order.
    pub order: Order,
    /// What would go back.
    pub plan: RefundPlan,
    /// Its steps; they belong to no refund.
    pub steps: Vec<refund_adjustment::Model>,
    /// Coupons that could be used again.
    pub coupon_codes: Vec<String>,
    /// Which ways how much would go.
    pub ways: Vec<(TransferWay, Money)>,
}

/// Gives money back for units, for shipping or as goodwill; from certain amounts on, once people have approved it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`]; [`PaymentError::NotNow`] while the order waits for money;
/// [`PaymentError::Refund`] for more than is left.
pub async fn create_refund(
    app: &AppState,
    viewer: &Viewer,
    command: CreateRefund,
) -> Result<Refunding, PaymentError> {
    viewer.require(Permission::RefundWrite)?;
    let command = CreateRefund {
        reason: reason(&command.reason)?,
        ..command
    };
    check(&wish(&command))?;
    let created = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(created)
}

/// Tells what [`create_refund`] would give back now; nothing is saved.
///
/// # Errors
/// As [`create_refund`].
pub async fn preview_refund(
    app: &AppState,
    viewer: &Viewer,
    order_id: OrderId,
    wish: &RefundWish,
    to_store_credit: bool,
) -> Result<RefundPreview, PaymentError> {
    viewer.require(Permission::RefundWrite)?;
    check(wish)?;
    let connection = app.database.read();
    let order = row::load(connection, order_id).await?;
    let payments = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let facts = Facts::load(connection, &order, &payments).await?;
    let plan = plan(&order, &facts, wish)?;
    let transfers = transfers(&order, &facts, &plan, to_store_credit)?;
    Ok(RefundPreview {
        ways: ways(&transfers),
        steps: write::steps(&order, &plan, &facts.steps)?,
        coupon_codes: write::coupon_codes(connection, &order, &plan).await?,
        order,
        plan,
    })
}

fn wish(command: &CreateRefund) -> RefundWish {
    RefundWish {
        lines: command.lines.clone(),
        shipping: command.shipping,
        extra: command.extra,
    }
}

fn reason(text: &str) -> Result<String> {
    let reason = text.trim();
    if reason.is_empty() {
        return Err(Error::invalid(&["reason"], "say why"));
    }
    if reason.chars().count() > MAX_REASON {
        return Err(Error::invalid(
            &["reason"],
            format!("at most {MAX_REASON} characters"),
        ));
    }
    Ok(reason.to_owned())
}

fn check(wish: &RefundWish) -> Result<()> {
    if wish.lines.is_empty() && wish.shipping.is_none() && wish.extra.is_none() {
        return Err(Error::invalid(&[], "say what goes back"));
    }
    for (field, amount) in [("shipping", wish.shipping), ("extra", wish.extra)] {
        if amount.is_some_and(|amount| !amount.is_positive()) {
            return Err(Error::invalid(&[field, "amount"], "more than nothing"));
        }
    }
    units::check(&wish.lines)
}

fn plan(order: &Order, facts: &Facts, wish: &RefundWish) -> Result<RefundPlan, PaymentError> {
    if order.status.0.awaits_money() {
        return Err(PaymentError::NotNow("the order still waits for money"));
    }
    for (field, amount) in [("shipping", wish.shipping), ("extra", wish.extra)] {
        if amount.is_some_and(|amount| amount.currency != order.currency.0) {
            let message = format!("the order is in {}", order.currency.0);
            return Err(Error::invalid(&[field, "currencyCode"], message).into());
        }
    }
    Ok(facts.left.plan(wish)?)
}

/// Which ways how much goes.
pub(super) fn ways(transfers: &[Transfer]) -> Vec<(TransferWay, Money)> {
    let way = |transfer: &Transfer| (transfer.from.way(), transfer.amount);
    transfers.iter().map(way).collect()
}

/// Who gives a planned refund back.
fn transfers(
    order: &Order,
    facts: &Facts,
    plan: &RefundPlan,
    to_store_credit: bool,
) -> Result<Vec<Transfer>, PaymentError> {
    let mut transfers = facts.spread(plan.total)?;
    if !to_store_credit {
        return Ok(transfers);
    }
    if order.member_id.is_none() {
        let message = "a guest has no store credit";
        return Err(Error::invalid(&["toStoreCredit"], message).into());
    }
    for transfer in &mut transfers {
        if let Giver::Payment(id) = transfer.from {
            transfer.from = Giver::ShopFor(id);
        }
    }
    Ok(transfers)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateRefund,
) -> Result<Refunding, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "refundCreate",
        &command.idempotency_key,
        command,
    )?;
    let created = Created {
        refund_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &created).await? {
        let waits = approval::find(&transaction, first.refund_id).await?;
        return Ok(match waits {
            Some(request) => Refunding::Waits(request),
            None => Refunding::Given(find(&transaction, first.refund_id).await?),
        });
    }
    let mut books = Books::open(&transaction, command.order_id).await?;
    let asked = Asked {
        id: created.refund_id,
        after_sale_id: None,
        wish: wish(command),
        to_store_credit: command.to_store_credit,
        reason: &command.reason,
        actor: viewer.actor(),
    };
    let outcome = decide(app, &transaction, &mut books, &asked).await?;
    transaction.commit().await?;
    Ok(outcome)
}

/// A refund that is asked for.
pub(super) struct Asked<'a> {
    pub(super) id: Uuid,
    /// The case it pays out, if it is about one.
    pub(super) after_sale_id: Option<Uuid>,
    pub(super) wish: RefundWish,
    pub(super) to_store_credit: bool,
    pub(super) reason: &'a str,
    pub(super) actor: ActorRef,
}

async fn decide(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    asked: &Asked<'_>,
) -> Result<Refunding, PaymentError> {
    let planned = Planning::of(transaction, books, &asked.wish, asked.to_store_credit).await?;
    let levels = approval::needed(app, transaction, books, &planned.plan).await?;
    if levels > 0 {
        let waits = (&planned.plan, levels);
        let request = approval::ask(app, transaction, books, asked, waits).await?;
        return Ok(Refunding::Waits(request));
    }
    let decided = Decided {
        id: asked.id,
        reason: asked.reason,
        actor: asked.actor,
    };
    let refund = write::carry_out(app, transaction, books, planned.parts(), decided).await?;
    row::save(transaction, &app.clock, &mut books.order).await?;
    Ok(Refunding::Given(refund))
}

/// What a refund comes to as things stand.
pub(super) struct Planning {
    pub(super) plan: RefundPlan,
    steps: Vec<order_adjustment::Model>,
    transfers: Vec<Transfer>,
}

impl Planning {
    /// Plans a refund of a locked order.
    ///
    /// # Errors
    /// As [`create_refund`].
    pub(super) async fn of(
        transaction: &DatabaseTransaction,
        books: &Books,
        wish: &RefundWish,
        to_store_credit: bool,
    ) -> Result<Self, PaymentError> {
        let facts = Facts::load(transaction, &books.order, &books.payments).await?;
        let plan = plan(&books.order, &facts, wish)?;
        let transfers = transfers(&books.order, &facts, &plan, to_store_credit)?;
        Ok(Self {
            plan,
            steps: facts.steps,
            transfers,
        })
    }

    /// As it is carried out.
    pub(super) fn parts(&self) -> Planned<'_> {
        (&self.steps, &self.plan, &self.transfers)
    }
}
