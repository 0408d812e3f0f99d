//! A case under its order's lock, and one step of it: its row, where the order's returns stand, history and outbox, all in
//! one transaction.

use domain::after_sale::{AfterSaleStatus, OrderReturnStatus};
use domain::id::{AfterSaleId, OrderId, TypedId};
use entity::after_sale::{ActiveModel, Column, Entity, Model};
use entity::column::Text;
use entity::order::Model as Order;
use entity::{after_sale_line, order_line};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::claims::count;
use super::error::AfterSaleError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::order::access::require_buyer;
use crate::service::order::history::{self, ActorRef, Happening};
use crate::service::order::row;
use crate::service::payment;
use crate::state::AppState;

/// What the idempotency key remembers.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) after_sale_id: Uuid,
}

/// A case and its order, both locked by the order's row.
pub(super) struct Locked {
    pub(super) transaction: DatabaseTransaction,
    pub(super) order: Order,
    pub(super) case: Model,
    /// Oldest first.
    pub(super) lines: Vec<after_sale_line::Model>,
}

/// What opening a request led to.
pub(super) enum Opened {
    /// It was carried out before.
    Before(Box<Model>),
    /// It is to be carried out.
    Now(Box<Locked>),
}

/// Who may carry a request out.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    /// Staff, whose permission was looked at already.
    Office,
    /// The buyer, a guest with this key.
    Buyer(Option<&'a str>),
}

/// A request that may come twice: the mutation, the caller's key and what it says.
pub(super) struct Request<'a, C> {
    pub(super) operation: &'static str,
    pub(super) key: &'a str,
    pub(super) command: &'a C,
}

/// Opens a transaction, locks a case's order and claims the request's key.
///
/// # Errors
/// [`Error::NotFound`] for an unknown or foreign case; those of the key.
pub(super) async fn open<C: Serialize>(
    app: &AppState,
    viewer: &Viewer,
    who: Who<'_>,
    after_sale_id: Uuid,
    request: Request<'_, C>,
) -> Result<Opened> {
    let transaction = app.database.begin().await?;
    let order_id = find(&transaction, after_sale_id).await?.order_id;
    let order = row::lock(&transaction, OrderId::from(order_id)).await?;
    let secret = match who {
        Who::Office => "",
        Who::Buyer(token) => {
            require_buyer(viewer, &order, token).map_err(|_foreign| Error::NotFound("case"))?;
            token.unwrap_or_default()
        }
    };
    let actor_key = viewer.idempotency_actor(secret);
    let key =
        idempotency::Request::try_new(&actor_key, request.operation, request.key, request.command)?;
    let done = Done { after_sale_id };
    if let Some(first) = key.claim(&transaction, &app.clock, &done).await? {
        let case = find(&transaction, first.after_sale_id).await?;
        return Ok(Opened::Before(Box::new(case)));
    }
    let locked = under_lock(transaction, order, after_sale_id).await?;
    Ok(Opened::Now(Box::new(locked)))
}

/// Reads a case whose order is locked: two changes of one case meet at the order's lock.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn under_lock(
    transaction: DatabaseTransaction,
    order: Order,
    after_sale_id: Uuid,
) -> Result<Locked> {
    let case = find(&transaction, after_sale_id).await?;
    let lines = lines_of(&transaction, case.id).await?;
    Ok(Locked {
        transaction,
        order,
        case,
        lines,
    })
}

/// Loads a case.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model> {
    let found = Entity::find_by_id(AfterSaleId::from(id).uuid())
        .one(transaction)
        .await?;
    found.ok_or(Error::NotFound("case"))
}

/// Loads the units a case is about, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn lines_of(
    transaction: &DatabaseTransaction,
    after_sale_id: Uuid,
) -> Result<Vec<after_sale_line::Model>> {
    Ok(after_sale_line::Entity::find()
        .filter(after_sale_line::Column::AfterSaleId.eq(after_sale_id))
        .order_by_asc(after_sale_line::Column::Id)
        .all(transaction)
        .await?)
}

/// One step of a case.
pub(super) struct Step {
    /// Where it leads.
    pub(super) status: AfterSaleStatus,
    /// What else changes in its row.
    pub(super) change: ActiveModel,
    /// Whether the buyer is mailed.
    pub(super) notify: bool,
    /// Who takes it.
    pub(super) actor: ActorRef,
}

impl Locked {
    /// Takes a step and commits.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub(super) async fn finish(
        mut self,
        app: &AppState,
        step: Step,
    ) -> Result<Model, AfterSaleError> {
        let case = take(app, &self.transaction, &mut self.order, &self.case, step).await?;
        self.transaction.commit().await?;
        Ok(case)
    }
}

/// Takes a step of a case whose order is locked, and writes the order.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn take(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    case: &Model,
    step: Step,
) -> Result<Model> {
    let row = ActiveModel {
        id: Unchanged(case.id),
        status: Set(Text(step.status)),
        updated_at: Set(app.clock.now()),
        ..step.change
    };
    let case = row.update(transaction).await?;
    payment::withdraw_of_case(app, transaction, case.id).await?;
    bring_returns_in_line(transaction, order).await?;
    row::save(transaction, &app.clock, order).await?;
    tell(app, transaction, order, &case, step.actor, step.notify).await?;
    Ok(case)
}

/// Writes down where a case stands now, for the timeline and for those who listen.
///
/// # Errors
/// When a row cannot be written.
pub(super) async fn tell(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    case: &Model,
    actor: ActorRef,
    notify: bool,
) -> Result<()> {
    let words = match case.status.0 {
        AfterSaleStatus::Declined | AfterSaleStatus::SentBack => case.answer.as_deref(),
        AfterSaleStatus::Requested
        | AfterSaleStatus::Approved
        | AfterSaleStatus::InTransit
        | AfterSaleStatus::Received
        | AfterSaleStatus::Inspected
        | AfterSaleStatus::Refunded
        | AfterSaleStatus::ReplacementSent
        | AfterSaleStatus::PartiallyAccepted
        | AfterSaleStatus::Cancelled => None,
    };
    let happened = [Happening::AfterSale(&case.number, case.status.0, words)];
    if notify {
        history::record(transaction, &app.clock, order, actor, &happened).await
    } else {
        history::record_quietly(transaction, &app.clock, order, actor, &happened).await
    }
}

/// Brings where the returns of a locked order stand in line with its cases and lines; the caller saves its row.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::service) async fn bring_returns_in_line(
    transaction: &DatabaseTransaction,
    order: &mut Order,
) -> Result<()> {
    let statuses: Vec<Text<AfterSaleStatus>> = Entity::find()
        .select_only()
        .column(Column::Status)
        .filter(Column::OrderId.eq(order.id))
        .into_tuple()
        .all(transaction)
        .await?;
    let statuses: Vec<AfterSaleStatus> = statuses.into_iter().map(|status| status.0).collect();
    let units: Vec<(i32, i32)> = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::FulfilledQuantity)
        .column(order_line::Column::ReturnedQuantity)
        .filter(order_line::Column::OrderId.eq(order.id))
        .into_tuple()
        .all(transaction)
        .await?;
    let units = units
        .into_iter()
        .map(|(sent, returned)| Ok((count(sent)?, count(returned)?)))
        .collect::<Result<Vec<_>>>()?;
    order.return_status = Text(OrderReturnStatus::derive(&statuses, &units));
    Ok(())
}
