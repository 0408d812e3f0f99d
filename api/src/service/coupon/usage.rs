//! Orders use coupons up, and give the uses back. The database decides who comes first.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::coupon::{CouponStatus, RedemptionStatus, lapses_after_return};
use domain::pricing::AppliedPromotion;
use entity::column::Text;
use entity::coupon::{COLUMN, Column, Entity, Model};
use entity::{coupon_redemption, coupon_template, order};
use sea_orm::sea_query::{CaseStatement, Expr, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait,
    DatabaseTransaction, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    SqlErr,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::{event, slot};

/// Takes one use of each coupon that counted for an order. Answers `false` when somebody used one up meanwhile: then
/// the transaction is to be rolled back.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    buyer_key: &str,
    applied: &[AppliedPromotion],
) -> Result<bool> {
    let mut entered: Vec<_> = applied
        .iter()
        .filter_map(|entry| entry.coupon.as_ref())
        .collect();
    if entered.is_empty() {
        return Ok(true);
    }
    // Rows are taken in one order by everybody, so that two orders cannot wait for each other.
    entered.sort();
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(entered.iter().map(|(id, _)| *id)))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    for (id, code) in entered {
        let Some(coupon) = rows.iter().find(|row| row.id == *id) else {
            return Ok(false);
        };
        let Some(slot) = free_slot(transaction, coupon, buyer_key).await? else {
            return Ok(false);
        };
        let redemption = coupon_redemption::ActiveModel {
            id: Set(clock.new_id()),
            coupon_id: Set(coupon.id),
            order_id: Set(order_id),
            code: Set(code.as_str().to_owned()),
            buyer_key: Set(buyer_key.to_owned()),
            slot: Set(slot),
            status: Set(Text(RedemptionStatus::Locked)),
            created_at: Set(clock.now()),
            updated_at: Set(clock.now()),
        };
        match coupon_redemption::Entity::insert(redemption)
            .exec_without_returning(transaction)
            .await
        {
            Ok(_) => {}
            Err(error) if is_taken(&error) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if !count(transaction, clock, coupon, buyer_key).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Counts a use where uses are limited; elsewhere it only checks that the coupon was not withdrawn, which takes no
/// lock on a code that everybody uses. A code somebody else took into their wallet meanwhile is not the buyer's any more.
async fn count(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    coupon: &Model,
    buyer_key: &str,
) -> Result<bool> {
    if coupon.usage_limit.is_none() {
        return Ok(coupon.status.0 == CouponStatus::Available);
    }
    let status = CaseStatement::new()
        .case(
            COLUMN.usage_limit.eq(1),
            Expr::value(Text(CouponStatus::Locked)),
        )
        .finally(Expr::col(Column::Status));
    let mut may_use = Condition::any().add(COLUMN.member_id.is_null());
    if let Ok(member_id) = Uuid::parse_str(buyer_key) {
        may_use = may_use.add(COLUMN.member_id.eq(member_id));
    }
    let counted = Entity::update_many()
        .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).add(1))
        .col_expr(Column::Status, status.into())
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(COLUMN.id.eq(coupon.id))
        .filter(COLUMN.status.eq(Text(CouponStatus::Available)))
        .filter(may_use)
        .filter(
            Condition::any()
                .add(COLUMN.usage_limit.is_null())
                .add(Expr::col(Column::UsedCount).lt(Expr::col(Column::UsageLimit))),
        )
        .exec(transaction)
        .await?;
    Ok(counted.rows_affected == 1)
}

/// Makes the uses of an order final, and tells of them. Does nothing the second time.
///
/// # Errors
/// When the database does not answer.
pub async fn redeem(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order: &order::Model,
) -> Result<()> {
    let mut used = Vec::new();
    for redemption in live(transaction, order.id).await? {
        if redemption.status.0 != RedemptionStatus::Locked {
            continue;
        }
        let coupon_id = redemption.coupon_id;
        settle(transaction, clock, redemption, RedemptionStatus::Redeemed).await?;
        mark_used(transaction, clock, coupon_id).await?;
        used.push(coupon_id);
    }
    if used.is_empty() {
        return Ok(());
    }
    let coupons = Entity::find()
        .filter(COLUMN.id.is_in(used))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    event::coupons_redeemed(transaction, clock, order, &coupons).await
}

