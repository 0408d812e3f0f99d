//! Time and ids: the only place that reads the system's clock or makes an id.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Tells the time, with an offset that tests may move, and an error they may make.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
    error_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The present instant in UTC, to the microsecond (what both databases keep).
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one home of the system clock"
        )]
        let system = Utc::now();
        let error = TimeDelta::microseconds(self.error_micros.load(Ordering::SeqCst));
        (system + self.offset() + error).trunc_subsecs(6)
    }

    /// The database's present instant plus the offset: for deadlines that race (holds, coupon windows, quotas), so that
    /// servers with different clocks decide alike.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn db_now<C: ConnectionTrait>(&self, connection: &C) -> Result<DateTime<Utc>> {
        let backend = connection.get_database_backend();
        if backend == DbBackend::Sqlite {
            return Ok(self.now()); // embedded: its clock is ours
        }
        let statement = Statement::from_string(backend, "SELECT clock_timestamp() AS now");
        let row = connection
            .query_one_raw(statement)
            .await?
            .ok_or_else(|| Error::internal("no row from SELECT"))?;
        let now: DateTime<Utc> = row.try_get("", "now")?;
        Ok(now + self.offset())
    }

    /// A fresh time-ordered id (UUID v7).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "the one home of id creation")]
        Uuid::now_v7()
    }

    /// Moves the clock by this much; for tests and rehearsals.
    pub fn advance(&self, by: TimeDelta) {
        self.offset_micros
            .fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Lets this server's clock be wrong by this much, while the database's stays right; for tests.
    pub fn go_wrong(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or_default();
        self.error_micros.store(micros, Ordering::SeqCst);
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::microseconds(self.offset_micros.load(Ordering::SeqCst))
    }
}
