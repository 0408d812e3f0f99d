//! A decided refund is written down, and its transfers are planned.

use domain::Money;
use domain::order::refund::{RefundPlan, RefundSource, RefundStep};
use domain::order::{OrderStatus, PaymentEventKind, RefundStatus, TransferStatus, TransferWay};
use domain::pricing::AdjustmentKind;
use entity::column::{CurrencyCode, Json, Text};
use entity::order::Model as Order;
use entity::payment::Model as Payment;
use entity::refund::{ActiveModel, Model};
use entity::{order_adjustment, refund_adjustment, refund_line, refund_transfer};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait,
};
use uuid::Uuid;

use super::super::error::PaymentError;
use super::super::ledger::{self, Books};
use super::facts::{Giver, Transfer};
use super::{effect, words};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::ProviderMessage;
use crate::service::order::history::ActorRef;
use crate::service::order::row;
use crate::service::{coupon, credit, invoice, tier};
use crate::state::AppState;

/// What was decided.
#[derive(Clone, Copy)]
pub(in crate::service::payment) struct Decision<'a> {
    /// Id of the refund.
    pub(in crate::service::payment) id: Uuid,
    /// What goes back.
    pub(in crate::service::payment) plan: &'a RefundPlan,
    /// The steps of the order's price that the plan speaks of.
    pub(in crate::service::payment) steps: &'a [order_adjustment::Model],
    /// Who gives how much.
    pub(in crate::service::payment) transfers: &'a [Transfer],
    /// Why; the buyer reads it.
    pub(in crate::service::payment) reason: &'a str,
    /// The cancellation that led to it.
    pub(in crate::service::payment) cancellation_id: Option<Uuid>,
    /// Who decided.
    pub(in crate::service::payment) actor: ActorRef,
}

/// Who decided on a refund, and why.
#[derive(Clone, Copy)]
pub(crate) struct Decided<'a> {
    /// Id of the refund.
    pub(crate) id: Uuid,
    /// Why; the buyer reads it.
    pub(crate) reason: &'a str,
    /// Who.
    pub(crate) actor: ActorRef,
}

/// A plan, the steps of the order's price it speaks of, and who gives how much.
pub(super) type Planned<'a> = (
    &'a [order_adjustment::Model],
    &'a RefundPlan,
    &'a [Transfer],
);

/// Carries out what was planned for a locked order: the money comes from its payments, which are saved. The caller saves the
/// order.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn carry_out(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    (steps, plan, transfers): Planned<'_>,
    decided: Decided<'_>,
) -> Result<Model, PaymentError> {
    let decision = Decision {
        id: decided.id,
        plan,
        steps,
        transfers,
        reason: decided.reason,
        cancellation_id: None,
        actor: decided.actor,
    };
    let refund = write(app, transaction, books, decision).await?;
    save_payments(app, transaction, books, transfers).await?;
    ledger::sum_up(&mut books.order, &books.payments)?;
    Ok(refund)
}

/// Saves the payments that give something back.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn save_payments(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    transfers: &[Transfer],
) -> Result<(), PaymentError> {
    for transfer in transfers {
        if let Giver::Payment(id) = transfer.from {
            ledger::save(transaction, &app.clock, books.payment(id)?).await?;
        }
    }
    Ok(())
}

