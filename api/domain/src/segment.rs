//! Segments: members described by what they did and what they told, as a typed rule.
//!
//! A rule is turned into one question to the database; here is what it may say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::locale::Locale;
use crate::money::{Currency, Money};

/// Most parts of one rule, choices and combinations counted.
pub const MAX_PARTS: usize = 50;
/// Deepest nesting of combinations.
pub const MAX_DEPTH: usize = 5;
/// Most ids and texts in one rule together.
pub const MAX_LISTED: usize = 200;
/// Longest look back, in days.
pub const MAX_DAYS: u32 = 3_650;

/// Who is in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// All of these hold.
    All(Vec<Rule>),
    /// At least one of these holds.
    Any(Vec<Rule>),
    /// This does not hold.
    Not(Box<Rule>),
    /// The account was opened so many days ago.
    Registered(Days),
    /// The last order was so many days ago; whoever never ordered is not in it.
    LastOrder(Days),
    /// So many orders.
    Orders(OrderCount),
    /// So much paid for goods.
    Spent(OrderAmount),
    /// In one of these tiers.
    Tiers(BTreeSet<Uuid>),
    /// In one of these groups.
    Groups(BTreeSet<Uuid>),
    /// Bought certain products.
    Bought(Purchase),
    /// Reads one of these languages.
    Locales(BTreeSet<Locale>),
    /// Whether offers may be mailed.
    AcceptsMarketing(bool),
    /// Has a birthday in one of these months, 1 to 12.
    BirthdayMonths(BTreeSet<u32>),
}

/// A number of days before now, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// At least so many days ago.
    pub min: Option<u32>,
    /// At most so many days ago.
    pub max: Option<u32>,
}

/// A number of orders, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCount {
    /// At least so many.
    pub min: Option<u32>,
    /// At most so many.
    pub max: Option<u32>,
    /// Orders of the last days; all when left out.
    pub within_days: Option<u32>,
}

/// Money paid for goods, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAmount {
    /// At least so much.
    pub min: Option<Money>,
    /// At most so much.
    pub max: Option<Money>,
    /// Orders of the last days; all when left out.
    pub within_days: Option<u32>,
}

/// Products bought; each list adds to the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// These products.
    pub product_ids: BTreeSet<Uuid>,
    /// Products in these categories or below.
    pub category_ids: BTreeSet<Uuid>,
    /// Products of these makers.
    pub brands: BTreeSet<String>,
    /// Orders of the last days; all when left out.
    pub within_days: Option<u32>,
}

/// Ids a rule names, wherever in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Tiers.
    pub tier_ids: BTreeSet<Uuid>,
    /// Groups.
    pub group_ids: BTreeSet<Uuid>,
    /// Products.
    pub product_ids: BTreeSet<Uuid>,
    /// Categories.
    pub category_ids: BTreeSet<Uuid>,
}

/// A rule says nothing, too much, or what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Too many parts.
    #[error("a rule has at most {MAX_PARTS} parts")]
    TooManyParts,
    /// Combinations in combinations in combinations.
    #[error("combinations stand at most {MAX_DEPTH} deep")]
    TooDeep,
    /// Too many ids and texts.
    #[error("a rule names at most {MAX_LISTED} ids and texts")]
    TooManyListed,
    /// A part names nothing.
    #[error("{part} names nothing")]
    Empty {
        /// The part, as named in the public schema.
        part: &'static str,
    },
    /// The ends of a range are missing or the wrong way round.
    #[error("{part} needs a min or a max, and the min must not be more than the max")]
    Range {
        /// The part.
        part: &'static str,
    },
    /// Days beyond the longest look back.
    #[error("{part} looks back at most {MAX_DAYS} days")]
    Days {
        /// The part.
        part: &'static str,
    },
    /// An amount in another currency, or below zero.
    #[error("{part} needs amounts in {currency}, not below 0")]
    Amount {
        /// The part.
        part: &'static str,
        /// Currency of the channel.
        currency: &'static str,
    },
    /// No such month.
    #[error("months are 1 to 12")]
    Month,
}

impl Rule {
    /// Checks a rule for a channel of this currency.
    ///
    /// # Errors
    ///
    /// [`RuleError`] for the first part at fault.
    pub fn check(&self, currency: Currency) -> Result<(), RuleError> {
        if self.depth() > MAX_DEPTH {
            return Err(RuleError::TooDeep);
        }
        if self.parts() > MAX_PARTS {
            return Err(RuleError::TooManyParts);
        }
        if self.listed() > MAX_LISTED {
            return Err(RuleError::TooManyListed);
        }
        self.check_part(currency)
    }

