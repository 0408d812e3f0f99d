//! Taxes: which rate is due where, and how much that is to the cent.

use uuid::Uuid;

use crate::address::CountryCode;
use crate::money::{Currency, Money, MoneyError, allocate};
use crate::percent::Percent;

/// A rate for goods of one class in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    /// Row of the rate.
    pub id: Uuid,
    /// Key, unique in the channel.
    pub code: String,
    /// Text to show, such as `VAT 19 %`.
    pub name: String,
    /// Where it is due; `None` for everywhere.
    pub country: Option<CountryCode>,
    /// State or region where it is due; `None` for the whole country.
    pub province: Option<String>,
    /// Class of goods it is for.
    pub tax_class: String,
    /// How much.
    pub rate: Percent,
}

/// Where goods are taxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Country.
    pub country: CountryCode,
    /// State or region, as written in the address.
    pub province: Option<String>,
}

/// Something taxed: the goods of a line after discounts, or shipping.
#[derive(Clone, Copy, Debug)]
pub struct Taxable<'a> {
    /// What is taxed, net or gross as the shop enters its prices; not negative.
    pub amount: Money,
    /// The rate; `None` for no tax.
    pub rate: Option<&'a TaxRate>,
}

impl TaxRate {
    /// How exactly the rate names the place: `None` when it is not due there.
    fn precision(&self, tax_class: &str, destination: Option<&Destination>) -> Option<u8> {
        if self.tax_class != tax_class {
            return None;
        }
        let Some(country) = self.country else {
            return Some(0);
        };
        let destination = destination.filter(|place| place.country == country)?;
        match (&self.province, &destination.province) {
            (None, _) => Some(1),
            (Some(wanted), Some(province)) if is_same_place(wanted, province) => Some(2),
            (Some(_), _) => None,
        }
    }
}

/// Picks the rate for goods of a class: the one that names the place most exactly, the first by code of equals.
///
/// Without a destination only rates that are due everywhere count.
#[must_use]
pub fn applicable<'a>(
    rates: &'a [TaxRate],
    tax_class: &str,
    destination: Option<&Destination>,
) -> Option<&'a TaxRate> {
    rates
        .iter()
        .filter_map(|rate| Some((rate.precision(tax_class, destination)?, rate)))
        .min_by(|(left_precision, left), (right_precision, right)| {
            right_precision
                .cmp(left_precision)
                .then_with(|| left.code.cmp(&right.code))
        })
        .map(|(_, rate)| rate)
}

/// Whether goods of every class are taxed at the same rates in two places.
#[must_use]
pub fn are_taxed_alike(
    rates: &[TaxRate],
    one: Option<&Destination>,
    other: Option<&Destination>,
) -> bool {
    let due = |class: &str, place| applicable(rates, class, place).map(|rate| rate.id);
    let mut classes = rates.iter().map(|rate| rate.tax_class.as_str());
    classes.all(|class| due(class, one) == due(class, other))
}

