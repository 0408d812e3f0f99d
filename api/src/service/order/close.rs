//! Calling an order off: stock, coupons, promotions, points and money go back where they came from, in one transaction.

use domain::order::{
    FulfillmentStatus, OrderConfirmationStatus, OrderEvent, OrderFulfillmentStatus, OrderStatus,
    RequestStatus,
};
use entity::column::Text;
use entity::order::Model;
use entity::{
    fulfillment, order_approval, order_cancellation, order_confirmation_request, order_line,
    order_proposal,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::error::OrderError;
use super::history::{self, ActorRef, Happening};
use super::{change, row};
use crate::service::inventory::{self, Restock};
use crate::service::{coupon, flash_sale, payment, points, promotion};
use crate::state::AppState;

/// How an order ends without being delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// Called off.
    Cancelled {
        /// Whether units go back to stock; otherwise they are written off.
        restock: bool,
        /// Whether money goes back at once.
        refund: bool,
        /// Whether the buyer gets mail.
        notify: bool,
        /// The cancellation, written down already.
        cancellation_id: Uuid,
    },
    /// An approver said no, or the back office cannot deliver.
    Rejected,
    /// Not paid in time.
    Expired,
}

impl Ending {
    fn event(self) -> OrderEvent {
        match self {
            Self::Cancelled { .. } => OrderEvent::Cancelled,
            Self::Rejected => OrderEvent::Rejected,
            Self::Expired => OrderEvent::Expired,
        }
    }

    fn happening(self) -> Happening<'static> {
        match self {
            Self::Cancelled { .. } => Happening::Cancelled,
            Self::Rejected => Happening::Rejected,
            Self::Expired => Happening::Expired,
        }
    }

    fn refunds(self) -> bool {
        match self {
            Self::Cancelled { refund, .. } => refund,
            Self::Rejected | Self::Expired => true,
        }
    }

    fn cancellation_id(self) -> Option<Uuid> {
        match self {
            Self::Cancelled {
                cancellation_id, ..
            } => Some(cancellation_id),
            Self::Rejected | Self::Expired => None,
        }
    }

    fn restock(self) -> Restock {
        match self {
            Self::Cancelled { restock: false, .. } => Restock::WriteOff,
            Self::Cancelled { restock: true, .. } | Self::Rejected | Self::Expired => {
                Restock::Return
            }
        }
    }

    fn notifies(self) -> bool {
        match self {
            Self::Cancelled { notify, .. } => notify,
            Self::Rejected | Self::Expired => true,
        }
    }
}

/// Ends a locked order and writes its row.
///
/// # Errors
/// [`OrderError::InvalidTransition`] when the order cannot end this way now.
pub(crate) async fn close(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Model,
    ending: Ending,
    actor: ActorRef,
) -> Result<(), OrderError> {
    // Nobody but staff has seen a draft.
    let notifies = ending.notifies() && order.status.0 != OrderStatus::Draft;
    row::apply(order, ending.event())?;
    let now = app.clock.now();
    order.closed_at = Some(now);
    order.payment_due_at = None;
    order.owed_minor = 0;
    order.fulfillment_status = Text(OrderFulfillmentStatus::Cancelled);
    let end = payment::End {
        refunds: ending.refunds(),
        cancellation_id: ending.cancellation_id(),
        actor,
    };
    payment::settle_closed_order(app, transaction, order, end).await?;
    close_lines_and_parcels(transaction, order).await?;
    answer_open_questions(app, transaction, order, ending, actor).await?;
    change::withdraw(transaction, &app.clock, order.id).await?;
    row::save(transaction, &app.clock, order).await?;
    if notifies {
        history::record(transaction, &app.clock, order, actor, &[ending.happening()]).await?;
    } else {
        history::record_quietly(transaction, &app.clock, order, actor, &[ending.happening()])
            .await?;
    }
    // Hottest rows last, and in the order in which placing takes them.
    points::release(transaction, &app.clock, order).await?;
    coupon::restore(transaction, &app.clock, order.id).await?;
    promotion::release(transaction, &app.clock, order.id).await?;
    flash_sale::release(transaction, &app.clock, order.id).await?;
    inventory::release(transaction, &app.clock, order.id, ending.restock(), actor).await?;
    Ok(())
}