    /// Gives the ids the rule names.
    #[must_use]
    pub fn named(&self) -> Named {
        let mut named = Named::default();
        self.name(&mut named);
        named
    }

    fn name(&self, named: &mut Named) {
        for rule in self.inner() {
            rule.name(named);
        }
        if let Self::Tiers(ids) = self {
            named.tier_ids.extend(ids);
        }
        if let Self::Groups(ids) = self {
            named.group_ids.extend(ids);
        }
        if let Self::Bought(purchase) = self {
            named.product_ids.extend(&purchase.product_ids);
            named.category_ids.extend(&purchase.category_ids);
        }
    }

    fn inner(&self) -> &[Self] {
        match self {
            Self::All(rules) | Self::Any(rules) => rules,
            Self::Not(rule) => std::slice::from_ref(rule),
            Self::Registered(_)
            | Self::LastOrder(_)
            | Self::Orders(_)
            | Self::Spent(_)
            | Self::Tiers(_)
            | Self::Groups(_)
            | Self::Bought(_)
            | Self::Locales(_)
            | Self::AcceptsMarketing(_)
            | Self::BirthdayMonths(_) => &[],
        }
    }

    fn depth(&self) -> usize {
        let below = self.inner().iter().map(Self::depth).max();
        below.map_or(0, |below| below + 1)
    }

    fn parts(&self) -> usize {
        1 + self.inner().iter().map(Self::parts).sum::<usize>()
    }

    fn listed(&self) -> usize {
        match self {
            Self::All(_) | Self::Any(_) | Self::Not(_) => {
                self.inner().iter().map(Self::listed).sum()
            }
            Self::Tiers(ids) | Self::Groups(ids) => ids.len(),
            Self::Bought(purchase) => purchase.listed(),
            Self::Locales(locales) => locales.len(),
            Self::BirthdayMonths(months) => months.len(),
            Self::Registered(_)
            | Self::LastOrder(_)
            | Self::Orders(_)
            | Self::Spent(_)
            | Self::AcceptsMarketing(_) => 0,
        }
    }

    fn check_part(&self, currency: Currency) -> Result<(), RuleError> {
        let is_named = |part, count| {
            if count == 0 {
                Err(RuleError::Empty { part })
            } else {
                Ok(())
            }
        };
        match self {
            Self::All(rules) | Self::Any(rules) => {
                let part = if matches!(self, Self::All(_)) {
                    "all"
                } else {
                    "any"
                };
                is_named(part, rules.len())?;
                rules.iter().try_for_each(|rule| rule.check_part(currency))
            }
            Self::Not(rule) => rule.check_part(currency),
            Self::Registered(days) => days.check("registered"),
            Self::LastOrder(days) => days.check("lastOrder"),
            Self::Orders(orders) => {
                check_range("orders", orders.min, orders.max)?;
                check_days("orders", orders.within_days)
            }
            Self::Spent(spent) => spent.check(currency),
            Self::Tiers(ids) => is_named("memberTierIds", ids.len()),
            Self::Groups(ids) => is_named("memberGroupIds", ids.len()),
            Self::Bought(purchase) => {
                is_named("bought", purchase.listed())?;
                check_days("bought", purchase.within_days)
            }
            Self::Locales(locales) => is_named("locales", locales.len()),
            Self::AcceptsMarketing(_) => Ok(()),
            Self::BirthdayMonths(months) => {
                is_named("birthdayMonths", months.len())?;
                if months.iter().all(|month| (1..=12).contains(month)) {
                    Ok(())
                } else {
                    Err(RuleError::Month)
                }
            }
        }
    }
}

impl Days {
    fn check(self, part: &'static str) -> Result<(), RuleError> {
        check_range(part, self.min, self.max)?;
        check_days(part, self.min)?;
        check_days(part, self.max)
    }
}

impl OrderAmount {
    fn check(self, currency: Currency) -> Result<(), RuleError> {
        let part = "spent";
        let amounts = [self.min, self.max];
        let is_sound = |money: &Money| money.currency == currency && !money.is_negative();
        if !amounts.iter().flatten().all(is_sound) {
            let currency = currency.code();
            return Err(RuleError::Amount { part, currency });
        }
        let minor = |money: Option<Money>| money.map(|money| money.minor);
        check_range(part, minor(self.min), minor(self.max))?;
        check_days(part, self.within_days)
    }
}

