//! Where members stand: looked at when an order completes, and again when time or new tiers may have changed it.

use domain::coupon::CouponOccasion;
use domain::tier::{self, Standing, TierBasis, TierChangeReason};
use entity::column::Text;
use entity::member_standing::{self, ActiveModel, Column, Entity, Model};
use entity::{channel, member_tier, member_tier_change};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::merit::merits;
use super::query::{active, ladder};
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::{coupon, event};
use crate::state::AppState;

/// Standings looked at in one turn of the timer.
const BATCH: u64 = 200;

/// Looks where a member stands after an order of theirs was completed; tells them when they rose.
///
/// # Errors
/// When the database does not answer.
pub async fn assess(
    transaction: &DatabaseTransaction,
    app: &AppState,
    channel_id: Uuid,
    member_id: Uuid,
) -> Result<()> {
    let channel = app.channels.find_by_id(channel_id)?;
    if active(transaction, channel.id).await?.is_empty() {
        return Ok(());
    }
    let row = ActiveModel {
        member_id: Set(member_id),
        channel_id: Set(channel.id),
        tier_id: Set(None),
        valid_until: Set(None),
        review_at: Set(None),
        updated_at: Set(app.clock.now()),
    };
    let once = OnConflict::columns([Column::MemberId, Column::ChannelId])
        .do_nothing()
        .to_owned();
    Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    let Some(standing) = lock(transaction, member_id, channel.id).await? else {
        return Err(Error::internal("a member's standing is gone"));
    };
    reassess(transaction, app, &channel, standing, true).await
}

/// Looks where a member stands wherever tiers are reached by growth value, after the member earned points; tells them when
/// they rose. `except` is a channel that is looked at anyway.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn assess_growth(
    transaction: &DatabaseTransaction,
    app: &AppState,
    member_id: Uuid,
    except: Option<Uuid>,
) -> Result<()> {
    let column = member_tier::COLUMN;
    let channels: Vec<Uuid> = member_tier::Entity::find()
        .select_only()
        .distinct()
        .column(member_tier::Column::ChannelId)
        .filter(column.active.eq(true))
        .filter(column.growth_threshold.is_not_null())
        .order_by_asc(member_tier::Column::ChannelId)
        .into_tuple()
        .all(transaction)
        .await?;
    for channel_id in channels {
        if Some(channel_id) != except {
            assess(transaction, app, channel_id, member_id).await?;
        }
    }
    Ok(())
}

/// Plans another look at where a member stands, because money or points went back.
pub(crate) async fn review_soon(
    transaction: &DatabaseTransaction,
    app: &AppState,
    member_id: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ReviewAt, Expr::value(app.clock.now()))
        .filter(member_standing::COLUMN.member_id.eq(member_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Looks again at the standings whose time has come. Answers how many.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn review_due(app: &AppState) -> Result<u64> {
    let due: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::MemberId, Column::ChannelId])
        .filter(member_standing::COLUMN.review_at.lte(app.clock.now()))
        .order_by_asc(Column::ReviewAt)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?;
    let mut done = 0;
    for (member_id, channel_id) in due {
        let channel = app.channels.find_by_id(channel_id)?;
        let review = || review(app, &channel, member_id);
        done += u64::from(app.database.retry(review).await?);
    }
    Ok(done)
}

async fn review(app: &AppState, channel: &channel::Model, member_id: Uuid) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let standing = lock(&transaction, member_id, channel.id).await?;
    let now = app.clock.now();
    let Some(standing) = standing.filter(|row| row.review_at.is_some_and(|at| at <= now)) else {
        return Ok(false);
    };
    reassess(&transaction, app, channel, standing, false).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn lock(
    transaction: &DatabaseTransaction,
    member_id: Uuid,
    channel_id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((member_id, channel_id))
        .lock_exclusive()
        .one(transaction)
        .await?)
}

async fn reassess(
    transaction: &DatabaseTransaction,
    app: &AppState,
    channel: &channel::Model,
    row: Model,
    notify: bool,
) -> Result<()> {
    let now = app.clock.now();
    let (basis, tiers) =
        ladder(&active(transaction, channel.id).await?).map_err(Error::internal)?;
    let of_member = async |basis| {
        let found = merits(transaction, channel, basis, &[row.member_id], now).await?;
        Ok::<_, Error>(found.into_values().next().unwrap_or_default())
    };
    let merits = of_member(basis).await?;
    let before = Standing {
        tier_id: row.tier_id,
        valid_until: row.valid_until,
    };
    let after = tier::assess(&tiers, &merits, before, now);
    if let Some(reason) = tier::change(&tiers, before.tier_id, after.tier_id) {
        let sum = tier::sum(&merits, now);
        let (spent_minor, growth_value) = match basis {
            TierBasis::Spend => (sum, None),
            TierBasis::GrowthValue => {
                let spendings = of_member(TierBasis::Spend).await?;
                (tier::sum(&spendings, now), Some(sum))
            }
        };
        let change_id = app.clock.new_id();
        let change = member_tier_change::Model {
            id: change_id,
            member_id: row.member_id,
            channel_id: channel.id,
            from_tier_id: before.tier_id,
            to_tier_id: after.tier_id,
            reason: Text(reason),
            spent_minor,
            growth_value,
            occurred_at: now,
        };
        event::member_tier_changed(transaction, &app.clock, &change).await?;
        member_tier_change::Entity::insert(change.into_active_model())
            .exec_without_returning(transaction)
            .await?;
        let told = Job::MemberTierChanged {
            member_id: row.member_id,
            change_id,
            notify,
        };
        job::push(transaction, &app.clock, &told).await?;
        if let (TierChangeReason::Reached, Some(tier_id)) = (reason, after.tier_id) {
            let occasion = CouponOccasion::TierReached { tier_id };
            coupon::announce(transaction, app, channel.id, row.member_id, occasion).await?;
        }
    }
    let mut row = row.into_active_model();
    row.tier_id = Set(after.tier_id);
    row.valid_until = Set(after.valid_until);
    row.review_at = Set(after.valid_until);
    row.updated_at = Set(now);
    row.update(transaction).await?;
    Ok(())
}
