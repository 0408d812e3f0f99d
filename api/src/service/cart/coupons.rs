//! Entering coupons and taking them off.

use domain::cart::MAX_COUPONS;
use domain::coupon::{CouponCode, CouponError, check};
use entity::cart_coupon::{ActiveModel, COLUMN, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryFilter};

use super::access::{lock_active, touch};
use super::error::CartError;
use super::hold::hold;
use super::price::PricedCartFacts;
use super::query::reload;
use crate::auth::Viewer;
use crate::auth::throttle::Attempt;
use crate::error::Error;
use crate::service::coupon;
use crate::state::AppState;

/// Enters a coupon. Whether its promotion counts is told by the cart's evaluations; a code that nobody could use now
/// is refused. Entering one twice changes nothing.
///
/// # Errors
/// [`CartError::CouponInvalid`], [`CartError::TooMany`], [`CartError::Closed`],
/// [`Error::RateLimited`] after too many tries, and the common refusals.
pub async fn apply_coupon(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    text: &str,
) -> Result<PricedCartFacts, CartError> {
    let code = CouponCode::parse(text);
    let code = &code;
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            // Every try counts, so that codes cannot be guessed.
            app.throttle.check(Attempt::CouponCode {
                ip: viewer.ip,
                subject_id: cart.id,
            })?;
            let code = code.as_ref().map_err(|_no_code| CartError::CouponInvalid)?;
            let buyer_key = cart
                .member_id
                .map(|id| id.to_string())
                .or_else(|| cart.email.clone());
            let (coupon, template, uses) =
                coupon::find_by_code(&transaction, &viewer.channel, buyer_key.as_deref(), code)
                    .await?
                    .ok_or(CartError::CouponInvalid)?;
            check(
                &coupon,
                &template,
                uses,
                cart.member_id,
                app.clock.db_now(&transaction).await?,
            )
            .map_err(CartError::from)?;
            let entered = Entity::find().filter(COLUMN.cart_id.eq(cart.id));
            let is_entered = entered
                .clone()
                .filter(COLUMN.code.eq(code.as_str()))
                .one(&transaction)
                .await?
                .is_some();
            if is_entered {
                return Ok::<_, CartError>(cart.id);
            }
            let count =
                usize::try_from(entered.count(&transaction).await?).map_err(Error::internal)?;
            if count >= MAX_COUPONS {
                return Err(CartError::TooMany {
                    what: "coupons",
                    most: MAX_COUPONS,
                });
            }
            let row = ActiveModel {
                cart_id: Set(cart.id),
                code: Set(code.as_str().to_owned()),
                added_at: Set(app.clock.now()),
            };
            let once = OnConflict::new().do_nothing().to_owned();
            Entity::insert(row)
                .on_conflict(once)
                .exec_without_returning(&transaction)
                .await?;
            touch(&transaction, &app.clock, &mut cart).await?;
            hold(&transaction, app, viewer, &cart, None, &[]).await?;
            transaction.commit().await?;
            Ok(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Takes a coupon off. One that is not entered is none to take off: nothing changes.
///
/// # Errors
/// [`CartError::Closed`], and the common refusals.
pub async fn remove_coupon(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    text: &str,
) -> Result<PricedCartFacts, CartError> {
    let code = CouponCode::parse(text).map_or_else(|_no_code| String::new(), String::from);
    let code = &code;
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            let removed = Entity::delete_many()
                .filter(COLUMN.cart_id.eq(cart.id))
                .filter(COLUMN.code.eq(code.as_str()))
                .exec(&transaction)
                .await?;
            if removed.rows_affected > 0 {
                touch(&transaction, &app.clock, &mut cart).await?;
                hold(&transaction, app, viewer, &cart, None, &[]).await?;
            }
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

impl From<CouponError> for CartError {
    fn from(error: CouponError) -> Self {
        match error {
            // A guest learns nothing of whose code it is, nor that it is one.
            CouponError::LoginRequired
            | CouponError::Unusable
            | CouponError::NotStarted
            | CouponError::Ended
            | CouponError::MemberLimitReached => Self::CouponInvalid,
        }
    }
}
