//! Double entry: what each kind of transaction moves between which accounts.

use super::{CreditAccountKind, CreditEntryKind};

/// Money added to (or taken from) one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: CreditAccountKind,
    /// Signed amount in minor units, never zero.
    pub minor: i64,
}

/// An entry of nothing, or with a sign that does not fit its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a credit entry must be other than zero and of the sign of its kind")]
pub struct Unbalanced;

/// Gives the two postings of an entry, which add up to zero.
///
/// `minor` is what the holder reads in the ledger: positive for what is given, negative for what is taken or held, of either
/// sign for an adjustment.
///
/// # Errors
///
/// [`Unbalanced`] for zero and for a sign that does not fit the kind.
pub fn postings(kind: CreditEntryKind, minor: i64) -> Result<[Posting; 2], Unbalanced> {
    use CreditAccountKind::{Available, Expired, Held, Issued, Redeemed};
    // The account on the left gets the amount, the one on the right loses it.
    let (gains, loses, is_positive) = match kind {
        CreditEntryKind::Issue | CreditEntryKind::Refund => (Available, Issued, Some(true)),
        CreditEntryKind::Adjust => (Available, Issued, None),
        CreditEntryKind::Hold => (Available, Held, Some(false)),
        CreditEntryKind::Release => (Available, Held, Some(true)),
        CreditEntryKind::Spend => (Held, Redeemed, Some(false)),
        CreditEntryKind::Restore => (Available, Redeemed, Some(true)),
        CreditEntryKind::Expire => (Available, Expired, Some(false)),
        CreditEntryKind::Cancel => (Available, Issued, Some(false)),
    };
    if minor == 0 || is_positive.is_some_and(|is_positive| is_positive != (minor > 0)) {
        return Err(Unbalanced);
    }
    let opposite = minor.checked_neg().ok_or(Unbalanced)?;
    let posting = |account, minor| Posting { account, minor };
    Ok([posting(gains, minor), posting(loses, opposite)])
}

#[cfg(test)]
mod tests {
    use super::{Unbalanced, postings};
    use crate::credit::{CreditAccountKind, CreditEntryKind};
    use crate::text_enum::TextEnum;

    #[test]
    fn every_kind_moves_money_between_two_accounts() {
        use CreditAccountKind::{Available, Expired, Held, Issued, Redeemed};
        let moves = [
            (CreditEntryKind::Issue, 5, Issued, Available),
            (CreditEntryKind::Adjust, 5, Issued, Available),
            (CreditEntryKind::Adjust, -5, Available, Issued),
            (CreditEntryKind::Hold, -5, Available, Held),
            (CreditEntryKind::Release, 5, Held, Available),
            (CreditEntryKind::Spend, -5, Held, Redeemed),
            (CreditEntryKind::Restore, 5, Redeemed, Available),
            (CreditEntryKind::Refund, 5, Issued, Available),
            (CreditEntryKind::Expire, -5, Available, Expired),
            (CreditEntryKind::Cancel, -5, Available, Issued),
        ];
        for (kind, minor, from, to) in moves {
            let pair = postings(kind, minor).unwrap();
            let of = |account| {
                let own = pair.iter().filter(|posting| posting.account == account);
                own.map(|posting| posting.minor).sum::<i64>()
            };
            assert_eq!((of(from), of(to)), (-5, 5), "{kind}");
            if kind != CreditEntryKind::Adjust {
                assert_eq!(postings(kind, -minor), Err(Unbalanced), "{kind}");
            }
        }
        for kind in CreditEntryKind::ALL {
            assert!(moves.iter().any(|(tested, ..)| tested == kind), "{kind}");
            assert_eq!(postings(*kind, 0), Err(Unbalanced));
            assert_eq!(postings(*kind, i64::MIN), Err(Unbalanced));
        }
    }
}
