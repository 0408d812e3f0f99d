//! Life of a promotion. Start and end come by time alone: a timer only writes down that they came.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::text_enum;

text_enum! {
    /// Life of a promotion.
    pub enum PromotionStatus {
        /// Being written.
        Draft = "DRAFT",
        /// Written, waits for a second person's yes.
        PendingApproval = "PENDING_APPROVAL",
        /// Activated, waits for its start.
        Scheduled = "SCHEDULED",
        /// Running.
        Active = "ACTIVE",
        /// Stopped for now.
        Paused = "PAUSED",
        /// Over.
        Ended = "ENDED",
        /// Put away.
        Archived = "ARCHIVED",
    }
}

text_enum! {
    /// What happened to a promotion.
    pub enum PromotionChangeKind {
        /// It was written first.
        Created = "CREATED",
        /// Its rule was changed.
        Updated = "UPDATED",
        /// A second person was asked.
        ApprovalRequested = "APPROVAL_REQUESTED",
        /// The second person agreed.
        Approved = "APPROVED",
        /// The second person did not.
        Declined = "DECLINED",
        /// It was activated.
        Activated = "ACTIVATED",
        /// It was stopped for now.
        Paused = "PAUSED",
        /// Its start came.
        Started = "STARTED",
        /// Its end came.
        Ended = "ENDED",
        /// It was put away.
        Archived = "ARCHIVED",
    }
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    /// The step cannot be taken from this status.
    #[error("this cannot be done with a promotion that is {from}")]
    Transition {
        /// The status, time taken into account.
        from: PromotionStatus,
    },
    /// The shop wants a second person to agree first.
    #[error("a second person must approve this promotion first")]
    ApprovalNeeded,
    /// Whoever wrote it cannot be the second person.
    #[error("somebody who did not write this promotion must answer")]
    SecondPerson,
}

/// Whether a shop's promotions start only when a second person agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalPolicy {
    /// Whoever writes a promotion may start it.
    NotNeeded,
    /// A second person must agree.
    Needed,
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
            Self::Draft | Self::PendingApproval | Self::Paused | Self::Ended | Self::Archived => {
                self
            }
        }
    }

    /// Starts it alone; `self` and the result are statuses at the same instant, the result that of something active
    /// as `running` says.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::ApprovalNeeded`] for a draft where a second person must agree,
    /// [`LifecycleError::Transition`] when it waits for that already or is over, by time too. What is active or
    /// scheduled already stays so.
    pub fn activate(self, running: Self, policy: ApprovalPolicy) -> Result<Self, LifecycleError> {
        match (self, policy) {
            (Self::Draft, ApprovalPolicy::Needed) => Err(LifecycleError::ApprovalNeeded),
            (Self::Draft, ApprovalPolicy::NotNeeded)
            | (Self::Scheduled | Self::Active | Self::Paused, _) => running.unless_over(),
            (Self::PendingApproval | Self::Ended | Self::Archived, _) => Err(self.refused()),
        }
    }

    /// Asks a second person.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] unless it is a draft, or waits already.
    pub fn request_approval(self) -> Result<Self, LifecycleError> {
        match self {
            Self::Draft | Self::PendingApproval => Ok(Self::PendingApproval),
            Self::Scheduled | Self::Active | Self::Paused | Self::Ended | Self::Archived => {
                Err(self.refused())
            }
        }
    }

    /// Starts it with a second person's yes.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] unless it waits for that, or when its end has passed meanwhile.
    pub fn approve(self, running: Self) -> Result<Self, LifecycleError> {
        match self {
            Self::PendingApproval => running.unless_over(),
            Self::Draft
            | Self::Scheduled
            | Self::Active
            | Self::Paused
            | Self::Ended
            | Self::Archived => Err(self.refused()),
        }
    }

    /// Gives it back to whoever writes it.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] unless it waits for a second person.
    pub fn decline(self) -> Result<Self, LifecycleError> {
        match self {
            Self::PendingApproval => Ok(Self::Draft),
            Self::Draft
            | Self::Scheduled
            | Self::Active
            | Self::Paused
            | Self::Ended
            | Self::Archived => Err(self.refused()),
        }
    }

    /// Changes its rule. Where a second person must agree, what was agreed to is a draft again, so that nothing runs
    /// that nobody else has seen.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] when it is over or put away, [`LifecycleError::ApprovalNeeded`] when it runs or
    /// will by itself where a second person must agree: it is to be paused first.
    pub fn change(self, policy: ApprovalPolicy) -> Result<Self, LifecycleError> {
        match (self, policy) {
            (Self::Draft | Self::PendingApproval, _) | (Self::Paused, ApprovalPolicy::Needed) => {
                Ok(Self::Draft)
            }
            (Self::Scheduled | Self::Active, ApprovalPolicy::Needed) => {
                Err(LifecycleError::ApprovalNeeded)
            }
            (Self::Scheduled | Self::Active | Self::Paused, ApprovalPolicy::NotNeeded) => Ok(self),
            (Self::Ended | Self::Archived, _) => Err(self.refused()),
        }
    }

    /// Pauses; `self` is the status at the instant.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] unless it is running, scheduled or paused already.
    pub fn pause(self) -> Result<Self, LifecycleError> {
        match self {
            Self::Scheduled | Self::Active | Self::Paused => Ok(Self::Paused),
            Self::Draft | Self::PendingApproval | Self::Ended | Self::Archived => {
                Err(self.refused())
            }
        }
    }

    /// Puts it away; `self` is the status at the instant.
    ///
    /// # Errors
    ///
    /// [`LifecycleError::Transition`] while it runs, is going to, or waits for a second person.
    pub fn archive(self) -> Result<Self, LifecycleError> {
        match self {
            Self::Draft | Self::Paused | Self::Ended | Self::Archived => Ok(Self::Archived),
            Self::PendingApproval | Self::Scheduled | Self::Active => Err(self.refused()),
        }
    }

    fn unless_over(self) -> Result<Self, LifecycleError> {
        if self == Self::Ended {
            Err(self.refused())
        } else {
            Ok(self)
        }
    }

    fn refused(self) -> LifecycleError {
        LifecycleError::Transition { from: self }
    }
}

/// Lists the people behind a rule from what happened to it, oldest first: whoever wrote at it or asked for approval
/// since somebody approved it last.
#[must_use]
pub fn authors(changes: &[(PromotionChangeKind, Option<Uuid>)]) -> BTreeSet<Uuid> {
    let mut authors = BTreeSet::new();
    for (kind, person) in changes {
        match kind {
            PromotionChangeKind::Created
            | PromotionChangeKind::Updated
            | PromotionChangeKind::ApprovalRequested => authors.extend(*person),
            PromotionChangeKind::Approved => authors.clear(),
            PromotionChangeKind::Declined
            | PromotionChangeKind::Activated
            | PromotionChangeKind::Paused
            | PromotionChangeKind::Started
            | PromotionChangeKind::Ended
            | PromotionChangeKind::Archived => {}
        }
    }
    authors
}

#[cfg(test)]
mod tests;
