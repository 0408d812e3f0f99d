//! What one unit costs before anything that depends on the whole cart: the variant's own price, or that of the first price
//! list that counts, lowered by a promotion of the catalog, or that of a flash sale if it is lower still.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::money::Money;
use crate::price_list::{ListedPrice, resolve};
use crate::promotion::Reduction;
use crate::text_enum;

text_enum! {
    /// Kinds of rules that set a price.
    pub enum PriceSourceKind {
        /// The variant's own price.
        Base = "BASE",
        /// A price list.
        PriceList = "PRICE_LIST",
        /// A price list for the buyer's tier.
        MemberTier = "MEMBER_TIER",
        /// A promotion of the catalog.
        Promotion = "PROMOTION",
        /// A flash sale.
        FlashSale = "FLASH_SALE",
    }
}

/// The price of a variant in a flash sale that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashPrice {
    /// The flash sale.
    pub sale_id: Uuid,
    /// Its version.
    pub sale_version: i32,
    /// Its row for the variant.
    pub entry_id: Uuid,
    /// Text for buyers.
    pub label: String,
    /// Price of one unit.
    pub price: Money,
    /// Units the buyer can still get at it; `None` without limit.
    pub left: Option<u32>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// Prices of a variant beside its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// In price lists the buyer may use.
    pub listed: Vec<ListedPrice>,
    /// By promotions of the catalog that run.
    pub reductions: Vec<Reduction>,
    /// In flash sales that run.
    pub flash: Vec<FlashPrice>,
}

/// Which rule set a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceSource<'a> {
    /// The variant itself.
    Own,
    /// A price list.
    List(&'a ListedPrice),
    /// A promotion of the catalog.
    Promotion(&'a Reduction),
    /// A flash sale.
    Flash(&'a FlashPrice),
}

/// What one unit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice<'a> {
    /// The price.
    pub price: Money,
    /// The price before reduction, `None` when it is not reduced.
    pub before: Option<Money>,
    /// Which rule set it.
    pub source: PriceSource<'a>,
    /// The price that a promotion of the catalog lowered; `None` unless one did.
    pub lowered_from: Option<Money>,
    /// Whether it is, or was lowered from, a price for the buyer's tier or segments.
    pub is_for_members: bool,
}

/// Which rule set the price of a line, in words that outlive the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceOrigin {
    /// Kind of the rule.
    pub kind: PriceSourceKind,
    /// The price list, promotion or flash sale; `None` for the variant's own price.
    pub rule_id: Option<Uuid>,
    /// Version of the rule; `None` for the variant's own price.
    pub rule_version: Option<i32>,
    /// Text for buyers; empty for the variant's own price.
    pub label: Arc<str>,
    /// The price that a promotion of the catalog lowered; `None` unless one did.
    pub lowered_from: Option<Money>,
    /// Whether it is, or was lowered from, a price for the buyer's tier or segments.
    pub is_for_members: bool,
}

/// A price from so many units on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceStep {
    /// Units from which it counts.
    pub min_quantity: u32,
    /// Price of one unit.
    pub price: Money,
}

impl PriceOrigin {
    /// The variant's own price.
    #[must_use]
    pub fn own() -> Self {
        Self {
            kind: PriceSourceKind::Base,
            rule_id: None,
            rule_version: None,
            label: Arc::default(),
            lowered_from: None,
            is_for_members: false,
        }
    }
}

impl PriceSource<'_> {
    /// Gives the kind of the rule.
    #[must_use]
    pub fn kind(&self) -> PriceSourceKind {
        match self {
            Self::Own => PriceSourceKind::Base,
            Self::List(listed) if listed.is_for_tiers => PriceSourceKind::MemberTier,
            Self::List(_) => PriceSourceKind::PriceList,
            Self::Promotion(_) => PriceSourceKind::Promotion,
            Self::Flash(_) => PriceSourceKind::FlashSale,
        }
    }
}

