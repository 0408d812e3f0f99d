//! What units of a variant take from the shelves: the variant itself, or the components of a bundle.
//!
//! A bundle has no stock of its own. It leaves one warehouse whole, so a warehouse can promise as many as its scarcest
//! component allows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::routing::{Stocks, WarehouseStock, plan_allocation};
use super::{StockCounters, units};

/// Most different components of a bundle.
pub const MAX_COMPONENTS: usize = 50;
/// Most units of a component in one unit of a bundle.
pub const MAX_COMPONENT_UNITS: i32 = 1_000;

/// Units of a variant in one unit of what they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The variant.
    pub variant_id: Uuid,
    /// Units, more than zero.
    pub quantity: u32,
}

/// What one unit of a variant takes from the shelves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    /// Itself.
    Single(Uuid),
    /// The components of a bundle, of which each variant is one.
    Bundle(Vec<Component>),
}

/// Why something cannot be a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// There are too many components.
    #[error("at most {MAX_COMPONENTS} components")]
    TooMany,
    /// The component at this place has too few or too many units.
    #[error("1 to {MAX_COMPONENT_UNITS} units")]
    Quantity(usize),
    /// The component at this place is one already.
    #[error("a variant is a component only once")]
    Repeated(usize),
    /// The component at this place is the bundle.
    #[error("a bundle is not made of itself")]
    Itself(usize),
}

/// Checks the components of a bundle: variants and units.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn check_components(bundle_id: Uuid, components: &[(Uuid, i32)]) -> Result<(), BundleError> {
    if components.len() > MAX_COMPONENTS {
        return Err(BundleError::TooMany);
    }
    let mut seen = BTreeSet::new();
    for (index, (variant_id, quantity)) in components.iter().enumerate() {
        if !(1..=MAX_COMPONENT_UNITS).contains(quantity) {
            return Err(BundleError::Quantity(index));
        }
        if *variant_id == bundle_id {
            return Err(BundleError::Itself(index));
        }
        if !seen.insert(variant_id) {
            return Err(BundleError::Repeated(index));
        }
    }
    Ok(())
}

impl Goods {
    /// Whether it is made of components.
    #[must_use]
    pub fn is_bundle(&self) -> bool {
        matches!(self, Self::Bundle(_))
    }

    /// The variants that so many units take, and the units of each.
    pub fn units(&self, quantity: u32) -> impl Iterator<Item = (Uuid, u32)> {
        let (single, components) = match self {
            Self::Single(variant_id) => (Some((*variant_id, quantity)), &[][..]),
            Self::Bundle(components) => (None, components.as_slice()),
        };
        let of_component = move |part: &Component| {
            let units = part.quantity.saturating_mul(quantity);
            (part.variant_id, units)
        };
        single
            .into_iter()
            .chain(components.iter().map(of_component))
    }

    /// The variants it takes.
    pub fn variants(&self) -> impl Iterator<Item = Uuid> {
        self.units(1).map(|(variant_id, _)| variant_id)
    }

    /// What the warehouses can promise of it, in their order.
    #[must_use]
    pub fn stock(&self, stocks: &Stocks) -> Vec<WarehouseStock> {
        let of = |variant_id| stocks.get(&variant_id).map_or(&[][..], Vec::as_slice);
        match self {
            Self::Single(variant_id) => of(*variant_id).to_vec(),
            Self::Bundle(components) => {
                let Some(first) = components.first() else {
                    return Vec::new();
                };
                let whole = |stock: &WarehouseStock| WarehouseStock {
                    warehouse_id: stock.warehouse_id,
                    available: scarcest(components, |variant_id| {
                        let mut there = of(variant_id).iter();
                        let here = there.find(|there| there.warehouse_id == stock.warehouse_id);
                        here.map_or(0, |here| here.available)
                    }),
                };
                of(first.variant_id).iter().map(whole).collect()
            }
        }
    }

    /// How many units so many units of its components make.
    pub fn held(&self, held: impl Fn(Uuid) -> u32) -> u32 {
        match self {
            Self::Single(variant_id) => held(*variant_id),
            Self::Bundle(components) => scarcest(components, held),
        }
    }

