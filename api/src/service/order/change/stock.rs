//! The stock of an edit: what goes is free again, what comes is taken.

use domain::order::change::AddedLine;
use entity::order::Model as Order;
use entity::shipping_method;
use sea_orm::{DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use crate::error::Result;
use crate::service::inventory::{self, Promise, Restock, Routing, Unwanted};
use crate::service::order::components;
use crate::service::order::error::OrderError;
use crate::service::order::history::ActorRef;
use crate::service::presale;
use crate::state::AppState;

/// Frees the promises of units that go, and takes the stock of lines that come: where the buyer collects, if there.
///
/// # Errors
/// [`OrderError::InsufficientStock`]; the caller rolls back.
pub(super) async fn exchange(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    unwanted: &[Unwanted],
    added: &[&AddedLine],
    actor: ActorRef,
) -> Result<(), OrderError> {
    let clock = &app.clock;
    if !unwanted.is_empty() {
        let restock = Restock::Return;
        inventory::release_units(transaction, clock, order.id, unwanted, restock, actor).await?;
    }
    if added.is_empty() {
        return Ok(());
    }
    let lines = added.iter();
    let lines: Vec<_> = lines
        .map(|line| (line.id, line.variant_id, line.units))
        .collect();
    let wants = inventory::wants(transaction, &lines).await?;
    let channel = app.channels.find_by_id(order.channel_id)?;
    components::keep(transaction, &wants, &order.locale, &channel.default_locale).await?;
    let new = wants.iter().map(|want| want.line_id);
    presale::note(transaction, clock, new).await?;
    let routing = Routing {
        policy: channel.routing_policy.0,
        preferred: pickup_warehouse(transaction, order).await?,
    };
    let taken = inventory::allocate_now(transaction, clock, &wants, routing).await?;
    let promise = Promise {
        order_id: order.id,
        taken: &taken,
        actor,
    };
    inventory::write_promises(transaction, clock, &[promise]).await?;
    Ok(())
}

async fn pickup_warehouse(
    transaction: &DatabaseTransaction,
    order: &Order,
) -> Result<Option<Uuid>> {
    let Some(id) = order.shipping_method_id else {
        return Ok(None);
    };
    let method = shipping_method::Entity::find_by_id(id)
        .one(transaction)
        .await?;
    Ok(method.and_then(|method| method.pickup_warehouse_id))
}