impl UnitPrice<'_> {
    /// Tells which rule set the price, for a line to keep.
    #[must_use]
    pub fn origin(&self) -> PriceOrigin {
        let (rule_id, rule_version, label) = match self.source {
            PriceSource::Own => return PriceOrigin::own(),
            PriceSource::List(listed) => (listed.list_id, listed.list_version, &listed.label),
            PriceSource::Promotion(reduction) => (
                reduction.promotion_id,
                reduction.promotion_version,
                &reduction.label,
            ),
            PriceSource::Flash(flash) => (flash.sale_id, flash.sale_version, &flash.label),
        };
        PriceOrigin {
            kind: self.source.kind(),
            rule_id: Some(rule_id),
            rule_version: Some(rule_version),
            label: label.as_str().into(),
            lowered_from: self.lowered_from,
            is_for_members: self.is_for_members,
        }
    }
}

impl FlashPrice {
    /// Whether so many units can be had at it.
    fn covers(&self, quantity: u32) -> bool {
        self.left.is_none_or(|left| quantity <= left)
    }
}

impl Offers {
    /// Finds the price of one unit when so many are bought, for a variant with these prices of its own. A flash sale
    /// counts only when it has all of them left: no line has two prices.
    #[must_use]
    pub fn unit_price(
        &self,
        own: Money,
        compare_at: Option<Money>,
        quantity: u32,
    ) -> UnitPrice<'_> {
        let usual = match resolve(&self.listed, quantity) {
            Some(listed) => UnitPrice {
                price: listed.price,
                before: Some(own),
                source: PriceSource::List(listed),
                lowered_from: None,
                is_for_members: listed.is_for_members,
            },
            None => UnitPrice {
                price: own,
                before: compare_at,
                source: PriceSource::Own,
                lowered_from: None,
                is_for_members: false,
            },
        };
        let reduced = match self.reduction(usual.price) {
            Some((price, reduction)) if price.minor < usual.price.minor => UnitPrice {
                price,
                before: Some(own),
                source: PriceSource::Promotion(reduction),
                lowered_from: Some(usual.price),
                is_for_members: usual.is_for_members,
            },
            Some(_) | None => usual,
        };
        let mut chosen = match self.flash(quantity) {
            Some(flash) if flash.price.minor < reduced.price.minor => UnitPrice {
                price: flash.price,
                before: Some(own),
                source: PriceSource::Flash(flash),
                lowered_from: None,
                is_for_members: false,
            },
            Some(_) | None => reduced,
        };
        chosen
            .before
            .take_if(|before| before.minor <= chosen.price.minor);
        chosen
    }

    /// Lists the numbers of units at which the price of one changes, from one unit on.
    #[must_use]
    pub fn ladder(&self, own: Money) -> Vec<PriceStep> {
        let steps = self.listed.iter().map(|listed| listed.min_quantity);
        let beyond = self.flash.iter().filter_map(|flash| flash.left);
        let quantities: BTreeSet<u32> = std::iter::once(1)
            .chain(steps)
            .chain(beyond.map(|left| left.saturating_add(1)))
            .collect();
        let mut ladder: Vec<PriceStep> = Vec::new();
        for min_quantity in quantities {
            let price = self.unit_price(own, None, min_quantity).price;
            if ladder.last().is_none_or(|step| step.price != price) {
                ladder.push(PriceStep {
                    min_quantity,
                    price,
                });
            }
        }
        ladder
    }

    /// The promotion that lowers a price the most, with what it makes of it.
    fn reduction(&self, price: Money) -> Option<(Money, &Reduction)> {
        self.reductions
            .iter()
            .filter_map(|reduction| Some((reduction.cut.lowered(price)?, reduction)))
            .min_by_key(|(price, reduction)| {
                (price.minor, reduction.priority, reduction.promotion_id)
            })
    }

    /// The lowest price among the flash sales that have so many units left.
    fn flash(&self, quantity: u32) -> Option<&FlashPrice> {
        self.flash
            .iter()
            .filter(|flash| flash.covers(quantity))
            .min_by_key(|flash| (flash.price.minor, flash.entry_id))
    }
}

