//! A request from one party to another, and its one answer.

use chrono::{DateTime, Utc};

use crate::text_enum;

text_enum! {
    /// Where a request from one party to another stands.
    pub enum RequestStatus {
        /// No answer yet.
        Pending = "PENDING",
        /// Answered yes.
        Accepted = "ACCEPTED",
        /// Answered no.
        Declined = "DECLINED",
        /// Taken back.
        Cancelled = "CANCELLED",
        /// No answer in time.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// Answer to a request that waits for somebody.
    pub enum Decision {
        /// Yes.
        Accept = "ACCEPT",
        /// No.
        Decline = "DECLINE",
    }
}

text_enum! {
    /// What may happen to a request.
    pub enum RequestEvent {
        /// It is answered yes.
        Accepted = "ACCEPTED",
        /// It is answered no.
        Declined = "DECLINED",
        /// It is taken back, or what it is about is gone.
        Withdrawn = "WITHDRAWN",
        /// The time to answer is over.
        Lapsed = "LAPSED",
    }
}

/// Why a request takes no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It has its answer.
    #[error("the request is {0} already")]
    Answered(RequestStatus),
    /// The time to answer is over.
    #[error("the time to answer is over")]
    TooLate,
}

impl From<Decision> for RequestEvent {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accept => Self::Accepted,
            Decision::Decline => Self::Declined,
        }
    }
}

impl RequestStatus {
    /// The status after an event; a request is answered once.
    ///
    /// # Errors
    /// [`RequestError::TooLate`] when it lapsed; [`RequestError::Answered`] when it has another answer.
    pub fn apply(self, event: RequestEvent) -> Result<Self, RequestError> {
        match (self, event) {
            (Self::Pending, RequestEvent::Accepted) => Ok(Self::Accepted),
            (Self::Pending, RequestEvent::Declined) => Ok(Self::Declined),
            (Self::Pending, RequestEvent::Withdrawn) => Ok(Self::Cancelled),
            (Self::Pending, RequestEvent::Lapsed) => Ok(Self::Expired),
            (
                Self::Expired,
                RequestEvent::Accepted
                | RequestEvent::Declined
                | RequestEvent::Withdrawn
                | RequestEvent::Lapsed,
            ) => Err(RequestError::TooLate),
            (
                Self::Accepted | Self::Declined | Self::Cancelled,
                RequestEvent::Accepted
                | RequestEvent::Declined
                | RequestEvent::Withdrawn
                | RequestEvent::Lapsed,
            ) => Err(RequestError::Answered(self)),
        }
    }

    /// The status after an answer that has to come before an instant. What is late is late even before anybody noticed.
    ///
    /// # Errors
    /// As [`Self::apply`]; [`RequestError::TooLate`] at or after `expires_at`.
    pub fn answer(
        self,
        decision: Decision,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, RequestError> {
        let answered = self.apply(decision.into())?;
        if now >= expires_at {
            return Err(RequestError::TooLate);
        }
        Ok(answered)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::RequestEvent as E;
    use super::RequestStatus as S;
    use super::*;
    use crate::text_enum::TextEnum;

    #[test]
    fn every_pair_of_status_and_event_is_as_written() {
        // Columns: accepted, declined, withdrawn, lapsed.
        let answered = |status| [Err(RequestError::Answered(status)); 4];
        let table = [
            (
                S::Pending,
                [
                    Ok(S::Accepted),
                    Ok(S::Declined),
                    Ok(S::Cancelled),
                    Ok(S::Expired),
                ],
            ),
            (S::Accepted, answered(S::Accepted)),
            (S::Declined, answered(S::Declined)),
            (S::Cancelled, answered(S::Cancelled)),
            (S::Expired, [Err(RequestError::TooLate); 4]),
        ];
        assert_eq!(table.len(), S::ALL.len());
        for (from, expectations) in table {
            for (event, expected) in E::ALL.iter().zip(expectations) {
                assert_eq!(from.apply(*event), expected, "{from} {event}");
            }
        }
    }

    #[test]
    fn an_answer_at_the_last_instant_is_too_late() {
        let expires_at = DateTime::<Utc>::UNIX_EPOCH;
        let before = expires_at - TimeDelta::seconds(1);
        assert_eq!(
            S::Pending.answer(Decision::Accept, expires_at, before),
            Ok(S::Accepted)
        );
        assert_eq!(
            S::Pending.answer(Decision::Accept, expires_at, expires_at),
            Err(RequestError::TooLate)
        );
        assert_eq!(
            S::Declined.answer(Decision::Accept, expires_at, expires_at),
            Err(RequestError::Answered(S::Declined))
        );
    }
}
