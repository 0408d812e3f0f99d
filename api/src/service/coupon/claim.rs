//! Members take coupons into their wallets.

use chrono::{DateTime, Utc};
use domain::coupon::{Claim, CouponCode, CouponStatus, claim as decide};
use domain::id::MemberId;
use entity::column::Text;
use entity::coupon::{COLUMN, Column, Entity, Model};
use entity::coupon_template;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::{find_row, to_domain, window};
use super::query::{CouponView, promotions_of, views};
use super::visible::is_open_to_claims;
use super::wallet;
use crate::auth::Viewer;
use crate::auth::throttle::Attempt;
use crate::error::{Error, Result};
use crate::service::promotion::PromotionError;
use crate::service::{event, idempotency};
use crate::state::AppState;

/// A coupon a member wants.
#[derive(Clone, Debug, Serialize)]
pub struct ClaimCoupon {
    /// One of this template.
    pub template_id: Option<Uuid>,
    /// Or the one of this code.
    pub code: Option<String>,
    /// Unique per request; without it a repeat is another claim.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Claimed {
    coupon_id: Uuid,
}

/// Puts a coupon into the member's wallet. One that is there already is answered as it is.
///
/// # Errors
/// [`PromotionError::WalletFull`], [`PromotionError::NoneLeft`], [`PromotionError::CouponInvalid`],
/// [`Error::RateLimited`] after too many codes, and the common refusals: a template nobody may claim of is unknown.
pub async fn claim(
    app: &AppState,
    viewer: &Viewer,
    command: ClaimCoupon,
) -> Result<CouponView, PromotionError> {
    let member_id = viewer.require_member()?;
    let coupon = match (command.template_id, &command.code) {
        (Some(template_id), None) => {
            let attempt = || of_template(app, viewer, member_id, &command, template_id);
            app.database.retry(attempt).await?
        }
        (None, Some(text)) => {
            // Every try counts, so that codes cannot be guessed.
            app.throttle.check(Attempt::CouponCode {
                ip: viewer.ip,
                subject_id: member_id.0,
            })?;
            let code = CouponCode::parse(text).map_err(|_no_code| PromotionError::CouponInvalid)?;
            let attempt = || of_code(app, viewer, member_id, &command, &code);
            app.database.retry(attempt).await?
        }
        (Some(_), Some(_)) | (None, None) => {
            let message = "give a template or a code";
            return Err(Error::invalid(&["couponTemplateId"], message).into());
        }
    };
    views(app, vec![coupon])
        .await?
        .pop()
        .ok_or_else(|| Error::NotFound("coupon").into())
}

async fn of_template(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    command: &ClaimCoupon,
    template_id: Uuid,
) -> Result<Model, PromotionError> {
    let transaction = app.database.begin().await?;
    wallet::lock(&transaction, &[member_id.0]).await?;
    let coupon_id = app.clock.new_id();
    if let Some(first) = first_answer(app, viewer, &transaction, command, coupon_id).await? {
        return Ok(load(&transaction, first).await?);
    }
    let template = open_template(app, viewer, &transaction, template_id)
        .await?
        .ok_or(Error::NotFound("coupon template"))?;
    let coupon = add(app, &transaction, &template, member_id, coupon_id).await?;
    tell(app, viewer, &transaction, &coupon, member_id).await?;
    transaction.commit().await?;
    Ok(coupon)
}

/// Finds a template one may claim of now.
async fn open_template(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    template_id: Uuid,
) -> Result<Option<coupon_template::Model>> {
    let now = app.clock.db_now(transaction).await?;
    let template = coupon_template::Entity::find_by_id(template_id)
        .filter(is_open_to_claims(now))
        .filter(
            coupon_template::COLUMN
                .promotion_id
                .in_subquery(promotions_of(viewer.channel.id)),
        )
        // A stop that comes now waits for the claim, or the claim for the stop.
        .lock(LockType::KeyShare)
        .one(transaction)
        .await?;
    Ok(template)
}

