//! A case is paid out: what its breakdown showed, to the minor unit.

use domain::Money;
use domain::after_sale::{AfterSaleEvent, AfterSaleStatus, Asked, CaseFacts};
use domain::permission::Permission;
use entity::after_sale::{ActiveModel, Model};
use entity::after_sale_line;
use entity::order::Model as Order;
use sea_orm::ActiveValue::Set;
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use uuid::Uuid;

use super::claims::count;
use super::error::AfterSaleError;
use super::lock::{self, Opened, Request, Step, Who};
use super::words::refund_reason;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::row;
use crate::service::payment::{CaseRefund, Decided};
use crate::state::AppState;

/// A case to be paid out.
#[derive(Clone, Debug, Serialize)]
pub struct RefundAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// Total the caller saw.
    pub expected_total: Money,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Pays a case out; from certain amounts on, once people have approved it. Until then the case stays as it is.
///
/// # Errors
/// [`crate::error::Error::NotFound`]; [`AfterSaleError::InvalidTransition`]; [`AfterSaleError::GoodsAreSent`] where other
/// goods make it good; [`AfterSaleError::TotalChanged`].
pub async fn refund(
    app: &AppState,
    viewer: &Viewer,
    command: RefundAfterSale,
) -> Result<Model, AfterSaleError> {
    viewer.require(Permission::RefundWrite)?;
    let refunded = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(refunded)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RefundAfterSale,
) -> Result<Model, AfterSaleError> {
    let request = Request {
        operation: "afterSaleRefund",
        key: &command.idempotency_key,
        command,
    };
    let mut locked =
        match lock::open(app, viewer, Who::Office, command.after_sale_id, request).await? {
            Opened::Before(case) => return Ok(*case),
            Opened::Now(locked) => locked,
        };
    let (transaction, case) = (&locked.transaction, &locked.case);
    let due = Due::of(transaction, &locked.order, case, &locked.lines).await?;
    let total = due.refund.total();
    if total != command.expected_total {
        return Err(AfterSaleError::TotalChanged(total));
    }
    let reason = refund_reason(&case.number, &row::locale(&locked.order));
    let decided = Decided {
        id: app.clock.new_id(),
        reason: &reason,
        actor: viewer.actor(),
    };
    let paid = if due.refund.waits(app, transaction, case.id, decided).await? {
        locked.case
    } else {
        due.settle(app, transaction, &mut locked.order, case, decided)
            .await?
    };
    locked.transaction.commit().await?;
    Ok(paid)
}

/// Pays a case of a locked order out that people approved for this amount; answers whether it comes to it still. Writes the
/// order's row.
///
/// # Errors
/// [`AfterSaleError::InvalidTransition`] and [`AfterSaleError::GoodsAreSent`] when the case has moved on.
pub(in crate::service) async fn pay_out_approved(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &mut Order,
    (case_id, amount): (Uuid, Money),
    decided: Decided<'_>,
) -> Result<bool, AfterSaleError> {
    let case = lock::find(transaction, case_id).await?;
    let lines = lock::lines_of(transaction, case.id).await?;
    let due = Due::of(transaction, order, &case, &lines).await?;
    if due.refund.worth()? != amount {
        return Ok(false);
    }
    due.settle(app, transaction, order, &case, decided).await?;
    Ok(true)
}

/// What a case comes to as things stand.
struct Due {
    status: AfterSaleStatus,
    refund: CaseRefund,
}

impl Due {
    async fn of(
        transaction: &DatabaseTransaction,
        order: &Order,
        case: &Model,
        lines: &[after_sale_line::Model],
    ) -> Result<Self, AfterSaleError> {
        let status = case.status.0.apply(case.kind.0, event(lines))?;
        if !facts(transaction, case).await?.may_be_refunded() {
            return Err(AfterSaleError::GoodsAreSent);
        }
        let refund = CaseRefund::plan(transaction, order, &asked(case, lines)?).await?;
        Ok(Self { status, refund })
    }

    async fn settle(
        self,
        app: &AppState,
        transaction: &DatabaseTransaction,
        order: &mut Order,
        case: &Model,
        decided: Decided<'_>,
    ) -> Result<Model, AfterSaleError> {
        let total = self.refund.total();
        let refund = self.refund.write(app, transaction, order, decided).await?;
        let step = Step {
            status: self.status,
            change: ActiveModel {
                refund_id: Set(Some(refund.id)),
                ..Default::default()
            },
            // Money that arrives is told of by itself.
            notify: total.is_zero(),
            actor: decided.actor,
        };
        Ok(lock::take(app, transaction, order, case, step).await?)
    }
}

/// Whether all that was asked for is made good, or a part.
pub(super) fn is_whole(lines: &[after_sale_line::Model]) -> bool {
    lines
        .iter()
        .all(|line| line.accepted_quantity == line.quantity)
}

fn event(lines: &[after_sale_line::Model]) -> AfterSaleEvent {
    if is_whole(lines) {
        AfterSaleEvent::Refunded
    } else {
        AfterSaleEvent::PartlySettled
    }
}

async fn facts(transaction: &DatabaseTransaction, case: &Model) -> Result<CaseFacts> {
    let is_replacement_called_off = match case.replacement_order_id {
        // Looked at without a lock: what is called off stays so.
        Some(id) => row::load(transaction, id.into())
            .await?
            .status
            .0
            .is_called_off(),
        None => false,
    };
    Ok(CaseFacts {
        kind: case.kind.0,
        status: case.status.0,
        resolution: case.resolution.map(|resolution| resolution.0),
        is_replacement_called_off,
    })
}

/// What a case gives back: the units accepted, or all that were asked for while that is not known.
///
/// # Errors
/// [`crate::error::Error::Internal`] for negative units.
pub(super) fn asked(case: &Model, lines: &[after_sale_line::Model]) -> Result<Asked> {
    let units = lines
        .iter()
        .map(|line| {
            let (asked, accepted) = (count(line.quantity)?, count(line.accepted_quantity)?);
            Ok((line.order_line_id, case.status.0.claims(asked, accepted)))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Asked {
        units,
        is_shops_fault: case.reason.0.is_shops_fault(),
    })
}