/// Writes a refund of a locked order down and plans its sending; the caller saves the payments and the order.
///
/// # Errors
/// When a row cannot be written.
pub(in crate::service::payment) async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    decision: Decision<'_>,
) -> Result<Model, PaymentError> {
    let plan = decision.plan;
    let coupon_codes = coupon_codes(transaction, &books.order, plan).await?;
    let now = app.clock.now();
    let stands: Vec<TransferStatus> = decision
        .transfers
        .iter()
        .map(|transfer| stands_at_first(transfer.from.way()))
        .collect();
    let status = RefundStatus::of(&stands, plan.set_off.is_positive());
    let points = |points: u32| i32::try_from(points).map_err(Error::internal);
    let row = ActiveModel {
        id: Set(decision.id),
        order_id: Set(books.order.id),
        order_cancellation_id: Set(decision.cancellation_id),
        status: Set(Text(status)),
        amount_minor: Set(plan.total.minor),
        set_off_minor: Set(plan.set_off.minor),
        currency: Set(CurrencyCode(plan.total.currency)),
        reason: Set(decision.reason.to_owned()),
        points_restored: Set(points(plan.points_restored)?),
        points_clawed_back: Set(points(plan.points_clawed_back)?),
        coupon_codes: Set(Json(coupon_codes)),
        actor_kind: Set(Text(decision.actor.0)),
        actor_id: Set(decision.actor.1),
        created_at: Set(now),
        settled_at: Set(status.took_effect().then_some(now)),
    };
    let refund = row.insert(transaction).await?;
    books.order.owed_minor -= plan.set_off.minor;
    books.order.set_off_minor += plan.set_off.minor;
    write_parts(transaction, &app.clock, &books.order, &decision).await?;
    plan_transfers(app, transaction, books, &refund, decision.transfers).await?;
    if status.took_effect() {
        effect::follow(app, transaction, &books.order, &refund).await?;
    }
    if let (OrderStatus::Completed, Some(member_id)) = (books.order.status.0, books.order.member_id)
    {
        tier::review_soon(transaction, app, member_id).await?;
    }
    invoice::follow_soon(transaction, app, books.order.id).await?;
    Ok(refund)
}

/// Coupons that can be used again once all units of an order are back.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn coupon_codes<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
    plan: &RefundPlan,
) -> Result<Vec<String>> {
    if gives_coupons_back(order, plan) {
        let mut codes = coupon::restorable_codes(connection, &[order.id]).await?;
        Ok(codes.remove(&order.id).unwrap_or_default())
    } else {
        Ok(Vec::new())
    }
}

/// Whether a refund brings coupons back: with the last unit, unless the order was called off, which has done so.
pub(super) fn gives_coupons_back(order: &Order, plan: &RefundPlan) -> bool {
    plan.returns_all && !order.status.0.is_called_off()
}