/// Computes the tax of each part, in their order.
///
/// All parts with one rate are taxed together and rounded once, half up, as an invoice must show it (EN 16931,
/// BR-S-9); the parts get their shares by largest remainder, so that they add up to that figure. `included` says
/// whether the amounts contain the tax.
///
/// # Errors
///
/// [`MoneyError`]: an overflow, or amounts in another currency.
pub fn compute(
    parts: &[Taxable<'_>],
    included: bool,
    currency: Currency,
) -> Result<Vec<Money>, MoneyError> {
    let mut taxes = vec![Money::zero(currency); parts.len()];
    for (rate, tax) in by_rate(parts, included, currency)? {
        if tax.is_zero() {
            continue;
        }
        let weights: Vec<u64> = parts
            .iter()
            .map(|part| {
                if is_taxed(part, rate) {
                    part.amount.minor.unsigned_abs()
                } else {
                    0
                }
            })
            .collect();
        for (total, share) in taxes.iter_mut().zip(allocate(tax, &weights)?) {
            *total = total.plus(share)?;
        }
    }
    Ok(taxes)
}

/// Computes the tax of all parts together: the sum of what [`compute`] gives.
///
/// # Errors
///
/// [`MoneyError`]: an overflow, or amounts in another currency.
pub fn total(
    parts: &[Taxable<'_>],
    included: bool,
    currency: Currency,
) -> Result<Money, MoneyError> {
    let taxes = by_rate(parts, included, currency)?;
    Money::sum(taxes.into_iter().map(|(_, tax)| tax), currency)
}

/// The tax of each rate in use, in the order of the parts.
fn by_rate<'a>(
    parts: &[Taxable<'a>],
    included: bool,
    currency: Currency,
) -> Result<Vec<(&'a TaxRate, Money)>, MoneyError> {
    let mut taxes: Vec<(&TaxRate, Money)> = Vec::new();
    for rate in parts.iter().filter_map(|part| part.rate) {
        if taxes.iter().any(|(other, _)| other.id == rate.id) {
            continue;
        }
        let members = parts.iter().filter(|part| is_taxed(part, rate));
        let base = Money::sum(members.map(|part| part.amount), currency)?;
        let tax = if included {
            base.included_tax(rate.rate)?
        } else {
            base.percent(rate.rate)?
        };
        taxes.push((rate, tax));
    }
    Ok(taxes)
}

fn is_taxed(part: &Taxable<'_>, rate: &TaxRate) -> bool {
    part.rate.is_some_and(|other| other.id == rate.id)
}

fn is_same_place(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::proptest;
    use uuid::Uuid;

    use super::{Destination, TaxRate, Taxable, applicable, compute, total};
    use crate::address::CountryCode;
    use crate::money::{Currency, Money};
    use crate::percent::Percent;

    fn rate(code: &str, country: Option<&str>, province: Option<&str>, percent: &str) -> TaxRate {
        TaxRate {
            id: Uuid::from_u128(code.bytes().map(u128::from).sum()),
            code: code.to_owned(),
            name: code.to_owned(),
            country: country.map(|code| CountryCode::parse(code).unwrap()),
            province: province.map(str::to_owned),
            tax_class: "standard".to_owned(),
            rate: Percent::parse(percent).unwrap(),
        }
    }

    fn place(country: &str, province: Option<&str>) -> Destination {
        Destination {
            country: CountryCode::parse(country).unwrap(),
            province: province.map(str::to_owned),
        }
    }

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn two_places_are_taxed_alike_when_the_same_rates_are_due() {
        let rates = [
            rate("all", None, None, "5"),
            rate("de", Some("DE"), None, "19"),
            rate("by", Some("DE"), Some("Bavaria"), "20"),
        ];
        let cases = [
            (
                Some(place("DE", None)),
                Some(place("DE", Some("Hesse"))),
                true,
            ),
            (
                Some(place("DE", None)),
                Some(place("DE", Some("Bavaria"))),
                false,
            ),
            (Some(place("DE", None)), Some(place("FR", None)), false),
            (Some(place("FR", None)), None, true),
        ];
        for (one, other, expected) in cases {
            let alike = super::are_taxed_alike(&rates, one.as_ref(), other.as_ref());
            assert_eq!(alike, expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn the_most_exact_rate_is_due() {
        let rates = [
            rate("any", None, None, "5"),
            rate("us", Some("US"), None, "1"),
            rate("us-ca", Some("US"), Some("CA"), "7.25"),
            rate("de", Some("DE"), None, "19"),
        ];
        for (destination, expected) in [
            (Some(place("DE", None)), "de"),
            (Some(place("US", Some("ca "))), "us-ca"),
            (Some(place("US", Some("NY"))), "us"),
            (Some(place("US", None)), "us"),
            (Some(place("FR", None)), "any"),
            (None, "any"),
        ] {
            let found = applicable(&rates, "standard", destination.as_ref()).unwrap();
            assert_eq!(found.code, expected, "{destination:?}");
        }
        assert_eq!(applicable(&rates, "books", Some(&place("DE", None))), None);
    }

    #[test]
    fn one_rate_is_rounded_once_over_all_its_parts() {
        let de = rate("de", Some("DE"), None, "19");
        let parts = [eur(10), eur(10), eur(10)].map(|amount| Taxable {
            amount,
            rate: Some(&de),
        });
        // 19 % of 0.10 is 1.9 cents each: 5.7 cents together, 6 when rounded once.
        let taxes = compute(&parts, false, eur(0).currency).unwrap();
        assert_eq!(taxes, [eur(2), eur(2), eur(2)]);
        let parts = [eur(3), eur(3), eur(0)].map(|amount| Taxable {
            amount,
            rate: Some(&de),
        });
        // 1.14 cents together make 1, where each line alone would have made 1 too.
        assert_eq!(
            compute(&parts, false, eur(0).currency).unwrap(),
            [eur(1), eur(0), eur(0)]
        );
        let gross = [
            Taxable {
                amount: eur(11_900),
                rate: Some(&de),
            },
            Taxable {
                amount: eur(500),
                rate: None,
            },
        ];
        assert_eq!(
            compute(&gross, true, eur(0).currency).unwrap(),
            [eur(1_900), eur(0)]
        );
    }

    proptest! {
        #[test]
        fn taxes_of_parts_add_up_to_the_tax_of_their_sum(amounts in vec(0_i64..1_000_000_000, 0..20), ppm in 0_u32..=1_000_000, included: bool) {
            let mut rate = rate("x", None, None, "0");
            rate.rate = Percent::from_ppm(ppm).unwrap();
            let parts: Vec<_> = amounts.iter().map(|minor| Taxable { amount: eur(*minor), rate: Some(&rate) }).collect();
            let taxes = compute(&parts, included, eur(0).currency).unwrap();
            let base = eur(amounts.iter().sum());
            let whole = if included { base.included_tax(rate.rate) } else { base.percent(rate.rate) };
            assert_eq!(Money::sum(taxes.iter().copied(), base.currency), whole);
            assert_eq!(total(&parts, included, base.currency), whole);
            for (tax, amount) in taxes.iter().zip(&amounts) {
                assert!(tax.minor >= 0 && (!included || tax.minor <= *amount));
            }
        }
    }
}
