//! The back office says what it can deliver before the buyer is told that an order is certain. What is less, later or
//! something else is proposed to the buyer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::text_enum;

text_enum! {
    /// Whether placed orders wait for the back office.
    pub enum ConfirmationPolicy {
        /// Paid orders are confirmed at once.
        None = "NONE",
        /// Every order waits for an answer until the deadline; then it is confirmed without one.
        Advisory = "ADVISORY",
        /// Every order waits for an answer.
        Required = "REQUIRED",
    }
}

text_enum! {
    /// What becomes of an order that needs an answer and got none in time.
    pub enum ConfirmationTimeout {
        /// It waits on; staff see that the answer is late.
        Escalate = "ESCALATE",
        /// It is rejected.
        Reject = "REJECT",
    }
}

text_enum! {
    /// Where a confirmation request stands.
    pub enum OrderConfirmationStatus {
        /// Not sent yet.
        Pending = "PENDING",
        /// Sent, no answer yet.
        Sent = "SENT",
        /// All can be delivered.
        Confirmed = "CONFIRMED",
        /// Less, later or something else.
        Partial = "PARTIAL",
        /// Cannot be delivered.
        Rejected = "REJECTED",
        /// No answer in time.
        TimedOut = "TIMED_OUT",
    }
}

text_enum! {
    /// Answers of the back office.
    pub enum OrderConfirmationOutcome {
        /// All can be delivered.
        Confirmed = "CONFIRMED",
        /// Less, later or else; the buyer is asked.
        Partial = "PARTIAL",
        /// None; money, stock and coupons go back.
        Rejected = "REJECTED",
    }
}

text_enum! {
    /// What may happen to a confirmation request.
    pub enum ConfirmationEvent {
        /// All can be delivered.
        Confirmed = "CONFIRMED",
        /// Less, later or something else can.
        Partial = "PARTIAL",
        /// Nothing can.
        Rejected = "REJECTED",
        /// The deadline passed.
        TimedOut = "TIMED_OUT",
    }
}

impl From<OrderConfirmationOutcome> for ConfirmationEvent {
    fn from(outcome: OrderConfirmationOutcome) -> Self {
        match outcome {
            OrderConfirmationOutcome::Confirmed => Self::Confirmed,
            OrderConfirmationOutcome::Partial => Self::Partial,
            OrderConfirmationOutcome::Rejected => Self::Rejected,
        }
    }
}

impl OrderConfirmationStatus {
    /// The status after an event; `None` when the request has its answer. A late answer is better than none.
    #[must_use]
    pub fn apply(self, event: ConfirmationEvent) -> Option<Self> {
        match (self, event) {
            (Self::Pending | Self::Sent | Self::TimedOut, ConfirmationEvent::Confirmed) => {
                Some(Self::Confirmed)
            }
            (Self::Pending | Self::Sent | Self::TimedOut, ConfirmationEvent::Partial) => {
                Some(Self::Partial)
            }
            (Self::Pending | Self::Sent | Self::TimedOut, ConfirmationEvent::Rejected) => {
                Some(Self::Rejected)
            }
            (Self::Pending | Self::Sent, ConfirmationEvent::TimedOut) => Some(Self::TimedOut),
            (Self::TimedOut, ConfirmationEvent::TimedOut)
            | (
                Self::Confirmed | Self::Partial | Self::Rejected,
                ConfirmationEvent::Confirmed
                | ConfirmationEvent::Partial
                | ConfirmationEvent::Rejected
                | ConfirmationEvent::TimedOut,
            ) => None,
        }
    }

    /// Whether an answer can still come.
    #[must_use]
    pub fn is_unanswered(self) -> bool {
        match self {
            Self::Pending | Self::Sent | Self::TimedOut => true,
            Self::Confirmed | Self::Partial | Self::Rejected => false,
        }
    }
}

/// What it means that the back office said nothing until the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// All can be delivered.
    Confirms,
    /// Nothing yet.
    Waits,
    /// Nothing can be delivered.
    Rejects,
}

impl ConfirmationPolicy {
    /// What silence means in a channel. One that asks nobody any more does not wait for answers either.
    #[must_use]
    pub fn silence(self, timeout: ConfirmationTimeout) -> Silence {
        match (self, timeout) {
            (Self::None | Self::Advisory, _) => Silence::Confirms,
            (Self::Required, ConfirmationTimeout::Escalate) => Silence::Waits,
            (Self::Required, ConfirmationTimeout::Reject) => Silence::Rejects,
        }
    }
}

/// What the answers of all who were asked make together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Somebody has to answer yet.
    Open,
    /// All can be delivered.
    Confirmed,
    /// The buyer has to be asked.
    Proposed,
    /// Somebody cannot deliver.
    Rejected,
}

impl Gate {
    /// Adds the answers up: one refusal is enough to reject, and nobody is asked before everybody has answered.
    #[must_use]
    pub fn of(answers: &[OrderConfirmationStatus], silence: Silence) -> Self {
        let has = |status| answers.contains(&status);
        let timed_out = has(OrderConfirmationStatus::TimedOut);
        if has(OrderConfirmationStatus::Rejected) || (timed_out && silence == Silence::Rejects) {
            Self::Rejected
        } else if has(OrderConfirmationStatus::Pending)
            || has(OrderConfirmationStatus::Sent)
            || (timed_out && silence == Silence::Waits)
        {
            Self::Open
        } else if has(OrderConfirmationStatus::Partial) {
            Self::Proposed
        } else {
            Self::Confirmed
        }
    }
}

/// Units of a line somebody is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedLine {
    /// The line.
    pub id: Uuid,
    /// Units.
    pub quantity: u32,
    /// Whether nobody else is asked for units of the line.
    pub is_whole: bool,
}