/// Gives the uses of an order back. One that was final already comes back only where the template says so.
///
/// # Errors
/// When the database does not answer.
pub async fn restore(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
) -> Result<()> {
    for redemption in live(transaction, order_id).await? {
        let coupon_id = redemption.coupon_id;
        let was = match redemption.status.0 {
            RedemptionStatus::Locked => CouponStatus::Locked,
            RedemptionStatus::Redeemed
                if restorable(transaction, vec![coupon_id])
                    .await?
                    .contains(&coupon_id) =>
            {
                CouponStatus::Redeemed
            }
            RedemptionStatus::Redeemed | RedemptionStatus::Restored => continue,
        };
        settle(transaction, clock, redemption, RedemptionStatus::Restored).await?;
        take_back(transaction, clock, coupon_id, was).await?;
    }
    Ok(())
}

/// Codes of the uses of orders that [`restore`] would give back, by order; without those that staff withdrew.
///
/// # Errors
/// When the database does not answer.
pub async fn restorable_codes<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>> {
    let column = coupon_redemption::COLUMN;
    let redemptions = coupon_redemption::Entity::find()
        .filter(column.order_id.is_in(order_ids.iter().copied()))
        .filter(column.status.ne(Text(RedemptionStatus::Restored)))
        .order_by_asc(coupon_redemption::Column::CouponId)
        .all(connection)
        .await?;
    let redeemed = redemptions
        .iter()
        .filter(|redemption| redemption.status.0 == RedemptionStatus::Redeemed);
    let coupons: Vec<Uuid> = redeemed.map(|redemption| redemption.coupon_id).collect();
    let restorable = restorable(connection, coupons).await?;
    let all = redemptions.iter().map(|redemption| redemption.coupon_id);
    let withdrawn = COLUMN.revoke_reason.is_not_null();
    let withdrawn = find_ids(connection, all.collect(), withdrawn).await?;
    let mut codes: HashMap<Uuid, Vec<String>> = HashMap::new();
    for redemption in redemptions {
        let comes_back = match redemption.status.0 {
            RedemptionStatus::Locked => true,
            RedemptionStatus::Redeemed => restorable.contains(&redemption.coupon_id),
            RedemptionStatus::Restored => false,
        };
        if comes_back && !withdrawn.contains(&redemption.coupon_id) {
            let own = codes.entry(redemption.order_id).or_default();
            own.push(redemption.code);
        }
    }
    Ok(codes)
}

async fn live<C: ConnectionTrait>(
    connection: &C,
    order_id: Uuid,
) -> Result<Vec<coupon_redemption::Model>> {
    let column = coupon_redemption::COLUMN;
    let rows = coupon_redemption::Entity::find()
        .filter(column.order_id.eq(order_id))
        .filter(column.status.ne(Text(RedemptionStatus::Restored)))
        .order_by_asc(coupon_redemption::Column::CouponId)
        .all(connection)
        .await?;
    Ok(rows)
}

async fn settle(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    redemption: coupon_redemption::Model,
    status: RedemptionStatus,
) -> Result<()> {
    let mut row: coupon_redemption::ActiveModel = redemption.into();
    row.status = Set(Text(status));
    row.updated_at = Set(clock.now());
    row.update(transaction).await?;
    Ok(())
}

/// Shows a single use that is final in the coupon's status.
async fn mark_used(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    coupon_id: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Text(CouponStatus::Redeemed)))
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(COLUMN.id.eq(coupon_id))
        .filter(COLUMN.status.eq(Text(CouponStatus::Locked)))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Takes a use back where uses are counted; a single use also shows in the status and in the end. Whether staff withdrew the coupon while
