//! Who may read now. In a rush, reading is shed before buying: queries beyond what the database can serve wait a moment and are
//! then asked to come back, while mutations are never held up behind them.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// Queries under way for each connection: while some wait for the database, others are computed and written.
const PER_CONNECTION: usize = 4;
/// Longest wait for a place: with the way there and back, who is refused knows within a quarter of a second.
const PATIENCE: Duration = Duration::from_millis(200);

/// The places for queries.
#[derive(Debug)]
pub struct Admission(Semaphore);

impl Admission {
    /// As many places as suit so many connections to the database.
    #[must_use]
    pub fn new(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(1).max(1);
        Self(Semaphore::new(connections.saturating_mul(PER_CONNECTION)))
    }

    /// Takes a place, given back when dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when none gets free in time.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>> {
        if let Ok(place) = self.0.try_acquire() {
            return Ok(place);
        }
        match tokio::time::timeout(PATIENCE, self.0.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable("the shop (busy)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Admission, PATIENCE, PER_CONNECTION};

    #[tokio::test]
    async fn who_finds_no_place_is_told_soon_and_a_place_given_back_is_the_next_ones() {
        let admission = Admission::new(1);
        let mut held = Vec::new();
        for _query in 0..PER_CONNECTION {
            held.push(admission.enter().await.expect("a place"));
        }
        let began = Instant::now();
        assert!(admission.enter().await.is_err());
        assert!(began.elapsed() >= PATIENCE, "it waited for one");
        let (next, ()) = tokio::join!(admission.enter(), async { drop(held.pop()) });
        assert!(next.is_ok());
    }
}
