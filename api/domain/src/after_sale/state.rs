//! Where a case stands, and where the returns of an order stand as a whole.

use super::kind::AfterSaleKind;
use crate::text_enum;

text_enum! {
    /// Where a case stands.
    pub enum AfterSaleStatus {
        /// Waits for the shop.
        Requested = "REQUESTED",
        /// Goods may be sent.
        Approved = "APPROVED",
        /// Refused.
        Declined = "DECLINED",
        /// Goods under way.
        InTransit = "IN_TRANSIT",
        /// Goods arrived.
        Received = "RECEIVED",
        /// Goods examined.
        Inspected = "INSPECTED",
        /// Paid out.
        Refunded = "REFUNDED",
        /// Other goods sent.
        ReplacementSent = "REPLACEMENT_SENT",
        /// Part accepted, part sent back.
        PartiallyAccepted = "PARTIALLY_ACCEPTED",
        /// Goods sent back.
        SentBack = "SENT_BACK",
        /// Dropped.
        Cancelled = "CANCELLED",
    }
}

text_enum! {
    /// What may happen to a case.
    pub enum AfterSaleEvent {
        /// The shop agrees.
        Approved = "APPROVED",
        /// The shop does not.
        Declined = "DECLINED",
        /// The buyer hands the goods to a carrier.
        Shipped = "SHIPPED",
        /// The goods arrive.
        Received = "RECEIVED",
        /// They are examined, and some are accepted.
        Inspected = "INSPECTED",
        /// They are examined, and none is accepted.
        Rejected = "REJECTED",
        /// Money goes back for all that was asked.
        Refunded = "REFUNDED",
        /// Other goods are sent for all that was asked.
        Replaced = "REPLACED",
        /// What was accepted is made good; the rest is not.
        PartlySettled = "PARTLY_SETTLED",
        /// The buyer drops it.
        Cancelled = "CANCELLED",
        /// The goods were not sent in time.
        Lapsed = "LAPSED",
    }
}

/// An event that cannot happen to a case of this kind in this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} in {from} cannot take {event}")]
pub struct AfterSaleTransitionError {
    /// What is wanted.
    pub kind: AfterSaleKind,
    /// The status it is in.
    pub from: AfterSaleStatus,
    /// What was tried.
    pub event: AfterSaleEvent,
}

impl AfterSaleStatus {
    /// The status after an event.
    ///
    /// # Errors
    /// [`AfterSaleTransitionError`] when the event cannot happen now.
    pub fn apply(
        self,
        kind: AfterSaleKind,
        event: AfterSaleEvent,
    ) -> Result<Self, AfterSaleTransitionError> {
        self.after(kind, event).ok_or(AfterSaleTransitionError {
            kind,
            from: self,
            event,
        })
    }

    fn after(self, kind: AfterSaleKind, event: AfterSaleEvent) -> Option<Self> {
        let goods = kind.wants_goods_back();
        let (may_follow, next) = match event {
            AfterSaleEvent::Approved => (self == Self::Requested, Self::Approved),
            AfterSaleEvent::Declined => (self == Self::Requested, Self::Declined),
            AfterSaleEvent::Shipped => (goods && self == Self::Approved, Self::InTransit),
            AfterSaleEvent::Received => (
                goods && (self == Self::Approved || self == Self::InTransit),
                Self::Received,
            ),
            AfterSaleEvent::Inspected => (self == Self::Received, Self::Inspected),
            AfterSaleEvent::Rejected => (self == Self::Received, Self::SentBack),
            AfterSaleEvent::Refunded if goods => (self == Self::Inspected, Self::Refunded),
            AfterSaleEvent::Refunded => (self == Self::Approved, Self::Refunded),
            AfterSaleEvent::Replaced => (
                self == Self::Inspected
                    && kind.allows(super::kind::AfterSaleResolution::Replacement),
                Self::ReplacementSent,
            ),
            AfterSaleEvent::PartlySettled => (self == Self::Inspected, Self::PartiallyAccepted),
            AfterSaleEvent::Cancelled => (self.is_with_buyer(), Self::Cancelled),
            AfterSaleEvent::Lapsed => (goods && self == Self::Approved, Self::Cancelled),
        };
        may_follow.then_some(next)
    }

    /// Whether the goods are not in the shop's hands yet, so that the buyer may drop the case.
    fn is_with_buyer(self) -> bool {
        match self {
            Self::Requested | Self::Approved | Self::InTransit => true,
            Self::Declined
            | Self::Received
            | Self::Inspected
            | Self::Refunded
            | Self::ReplacementSent
            | Self::PartiallyAccepted
            | Self::SentBack
            | Self::Cancelled => false,
        }
    }

    /// Whether something is still to happen.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Requested
            | Self::Approved
            | Self::InTransit
            | Self::Received
            | Self::Inspected => true,
            Self::Declined
            | Self::Refunded
            | Self::ReplacementSent
            | Self::PartiallyAccepted
            | Self::SentBack
            | Self::Cancelled => false,
        }
    }

    /// Units of a line that no other case can be about: all that were asked for while it is being decided, those accepted
    /// from then on, none once it came to nothing.
    #[must_use]
    pub fn claims(self, asked: u32, accepted: u32) -> u32 {
        match self {
            Self::Requested | Self::Approved | Self::InTransit | Self::Received => asked,
            Self::Inspected | Self::Refunded | Self::ReplacementSent | Self::PartiallyAccepted => {
                accepted
            }
            Self::Declined | Self::SentBack | Self::Cancelled => 0,
        }
    }
}