/// What can be delivered of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineAnswer {
    /// The line.
    pub id: Uuid,
    /// Units, of the substitute if there is one.
    pub quantity: u32,
    /// When they can ship.
    pub promised_ship_at: Option<DateTime<Utc>>,
    /// Variant offered instead, at the price of what was ordered.
    pub substitute: Option<Uuid>,
}

/// Why an answer makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The line was not asked for.
    #[error("this line was not asked for")]
    UnknownLine {
        /// Place in the answer.
        index: usize,
    },
    /// More units than were asked for.
    #[error("only {asked} units were asked for")]
    TooMany {
        /// Place in the answer.
        index: usize,
        /// Units asked for.
        asked: u32,
    },
    /// A line that was asked for is missing.
    #[error("say of every line what can be delivered")]
    Incomplete,
    /// All is confirmed, but this line lacks units or is something else.
    #[error("less or something else is a partial answer")]
    NotAll {
        /// Place in the answer.
        index: usize,
    },
    /// The date is over.
    #[error("this date is over")]
    Past {
        /// Place in the answer.
        index: usize,
    },
    /// Somebody else is asked for units of the line too, so that it cannot become another variant.
    #[error("a line that several warehouses send cannot be replaced")]
    SplitSubstitute {
        /// Place in the answer.
        index: usize,
    },
    /// No units of what is offered instead.
    #[error("say how many units are offered instead")]
    EmptySubstitute {
        /// Place in the answer.
        index: usize,
    },
    /// Nothing differs from what was asked.
    #[error("all of this can be delivered as asked: that is a full confirmation")]
    NothingDiffers,
    /// Lines where none belong.
    #[error("a rejection names no lines")]
    LinesOfRejection,
}

/// Reads an answer to what was asked: every line once, in the order asked. A confirmation may leave the lines out; they are
/// delivered as asked then.
///
/// # Errors
/// [`AnswerError`], each as it says.
pub fn check_answer(
    outcome: OrderConfirmationOutcome,
    asked: &[AskedLine],
    lines: &[LineAnswer],
    now: DateTime<Utc>,
) -> Result<Vec<LineAnswer>, AnswerError> {
    match outcome {
        OrderConfirmationOutcome::Rejected if !lines.is_empty() => {
            return Err(AnswerError::LinesOfRejection);
        }
        OrderConfirmationOutcome::Rejected => {
            return Ok(asked.iter().map(|line| answer(*line, 0)).collect());
        }
        OrderConfirmationOutcome::Confirmed if lines.is_empty() => {
            return Ok(asked
                .iter()
                .map(|line| answer(*line, line.quantity))
                .collect());
        }
        OrderConfirmationOutcome::Confirmed | OrderConfirmationOutcome::Partial => {}
    }
    let is_confirmed = outcome == OrderConfirmationOutcome::Confirmed;
    for (index, line) in lines.iter().enumerate() {
        let of = asked.iter().find(|asked| asked.id == line.id);
        let of = of.ok_or(AnswerError::UnknownLine { index })?;
        if line.quantity > of.quantity {
            let asked = of.quantity;
            return Err(AnswerError::TooMany { index, asked });
        }
        if is_confirmed && (line.quantity < of.quantity || line.substitute.is_some()) {
            return Err(AnswerError::NotAll { index });
        }
        if line.promised_ship_at.is_some_and(|at| at < now) {
            return Err(AnswerError::Past { index });
        }
        if line.substitute.is_some() && !of.is_whole {
            return Err(AnswerError::SplitSubstitute { index });
        }
        if line.substitute.is_some() && line.quantity == 0 {
            return Err(AnswerError::EmptySubstitute { index });
        }
    }
    let answers: Option<Vec<LineAnswer>> = asked
        .iter()
        .map(|asked| lines.iter().find(|line| line.id == asked.id).copied())
        .collect();
    let answers = answers.ok_or(AnswerError::Incomplete)?;
    let as_asked = answers
        .iter()
        .zip(asked)
        .all(|(line, asked)| *line == answer(*asked, asked.quantity));
    if !is_confirmed && as_asked {
        return Err(AnswerError::NothingDiffers);
    }
    Ok(answers)
}

fn answer(asked: AskedLine, quantity: u32) -> LineAnswer {
    LineAnswer {
        id: asked.id,
        quantity,
        promised_ship_at: None,
        substitute: None,
    }
}

/// What a buyer would get of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposedLine {
    /// What can be delivered, by all who were asked.
    pub offer: LineAnswer,
    /// Units they were asked for.
    pub asked: u32,
}

impl ProposedLine {
    /// Units that cannot be delivered.
    #[must_use]
    pub fn missing(&self) -> u32 {
        self.asked.saturating_sub(self.offer.quantity)
    }
}

/// Adds the answers to each line up, in the order of the lines' ids: units together, the latest date.
#[must_use]
pub fn propose(answers: &[(AskedLine, LineAnswer)]) -> Vec<ProposedLine> {
    let mut lines: BTreeMap<Uuid, ProposedLine> = BTreeMap::new();
    for (asked, offer) in answers {
        lines
            .entry(asked.id)
            .and_modify(|line| {
                line.asked = line.asked.saturating_add(asked.quantity);
                line.offer.quantity = line.offer.quantity.saturating_add(offer.quantity);
                line.offer.promised_ship_at =
                    line.offer.promised_ship_at.max(offer.promised_ship_at);
                line.offer.substitute = line.offer.substitute.or(offer.substitute);
            })
            .or_insert(ProposedLine {
                offer: *offer,
                asked: asked.quantity,
            });
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests;