/// the order had it is judged in the statement, since they may do so now.
async fn take_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    coupon_id: Uuid,
    used: CouponStatus,
) -> Result<()> {
    let given_back = |is_withdrawn| Expr::value(Text(CouponStatus::given_back(is_withdrawn)));
    let was_used = || COLUMN.status.eq(Text(used));
    let status = CaseStatement::new()
        .case(
            was_used().and(COLUMN.revoke_reason.is_not_null()),
            given_back(true),
        )
        .case(was_used(), given_back(false))
        .finally(Expr::col(Column::Status));
    let mut update = Entity::update_many()
        .col_expr(Column::UsedCount, Expr::col(Column::UsedCount).sub(1))
        .col_expr(Column::Status, status.into())
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(COLUMN.id.eq(coupon_id))
        .filter(COLUMN.used_count.gt(0));
    if let Some(end) = later_end(transaction, clock, coupon_id).await? {
        update = update.col_expr(Column::ExpiresAt, Expr::value(end));
    }
    update.exec(transaction).await?;
    Ok(())
}

/// The end of a coupon that its template keeps usable a while longer, now that it comes back; `None` for one that keeps its
/// end. Only the end of a coupon for one order moves: nobody else uses it.
async fn later_end(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    coupon_id: Uuid,
) -> Result<Option<DateTime<Utc>>> {
    let of_template = Entity::belongs_to(coupon_template::Entity)
        .from(Column::TemplateId)
        .to(coupon_template::Column::Id);
    let found: Option<(Option<DateTime<Utc>>, i32)> = Entity::find_by_id(coupon_id)
        .select_only()
        .column(Column::ExpiresAt)
        .column(coupon_template::Column::GraceDays)
        .join(JoinType::InnerJoin, of_template.into())
        .filter(COLUMN.usage_limit.eq(1))
        .into_tuple()
        .one(transaction)
        .await?;
    let Some((end, grace_days)) = found else {
        return Ok(None);
    };
    let grace_days = u32::try_from(grace_days).map_err(Error::internal)?;
    let later = lapses_after_return(end, grace_days, clock.now());
    Ok(later.filter(|_| later != end))
}

/// Which of these coupons come back after a use that was final.
async fn restorable<C: ConnectionTrait>(
    connection: &C,
    coupon_ids: Vec<Uuid>,
) -> Result<HashSet<Uuid>> {
    let of_kind = COLUMN.template_id.in_subquery(restorable_templates());
    find_ids(connection, coupon_ids, of_kind).await
}

/// Templates whose coupons come back after a use that was final.
pub(super) fn restorable_templates() -> SelectStatement {
    Query::select()
        .column(coupon_template::Column::Id)
        .from(coupon_template::Entity)
        .and_where(coupon_template::COLUMN.restorable.eq(true))
        .to_owned()
}

async fn find_ids<C: ConnectionTrait>(
    connection: &C,
    coupon_ids: Vec<Uuid>,
    filter: Expr,
) -> Result<HashSet<Uuid>> {
    if coupon_ids.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(COLUMN.id.is_in(coupon_ids))
        .filter(filter)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Finds the slot of a buyer's next use: `Some(None)` where uses are not limited, `None` when all are taken.
async fn free_slot(
    transaction: &DatabaseTransaction,
    coupon: &Model,
    buyer_key: &str,
) -> Result<Option<Option<i32>>> {
    let Some(most) = coupon.uses_per_member else {
        return Ok(Some(None));
    };
    let column = coupon_redemption::COLUMN;
    let taken: HashSet<i32> = coupon_redemption::Entity::find()
        .filter(column.coupon_id.eq(coupon.id))
        .filter(column.buyer_key.eq(buyer_key))
        .filter(column.status.ne(Text(RedemptionStatus::Restored)))
        .all(transaction)
        .await?
        .into_iter()
        .filter_map(|row| row.slot)
        .collect();
    Ok(slot::first_free(most, &taken).map(Some))
}

/// Whether another order of the buyer took the slot at the same time.
fn is_taken(error: &sea_orm::DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
