//! Life of a promotion. Start and end come by time alone: no job has to run for them.

use chrono::{DateTime, Utc};

use crate::text_enum;

text_enum! {
    /// Life of a promotion.
    pub enum PromotionStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Activated, waits for its start.
        Scheduled = "SCHEDULED",
        /// Running.
        Active = "ACTIVE",
        /// Stopped for now.
        Paused = "PAUSED",
        /// Over.
        Ended = "ENDED",
    }
}

/// The step cannot be taken from this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be done with a promotion that is {from}")]
pub struct TransitionError {
    /// The status, time taken into account.
    pub from: PromotionStatus,
}

impl PromotionStatus {
    /// Gives the status at an instant: what is activated waits for its start and is over after its end.
    #[must_use]
    pub fn at(
        self,
        starts_at: Option<DateTime<Utc>>,
        ends_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        match self {
            Self::Scheduled | Self::Active => {
                if ends_at.is_some_and(|end| end <= now) {
                    Self::Ended
                } else if starts_at.is_some_and(|start| now < start) {
                    Self::Scheduled
                } else {
                    Self::Active
                }
            }
            Self::Draft | Self::Paused | Self::Ended => self,
        }
    }

    /// Activates; `self` is the status at the instant. The result is `Scheduled` before the start.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] when it is over, by time too. What is active or scheduled already stays so.
    pub fn activate(
        self,
        starts_at: Option<DateTime<Utc>>,
        ends_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, TransitionError> {
        match self {
            Self::Draft | Self::Paused | Self::Scheduled | Self::Active => {
                match Self::Active.at(starts_at, ends_at, now) {
                    Self::Ended => Err(TransitionError { from: Self::Ended }),
                    status @ (Self::Draft | Self::Scheduled | Self::Active | Self::Paused) => {
                        Ok(status)
                    }
                }
            }
            Self::Ended => Err(TransitionError { from: self }),
        }
    }

    /// Pauses; `self` is the status at the instant.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless it is running, scheduled or paused already.
    pub fn pause(self) -> Result<Self, TransitionError> {
        match self {
            Self::Scheduled | Self::Active | Self::Paused => Ok(Self::Paused),
            Self::Draft | Self::Ended => Err(TransitionError { from: self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::PromotionStatus::{self, Active, Draft, Ended, Paused, Scheduled};
    use super::TransitionError;
    use crate::text_enum::TextEnum;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    #[test]
    fn time_starts_and_ends_only_what_is_activated() {
        let past = Some(now());
        let future = Some(now() + TimeDelta::seconds(1));
        for (start, end, expected) in [
            (None, None, Active),
            (past, future, Active),
            (future, None, Scheduled),
            (past, past, Ended),
        ] {
            assert_eq!(Active.at(start, end, now()), expected);
            assert_eq!(Scheduled.at(start, end, now()), expected);
            for status in [Draft, Paused, Ended] {
                assert_eq!(status.at(start, end, now()), status);
            }
        }
    }

    #[test]
    fn every_step_from_every_status_is_decided() {
        for status in PromotionStatus::ALL.iter().copied() {
            let refused = Err(TransitionError { from: status });
            let activated = if status == Ended { refused } else { Ok(Active) };
            assert_eq!(status.activate(None, None, now()), activated);
            let paused = if matches!(status, Draft | Ended) {
                refused
            } else {
                Ok(Paused)
            };
            assert_eq!(status.pause(), paused);
        }
        assert_eq!(
            Draft.activate(None, Some(now()), now()),
            Err(TransitionError { from: Ended })
        );
        assert_eq!(
            Paused.activate(Some(now() + TimeDelta::days(1)), None, now()),
            Ok(Scheduled)
        );
    }
}
