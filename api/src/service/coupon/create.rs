//! Staff make coupons: one open code of their choice, or one coupon in each given wallet.

use std::collections::HashSet;

use domain::coupon::{CouponCode, CouponStatus};
use domain::permission::Permission;
use entity::column::Text;
use entity::coupon::{ActiveModel, COLUMN, Column, Entity, Model};
use entity::{coupon_template, member, promotion};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, SqlErr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::query::{CouponView, views};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::promotion::PromotionError;
use crate::state::AppState;

/// Most wallets of one request.
const MAX_MEMBERS: usize = 500;

/// Coupons to make.
#[derive(Clone, Debug, Serialize)]
pub struct CreateCoupons {
    /// Template to make them from.
    pub template_id: Uuid,
    /// Code of an open coupon.
    pub code: Option<String>,
    /// Members to give one each; empty for an open coupon.
    pub member_ids: Vec<Uuid>,
    /// Times each may be used; without limit if left out.
    pub usage_limit: Option<i32>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    coupon_ids: Vec<Uuid>,
}

/// Makes coupons, all or none.
///
/// # Errors
/// [`PromotionError::CodeTaken`], [`PromotionError::NoneLeft`], [`PromotionError::MemberLimitReached`], and the common
/// refusals of a missing permission, an unknown template or member, a bad value or a reused key.
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    command: CreateCoupons,
) -> Result<Vec<CouponView>, PromotionError> {
    viewer.require(Permission::CouponWrite)?;
    let code = check(&command)?;
    let coupons = app
        .database
        .retry(|| attempt(app, viewer, &command, code.as_ref()))
        .await?;
    Ok(views(app, coupons).await?)
}

fn check(command: &CreateCoupons) -> Result<Option<CouponCode>> {
    if command.usage_limit.is_some_and(|limit| limit <= 0) {
        return Err(Error::invalid(&["usageLimit"], "must be more than 0"));
    }
    let code = command.code.as_deref().map(CouponCode::parse).transpose();
    let code = code.map_err(|error| Error::invalid(&["code"], error.to_string()))?;
    match (&code, command.member_ids.len()) {
        (Some(_), 0) | (None, 1..=MAX_MEMBERS) => Ok(code),
        (Some(_), _) => Err(Error::invalid(
            &["memberIds"],
            "give a code or members, not both",
        )),
        (None, 0) => Err(Error::invalid(&["code"], "give a code or members")),
        (None, _) => Err(Error::invalid(
            &["memberIds"],
            format!("at most {MAX_MEMBERS} members at once"),
        )),
    }
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &CreateCoupons,
    code: Option<&CouponCode>,
) -> Result<Vec<Model>, PromotionError> {
    let clock = &app.clock;
    let transaction = app.database.begin().await?;
    let members: Vec<Uuid> = command
        .member_ids
        .iter()
        .copied()
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let count = members.len().max(1);
    let coupon_ids: Vec<Uuid> = (0..count).map(|_| clock.new_id()).collect();
    let actor = viewer.idempotency_actor("");
    let request =
        idempotency::Request::try_new(&actor, "couponCreate", &command.idempotency_key, command)?;
    let outcome = Created { coupon_ids };
    if let Some(first) = request.claim(&transaction, clock, &outcome).await? {
        return Ok(in_id_order(&transaction, first.coupon_ids).await?);
    }
    let template = find_template(&transaction, viewer, command.template_id).await?;
    issue(&transaction, &template, count).await?;
    if !members.is_empty() {
        check_wallets(&transaction, &template, &members).await?;
    }
    let now = clock.now();
    let mut owners = members
        .iter()
        .copied()
        .map(Some)
        .chain(std::iter::repeat(None));
    let mut rows = Vec::new();
    for id in &outcome.coupon_ids {
        let code = match code {
            Some(code) => code.clone(),
            None => CouponCode::generated(OsRng.try_next_u64().map_err(Error::internal)?),
        };
        let owner = owners.next().flatten();
        // What is in a wallet is used once unless the request says otherwise; an open code as often as it says.
        let usage_limit = command.usage_limit.or(owner.map(|_| 1));
        rows.push(ActiveModel {
            id: Set(*id),
            template_id: Set(template.id),
            code: Set(Some(code.as_str().to_owned())),
            member_id: Set(owner),
            status: Set(Text(CouponStatus::Available)),
            usage_limit: Set(usage_limit),
            used_count: Set(0),
            // One buyer uses an open code as often as one member may hold coupons of its template.
            uses_per_member: Set(owner.is_none().then_some(template.per_member)),
            revoke_reason: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        });
    }
    match Entity::insert_many(rows)
        .exec_without_returning(&transaction)
        .await
    {
        Ok(_) => {}
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(PromotionError::CodeTaken);
        }
        Err(error) => return Err(error.into()),
    }
    let coupons = in_id_order(&transaction, outcome.coupon_ids).await?;
    transaction.commit().await?;
    Ok(coupons)
}

async fn find_template(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
) -> Result<coupon_template::Model> {
    let template = coupon_template::Entity::find_by_id(id)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("coupon template"))?;
    promotion::Entity::find_by_id(template.promotion_id)
        .filter(promotion::COLUMN.channel_id.eq(viewer.channel.id))
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("coupon template"))?;
    Ok(template)
}

/// Counts coupons against the template's limit.
async fn issue(
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    count: usize,
) -> Result<(), PromotionError> {
    let count = i32::try_from(count).map_err(Error::internal)?;
    let issued = || Expr::col(coupon_template::Column::IssuedCount).add(count);
    let counted = coupon_template::Entity::update_many()
        .col_expr(coupon_template::Column::IssuedCount, issued())
        .filter(coupon_template::COLUMN.id.eq(template.id))
        .filter(
            Condition::any()
                .add(coupon_template::COLUMN.issue_limit.is_null())
                .add(issued().lte(Expr::col(coupon_template::Column::IssueLimit))),
        )
        .exec(transaction)
        .await?;
    if counted.rows_affected == 1 {
        Ok(())
    } else {
        Err(PromotionError::NoneLeft)
    }
}

/// Checks that the members exist and hold fewer than they may. The count on the template, taken before, keeps others
/// from issuing at the same time.
async fn check_wallets(
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    members: &[Uuid],
) -> Result<(), PromotionError> {
    let known: Vec<Uuid> = member::Entity::find()
        .select_only()
        .column(member::Column::Id)
        .filter(member::COLUMN.id.is_in(members.iter().copied()))
        .into_tuple()
        .all(transaction)
        .await?;
    if known.len() != members.len() {
        return Err(Error::NotFound("member").into());
    }
    let owners: Vec<Option<Uuid>> = Entity::find()
        .select_only()
        .column(Column::MemberId)
        .filter(COLUMN.template_id.eq(template.id))
        .filter(COLUMN.member_id.is_in(members.iter().copied()))
        .filter(COLUMN.status.ne(Text(CouponStatus::Revoked)))
        .into_tuple()
        .all(transaction)
        .await?;
    let most = usize::try_from(template.per_member).map_err(Error::internal)?;
    let holds_all = |member: &Uuid| {
        owners
            .iter()
            .filter(|owner| **owner == Some(*member))
            .count()
            >= most
    };
    if members.iter().any(holds_all) {
        Err(PromotionError::MemberLimitReached)
    } else {
        Ok(())
    }
}

async fn in_id_order(transaction: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<Vec<Model>> {
    let rows = Entity::find()
        .filter(COLUMN.id.is_in(ids))
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?;
    Ok(rows)
}
