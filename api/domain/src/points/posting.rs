//! Double entry: what each kind of transaction moves between which accounts.

use super::{PointsAccountKind, PointsEntryKind};

/// Points added to (or taken from) one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: PointsAccountKind,
    /// Signed points, never zero.
    pub points: i64,
}

/// The postings of one transaction, which add up to zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingSet(Vec<Posting>);

/// Postings that do not add up to zero, or one of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the postings of a points transaction must be other than zero and add up to it")]
pub struct Unbalanced;

impl PostingSet {
    /// Takes postings that balance.
    ///
    /// # Errors
    ///
    /// [`Unbalanced`] when they do not, when one is zero, or when there is none.
    pub fn try_new(postings: Vec<Posting>) -> Result<Self, Unbalanced> {
        let sum: i128 = postings
            .iter()
            .map(|posting| i128::from(posting.points))
            .sum();
        if sum != 0 || postings.is_empty() || postings.iter().any(|posting| posting.points == 0) {
            return Err(Unbalanced);
        }
        Ok(Self(postings))
    }

    /// Gives the postings.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.0
    }

    /// Gives what the set adds to an account.
    #[must_use]
    pub fn change_of(&self, account: PointsAccountKind) -> i64 {
        self.0
            .iter()
            .filter(|posting| posting.account == account)
            .fold(0, |sum, posting| sum.saturating_add(posting.points))
    }
}

/// Gives the postings of a transaction over so many points.
///
/// `points` is what the member reads in the ledger: positive for earning, activating, releasing and restoring,
/// negative for holding, spending, clawing back and lapsing, of either sign for an adjustment. `is_pending` matters for
/// earning and clawing back only: whether the points are not usable yet.
///
/// # Errors
///
/// [`Unbalanced`] for zero points and for a sign that does not fit the kind.
pub fn postings(
    kind: PointsEntryKind,
    points: i64,
    is_pending: bool,
) -> Result<PostingSet, Unbalanced> {
    use PointsAccountKind::{
        MemberActive, MemberHeld, MemberPending, ProgramExpired, ProgramIssued, ProgramRedeemed,
    };
    let earned = if is_pending {
        MemberPending
    } else {
        MemberActive
    };
    // The account on the left gets `points`, the one on the right loses them.
    let (gains, loses, is_credit) = match kind {
        PointsEntryKind::Earn => (earned, ProgramIssued, Some(true)),
        PointsEntryKind::Activate => (MemberActive, MemberPending, Some(true)),
        PointsEntryKind::Hold => (MemberActive, MemberHeld, Some(false)),
        PointsEntryKind::Release => (MemberActive, MemberHeld, Some(true)),
        PointsEntryKind::Spend => (MemberHeld, ProgramRedeemed, Some(false)),
        PointsEntryKind::Restore => (MemberActive, ProgramRedeemed, Some(true)),
        PointsEntryKind::ClawBack => (earned, ProgramIssued, Some(false)),
        PointsEntryKind::Expire => (MemberActive, ProgramExpired, Some(false)),
        PointsEntryKind::Adjust => (MemberActive, ProgramIssued, None),
    };
    if is_credit.is_some_and(|is_credit| is_credit != (points > 0)) {
        return Err(Unbalanced);
    }
    let opposite = points.checked_neg().ok_or(Unbalanced)?;
    PostingSet::try_new(vec![
        Posting {
            account: gains,
            points,
        },
        Posting {
            account: loses,
            points: opposite,
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::{Posting, PostingSet, Unbalanced, postings};
    use crate::points::{PointsAccountKind, PointsEntryKind};
    use crate::text_enum::TextEnum;

    #[test]
    fn every_kind_moves_points_between_two_accounts() {
        use PointsAccountKind::{
            MemberActive, MemberHeld, MemberPending, ProgramExpired, ProgramIssued, ProgramRedeemed,
        };
        for (kind, points, is_pending, from, to) in [
            (PointsEntryKind::Earn, 5, true, ProgramIssued, MemberPending),
            (PointsEntryKind::Earn, 5, false, ProgramIssued, MemberActive),
            (
                PointsEntryKind::Activate,
                5,
                false,
                MemberPending,
                MemberActive,
            ),
            (PointsEntryKind::Hold, -5, false, MemberActive, MemberHeld),
            (PointsEntryKind::Release, 5, false, MemberHeld, MemberActive),
            (
                PointsEntryKind::Spend,
                -5,
                false,
                MemberHeld,
                ProgramRedeemed,
            ),
            (
                PointsEntryKind::Restore,
                5,
                false,
                ProgramRedeemed,
                MemberActive,
            ),
            (
                PointsEntryKind::ClawBack,
                -5,
                true,
                MemberPending,
                ProgramIssued,
            ),
            (
                PointsEntryKind::ClawBack,
                -5,
                false,
                MemberActive,
                ProgramIssued,
            ),
            (
                PointsEntryKind::Expire,
                -5,
                false,
                MemberActive,
                ProgramExpired,
            ),
            (
                PointsEntryKind::Adjust,
                5,
                false,
                ProgramIssued,
                MemberActive,
            ),
            (
                PointsEntryKind::Adjust,
                -5,
                false,
                MemberActive,
                ProgramIssued,
            ),
        ] {
            let set = postings(kind, points, is_pending).unwrap();
            assert_eq!(set.change_of(from), -5, "{kind}");
            assert_eq!(set.change_of(to), 5, "{kind}");
            assert_eq!(set.postings().len(), 2);
            if kind != PointsEntryKind::Adjust {
                assert_eq!(
                    postings(kind, -points, is_pending),
                    Err(Unbalanced),
                    "{kind}"
                );
            }
        }
        for kind in PointsEntryKind::ALL {
            assert_eq!(postings(*kind, 0, false), Err(Unbalanced));
            assert_eq!(postings(*kind, i64::MIN, false), Err(Unbalanced));
        }
    }

    #[test]
    fn sets_that_do_not_balance_cannot_be_made() {
        let posting = |points| Posting {
            account: PointsAccountKind::MemberActive,
            points,
        };
        assert_eq!(PostingSet::try_new(vec![]), Err(Unbalanced));
        assert_eq!(PostingSet::try_new(vec![posting(1)]), Err(Unbalanced));
        assert_eq!(
            PostingSet::try_new(vec![posting(1), posting(0), posting(-1)]),
            Err(Unbalanced)
        );
        assert!(PostingSet::try_new(vec![posting(i64::MAX), posting(-i64::MAX)]).is_ok());
    }
}
