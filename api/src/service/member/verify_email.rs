//! Confirms an e-mail by the mailed token.

use domain::account::{AccountKind, TokenPurpose};
use domain::coupon::CouponOccasion;
use domain::id::MemberId;
use domain::order::OrderStatus;
use entity::column::Text;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};

use super::MemberError;
use crate::auth::{Attempt, Viewer};
use crate::error::Result;
use crate::service::session::{self, SessionError, SessionTokens};
use crate::service::{coupon, event, points};
use crate::state::AppState;

/// Proves an address.
#[derive(Clone)]
pub struct VerifyEmail {
    /// From the mail.
    pub token: String,
}

/// A member and the tokens of a fresh session.
#[derive(Clone)]
pub struct LoggedIn {
    /// Who logged in.
    pub member: entity::member::Model,
    /// Tokens to go on with.
    pub tokens: SessionTokens,
}

/// Confirms the e-mail, logs in, and gives the member the guest orders of that address. The account's password becomes the one
/// of the registration the token was mailed for.
///
/// # Errors
/// [`SessionError::TokenInvalid`], [`SessionError::TooManyAttempts`].
pub async fn verify_email(
    app: &AppState,
    viewer: &Viewer,
    command: &VerifyEmail,
) -> Result<LoggedIn, MemberError> {
    app.throttle.check(Attempt::Token { ip: viewer.ip })?;
    app.database
        .retry(|| attempt(app, viewer, &command.token))
        .await
}

async fn attempt(app: &AppState, viewer: &Viewer, token: &str) -> Result<LoggedIn, MemberError> {
    let transaction = app.database.begin().await?;
    let spent = session::spend(&transaction, app, token, &[TokenPurpose::EmailVerify]).await?;
    let now = app.clock.now();
    let column = entity::member::COLUMN;
    let mut confirming = entity::member::Entity::update_many()
        .col_expr(entity::member::Column::EmailVerifiedAt, Expr::value(now))
        .col_expr(entity::member::Column::UpdatedAt, Expr::value(now))
        .filter(column.id.eq(spent.account_id))
        .filter(column.email_verified_at.is_null());
    if let Some(hash) = spent.password_hash {
        confirming = confirming.col_expr(entity::member::Column::PasswordHash, Expr::value(hash));
    }
    let confirmed = confirming.exec_with_returning(&transaction).await?;
    let member = confirmed
        .into_iter()
        .next()
        .ok_or(SessionError::TokenInvalid)?;
    session::forget(&transaction, AccountKind::Member, member.id).await?;
    welcome(
        &transaction,
        app,
        viewer,
        MemberId(member.id),
        &member.email,
    )
    .await?;
    let tokens = session::open(&transaction, app, viewer, AccountKind::Member, member.id).await?;
    transaction.commit().await?;
    Ok(LoggedIn { member, tokens })
}

/// What happens once an address is proven, whichever mail proved it: guest orders are adopted, points booked and coupons
/// given, and the feed tells.
///
/// # Errors
/// When the rows cannot be written.
pub(in crate::service) async fn welcome(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
    email: &str,
) -> Result<()> {
    adopt_guest_orders(transaction, member_id, email).await?;
    let channel_id = viewer.channel.id;
    event::member_registered(transaction, &app.clock, channel_id, member_id.0).await?;
    points::welcome(transaction, app, &viewer.channel, member_id.0).await?;
    let occasion = CouponOccasion::Registration;
    coupon::announce(transaction, app, channel_id, member_id.0, occasion).await
}

/// Gives a member the orders placed as a guest under an address that is now known to be theirs.
///
/// # Errors
/// When the rows cannot be written.
pub(super) async fn adopt_guest_orders(
    transaction: &DatabaseTransaction,
    member_id: MemberId,
    email: &str,
) -> Result<()> {
    let column = entity::order::COLUMN;
    entity::order::Entity::update_many()
        .col_expr(entity::order::Column::MemberId, Expr::value(member_id.0))
        .col_expr(
            entity::order::Column::Version,
            Expr::col(entity::order::Column::Version).add(1),
        )
        .filter(column.email.eq(email))
        .filter(column.member_id.is_null())
        // A draft follows its cart, which stays a guest's.
        .filter(column.status.ne(Text(OrderStatus::Draft)))
        .exec(transaction)
        .await?;
    Ok(())
}
