//! What a cancellation is about, and how it is carried out: a whole order, or some of its units.

use domain::order::payment::Cover;
use domain::order::{CancellationScope, LineUnits, OrderEvent, cancellation_scope};
use entity::order::Model as Order;
use entity::order_cancellation::Model;
use entity::order_cancellation_line::{Column, Entity};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::close::{Ending, close};
use super::error::OrderError;
use super::history::{self, ActorRef, Happening};
use super::reduce::{self, Reduction};
use super::{facts, row};
use crate::error::{Error, Result};
use crate::service::inventory::{self, Restock};
use crate::service::payment;
use crate::state::AppState;

/// Finds what a wish to cancel a locked order is about.
///
/// # Errors
/// [`OrderError::InvalidTransition`] for an order that is over; [`OrderError::Cancellation`] for units that are not open.
pub(super) async fn find(
    transaction: &DatabaseTransaction,
    order: &Order,
    wish: &[(Uuid, u32)],
) -> Result<CancellationScope, OrderError> {
    order.status.apply(OrderEvent::Cancelled)?;
    let mut goods = facts::goods(transaction, &[order.id]).await?;
    let goods = goods.remove(&order.id).unwrap_or_default();
    let mut lines: Vec<(Uuid, LineUnits)> = goods.lines.into_iter().collect();
    lines.sort_unstable_by_key(|(id, _)| *id);
    Ok(cancellation_scope(
        order.status.0,
        &goods.parcels,
        &lines,
        wish,
    )?)
}

/// Writes down which units a cancellation is about; none for a whole order.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    cancellation_id: Uuid,
    scope: &CancellationScope,
) -> Result<()> {
    match scope {
        CancellationScope::Whole => Ok(()),
        CancellationScope::Units(units) => {
            reduce::write_lines(transaction, cancellation_id, units).await
        }
    }
}

/// Units a cancellation is about.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn lines_of(
    transaction: &DatabaseTransaction,
    cancellation_id: Uuid,
) -> Result<Vec<(Uuid, u32)>> {
    let rows = Entity::find()
        .filter(Column::CancellationId.eq(cancellation_id))
        .order_by_asc(Column::OrderLineId)
        .all(transaction)
        .await?;
    rows.into_iter()
        .map(|row| {
            let units = u32::try_from(row.quantity).map_err(Error::internal)?;
            Ok((row.order_line_id, units))
        })
        .collect()
}

/// Carries a cancellation out on a locked order, and writes its row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] for an order that is over; when a row cannot be written.
pub(super) async fn call_off(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    (cancellation, scope): (&Model, &CancellationScope),
    actor: ActorRef,
) -> Result<(), OrderError> {
    let units = match scope {
        CancellationScope::Units(units) => units,
        CancellationScope::Whole => {
            let ending = Ending::Cancelled {
                restock: cancellation.restock,
                refund: cancellation.refund,
                notify: cancellation.notify,
                cancellation_id: cancellation.id,
            };
            return close(app, transaction, order, ending, actor).await;
        }
    };
    if payment::cover_of(transaction, order).await? == Cover::Promised {
        return Err(OrderError::NotNow(
            "units can be called off once the promised money was taken",
        ));
    }
    let reduction = Reduction {
        is_exchange: false,
        units,
        cancellation_id: cancellation.id,
        refund: cancellation.refund,
    };
    let unwanted = reduce::promised(transaction, order.id, units).await?;
    reduce::reduce(app, transaction, order, reduction, actor).await?;
    row::save(transaction, &app.clock, order).await?;
    let happened = [Happening::UnitsCancelled(reduce::sum(units))];
    if cancellation.notify {
        history::record(transaction, &app.clock, order, actor, &happened).await?;
    } else {
        history::record_quietly(transaction, &app.clock, order, actor, &happened).await?;
    }
    let restock = if cancellation.restock {
        Restock::Return
    } else {
        Restock::WriteOff
    };
    inventory::release_units(transaction, &app.clock, order.id, &unwanted, restock, actor).await?;
    Ok(())
}
