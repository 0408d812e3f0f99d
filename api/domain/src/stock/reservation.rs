//! Units that carts hold for a while, so that nobody else buys them before the order is placed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::goods::{Goods, promised_in_turn};
use super::routing::{RoutingPolicy, Stocks, route};
use crate::text_enum;

/// Longest time a cart holds stock without anything happening in it, in minutes: 31 days.
pub const MAX_RESERVATION_MINUTES: i32 = 44_640;

text_enum! {
    /// From when on carts hold stock.
    pub enum ReservationPolicy {
        /// Never: who orders first gets it.
        None = "NONE",
        /// From the choice of how to ship or pay.
        OnCheckout = "ON_CHECKOUT",
        /// From the moment it is put into the cart.
        OnAdd = "ON_ADD",
    }
}

/// A line of a cart that is to hold its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The variant; each stands in one line of a cart.
    pub variant_id: Uuid,
    /// What one unit of it takes.
    pub goods: Goods,
    /// Units.
    pub quantity: u32,
    /// Whether all of them must be there. Else it holds what is there, and the cart tells what is missing.
    pub is_strict: bool,
}

/// Units to hold at a warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The variant.
    pub variant_id: Uuid,
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units, more than zero.
    pub quantity: u32,
}

/// There are fewer units than a line must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {available} units can be held")]
pub struct TooFew {
    /// The variant.
    pub variant_id: Uuid,
    /// Units there are.
    pub available: u32,
}

/// What a line of a cart wants, and what is held for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldLine {
    /// Units in the cart.
    pub wanted: u32,
    /// Units held.
    pub held: u32,
    /// When the first of them lapses; `None` when nothing is held.
    pub until: Option<DateTime<Utc>>,
}

impl ReservationPolicy {
    /// Whether a cart holds its lines by now.
    #[must_use]
    pub fn holds(self, is_in_checkout: bool) -> bool {
        match self {
            Self::None => false,
            Self::OnCheckout => is_in_checkout,
            Self::OnAdd => true,
        }
    }
}

/// Plans where a cart holds its units. In `stocks`, by variant, what the cart holds by now counts as available.
///
/// # Errors
/// [`TooFew`] for the first strict wish that cannot be held in full.
pub fn plan_reservations(
    policy: RoutingPolicy,
    wishes: &[Wish],
    stocks: &Stocks,
) -> Result<Vec<Part>, TooFew> {
    let mut wanted: Vec<(&Goods, u32)> = wishes
        .iter()
        .map(|wish| (&wish.goods, wish.quantity))
        .collect();
    let promised = promised_in_turn(&wanted, stocks);
    for ((wish, (_, units)), there) in wishes.iter().zip(&mut wanted).zip(&promised) {
        let available = there
            .iter()
            .fold(0_u32, |sum, stock| sum.saturating_add(stock.available));
        *units = wish.quantity.min(available);
        if wish.is_strict && *units < wish.quantity {
            return Err(TooFew {
                variant_id: wish.variant_id,
                available,
            });
        }
    }
    let plans = route(policy, &wanted, stocks).map_err(|index| TooFew {
        variant_id: wishes
            .get(index)
            .map_or(Uuid::nil(), |wish| wish.variant_id),
        available: 0,
    })?;
    let mut parts: BTreeMap<(Uuid, Uuid), u32> = BTreeMap::new();
    for ((goods, _), plan) in wanted.iter().zip(plans) {
        for (warehouse_id, taken) in plan {
            for (variant_id, units) in goods.units(taken) {
                let sum = parts.entry((variant_id, warehouse_id)).or_default();
                *sum = sum.saturating_add(units);
            }
        }
    }
    let parts = parts
        .into_iter()
        .map(|((variant_id, warehouse_id), quantity)| Part {
            variant_id,
            warehouse_id,
            quantity,
        });
    Ok(parts.collect())
}

