//! The ledger of a payment: events are only added, balances are a fold over them, and both are written under the order's
//! lock together with what follows for the order.

use domain::Money;
use domain::id::OrderId;
use domain::order::{OrderMoney, PaymentBalances, PaymentEventKind, PaymentStatus};
use entity::column::{CurrencyCode, Text};
use entity::order::Model as Order;
use entity::payment::{ActiveModel, Column, Entity, Model};
use entity::payment_event;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::error::PaymentError;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::payment::ProviderMessage;
use crate::service::order::row;

/// An order and all its payments, locked in this order so that no two changes of its money meet.
#[derive(Clone, Debug)]
pub(super) struct Books {
    /// The order.
    pub(super) order: Order,
    /// Its payments, oldest first.
    pub(super) payments: Vec<Model>,
}

impl Books {
    /// Locks an order and its payments.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) async fn open(transaction: &DatabaseTransaction, order_id: Uuid) -> Result<Self> {
        let order = row::lock(transaction, OrderId::from(order_id)).await?;
        let payments = lock_all(transaction, &order).await?;
        Ok(Self { order, payments })
    }

    /// One of the payments, to be changed.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(super) fn payment(&mut self, id: Uuid) -> Result<&mut Model> {
        self.payments
            .iter_mut()
            .find(|payment| payment.id == id)
            .ok_or(Error::NotFound("payment"))
    }

    /// Brings the sums of an order's row in line with what was changed here; the caller saves it.
    ///
    /// # Errors
    /// When the sums cannot be computed.
    pub(super) fn bring_in_line(&self, order: &mut Order) -> Result<(), PaymentError> {
        order.credited_minor = self.order.credited_minor;
        order.owed_minor = self.order.owed_minor;
        order.set_off_minor = self.order.set_off_minor;
        sum_up(order, &self.payments)
    }

    /// Whether another payment promises what changes added.
    pub(super) fn is_promised_by_other(&self, id: Uuid) -> bool {
        self.payments.iter().any(|payment| {
            payment.is_settling
                && payment.for_change
                && payment.authorized_minor > payment.captured_minor
                && payment.id != id
        })
    }

    /// Whether another payment's money counts towards what was placed already.
    pub(super) fn is_settled_by_other(&self, id: Uuid) -> bool {
        self.payments
            .iter()
            .any(|payment| payment.is_settling && !payment.for_change && payment.id != id)
    }
}

/// What adding an event led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// The event is new; these are the balances with it.
    New(PaymentBalances),
    /// The event was known.
    Known,
}

/// Loads an order's payments, oldest first, and keeps them from being changed; the order is locked already.
pub(super) async fn lock_all(
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?)
}

/// Adds an event to a locked payment and recomputes its balances; the caller saves the row.
pub(super) async fn add(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    payment: &mut Model,
    event: &ProviderMessage,
) -> Result<Added, PaymentError> {
    let row = payment_event::ActiveModel {
        id: Set(clock.new_id()),
        payment_id: Set(payment.id),
        kind: Set(Text(event.kind)),
        amount_minor: Set(event.amount.minor),
        currency: Set(CurrencyCode(event.amount.currency)),
        provider_ref: Set(Some(event.provider_ref.clone())),
        provider_event_id: Set(Some(event.event_id.clone())),
        message: Set(event.message.clone()),
        occurred_at: Set(event.occurred_at),
        recorded_at: Set(clock.now()),
    };
    let once = OnConflict::columns([
        payment_event::Column::PaymentId,
        payment_event::Column::ProviderEventId,
    ])
    .target_and_where(payment_event::Column::ProviderEventId.is_not_null())
    .do_nothing()
    .to_owned();
    let written = payment_event::Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    if written == 0 {
        return Ok(Added::Known);
    }
    let balances = balances(transaction, payment).await?;
    payment.authorized_minor = balances.authorized.minor;
    payment.captured_minor = balances.captured.minor;
    payment.refunded_minor = balances.refunded.minor;
    payment.status = Text(status(payment.status.0, balances.status));
    plan_inquiry(clock, payment, &balances)?;
    if event.kind == PaymentEventKind::AuthorizeFailed
        || event.kind == PaymentEventKind::CaptureFailed
    {
        payment.error.clone_from(&event.message);
    }
    Ok(Added::New(balances))
}

