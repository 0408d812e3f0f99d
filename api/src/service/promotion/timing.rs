//! Start and end by date. They come by time alone, whoever looks; at the instant a job writes down that they came, once.

use domain::promotion::{PromotionChangeKind, PromotionStatus};
use entity::column::Text;
use entity::promotion::{ActiveModel, Entity, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::history::{self, Doer};
use crate::error::Result;
use crate::job::{self, Job};
use crate::service::event;
use crate::state::AppState;

/// Plans a look at a promotion for the instants at which it starts and ends.
pub(super) async fn plan(
    transaction: &DatabaseTransaction,
    app: &AppState,
    promotion: &Model,
) -> Result<()> {
    let instants = match promotion.status.0 {
        PromotionStatus::Scheduled => [promotion.starts_at, promotion.ends_at],
        PromotionStatus::Active => [None, promotion.ends_at],
        PromotionStatus::Draft
        | PromotionStatus::PendingApproval
        | PromotionStatus::Paused
        | PromotionStatus::Ended
        | PromotionStatus::Archived => [None, None],
    };
    let job = Job::PromotionDue {
        promotion_id: promotion.id,
    };
    for instant in instants.into_iter().flatten() {
        job::push_at(transaction, &app.clock, &job, instant).await?;
    }
    Ok(())
}

/// Writes down what time made of a promotion. Does nothing when it was written down before, or when the promotion was
/// stopped or its dates were moved meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_time(app: &AppState, promotion_id: Uuid) -> Result<()> {
    app.database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let found = Entity::find_by_id(promotion_id)
                .lock_exclusive()
                .one(&transaction)
                .await?;
            let Some(mut promotion) = found else {
                return Ok(());
            };
            let now = app.clock.db_now(&transaction).await?;
            let stored = promotion.status.0;
            let status = stored.at(promotion.starts_at, promotion.ends_at, now);
            let kind = match status {
                _ if status == stored => return Ok(()),
                PromotionStatus::Active => PromotionChangeKind::Started,
                PromotionStatus::Ended => PromotionChangeKind::Ended,
                PromotionStatus::Draft
                | PromotionStatus::PendingApproval
                | PromotionStatus::Scheduled
                | PromotionStatus::Paused
                | PromotionStatus::Archived => return Ok(()),
            };
            promotion.status = Text(status);
            let row = ActiveModel {
                id: Set(promotion.id),
                status: Set(promotion.status),
                ..Default::default()
            };
            row.update(&transaction).await?;
            history::record(&transaction, &promotion, kind, Doer::TIME, None, now).await?;
            event::promotion_moved(&transaction, &app.clock, &promotion).await?;
            transaction.commit().await?;
            Ok(())
        })
        .await
}