/// Whether a cart holds just what it wishes, and nothing of it has lapsed. `held` are variants, units and deadlines.
#[must_use]
pub fn is_held(
    wishes: &[Wish],
    held: impl Iterator<Item = (Uuid, u32, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> bool {
    let mut units: BTreeMap<Uuid, u32> = BTreeMap::new();
    for (variant_id, quantity, expires_at) in held {
        if expires_at <= now {
            return false;
        }
        let sum = units.entry(variant_id).or_default();
        *sum = sum.saturating_add(quantity);
    }
    let mut needed: BTreeMap<Uuid, u32> = BTreeMap::new();
    for wish in wishes {
        for (variant_id, quantity) in wish.goods.units(wish.quantity) {
            let sum = needed.entry(variant_id).or_default();
            *sum = sum.saturating_add(quantity);
        }
    }
    units == needed
}

/// Tells until when everything in a cart is held; `None` when something is not, or no more.
#[must_use]
pub fn reserved_until(
    lines: impl Iterator<Item = HeldLine>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let mut first: Option<DateTime<Utc>> = None;
    for line in lines {
        let until = line.until.filter(|_| line.held >= line.wanted)?;
        first = Some(first.map_or(until, |first| first.min(until)));
    }
    first.filter(|until| *until > now)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};
    use uuid::Uuid;

    use super::{HeldLine, Part, ReservationPolicy, TooFew, Wish};
    use super::{is_held, plan_reservations, reserved_until};
    use crate::stock::{Component, Goods, RoutingPolicy, Stocks, WarehouseStock};

    fn stocks(counts: &[&[u32]]) -> Stocks {
        (1_u128..)
            .zip(counts)
            .map(|(variant, counts)| {
                let stock = |(house, available): (u128, &u32)| WarehouseStock {
                    warehouse_id: Uuid::from_u128(house),
                    available: *available,
                };
                let of_variant = (1_u128..).zip(counts.iter()).map(stock).collect();
                (Uuid::from_u128(variant), of_variant)
            })
            .collect()
    }

    fn wish(variant: u128, quantity: u32, is_strict: bool) -> Wish {
        Wish {
            variant_id: Uuid::from_u128(variant),
            goods: Goods::Single(Uuid::from_u128(variant)),
            quantity,
            is_strict,
        }
    }

    fn part(variant: u128, house: u128, quantity: u32) -> Part {
        Part {
            variant_id: Uuid::from_u128(variant),
            warehouse_id: Uuid::from_u128(house),
            quantity,
        }
    }

    #[test]
    fn carts_hold_as_early_as_the_policy_says() {
        use ReservationPolicy::{None, OnAdd, OnCheckout};
        for (policy, before, after) in [
            (None, false, false),
            (OnCheckout, false, true),
            (OnAdd, true, true),
        ] {
            assert_eq!((policy.holds(false), policy.holds(true)), (before, after));
        }
    }

    #[test]
    fn what_must_be_held_is_held_in_full_or_refused_and_the_rest_as_far_as_it_goes() {
        let stocks = stocks(&[&[3, 2], &[1], &[]]);
        let plan = |wishes: &[Wish]| plan_reservations(RoutingPolicy::Priority, wishes, &stocks);
        assert_eq!(
            plan(&[wish(1, 5, true), wish(2, 9, false), wish(3, 1, false)]),
            Ok(vec![part(1, 1, 3), part(1, 2, 2), part(2, 1, 1)])
        );
        let missing = TooFew {
            variant_id: Uuid::from_u128(2),
            available: 1,
        };
        assert_eq!(plan(&[wish(1, 1, true), wish(2, 2, true)]), Err(missing));
        assert_eq!(plan(&[]), Ok(vec![]));
    }

    #[test]
    fn a_bundle_and_its_component_are_held_together() {
        let bundle = Goods::Bundle(vec![
            Component {
                variant_id: Uuid::from_u128(1),
                quantity: 2,
            },
            Component {
                variant_id: Uuid::from_u128(2),
                quantity: 1,
            },
        ]);
        let boxed = |quantity| Wish {
            goods: bundle.clone(),
            ..wish(9, quantity, true)
        };
        let stocks = stocks(&[&[5], &[9]]);
        let plan = |wishes: &[Wish]| plan_reservations(RoutingPolicy::Priority, wishes, &stocks);
        let wishes = [wish(1, 1, true), boxed(2)];
        assert_eq!(plan(&wishes), Ok(vec![part(1, 1, 5), part(2, 1, 2)]));
        let missing = TooFew {
            variant_id: Uuid::from_u128(1),
            available: 1,
        };
        assert_eq!(plan(&[wish(1, 2, true), boxed(2)]), Err(missing));
        let held = [(1, 5), (2, 2)].map(|(variant, units)| {
            let later = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(1);
            (Uuid::from_u128(variant), units, later)
        });
        assert!(is_held(&wishes, held.into_iter(), DateTime::UNIX_EPOCH));
    }

    #[test]
    fn a_hold_stays_when_it_is_what_is_wished_and_has_not_lapsed() {
        let at = |minutes| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let wishes = [wish(1, 3, true), wish(2, 1, false)];
        let held = |rows: &[(u128, u32, i64)], now| {
            let rows = rows
                .iter()
                .map(|(variant, units, until)| (Uuid::from_u128(*variant), *units, at(*until)));
            is_held(&wishes, rows, at(now))
        };
        assert!(held(&[(1, 2, 5), (1, 1, 5), (2, 1, 9)], 4));
        assert!(!held(&[(1, 2, 5), (1, 1, 5), (2, 1, 9)], 5));
        assert!(!held(&[(1, 2, 5), (2, 1, 9)], 4));
        assert!(!held(&[(1, 3, 5)], 4));
        assert!(!held(&[(1, 3, 5), (2, 1, 5), (3, 1, 5)], 4));
        assert!(is_held(&[], std::iter::empty(), at(0)));
    }

    #[test]
    fn a_cart_is_held_until_its_first_line_lapses_and_only_when_all_of_it_is() {
        let at = |minutes| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let line = |wanted, held, until: Option<i64>| HeldLine {
            wanted,
            held,
            until: until.map(at),
        };
        let until = |lines: &[HeldLine], now| reserved_until(lines.iter().copied(), at(now));
        let held = [line(2, 2, Some(9)), line(1, 3, Some(7))];
        assert_eq!(until(&held, 0), Some(at(7)));
        assert_eq!(until(&held, 7), None);
        assert_eq!(until(&[line(2, 2, Some(9)), line(2, 1, Some(9))], 0), None);
        assert_eq!(until(&[line(2, 2, Some(9)), line(2, 0, None)], 0), None);
        assert_eq!(until(&[], 0), None);
    }

    proptest! {
        #[test]
        fn a_plan_never_holds_more_than_is_wanted_or_there(counts in vec(0_u32..20, 0..4), wanted in 0_u32..60, is_strict in any::<bool>()) {
            let stocks = stocks(&[&counts]);
            let there: u32 = counts.iter().sum();
            match plan_reservations(RoutingPolicy::MostStock, &[wish(1, wanted, is_strict)], &stocks) {
                Ok(parts) => {
                    assert_eq!(parts.iter().map(|part| part.quantity).sum::<u32>(), wanted.min(there));
                    for part in parts {
                        let stock = stocks[&part.variant_id].iter().find(|stock| stock.warehouse_id == part.warehouse_id);
                        assert!(part.quantity > 0 && part.quantity <= stock.unwrap().available);
                    }
                }
                Err(TooFew { available, .. }) => assert!(is_strict && available == there && there < wanted),
            }
        }
    }
}