    /// Takes units of it out of what a warehouse can promise.
    pub fn take(&self, quantity: u32, warehouse_id: Uuid, stocks: &mut Stocks) {
        for (variant_id, units) in self.units(quantity) {
            for stock in stocks.get_mut(&variant_id).into_iter().flatten() {
                if stock.warehouse_id == warehouse_id {
                    stock.available = stock.available.saturating_sub(units);
                }
            }
        }
    }
}

fn scarcest(components: &[Component], there: impl Fn(Uuid) -> u32) -> u32 {
    let whole = |part: &Component| there(part.variant_id) / part.quantity.max(1);
    components.iter().map(whole).min().unwrap_or_default()
}

/// In which order goods are served that may need the same: bundles first, which find less that is whole.
#[must_use]
pub(super) fn in_turn(wanted: &[(&Goods, u32)]) -> Vec<usize> {
    let mut turn: Vec<usize> = (0..wanted.len()).collect();
    turn.sort_by_key(|index| {
        wanted
            .get(*index)
            .is_none_or(|(goods, _)| !goods.is_bundle())
    });
    turn
}

/// What the warehouses can promise of each of the goods, once those served before it got theirs, as far as it goes.
#[must_use]
pub fn promised_in_turn(wanted: &[(&Goods, u32)], stocks: &Stocks) -> Vec<Vec<WarehouseStock>> {
    let mut left = stocks.clone();
    let mut promised = vec![Vec::new(); wanted.len()];
    for index in in_turn(wanted) {
        let (Some((goods, units)), Some(place)) = (wanted.get(index), promised.get_mut(index))
        else {
            continue;
        };
        *place = goods.stock(&left);
        let there = place
            .iter()
            .fold(0, |sum: u32, stock| sum.saturating_add(stock.available));
        for (warehouse_id, taken) in plan_allocation(place, (*units).min(there)).unwrap_or_default()
        {
            goods.take(taken, warehouse_id, &mut left);
        }
    }
    promised
}

/// A component's level in a warehouse.
#[derive(Clone, Copy, Debug)]
pub struct ComponentLevel {
    /// Its counters.
    pub counters: StockCounters,
    /// When units beyond those in the house should arrive.
    pub expected_at: Option<DateTime<Utc>>,
    /// Units in one unit of the bundle.
    pub quantity: u32,
}