/// Units of a flash sale one buyer can still get: what is left for everybody, and of what one may buy.
#[must_use]
pub fn units_left(
    quota: Option<u32>,
    taken: u32,
    per_buyer: Option<u32>,
    bought: u32,
) -> Option<u32> {
    let of_all = quota.map(|quota| quota.saturating_sub(taken));
    let of_buyer = per_buyer.map(|most| most.saturating_sub(bought));
    of_all.into_iter().chain(of_buyer).min()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{
        FlashPrice, Offers, PriceOrigin, PriceSource, PriceSourceKind, PriceStep, units_left,
    };
    use crate::money::{Currency, Money};
    use crate::percent::Percent;
    use crate::price_list::ListedPrice;
    use crate::promotion::{Reduction, UnitCut};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn listed(list: u128, priority: i32, min_quantity: u32, minor: i64) -> ListedPrice {
        ListedPrice {
            list_id: Uuid::from_u128(list),
            label: format!("List {list}"),
            list_version: 1,
            is_for_tiers: false,
            is_for_members: false,
            priority,
            min_quantity,
            price: eur(minor),
        }
    }

    fn flash(entry: u128, minor: i64, left: Option<u32>) -> FlashPrice {
        FlashPrice {
            sale_id: Uuid::from_u128(100 + entry),
            sale_version: 1,
            entry_id: Uuid::from_u128(entry),
            label: "618".to_owned(),
            price: eur(minor),
            left,
            ends_at: DateTime::UNIX_EPOCH,
        }
    }

    fn steps(steps: &[(u32, i64)]) -> Vec<PriceStep> {
        let step = |(min_quantity, minor): &(u32, i64)| PriceStep {
            min_quantity: *min_quantity,
            price: eur(*minor),
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn a_ladder_tells_each_change_once() {
        let none = Offers::default();
        assert_eq!(none.ladder(eur(1_000)), steps(&[(1, 1_000)]));
        let lists = Offers {
            listed: vec![
                listed(1, 1, 10, 900),
                listed(1, 1, 20, 900),
                listed(2, 2, 1, 950),
                listed(1, 1, 50, 800),
            ],
            ..Offers::default()
        };
        assert_eq!(
            lists.ladder(eur(1_000)),
            steps(&[(1, 950), (10, 900), (50, 800)])
        );
        let with_flash = Offers {
            flash: vec![flash(1, 500, Some(2))],
            ..lists
        };
        let expected = steps(&[(1, 500), (3, 950), (10, 900), (50, 800)]);
        assert_eq!(with_flash.ladder(eur(1_000)), expected);
    }

    #[test]
    fn the_lowest_flash_price_with_enough_left_replaces_a_higher_one() {
        let offers = Offers {
            listed: vec![listed(1, 0, 1, 900)],
            reductions: Vec::new(),
            flash: vec![
                flash(1, 700, Some(3)),
                flash(2, 600, Some(2)),
                flash(3, 950, None),
            ],
        };
        for (quantity, price, source) in [
            (1, 600, PriceSource::Flash(&offers.flash[1])),
            (2, 600, PriceSource::Flash(&offers.flash[1])),
            (3, 700, PriceSource::Flash(&offers.flash[0])),
            // The one without limit is dearer than the list.
            (4, 900, PriceSource::List(&offers.listed[0])),
        ] {
            let found = offers.unit_price(eur(1_000), Some(eur(1_200)), quantity);
            assert_eq!(
                (found.price, found.source),
                (eur(price), source),
                "{quantity}"
            );
            assert_eq!(found.before, Some(eur(1_000)));
        }
        let none = Offers::default();
        let own = none.unit_price(eur(1_000), Some(eur(1_200)), 1);
        assert_eq!(
            (own.before, own.source),
            (Some(eur(1_200)), PriceSource::Own)
        );
        let raised = Offers {
            listed: vec![listed(1, 0, 1, 1_100)],
            ..Offers::default()
        };
        assert_eq!(raised.unit_price(eur(1_000), None, 1).before, None);
    }

    #[test]
    fn the_deepest_reduction_counts_of_what_the_list_asks() {
        let reduction = |id, priority, cut| Reduction {
            promotion_id: Uuid::from_u128(id),
            promotion_version: 4,
            label: "Summer".to_owned(),
            priority,
            cut,
        };
        let tenth = UnitCut::Percent(Percent::parse("10").unwrap());
        let mut offers = Offers {
            listed: vec![listed(1, 0, 5, 900)],
            reductions: vec![
                reduction(3, 0, UnitCut::Amount(eur(100))),
                reduction(2, 1, tenth),
                reduction(1, 1, tenth),
            ],
            flash: Vec::new(),
        };
        let one = offers.unit_price(eur(1_000), Some(eur(1_200)), 1);
        // Equally low: the one of lower priority number.
        assert_eq!(one.source, PriceSource::Promotion(&offers.reductions[0]));
        assert_eq!((one.price, one.before), (eur(900), Some(eur(1_000))));
        let five = offers.unit_price(eur(1_000), None, 5);
        assert_eq!((five.price, five.before), (eur(800), Some(eur(1_000))));
        let origin = five.origin();
        assert_eq!(
            (origin.kind, &*origin.label),
            (PriceSourceKind::Promotion, "Summer")
        );
        assert_eq!(
            (origin.rule_id, origin.rule_version),
            (Some(Uuid::from_u128(3)), Some(4))
        );
        assert_eq!(
            (origin.lowered_from, origin.is_for_members),
            (Some(eur(900)), false)
        );
        offers.listed[0].is_for_members = true;
        assert!(offers.unit_price(eur(1_000), None, 5).is_for_members);
        assert!(!offers.unit_price(eur(1_000), None, 1).is_for_members);
        offers.flash = vec![flash(1, 700, None)];
        let flashed = offers.unit_price(eur(1_000), None, 5).origin();
        assert_eq!(
            (flashed.kind, flashed.lowered_from),
            (PriceSourceKind::FlashSale, None)
        );
        assert!(!flashed.is_for_members);
        offers.flash = vec![flash(1, 850, None)];
        assert_eq!(offers.unit_price(eur(1_000), None, 1).price, eur(850));
        assert_eq!(offers.unit_price(eur(1_000), None, 5).price, eur(800));
        offers.reductions = vec![reduction(1, 0, UnitCut::Price(eur(2_000)))];
        offers.flash.clear();
        let none = offers.unit_price(eur(1_000), None, 1);
        assert_eq!((none.price, none.source), (eur(1_000), PriceSource::Own));
        assert_eq!(none.origin(), PriceOrigin::own());
        let list = offers.unit_price(eur(1_000), None, 5).origin();
        assert_eq!(
            (list.kind, list.rule_id),
            (PriceSourceKind::PriceList, Some(Uuid::from_u128(1)))
        );
        offers.listed[0].is_for_tiers = true;
        let tier = offers.unit_price(eur(1_000), None, 5).origin();
        assert_eq!(tier.kind, PriceSourceKind::MemberTier);
    }

    #[test]
    fn the_tighter_limit_counts() {
        for (quota, taken, per_buyer, bought, expected) in [
            (None, 0, None, 0, None),
            (Some(10), 4, None, 0, Some(6)),
            (Some(10), 9, Some(3), 1, Some(1)),
            (Some(10), 0, Some(3), 1, Some(2)),
            (None, 0, Some(3), 5, Some(0)),
            (Some(10), 11, None, 0, Some(0)),
        ] {
            assert_eq!(units_left(quota, taken, per_buyer, bought), expected);
        }
    }
}