async fn write_parts(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &Order,
    decision: &Decision<'_>,
) -> Result<()> {
    let refund_id = decision.id;
    let lines = decision
        .plan
        .lines
        .iter()
        .map(|line| {
            Ok(refund_line::ActiveModel {
                refund_id: Set(refund_id),
                order_line_id: Set(line.id),
                quantity: Set(i32::try_from(line.units).map_err(Error::internal)?),
                subtotal_minor: Set(line.subtotal.minor),
                tax_minor: Set(line.tax.minor),
                total_minor: Set(line.total.minor),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    if !lines.is_empty() {
        refund_line::Entity::insert_many(lines)
            .exec_without_returning(transaction)
            .await?;
    }
    let steps: Vec<_> = steps(order, decision.plan, decision.steps)?
        .into_iter()
        .map(|step| refund_adjustment::ActiveModel {
            id: Set(clock.new_id()),
            refund_id: Set(refund_id),
            ..step.into()
        })
        .collect();
    if !steps.is_empty() {
        refund_adjustment::Entity::insert_many(steps)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// A plan's steps as rows; they belong to no refund yet.
///
/// # Errors
/// [`Error::Internal`] when the plan speaks of a step the order does not have.
pub(super) fn steps(
    order: &Order,
    plan: &RefundPlan,
    of_order: &[order_adjustment::Model],
) -> Result<Vec<refund_adjustment::Model>> {
    plan.steps
        .iter()
        .zip(1_i32..)
        .map(|(step, position)| {
            let (kind, label, source_id) = if let Some(own) = own_step(step, of_order)? {
                (own.kind, own.label.clone(), own.source_id.clone())
            } else {
                let label = words::label(step.source, &row::locale(order)).unwrap_or_default();
                (Text(AdjustmentKind::Manual), label.to_owned(), None)
            };
            Ok(refund_adjustment::Model {
                id: Uuid::nil(),
                refund_id: Uuid::nil(),
                origin: Text(step.source.origin()),
                order_adjustment_id: match step.source {
                    RefundSource::Step(id) => Some(id),
                    RefundSource::Extra
                    | RefundSource::Short
                    | RefundSource::SetOff
                    | RefundSource::Surplus => None,
                },
                order_line_id: step.line,
                kind,
                label,
                amount_minor: step.amount.minor,
                included: step.included,
                source_id,
                position,
            })
        })
        .collect()
}

fn own_step<'a>(
    step: &RefundStep,
    of_order: &'a [order_adjustment::Model],
) -> Result<Option<&'a order_adjustment::Model>> {
    let RefundSource::Step(id) = step.source else {
        return Ok(None);
    };
    let own = of_order.iter().find(|own| own.id == id);
    own.map(Some)
        .ok_or_else(|| Error::internal("a refund of a step the order does not have"))
}

/// What cards and store credit get is there at once.
fn stands_at_first(way: TransferWay) -> TransferStatus {
    match way {
        TransferWay::Payment => TransferStatus::Pending,
        TransferWay::StoreCredit | TransferWay::Tender => TransferStatus::Succeeded,
    }
}

async fn plan_transfers(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    refund: &Model,
    transfers: &[Transfer],
) -> Result<(), PaymentError> {
    let mut in_order: Vec<&Transfer> = transfers.iter().collect();
    let member_id = books.order.member_id;
    // Accounts of cards and credit are locked in the order of their owners' ids.
    in_order.sort_by_key(|transfer| match &transfer.from {
        Giver::Payment(_) => None,
        Giver::ShopFor(_) => member_id,
        Giver::Tender(tender) => Some(tender.owner_id),
    });
    for transfer in in_order {
        let id = app.clock.new_id();
        let (way, amount) = (transfer.from.way(), transfer.amount);
        let status = stands_at_first(way);
        let (payment_id, order_tender_id) = match &transfer.from {
            Giver::Payment(id) | Giver::ShopFor(id) => (Some(*id), None),
            Giver::Tender(tender) => (None, Some(tender.id)),
        };
        let row = refund_transfer::ActiveModel {
            id: Set(id),
            refund_id: Set(refund.id),
            way: Set(Text(way)),
            payment_id: Set(payment_id),
            order_tender_id: Set(order_tender_id),
            status: Set(Text(status)),
            amount_minor: Set(amount.minor),
            provider_ref: Set(None),
            settled_at: Set((status == TransferStatus::Succeeded).then_some(refund.created_at)),
        };
        row.insert(transaction).await?;
        let (clock, order) = (&app.clock, &mut books.order);
        match &transfer.from {
            Giver::Payment(payment_id) => {
                let payment = books.payment(*payment_id)?;
                send_soon(app, transaction, payment, refund, (id, amount)).await?;
            }
            Giver::ShopFor(_) => {
                credit::give_credit(transaction, clock, order, id, amount).await?;
            }
            Giver::Tender(tender) => {
                let tender = tender.clone();
                credit::give_back(transaction, clock, order, tender, id, amount).await?;
            }
        }
    }
    Ok(())
}

/// Notes on a payment that money of it was asked back, and has its provider asked after the commit.
async fn send_soon(
    app: &AppState,
    transaction: &DatabaseTransaction,
    payment: &mut Payment,
    refund: &Model,
    (transfer_id, amount): (Uuid, Money),
) -> Result<(), PaymentError> {
    let requested = ProviderMessage {
        event_id: format!("refund-requested:{transfer_id}"),
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        kind: PaymentEventKind::RefundRequested,
        amount,
        occurred_at: refund.created_at,
        message: None,
        refund_id: Some(transfer_id),
    };
    ledger::add(transaction, &app.clock, payment, &requested).await?;
    let send = Job::RefundSend { transfer_id };
    job::push(transaction, &app.clock, &send).await?;
    Ok(())
}