/// A bundle's level in a warehouse, as if it had one: what is whole in the house, what can be promised beyond, and when the
/// last component for the next unit should arrive.
#[must_use]
pub fn bundle_level(
    components: &[ComponentLevel],
    now: DateTime<Utc>,
) -> (StockCounters, Option<DateTime<Utc>>) {
    let least = |of: fn(StockCounters) -> u32| {
        let whole = |part: &ComponentLevel| of(part.counters) / part.quantity.max(1);
        let least = components.iter().map(whole).min().unwrap_or_default();
        i32::try_from(least).unwrap_or(i32::MAX)
    };
    let in_hand = least(StockCounters::in_hand);
    let missing = components
        .iter()
        .filter(|part| units(part.counters.free()) < part.quantity);
    let dates: Option<Vec<DateTime<Utc>>> = missing
        .map(|part| part.expected_at.filter(|expected_at| *expected_at > now))
        .collect();
    let level = StockCounters {
        on_hand: in_hand,
        backorder_limit: least(StockCounters::available).saturating_sub(in_hand),
        ..StockCounters::default()
    };
    (level, dates.and_then(|dates| dates.into_iter().max()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::collection::vec;
    use proptest::prelude::proptest;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn bundle(components: &[(u128, u32)]) -> Goods {
        let part = |(variant, quantity): &(u128, u32)| Component {
            variant_id: id(*variant),
            quantity: *quantity,
        };
        Goods::Bundle(components.iter().map(part).collect())
    }

    /// What warehouses 1, 2, 3 … have of the variants 1, 2, 3 …
    fn stocks(counts: &[&[u32]]) -> Stocks {
        let row = |counts: &[u32]| -> Vec<WarehouseStock> {
            let stock = |(house, available): (u128, &u32)| WarehouseStock {
                warehouse_id: id(house),
                available: *available,
            };
            (1..).zip(counts).map(stock).collect()
        };
        let rows = (1..).zip(counts);
        rows.map(|(variant, counts)| (id(variant), row(counts)))
            .collect()
    }

    fn counts(stock: &[WarehouseStock]) -> Vec<u32> {
        stock.iter().map(|stock| stock.available).collect()
    }

    #[test]
    fn components_are_checked() {
        let of = |components: &[(u128, i32)]| {
            let parts: Vec<_> = components.iter().map(|(part, n)| (id(*part), *n)).collect();
            check_components(id(9), &parts)
        };
        assert_eq!(of(&[(1, 1), (2, 1_000)]), Ok(()));
        assert_eq!(of(&[(1, 1), (2, 0)]), Err(BundleError::Quantity(1)));
        assert_eq!(of(&[(1, 1_001)]), Err(BundleError::Quantity(0)));
        assert_eq!(of(&[(1, 1), (1, 2)]), Err(BundleError::Repeated(1)));
        assert_eq!(of(&[(9, 1)]), Err(BundleError::Itself(0)));
        let many: Vec<(u128, i32)> = (100..151).map(|part| (part, 1)).collect();
        assert_eq!(of(&many), Err(BundleError::TooMany));
    }

    #[test]
    fn a_warehouse_has_as_many_bundles_as_its_scarcest_component_makes() {
        let box_of = bundle(&[(1, 2), (2, 1)]);
        let there = stocks(&[&[5, 9, 1], &[3, 4, 8]]);
        assert_eq!(counts(&box_of.stock(&there)), [2, 4, 0]);
        let unknown = bundle(&[(1, 1), (7, 1)]);
        assert_eq!(counts(&unknown.stock(&there)), [0, 0, 0]);
        let huge = bundle(&[(1, u32::MAX)]);
        assert_eq!(huge.units(2).collect::<Vec<_>>(), [(id(1), u32::MAX)]);
    }

    #[test]
    fn who_needs_the_same_goods_is_told_what_the_others_leave() {
        let (single, box_of) = (Goods::Single(id(1)), bundle(&[(1, 2), (2, 1)]));
        let there = stocks(&[&[5], &[9]]);
        let promised = promised_in_turn(&[(&single, 2), (&box_of, 2)], &there);
        assert_eq!(
            (counts(&promised[0]), counts(&promised[1])),
            (vec![1], vec![2])
        );
    }

    #[test]
    fn a_bundle_comes_with_its_last_component() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let in_days = |days| Some(now + TimeDelta::days(days));
        let part = |on_hand, backorder_limit, expected_at, quantity| ComponentLevel {
            counters: StockCounters {
                on_hand,
                backorder_limit,
                ..StockCounters::default()
            },
            expected_at,
            quantity,
        };
        let of = |parts: &[ComponentLevel]| {
            let (level, date) = bundle_level(parts, now);
            (level.in_hand(), level.available(), date)
        };
        let here = part(4, 0, in_days(1), 2);
        assert_eq!(of(&[here, part(3, 0, None, 1)]), (2, 2, None));
        assert_eq!(of(&[here, part(1, 4, in_days(3), 3)]), (0, 1, in_days(3)));
        let late = [part(0, 9, in_days(5), 1), part(0, 9, in_days(3), 1)];
        assert_eq!(of(&late), (0, 9, in_days(5)));
        let unknown = [part(0, 9, in_days(5), 1), part(0, 9, in_days(-1), 1)];
        assert_eq!(of(&unknown), (0, 9, None));
        assert_eq!(of(&[]), (0, 0, None));
    }

    proptest! {
        #[test]
        fn what_is_promised_in_turn_is_there_together(left in vec(0_u32..9, 3), right in vec(0_u32..9, 3), units in vec(0_u32..6, 3)) {
            let there = stocks(&[&left, &right]);
            let goods = [Goods::Single(id(1)), bundle(&[(1, 2), (2, 1)]), bundle(&[(2, 3)])];
            let wanted: Vec<_> = goods.iter().zip(units.iter().copied()).collect();
            let promised = promised_in_turn(&wanted, &there);
            let mut taken = [0_u32; 2];
            for ((goods, units), promised) in wanted.iter().zip(&promised) {
                let got = (*units).min(counts(promised).iter().sum());
                for (variant_id, units) in goods.units(got) {
                    taken[usize::from(variant_id == id(2))] += units;
                }
            }
            assert!(taken[0] <= left.iter().sum() && taken[1] <= right.iter().sum());
        }
    }
}