/// Plans when the provider is asked where a payment stands, for the case that it does not tell; the caller saves the row.
pub(super) fn plan_inquiry(
    clock: &Clock,
    payment: &mut Model,
    balances: &PaymentBalances,
) -> Result<(), PaymentError> {
    let now = clock.now();
    let pause = balances.inquiry_pause(payment.status.0, now - payment.created_at)?;
    payment.inquire_at = pause
        .filter(|_| payment.provider.0.keeps_attempts_open())
        .map(|pause| now + pause);
    Ok(())
}

/// A payment that lapsed or was dropped with its order stays so until money comes after all.
fn status(before: PaymentStatus, by_events: PaymentStatus) -> PaymentStatus {
    match (before, by_events) {
        (
            PaymentStatus::Cancelled | PaymentStatus::Expired,
            PaymentStatus::Created | PaymentStatus::ActionRequired,
        ) => before,
        (
            PaymentStatus::Created
            | PaymentStatus::ActionRequired
            | PaymentStatus::Processing
            | PaymentStatus::Succeeded
            | PaymentStatus::Failed
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired,
            PaymentStatus::Created
            | PaymentStatus::ActionRequired
            | PaymentStatus::Processing
            | PaymentStatus::Succeeded
            | PaymentStatus::Failed
            | PaymentStatus::Cancelled
            | PaymentStatus::Expired,
        ) => by_events,
    }
}

/// Adds a payment's events up.
pub(super) async fn balances(
    transaction: &DatabaseTransaction,
    payment: &Model,
) -> Result<PaymentBalances, PaymentError> {
    let events = payment_event::Entity::find()
        .filter(payment_event::Column::PaymentId.eq(payment.id))
        .all(transaction)
        .await?;
    let told = events.iter().map(|event| {
        (
            event.kind.0,
            Money::new(event.amount_minor, event.currency.0),
        )
    });
    Ok(PaymentBalances::fold(payment.currency.0, told)?)
}

/// Writes a payment's row and counts the change.
pub(super) async fn save(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    payment: &mut Model,
) -> Result<()> {
    payment.version = payment.version.saturating_add(1);
    payment.updated_at = clock.now();
    let row = ActiveModel {
        id: Unchanged(payment.id),
        status: Set(payment.status),
        authorized_minor: Set(payment.authorized_minor),
        captured_minor: Set(payment.captured_minor),
        refunded_minor: Set(payment.refunded_minor),
        provider_ref: Set(payment.provider_ref.clone()),
        redirect_url: Set(payment.redirect_url.clone()),
        client_secret: Set(payment.client_secret.clone()),
        parameters: Set(payment.parameters.clone()),
        expires_at: Set(payment.expires_at),
        inquire_at: Set(payment.inquire_at),
        error: Set(payment.error.clone()),
        is_settling: Set(payment.is_settling),
        version: Set(payment.version),
        updated_at: Set(payment.updated_at),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

/// Brings an order's sums and money status in line with its payments; the caller saves the order's row.
pub(super) fn sum_up(order: &mut Order, payments: &[Model]) -> Result<(), PaymentError> {
    let currency = order.currency.0;
    let sum = |amount: fn(&Model) -> i64| {
        Money::sum(
            payments
                .iter()
                .map(|payment| Money::new(amount(payment), payment.currency.0)),
            currency,
        )
    };
    let open = |payment: &Model| {
        payment
            .authorized_minor
            .saturating_sub(payment.captured_minor)
            .max(0)
    };
    let sums = OrderMoney {
        total: Money::new(order.total_minor, currency),
        set_off: Money::new(order.set_off_minor, currency),
        tendered: Money::new(order.tendered_minor, currency),
        credited: Money::new(order.credited_minor, currency),
        paid: sum(|payment| payment.captured_minor)?,
        refunded: sum(|payment| payment.refunded_minor)?,
        authorized: sum(open)?,
        has_voided: payments
            .iter()
            .any(|payment| payment.status.0 == PaymentStatus::Cancelled && was_promised(payment)),
    };
    order.paid_minor = sums.paid.minor;
    order.refunded_minor = sums.refunded.minor;
    order.payment_status = Text(sums.status()?);
    Ok(())
}

/// A dropped payment of a provider was a promise; a transfer by hand was only awaited.
fn was_promised(payment: &Model) -> bool {
    !payment.provider.0.is_by_hand()
}