/// Makes a coupon of a template for the member, whose wallet is locked.
async fn add(
    app: &AppState,
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    member_id: MemberId,
    coupon_id: Uuid,
) -> Result<Model, PromotionError> {
    // What is issued never comes back, so that a full count is the last word: nobody has to wait for the row.
    if template
        .issue_limit
        .is_some_and(|most| template.issued_count >= most)
    {
        return Err(PromotionError::NoneLeft);
    }
    check_room(transaction, template, member_id).await?;
    let row = wallet::granted(coupon_id, template, member_id.0, app.clock.now())?;
    Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    // Last, since everybody who claims waits for this row.
    wallet::issue(transaction, template, 1).await?;
    Ok(load(transaction, coupon_id).await?)
}

async fn of_code(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    command: &ClaimCoupon,
    code: &CouponCode,
) -> Result<Model, PromotionError> {
    let transaction = app.database.begin().await?;
    wallet::lock(&transaction, &[member_id.0]).await?;
    let (row, template) = find_row(&transaction, &viewer.channel, code)
        .await?
        .ok_or(PromotionError::CouponInvalid)?;
    let facts = to_domain(&row)?;
    let coupon_id = if facts.is_single_use() {
        row.id
    } else {
        app.clock.new_id()
    };
    if let Some(first) = first_answer(app, viewer, &transaction, command, coupon_id).await? {
        return Ok(load(&transaction, first).await?);
    }
    let now = app.clock.db_now(&transaction).await?;
    let coupon = match decide(&facts, &window(&row, &template), member_id.0, now)? {
        Claim::Held => return Ok(row),
        Claim::Take => {
            check_room(&transaction, &template, member_id).await?;
            let lapses_at = wallet::lapses(&template, app.clock.now())?;
            take(&transaction, &row, member_id, app.clock.now(), lapses_at).await?;
            load(&transaction, row.id).await?
        }
        Claim::OneOfItsKind => {
            let template = open_template(app, viewer, &transaction, template.id).await?;
            let template = template.ok_or(PromotionError::CouponInvalid)?;
            add(app, &transaction, &template, member_id, coupon_id).await?
        }
    };
    tell(app, viewer, &transaction, &coupon, member_id).await?;
    transaction.commit().await?;
    Ok(coupon)
}

/// Tells of a coupon that came into a wallet.
async fn tell(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    coupon: &Model,
    member_id: MemberId,
) -> Result<()> {
    let issued = event::Issued {
        channel_id: viewer.channel.id,
        template_id: coupon.template_id,
        coupons: &[(coupon.id, member_id.0)],
    };
    event::coupons_issued(transaction, &app.clock, &issued).await
}

/// Gives a coupon of nobody to a member; somebody may have been faster.
async fn take(
    transaction: &DatabaseTransaction,
    coupon: &Model,
    member_id: MemberId,
    now: DateTime<Utc>,
    lapses_at: Option<DateTime<Utc>>,
) -> Result<(), PromotionError> {
    let taken = Entity::update_many()
        .col_expr(Column::MemberId, Expr::value(member_id.0))
        .col_expr(Column::ExpiresAt, Expr::value(lapses_at))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(COLUMN.id.eq(coupon.id))
        .filter(COLUMN.member_id.is_null())
        .filter(COLUMN.status.eq(Text(CouponStatus::Available)))
        .filter(COLUMN.used_count.eq(0))
        .exec(transaction)
        .await?;
    if taken.rows_affected == 1 {
        Ok(())
    } else {
        Err(PromotionError::CouponInvalid)
    }
}

async fn check_room(
    transaction: &DatabaseTransaction,
    template: &coupon_template::Model,
    member_id: MemberId,
) -> Result<(), PromotionError> {
    match wallet::check_room(transaction, template, &[member_id.0]).await {
        Err(PromotionError::MemberLimitReached) => Err(PromotionError::WalletFull),
        checked => checked,
    }
}

/// Claims the request's key, if it has one, or tells which coupon the first request led to.
async fn first_answer(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    command: &ClaimCoupon,
    coupon_id: Uuid,
) -> Result<Option<Uuid>> {
    let Some(key) = &command.idempotency_key else {
        return Ok(None);
    };
    let actor = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(&actor, "couponClaim", key, command)?;
    let first = request
        .claim(transaction, &app.clock, &Claimed { coupon_id })
        .await?;
    Ok(first.map(|first| first.coupon_id))
}

async fn load(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model> {
    Entity::find_by_id(id)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("coupon"))
}
