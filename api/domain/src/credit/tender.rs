//! How gift cards and store credit share in paying a total.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::TenderKind;
use crate::money::{Money, MoneyError};

/// A card or credit a buyer offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The card, or the member.
    pub owner_id: Uuid,
    /// What it is.
    pub kind: TenderKind,
    /// What can be spent of it.
    pub available: Money,
    /// What the buyer wants to spend at most; all if `None`.
    pub at_most: Option<Money>,
    /// When it lapses.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What an offer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The card, or the member.
    pub owner_id: Uuid,
    /// What it is.
    pub kind: TenderKind,
    /// How much; zero when the others pay all.
    pub amount: Money,
}

/// Lets offers pay a total: gift cards first, the soonest to lapse before the others, then store credit. What they do not
/// pay is left to money.
///
/// # Errors
///
/// [`MoneyError`] for mixed currencies.
pub fn plan(total: Money, mut offers: Vec<Offer>) -> Result<Vec<Planned>, MoneyError> {
    // Stable: cards that lapse together, or never, pay in the order in which they were entered.
    offers.sort_by_key(|offer| {
        let end = offer.ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        (offer.kind, end)
    });
    let zero = Money::zero(total.currency);
    let mut left = total;
    let mut planned = Vec::new();
    for offer in offers {
        let wanted = offer.at_most.map_or(Ok(left), |most| most.least(left))?;
        let amount = offer.available.least(wanted)?;
        let amount = if amount.is_positive() { amount } else { zero };
        left = left.minus(amount)?;
        planned.push(Planned {
            owner_id: offer.owner_id,
            kind: offer.kind,
            amount,
        });
    }
    Ok(planned)
}

/// Gives what is left to pay with money.
///
/// # Errors
///
/// [`MoneyError`] for mixed currencies.
pub fn left_to_pay(total: Money, planned: &[Planned]) -> Result<Money, MoneyError> {
    total.minus(Money::sum(
        planned.iter().map(|tender| tender.amount),
        total.currency,
    )?)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::{any, prop, proptest};
    use uuid::Uuid;

    use super::{Offer, left_to_pay, plan};
    use crate::credit::TenderKind;
    use crate::money::{Currency, Money, MoneyError};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn card(id: u128, minor: i64, days: Option<i64>) -> Offer {
        Offer {
            owner_id: Uuid::from_u128(id),
            kind: TenderKind::GiftCard,
            available: eur(minor),
            at_most: None,
            ends_at: days.map(|days| DateTime::UNIX_EPOCH + TimeDelta::days(days)),
        }
    }

    fn credit(minor: i64, at_most: i64) -> Offer {
        Offer {
            kind: TenderKind::StoreCredit,
            at_most: Some(eur(at_most)),
            ..card(9, minor, None)
        }
    }

    #[test]
    fn the_soonest_to_lapse_pays_first_and_credit_last() {
        let offers = vec![
            credit(500, 300),
            card(1, 400, None),
            card(2, 400, Some(9)),
            card(3, 100, Some(2)),
        ];
        let planned = plan(eur(1_000), offers.clone()).unwrap();
        let paid: Vec<_> = planned
            .iter()
            .map(|part| (part.owner_id.as_u128(), part.amount.minor))
            .collect();
        assert_eq!(paid, [(3, 100), (2, 400), (1, 400), (9, 100)]);
        assert_eq!(left_to_pay(eur(1_000), &planned), Ok(eur(0)));
        let planned = plan(eur(2_000), offers).unwrap();
        assert_eq!(
            planned.last().map(|part| part.amount),
            Some(eur(300)),
            "no more than was wanted"
        );
        assert_eq!(left_to_pay(eur(2_000), &planned), Ok(eur(800)));
    }

    #[test]
    fn another_currency_pays_nothing() {
        let foreign = Offer {
            available: Money::new(500, Currency::parse("USD").unwrap()),
            ..card(1, 0, None)
        };
        assert!(matches!(
            plan(eur(100), vec![foreign]),
            Err(MoneyError::CurrencyMismatch { .. })
        ));
    }

    proptest! {
        #[test]
        fn offers_pay_as_much_as_they_can_and_no_more_than_is_owed(
            total in 0..10_000_i64,
            offers in prop::collection::vec((any::<bool>(), -100..5_000_i64, prop::option::of(0..5_000_i64)), 0..7),
        ) {
            let offers: Vec<Offer> = offers.iter().zip(0..).map(|((is_card, minor, most), id)| Offer {
                kind: if *is_card { TenderKind::GiftCard } else { TenderKind::StoreCredit },
                at_most: most.map(eur),
                ..card(id, *minor, None)
            }).collect();
            let can: i64 = offers.iter().map(|offer| offer.available.minor.min(offer.at_most.map_or(i64::MAX, |most| most.minor)).max(0)).sum();
            let planned = plan(eur(total), offers.clone()).unwrap();
            assert_eq!(left_to_pay(eur(total), &planned), Ok(eur((total - can).max(0))));
            for part in planned {
                let offer = offers.iter().find(|offer| offer.owner_id == part.owner_id).unwrap();
                assert!(part.amount.minor >= 0 && part.amount.minor <= offer.available.minor.max(0));
            }
        }
    }
}
