//! An order's row under lock: read once, changed in place, written once with a new version.

use domain::Money;
use domain::address::Address;
use domain::id::{OrderId, TypedId};
use domain::locale::Locale;
use domain::order::{OrderEvent, OrderMoney};
use domain::receivable::Debt;
use entity::column::Text;
use entity::order::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait,
    DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::error::OrderError;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Loads an order and keeps it from being changed by others until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn lock(transaction: &DatabaseTransaction, id: OrderId) -> Result<Model> {
    Entity::find()
        .filter(Column::Id.eq(id.uuid()))
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("order"))
}

/// Loads an order to be looked at.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn load<C: ConnectionTrait>(connection: &C, id: OrderId) -> Result<Model> {
    let found = Entity::find_by_id(id.uuid()).one(connection).await?;
    found.ok_or(Error::NotFound("order"))
}

/// Writes what an order's life changes, and counts the change.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn save(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &mut Model,
) -> Result<()> {
    order.version = order.version.saturating_add(1);
    order.updated_at = clock.now();
    // Whatever lowers what is owed, no more than that is left on account.
    let owed = money(order, order.owed_minor);
    let left = debt(order).lowered_to(owed).map_err(Error::internal)?;
    order.on_account_minor = left.on_account.minor;
    let row = ActiveModel {
        id: Unchanged(order.id),
        status: Set(order.status),
        payment_status: Set(order.payment_status),
        fulfillment_status: Set(order.fulfillment_status),
        return_status: Set(order.return_status),
        shipping_address: Set(order.shipping_address.clone()),
        shipping_method_id: Set(order.shipping_method_id),
        shipping_method_name: Set(order.shipping_method_name.clone()),
        subtotal_minor: Set(order.subtotal_minor),
        shipping_minor: Set(order.shipping_minor),
        tax_minor: Set(order.tax_minor),
        total_minor: Set(order.total_minor),
        owed_minor: Set(order.owed_minor),
        on_account_minor: Set(order.on_account_minor),
        terms_days: Set(order.terms_days),
        terms_due_on: Set(order.terms_due_on),
        set_off_minor: Set(order.set_off_minor),
        points_earned: Set(order.points_earned),
        tendered_minor: Set(order.tendered_minor),
        credited_minor: Set(order.credited_minor),
        paid_minor: Set(order.paid_minor),
        refunded_minor: Set(order.refunded_minor),
        payment_due_at: Set(order.payment_due_at),
        confirmed_at: Set(order.confirmed_at),
        promised_ship_at: Set(order.promised_ship_at),
        delivered_at: Set(order.delivered_at),
        closed_at: Set(order.closed_at),
        version: Set(order.version),
        updated_at: Set(order.updated_at),
        ..Default::default()
    };
    row.update(transaction).await?;
    Ok(())
}

/// Moves an order's purchase status on.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the event cannot happen now.
pub(crate) fn apply(order: &mut Model, event: OrderEvent) -> Result<(), OrderError> {
    order.status = Text(order.status.0.apply(event)?);
    Ok(())
}

/// An amount of the order in its currency.
#[must_use]
pub fn money(order: &Model, minor: i64) -> Money {
    Money::new(minor, order.currency.0)
}

/// What payments have to bring beside gift cards and store credit.
#[must_use]
pub fn payable(order: &Model) -> Money {
    money(order, order.total_minor - order.tendered_minor)
}

/// What is still owed. Once an order has been paid for or stands on account, what goes back is given, and only changes make
/// more owed.
///
/// # Errors
/// [`Error::Internal`] when the sums cannot be computed.
pub fn due(order: &Model) -> Result<Money> {
    if !order.status.0.awaits_money() {
        return Ok(money(order, order.owed_minor));
    }
    let sums = OrderMoney {
        total: money(order, order.total_minor),
        set_off: money(order, order.set_off_minor),
        tendered: money(order, order.tendered_minor),
        credited: money(order, order.credited_minor),
        paid: money(order, order.paid_minor),
        refunded: money(order, order.refunded_minor),
        authorized: money(order, 0),
        has_voided: false,
    };
    sums.due().map_err(Error::internal)
}

/// What it owes, and how much of that stands on account.
#[must_use]
pub fn debt(order: &Model) -> Debt {
    Debt {
        owed: money(order, order.owed_minor),
        on_account: money(order, order.on_account_minor),
    }
}

/// Whether its discounts let it be paid this way.
#[must_use]
pub fn may_be_paid_by(order: &Model, payment_method_id: Uuid) -> bool {
    let bound = order.payment_method_ids.as_ref();
    bound.is_none_or(|ids| ids.contains(&payment_method_id))
}

/// The buyer's language.
#[must_use]
pub fn locale(order: &Model) -> Locale {
    Locale::parse(&order.locale).unwrap_or_else(|_unreadable| Locale::english())
}

/// Where the order is billed: an address of its own, or where it is sent.
#[must_use]
pub fn billing_address(order: &Model) -> Option<&Address> {
    order
        .billing_address
        .as_ref()
        .or(order.shipping_address.as_ref())
        .map(|address| &address.0)
}