async fn close_lines_and_parcels(
    transaction: &DatabaseTransaction,
    order: &Model,
) -> Result<(), OrderError> {
    order_line::Entity::update_many()
        .col_expr(
            order_line::Column::CancelledQuantity,
            Expr::col(order_line::Column::Quantity)
                .sub(Expr::col(order_line::Column::FulfilledQuantity)),
        )
        .filter(order_line::Column::OrderId.eq(order.id))
        .exec(transaction)
        .await?;
    let waiting = FulfillmentStatus::all_that(FulfillmentStatus::is_waiting);
    fulfillment::Entity::update_many()
        .col_expr(
            fulfillment::Column::Status,
            Expr::value(Text(FulfillmentStatus::Cancelled)),
        )
        .filter(fulfillment::Column::OrderId.eq(order.id))
        .filter(fulfillment::Column::Status.is_in(waiting.into_iter().map(Text)))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Nobody is left waiting: what the back office was asked and what the buyer was offered is withdrawn, a buyer's wish to
/// cancel is granted or past.
async fn answer_open_questions(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Model,
    ending: Ending,
    actor: ActorRef,
) -> Result<(), OrderError> {
    let now = app.clock.now();
    order_confirmation_request::Entity::update_many()
        .col_expr(
            order_confirmation_request::Column::Status,
            Expr::value(Text(OrderConfirmationStatus::Rejected)),
        )
        .col_expr(
            order_confirmation_request::Column::Reason,
            Expr::value("the order was called off"),
        )
        .col_expr(
            order_confirmation_request::Column::ActorKind,
            Expr::value(Text(actor.0)),
        )
        .col_expr(
            order_confirmation_request::Column::ActorId,
            Expr::value(actor.1),
        )
        .col_expr(
            order_confirmation_request::Column::RespondedAt,
            Expr::value(now),
        )
        .filter(order_confirmation_request::Column::OrderId.eq(order.id))
        .filter(
            order_confirmation_request::Column::Status.eq(Text(OrderConfirmationStatus::Pending)),
        )
        .exec(transaction)
        .await?;
    order_proposal::Entity::update_many()
        .col_expr(
            order_proposal::Column::Status,
            Expr::value(Text(RequestStatus::Cancelled)),
        )
        .col_expr(order_proposal::Column::RespondedAt, Expr::value(now))
        .filter(order_proposal::Column::OrderId.eq(order.id))
        .filter(order_proposal::Column::Status.eq(Text(RequestStatus::Pending)))
        .exec(transaction)
        .await?;
    order_approval::Entity::update_many()
        .col_expr(
            order_approval::Column::Status,
            Expr::value(Text(RequestStatus::Cancelled)),
        )
        .col_expr(order_approval::Column::RespondedAt, Expr::value(now))
        .filter(order_approval::Column::OrderId.eq(order.id))
        .filter(order_approval::Column::Status.eq(Text(RequestStatus::Pending)))
        .exec(transaction)
        .await?;
    let wish = match ending {
        Ending::Cancelled { .. } => RequestStatus::Accepted,
        Ending::Rejected | Ending::Expired => RequestStatus::Expired,
    };
    order_cancellation::Entity::update_many()
        .col_expr(order_cancellation::Column::Status, Expr::value(Text(wish)))
        .col_expr(order_cancellation::Column::RespondedAt, Expr::value(now))
        .filter(order_cancellation::Column::OrderId.eq(order.id))
        .filter(order_cancellation::Column::Status.eq(Text(RequestStatus::Pending)))
        .exec(transaction)
        .await?;
    Ok(())
}
