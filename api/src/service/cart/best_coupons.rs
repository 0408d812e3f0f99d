//! Which coupon of a member's wallet would save most in the cart.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::coupon::CouponCode;
use domain::pricing::{Draft, Rules, Saving, savings};
use tokio::sync::Semaphore;

use super::access::{by_public_id, is_owned};
use super::case::{Basket, Case};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::coupon::{self, CouponView};
use crate::state::AppState;

/// Comparisons computed at a time, by the whole process.
static COMPARING: Semaphore = Semaphore::const_new(2);

/// A coupon and what it would save.
#[derive(Clone, Debug)]
pub struct CouponSaving {
    /// The coupon.
    pub coupon: CouponView,
    /// What there would be less to pay.
    pub amount: Money,
}

/// Tries each kind of coupon in the wallet beside those entered: the best first; `None` unless the cart is the viewer's.
/// The number of statements does not grow with the wallet.
///
/// # Errors
/// When the database does not answer.
pub async fn best_coupons(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
) -> Result<Option<Vec<CouponSaving>>> {
    let connection = app.database.read();
    let row = by_public_id(viewer, public_id).one(connection).await?;
    let Some(cart) = row.filter(|cart| is_owned(cart, viewer)) else {
        return Ok(None);
    };
    let Some(member_id) = cart.member_id else {
        // A guest has no wallet.
        return Ok(Some(Vec::new()));
    };
    let now = app.clock.now();
    let mut basket = Basket::load(connection, cart).await?;
    let entered = basket.coupon_codes.len();
    let mut wallet = coupon::usable_of_member(connection, &viewer.channel, member_id, now).await?;
    let is_entered = |code: &CouponCode| basket.coupon_codes.contains(code);
    wallet.retain(|(code, _)| !is_entered(code));
    if wallet.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let codes = wallet.iter().map(|(code, _)| code.clone());
    basket.coupon_codes.extend(codes);
    let case = Case::load(connection, &viewer.channel, basket, &viewer.locale, now).await?;
    let savings = compare(case.draft, entered, case.rules, now).await?;
    let rows = savings.iter().filter_map(|saving| {
        let (_, row) = wallet.iter().find(|(code, _)| *code == saving.code)?;
        Some(row.clone())
    });
    let views = coupon::views(app, rows.collect()).await?;
    let amounts = savings.iter().map(|saving| saving.amount);
    Ok(Some(
        views
            .into_iter()
            .zip(amounts)
            .map(|(coupon, amount)| CouponSaving { coupon, amount })
            .collect(),
    ))
}

/// Prices the cart once for each coupon after those entered: up to fifty times, which is too long to hold up an async thread.
/// A few such comparisons at a time leave cores for everything else.
async fn compare(
    mut draft: Draft,
    entered: usize,
    rules: Rules,
    now: DateTime<Utc>,
) -> Result<Vec<Saving>> {
    let _permit = COMPARING.acquire().await.map_err(Error::internal)?;
    let compared = tokio::task::spawn_blocking(move || {
        let tried = draft.coupons.split_off(entered);
        savings(&draft, &tried, &rules, now)
    });
    compared
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}
