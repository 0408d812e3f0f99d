//! Room for one more promotion in a channel.

use chrono::{DateTime, Utc};
use domain::promotion::{GroupMode, PromotionStatus, check_room};
use entity::column::Text;
use entity::promotion::{COLUMN, Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::error::PromotionError;
use crate::service::rows::one_at_a_time;

/// Where promotions stand that take room.
const RUNNING: [PromotionStatus; 2] = [PromotionStatus::Active, PromotionStatus::Scheduled];

/// The room one promotion takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The group it competes in.
    contest: Option<String>,
}

/// What a promotion takes of the room: nothing unless it runs or is going to.
pub(super) fn claim(promotion: &Model) -> Option<Claim> {
    let group = promotion.group_name.as_deref();
    let contest = promotion.group_mode.contest(group).map(str::to_owned);
    let takes_room = RUNNING.contains(&promotion.status.0);
    takes_room.then_some(Claim { contest })
}

/// Makes sure that a promotion that runs, or is going to, has room beside the others of its channel.
///
/// # Errors
/// [`PromotionError::Room`] when it has none.
pub(super) async fn ensure(
    transaction: &DatabaseTransaction,
    promotion: &Model,
    now: DateTime<Utc>,
) -> Result<(), PromotionError> {
    let Some(own) = claim(promotion) else {
        return Ok(());
    };
    one_at_a_time(transaction, promotion.channel_id).await?;
    let others: Vec<(Option<String>, Text<GroupMode>)> = Entity::find()
        .select_only()
        .columns([Column::GroupName, Column::GroupMode])
        .filter(COLUMN.channel_id.eq(promotion.channel_id))
        .filter(COLUMN.id.ne(promotion.id))
        .filter(COLUMN.status.is_in(RUNNING.map(Text)))
        .filter(
            Condition::any()
                .add(COLUMN.ends_at.is_null())
                .add(COLUMN.ends_at.gt(now)),
        )
        .into_tuple()
        .all(transaction)
        .await?;
    let others = others
        .iter()
        .map(|(group, mode)| mode.contest(group.as_deref()));
    Ok(check_room(others.chain([own.contest.as_deref()]))?)
}