text_enum! {
    /// Where the returns of an order stand.
    pub enum OrderReturnStatus {
        /// None.
        None = "NONE",
        /// Asked for.
        Requested = "REQUESTED",
        /// Under way.
        InProgress = "IN_PROGRESS",
        /// Some came back.
        PartiallyReturned = "PARTIALLY_RETURNED",
        /// All came back.
        Returned = "RETURNED",
    }
}

impl OrderReturnStatus {
    /// Derives it from the order's cases, and from the units of its lines, each `(sent, returned)`. What waits for the shop
    /// comes first.
    #[must_use]
    pub fn derive(cases: &[AfterSaleStatus], lines: &[(u32, u32)]) -> Self {
        let sent: u64 = lines.iter().map(|(sent, _)| u64::from(*sent)).sum();
        let returned: u64 = lines.iter().map(|(_, returned)| u64::from(*returned)).sum();
        if cases.contains(&AfterSaleStatus::Requested) {
            Self::Requested
        } else if cases.iter().any(|case| case.is_open()) {
            Self::InProgress
        } else if returned == 0 {
            Self::None
        } else if returned < sent {
            Self::PartiallyReturned
        } else {
            Self::Returned
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AfterSaleEvent as E;
    use super::AfterSaleKind as K;
    use super::AfterSaleStatus as S;
    use super::OrderReturnStatus as O;
    use crate::text_enum::TextEnum;

    type Line = (S, [Option<S>; 11]);

    fn check(kinds: &[K], table: [Line; 11]) {
        assert_eq!(table.map(|(from, _)| from).as_slice(), S::ALL);
        for kind in kinds {
            for (from, expectations) in table {
                for (event, expected) in E::ALL.iter().zip(expectations) {
                    assert_eq!(
                        from.apply(*kind, *event).ok(),
                        expected,
                        "{kind} {from} {event}"
                    );
                }
            }
        }
    }

    // Columns: approved, declined, shipped, received, inspected, rejected, refunded, replaced, partly settled, cancelled,
    // lapsed.
    #[rustfmt::skip]
    fn with_goods(replaced: Option<S>) -> [Line; 11] {
        let (a, x) = (Some(S::Approved), Some(S::Cancelled));
        [
            (S::Requested, [a, Some(S::Declined), None, None, None, None, None, None, None, x, None]),
            (S::Approved, [None, None, Some(S::InTransit), Some(S::Received), None, None, None, None, None, x, x]),
            (S::Declined, [None; 11]),
            (S::InTransit, [None, None, None, Some(S::Received), None, None, None, None, None, x, None]),
            (S::Received, [None, None, None, None, Some(S::Inspected), Some(S::SentBack), None, None, None, None, None]),
            (S::Inspected, [None, None, None, None, None, None, Some(S::Refunded), replaced, Some(S::PartiallyAccepted), None, None]),
            (S::Refunded, [None; 11]),
            (S::ReplacementSent, [None; 11]),
            (S::PartiallyAccepted, [None; 11]),
            (S::SentBack, [None; 11]),
            (S::Cancelled, [None; 11]),
        ]
    }

    #[test]
    fn every_step_of_a_case_whose_goods_come_back_is_as_written() {
        check(&[K::Return], with_goods(None));
        check(
            &[K::Exchange, K::WarrantyClaim],
            with_goods(Some(S::ReplacementSent)),
        );
    }

    #[test]
    #[rustfmt::skip]
    fn every_step_of_a_case_about_money_alone_is_as_written() {
        let x = Some(S::Cancelled);
        let mut table = with_goods(None);
        table[1] = (S::Approved, [None, None, None, None, None, None, Some(S::Refunded), None, None, x, None]);
        table[3] = (S::InTransit, [None, None, None, None, None, None, None, None, None, x, None]);
        table[5] = (S::Inspected, [None, None, None, None, None, None, None, None, Some(S::PartiallyAccepted), None, None]);
        check(&[K::RefundOnly], table);
    }

    #[test]
    fn a_case_claims_what_it_is_about_and_lets_go_of_what_it_is_not() {
        for status in S::ALL {
            let claimed = match status {
                S::Requested | S::Approved | S::InTransit | S::Received => 3,
                S::Inspected | S::Refunded | S::ReplacementSent | S::PartiallyAccepted => 2,
                S::Declined | S::SentBack | S::Cancelled => 0,
            };
            assert_eq!(status.claims(3, 2), claimed, "{status}");
        }
    }

    /// Cases, units sent and returned by line, and what follows.
    type Case = (&'static [S], &'static [(u32, u32)], O);

    #[test]
    fn an_orders_returns_follow_its_cases_and_units() {
        let cases: [Case; 7] = [
            (&[], &[(2, 0)], O::None),
            (&[S::Declined, S::SentBack], &[(2, 0)], O::None),
            (&[S::Inspected, S::Requested], &[(2, 1)], O::Requested),
            (&[S::InTransit, S::Refunded], &[(2, 1)], O::InProgress),
            (&[S::Refunded], &[(2, 1), (1, 1)], O::PartiallyReturned),
            (&[S::ReplacementSent], &[(2, 2), (1, 1)], O::Returned),
            (&[S::Refunded], &[(2, 0)], O::None),
        ];
        for (statuses, lines, expected) in cases {
            assert_eq!(
                O::derive(statuses, lines),
                expected,
                "{statuses:?} {lines:?}"
            );
        }
    }
}
