//! The life of a gift card.

use chrono::{DateTime, TimeDelta, Utc};

use super::CreditEntryKind;
use crate::text_enum;

/// How long money that came back to a card can be spent at least: a card that ended meanwhile lives again.
pub const RETURN_TIME: TimeDelta = TimeDelta::days(30);

text_enum! {
    /// Where a gift card stands.
    pub enum GiftCardStatus {
        /// All its money is there.
        Active = "ACTIVE",
        /// Some was spent.
        PartiallyRedeemed = "PARTIALLY_REDEEMED",
        /// All was spent.
        Redeemed = "REDEEMED",
        /// Too late.
        Expired = "EXPIRED",
        /// Withdrawn by staff.
        Cancelled = "CANCELLED",
    }
}

impl GiftCardStatus {
    /// Gives the status after an entry in the card's ledger. `minor` is what is on the card then, held money included;
    /// `face_minor` what it was made with.
    #[must_use]
    pub fn after(self, entry: CreditEntryKind, face_minor: i64, minor: i64) -> Self {
        match entry {
            CreditEntryKind::Cancel => return Self::Cancelled,
            CreditEntryKind::Expire => return Self::Expired,
            // The end of a card does not undo an order that holds its money.
            CreditEntryKind::Hold | CreditEntryKind::Spend if self == Self::Expired => return self,
            CreditEntryKind::Hold
            | CreditEntryKind::Spend
            | CreditEntryKind::Issue
            | CreditEntryKind::Adjust
            | CreditEntryKind::Release
            | CreditEntryKind::Restore
            | CreditEntryKind::Refund => {}
        }
        match self {
            Self::Cancelled => self,
            Self::Active | Self::PartiallyRedeemed | Self::Redeemed | Self::Expired => {
                if minor <= 0 {
                    Self::Redeemed
                } else if minor < face_minor {
                    Self::PartiallyRedeemed
                } else {
                    Self::Active
                }
            }
        }
    }

    /// Gives the status with time taken into account: a card that ended is expired, even before that is booked.
    #[must_use]
    pub fn at(self, ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        match self {
            Self::Active | Self::PartiallyRedeemed if ends_at.is_some_and(|end| end <= now) => {
                Self::Expired
            }
            Self::Active
            | Self::PartiallyRedeemed
            | Self::Redeemed
            | Self::Expired
            | Self::Cancelled => self,
        }
    }

    /// Whether staff may put money on a card: one that ended would lose it at once.
    #[must_use]
    pub fn takes_money(self, ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        self.is_usable() && ends_at.is_none_or(|end| end > now)
    }

    /// Whether money may be spent from the card.
    #[must_use]
    pub fn is_usable(self) -> bool {
        match self {
            Self::Active | Self::PartiallyRedeemed | Self::Redeemed => true,
            Self::Expired | Self::Cancelled => false,
        }
    }
}

/// Gives the end of a card after money came back to it.
#[must_use]
pub fn ends_after_return(
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    ends_at.map(|end| end.max(now + RETURN_TIME))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{GiftCardStatus as S, RETURN_TIME, ends_after_return};
    use crate::credit::CreditEntryKind as K;
    use crate::text_enum::TextEnum as _;

    #[test]
    fn what_is_on_a_card_tells_where_it_stands() {
        for (before, entry, minor, after) in [
            (S::Active, K::Hold, 1_000, S::Active),
            (S::Active, K::Spend, 400, S::PartiallyRedeemed),
            (S::PartiallyRedeemed, K::Spend, 0, S::Redeemed),
            (S::Redeemed, K::Restore, 1_000, S::Active),
            (S::PartiallyRedeemed, K::Adjust, 1_200, S::Active),
            (S::PartiallyRedeemed, K::Expire, 0, S::Expired),
            (S::Expired, K::Spend, 0, S::Expired),
            (S::Expired, K::Release, 400, S::PartiallyRedeemed),
            (S::Active, K::Cancel, 0, S::Cancelled),
        ] {
            assert_eq!(before.after(entry, 1_000, minor), after, "{before} {entry}");
        }
        for entry in K::ALL.iter().copied().filter(|entry| *entry != K::Expire) {
            assert_eq!(
                S::Cancelled.after(entry, 1_000, 500),
                S::Cancelled,
                "{entry}"
            );
        }
    }

    #[test]
    fn a_card_ends_at_its_instant_and_lives_again_when_money_comes_back() {
        let now = DateTime::UNIX_EPOCH;
        let (before, after) = (now - TimeDelta::days(1), now + TimeDelta::days(90));
        for (status, ends_at, shown) in [
            (S::Active, None, S::Active),
            (S::Active, Some(after), S::Active),
            (S::Active, Some(now), S::Expired),
            (S::PartiallyRedeemed, Some(before), S::Expired),
            (S::Redeemed, Some(before), S::Redeemed),
            (S::Cancelled, Some(before), S::Cancelled),
        ] {
            assert_eq!(status.at(ends_at, now), shown, "{status} {ends_at:?}");
        }
        assert!(S::Redeemed.takes_money(Some(after), now) && S::Active.takes_money(None, now));
        assert!(!S::Redeemed.takes_money(Some(now), now) && !S::Cancelled.takes_money(None, now));
        assert_eq!(ends_after_return(None, now), None);
        assert_eq!(
            ends_after_return(Some(before), now),
            Some(now + RETURN_TIME)
        );
        assert_eq!(ends_after_return(Some(after), now), Some(after));
    }
}
