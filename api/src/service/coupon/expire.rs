//! Coupons lapse by time.

use domain::coupon::CouponStatus;
use sea_orm::{ConnectionTrait, Statement};

use crate::error::Result;
use crate::state::AppState;

/// Coupons marked by one statement; the rest waits for the next.
const BATCH: u64 = 1_000;

/// Marks coupons that could be used and whose time is over, found by an index that holds no others. Answers how many.
///
/// # Errors
/// When the database does not answer; what was marked before stays.
pub async fn expire_due(app: &AppState) -> Result<u64> {
    let sql = format!(
        "UPDATE coupon SET status = '{expired}', updated_at = $1 WHERE status = '{available}' AND id IN \
         (SELECT id FROM coupon WHERE status = '{available}' AND expires_at <= $1 ORDER BY expires_at LIMIT {BATCH})",
        expired = CouponStatus::Expired,
        available = CouponStatus::Available,
    );
    let mut marked = 0;
    loop {
        let now = app.clock.now();
        let statement = Statement::from_sql_and_values(app.database.backend(), &sql, [now.into()]);
        let rows = app.database.write().execute_raw(statement).await?;
        marked += rows.rows_affected();
        if rows.rows_affected() < BATCH {
            return Ok(marked);
        }
    }
}
