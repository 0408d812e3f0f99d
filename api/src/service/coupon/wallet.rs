//! Wallets: who holds how many coupons of a template, and what goes into one.
//!
//! Whoever fills a wallet holds the member's row until the end, so that limits per member hold without a counter.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::coupon::{CouponCode, CouponStatus, lapses_at};
use entity::column::Text;
use entity::coupon::{ActiveModel, COLUMN, Column, Entity};
use entity::{coupon_template, member};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;

/// Keeps others from filling the wallets of members until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] when a member is unknown.
pub(super) async fn lock(transaction: &DatabaseTransaction, members: &[Uuid]) -> Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let known: Vec<Uuid> = member::Entity::find()
        .select_only()
        .column(member::Column::Id)
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .order_by_asc(member::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .all(transaction)
        .await?;
    if known.len() == members.len() {
        Ok(())
    } else {
        Err(Error::NotFound("member"))
    }
}

/// Checks that each wallet, locked before, has room for another coupon of a template.
///
/// # Errors
/// [`PromotionError::MemberLimitReached`] when one has not.
pub(super) async fn check_room(
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    members: &[Uuid],
) -> Result<(), PromotionError> {
    let held = held(transaction, template.id, members).await?;
    if held
        .values()
        .any(|count| *count >= i64::from(template.per_member))
    {
        Err(PromotionError::MemberLimitReached)
    } else {
        Ok(())
    }
}

/// Counts the coupons of a template in wallets; withdrawn ones make room.
pub(super) async fn held<C: ConnectionTrait>(
    connection: &C,
    template_id: Uuid,
    members: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let counts: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::MemberId)
        .column_as(Column::Id.count(), "held")
        .filter(COLUMN.template_id.eq(template_id))
        .filter(COLUMN.member_id.is_in(members.iter().copied()))
        .filter(COLUMN.status.ne(Text(CouponStatus::Revoked)))
        .group_by(Column::MemberId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(counts.into_iter().collect())
}

/// Makes a coupon in nobody's wallet, without limits.
pub(super) fn fresh(
    id: Uuid,
    template: &coupon_template::Model,
    code: CouponCode,
    now: DateTime<Utc>,
) -> ActiveModel {
    ActiveModel {
        id: Set(id),
        template_id: Set(template.id),
        code: Set(Some(String::from(code))),
        member_id: Set(None),
        status: Set(Text(CouponStatus::Available)),
        usage_limit: Set(None),
        used_count: Set(0),
        uses_per_member: Set(None),
        expires_at: Set(template.expires_at),
        revoke_reason: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

/// Makes a coupon for one use in a member's wallet.
pub(super) fn granted(
    id: Uuid,
    template: &coupon_template::Model,
    member_id: Uuid,
    now: DateTime<Utc>,
) -> Result<ActiveModel> {
    let code = CouponCode::generated(OsRng.try_next_u64().map_err(Error::internal)?);
    Ok(ActiveModel {
        member_id: Set(Some(member_id)),
        usage_limit: Set(Some(1)),
        expires_at: Set(lapses(template, now)?),
        ..fresh(id, template, code, now)
    })
}

/// When a coupon lapses that comes into a wallet now.
pub(super) fn lapses(
    template: &coupon_template::Model,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let days = template.valid_days.map(u32::try_from).transpose();
    let days = days.map_err(Error::internal)?;
    Ok(lapses_at(template.expires_at, days, now))
}

/// Counts coupons against the template's limit; a template without one is touched by nobody.
///
/// # Errors
/// [`PromotionError::NoneLeft`] when not so many are left.
pub(super) async fn issue(
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    count: usize,
) -> Result<(), PromotionError> {
    if template.issue_limit.is_none() {
        return Ok(());
    }
    let count = i32::try_from(count).map_err(Error::internal)?;
    let issued = || Expr::col(coupon_template::Column::IssuedCount).add(count);
    let counted = coupon_template::Entity::update_many()
        .col_expr(coupon_template::Column::IssuedCount, issued())
        .filter(coupon_template::COLUMN.id.eq(template.id))
        .filter(issued().lte(Expr::col(coupon_template::Column::IssueLimit)))
        .exec(transaction)
        .await?;
    if counted.rows_affected == 1 {
        Ok(())
    } else {
        Err(PromotionError::NoneLeft)
    }
}