impl Purchase {
    fn listed(&self) -> usize {
        self.product_ids.len() + self.category_ids.len() + self.brands.len()
    }
}

fn check_range<N: Ord>(
    part: &'static str,
    min: Option<N>,
    max: Option<N>,
) -> Result<(), RuleError> {
    match (min, max) {
        (None, None) => Err(RuleError::Range { part }),
        (Some(min), Some(max)) if min > max => Err(RuleError::Range { part }),
        (Some(_), Some(_) | None) | (None, Some(_)) => Ok(()),
    }
}

fn check_days(part: &'static str, days: Option<u32>) -> Result<(), RuleError> {
    if days.is_some_and(|days| days > MAX_DAYS) {
        return Err(RuleError::Days { part });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::{Days, OrderAmount, OrderCount, Purchase, Rule, RuleError};
    use crate::money::{Currency, Money};

    fn euro() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn check(rule: &Rule) -> Result<(), RuleError> {
        rule.check(euro())
    }

    fn orders(min: Option<u32>, max: Option<u32>) -> Rule {
        Rule::Orders(OrderCount {
            min,
            max,
            within_days: None,
        })
    }

    fn spent(min: Money) -> Rule {
        Rule::Spent(OrderAmount {
            min: Some(min),
            ..OrderAmount::default()
        })
    }

    #[test]
    fn sound_rules_pass_and_survive_their_storing() {
        let rule = Rule::All(vec![
            Rule::Any(vec![orders(Some(2), None), Rule::AcceptsMarketing(true)]),
            Rule::Not(Box::new(Rule::LastOrder(Days {
                min: None,
                max: Some(90),
            }))),
            spent(Money::new(100, euro())),
            Rule::BirthdayMonths(BTreeSet::from([1, 12])),
            Rule::Tiers(BTreeSet::from([Uuid::nil()])),
        ]);
        assert_eq!(check(&rule), Ok(()));
        assert_eq!(rule.named().tier_ids, BTreeSet::from([Uuid::nil()]));
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
    }

    #[test]
    fn rules_that_say_nothing_or_cannot_be_are_refused() {
        let dollars = Money::new(1, Currency::parse("USD").unwrap());
        let amount = RuleError::Amount {
            part: "spent",
            currency: "EUR",
        };
        for (rule, error) in [
            (Rule::All(vec![]), RuleError::Empty { part: "all" }),
            (Rule::Any(vec![]), RuleError::Empty { part: "any" }),
            (
                Rule::Not(Box::new(Rule::Tiers(BTreeSet::new()))),
                RuleError::Empty {
                    part: "memberTierIds",
                },
            ),
            (
                Rule::Bought(Purchase::default()),
                RuleError::Empty { part: "bought" },
            ),
            (orders(None, None), RuleError::Range { part: "orders" }),
            (
                orders(Some(3), Some(2)),
                RuleError::Range { part: "orders" },
            ),
            (
                Rule::Registered(Days {
                    min: Some(3_651),
                    max: None,
                }),
                RuleError::Days { part: "registered" },
            ),
            (spent(dollars), amount.clone()),
            (spent(Money::new(-1, euro())), amount),
            (Rule::BirthdayMonths(BTreeSet::from([0])), RuleError::Month),
        ] {
            assert_eq!(check(&rule), Err(error), "{rule:?}");
        }
    }

    #[test]
    fn rules_are_bounded() {
        let marketing = || Rule::AcceptsMarketing(true);
        assert_eq!(check(&Rule::Any(vec![marketing(); 49])), Ok(()));
        assert_eq!(
            check(&Rule::Any(vec![marketing(); 10_000])),
            Err(RuleError::TooManyParts)
        );
        let nested = |depth| (0..depth).fold(marketing(), |rule, _| Rule::Not(Box::new(rule)));
        assert_eq!(check(&nested(5)), Ok(()));
        assert_eq!(check(&nested(6)), Err(RuleError::TooDeep));
        let many = |count: u128| Rule::Tiers((0..count).map(Uuid::from_u128).collect());
        assert_eq!(check(&many(200)), Ok(()));
        assert_eq!(check(&many(201)), Err(RuleError::TooManyListed));
    }
}
