//! From where the units of an order are taken.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::goods::{Goods, in_turn};
use crate::text_enum;

/// Most warehouses among which the fewest are found by trying all; of more, those that have most of what is missing are
/// taken one after the other.
const MAX_TRIED: usize = 12;

text_enum! {
    /// Which warehouses an order is taken from.
    pub enum RoutingPolicy {
        /// The first ones; a line that one of them can send alone is not split.
        Priority = "PRIORITY",
        /// For each line those with most of it.
        MostStock = "MOST_STOCK",
        /// As few as possible for all lines together.
        FewestSplits = "FEWEST_SPLITS",
    }
}

/// What one warehouse can promise of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarehouseStock {
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units it can promise.
    pub available: u32,
}

/// What the warehouses can promise of each variant, in order of preference.
pub type Stocks = BTreeMap<Uuid, Vec<WarehouseStock>>;

/// Plans from where to take units; `None` when there are too few. The warehouses stand in order of preference.
///
/// The first warehouse that has them all sends them all, so that one parcel is enough; else they are taken in order.
#[must_use]
pub fn plan_allocation(warehouses: &[WarehouseStock], wanted: u32) -> Option<Vec<(Uuid, u32)>> {
    if wanted == 0 {
        return Some(Vec::new());
    }
    if let Some(one) = warehouses
        .iter()
        .find(|warehouse| warehouse.available >= wanted)
    {
        return Some(vec![(one.warehouse_id, wanted)]);
    }
    let mut missing = wanted;
    let mut plan = Vec::new();
    for warehouse in warehouses {
        let taken = warehouse.available.min(missing);
        if taken > 0 {
            plan.push((warehouse.warehouse_id, taken));
            missing -= taken;
        }
    }
    (missing == 0).then_some(plan)
}

/// Plans from where to take what is wanted: goods and units, which may need the same variants. Gives the warehouses and
/// units of each, in the same order. Bundles are served first; should the policy's way leave too little whole for one of
/// them, the order of preference is tried.
///
/// # Errors
/// The place of the first of which there are too few units.
pub fn route(
    policy: RoutingPolicy,
    wanted: &[(&Goods, u32)],
    stocks: &Stocks,
) -> Result<Vec<Vec<(Uuid, u32)>>, usize> {
    let has_bundles = wanted.iter().any(|(goods, _)| goods.is_bundle());
    let chosen = (policy == RoutingPolicy::FewestSplits)
        .then(|| fewest(wanted, stocks, has_bundles))
        .flatten();
    let plans = match chosen {
        Some(chosen) => take_all(policy, wanted, only(stocks, &chosen)),
        None => take_all(policy, wanted, stocks.clone()),
    };
    if plans.is_err() && has_bundles {
        return take_all(RoutingPolicy::Priority, wanted, stocks.clone());
    }
    plans
}

fn take_all(
    policy: RoutingPolicy,
    wanted: &[(&Goods, u32)],
    mut left: Stocks,
) -> Result<Vec<Vec<(Uuid, u32)>>, usize> {
    let mut plans = vec![Vec::new(); wanted.len()];
    for index in in_turn(wanted) {
        let (Some((goods, units)), Some(place)) = (wanted.get(index), plans.get_mut(index)) else {
            continue;
        };
        let mut warehouses = goods.stock(&left);
        if policy == RoutingPolicy::MostStock {
            warehouses.sort_by_key(|stock| std::cmp::Reverse(stock.available)); // stable: equals keep their order
        }
        *place = plan_allocation(&warehouses, *units).ok_or(index)?;
        for (warehouse_id, taken) in place {
            goods.take(*taken, *warehouse_id, &mut left);
        }
    }
    Ok(plans)
}

/// What some of the warehouses can promise.
fn only(stocks: &Stocks, chosen: &[Uuid]) -> Stocks {
    let mut stocks = stocks.clone();
    for warehouses in stocks.values_mut() {
        warehouses.retain(|stock| chosen.contains(&stock.warehouse_id));
    }
    stocks
}

/// Finds the fewest warehouses that have everything together, of equally few those named first; `None` when there is too
/// little in all of them, or when they are too many to try with bundles.
fn fewest(wanted: &[(&Goods, u32)], stocks: &Stocks, has_bundles: bool) -> Option<Vec<Uuid>> {
    let mut missing: BTreeMap<Uuid, u32> = BTreeMap::new();
    for (goods, units) in wanted {
        for (variant_id, units) in goods.units(*units) {
            let sum = missing.entry(variant_id).or_default();
            *sum = sum.saturating_add(units);
        }
    }
    let mut houses: Vec<Uuid> = Vec::new();
    for variant_id in wanted.iter().flat_map(|(goods, _)| goods.variants()) {
        for stock in stocks.get(&variant_id).into_iter().flatten() {
            if stock.available > 0 && !houses.contains(&stock.warehouse_id) {
                houses.push(stock.warehouse_id);
            }
        }
    }
    if houses.len() > MAX_TRIED {
        return (!has_bundles).then(|| greedy(missing, houses, stocks))?;
    }
    let is_whole = |chosen: &[Uuid]| {
        let stocks = || only(stocks, chosen);
        !has_bundles || take_all(RoutingPolicy::Priority, wanted, stocks()).is_ok()
    };
    (0..=houses.len()).find_map(|size| {
        combinations(&houses, size)
            .into_iter()
            .find(|chosen| is_enough(&missing, chosen, stocks) && is_whole(chosen))
    })
}

/// Lists the choices of so many things, in the order in which these stand.
fn combinations(of: &[Uuid], size: usize) -> Vec<Vec<Uuid>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    let mut rest = of;
    while let Some((first, others)) = rest.split_first() {
        for mut choice in combinations(others, size - 1) {
            choice.insert(0, *first);
            all.push(choice);
        }
        rest = others;
    }
    all
}

fn is_enough(missing: &BTreeMap<Uuid, u32>, chosen: &[Uuid], stocks: &Stocks) -> bool {
    missing.iter().all(|(variant_id, units)| {
        let there = chosen
            .iter()
            .map(|house| at(stocks, *variant_id, *house))
            .fold(0_u32, u32::saturating_add);
        there >= *units
    })
}

/// Takes the warehouse with most of what is missing, until nothing is.
fn greedy(
    mut missing: BTreeMap<Uuid, u32>,
    mut houses: Vec<Uuid>,
    stocks: &Stocks,
) -> Option<Vec<Uuid>> {
    let mut chosen = Vec::new();
    missing.retain(|_, units| *units > 0);
    while !missing.is_empty() {
        let useful = |house: &Uuid| -> u64 {
            let of =
                |(variant_id, units): (&Uuid, &u32)| at(stocks, *variant_id, *house).min(*units);
            missing.iter().map(|part| u64::from(of(part))).sum()
        };
        // The first of those that are equally useful.
        let best = houses.iter().copied().rev().max_by_key(useful)?;
        if useful(&best) == 0 {
            return None;
        }
        houses.retain(|house| *house != best);
        chosen.push(best);
        for (variant_id, units) in &mut missing {
            *units = units.saturating_sub(at(stocks, *variant_id, best));
        }
        missing.retain(|_, units| *units > 0);
    }
    Some(chosen)
}

fn at(stocks: &Stocks, variant_id: Uuid, house: Uuid) -> u32 {
    let warehouses = stocks.get(&variant_id).into_iter().flatten();
    warehouses
        .filter(|stock| stock.warehouse_id == house)
        .map(|stock| stock.available)
        .fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::collection::vec;
    use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
    use uuid::Uuid;

    use super::{Goods, MAX_TRIED, RoutingPolicy, Stocks, WarehouseStock, greedy, plan_allocation};
    use crate::stock::Component;

    /// Routes single variants.
    fn route(
        policy: RoutingPolicy,
        wanted: &[(Uuid, u32)],
        stocks: &Stocks,
    ) -> Result<Vec<Vec<(Uuid, u32)>>, usize> {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(variant_id, units)| (Goods::Single(*variant_id), *units))
            .collect();
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(goods, units)| (goods, *units))
            .collect();
        super::route(policy, &wanted, stocks)
    }

    fn row(counts: &[u32]) -> Vec<WarehouseStock> {
        counts
            .iter()
            .zip(1_u128..)
            .map(|(available, id)| WarehouseStock {
                warehouse_id: Uuid::from_u128(id),
                available: *available,
            })
            .collect()
    }

    /// What warehouses 1, 2, 3 … have of the variants 1, 2, 3 …
    fn stocks(counts: &[Vec<u32>]) -> Stocks {
        let rows = (1_u128..).zip(counts);
        rows.map(|(variant, counts)| (Uuid::from_u128(variant), row(counts)))
            .collect()
    }

    fn wants(units: &[u32]) -> Vec<(Uuid, u32)> {
        let units = (1_u128..).zip(units);
        units
            .map(|(variant, units)| (Uuid::from_u128(variant), *units))
            .collect()
    }

    fn plain(plan: Vec<(Uuid, u32)>) -> Vec<(u128, u32)> {
        plan.into_iter()
            .map(|(id, units)| (id.as_u128(), units))
            .collect()
    }

    #[test]
    fn one_parcel_is_preferred_to_the_order_of_warehouses() {
        let plan = |counts: &[u32], wanted| plan_allocation(&row(counts), wanted).map(plain);
        assert_eq!(plan(&[5, 9], 5), Some(vec![(1, 5)]));
        assert_eq!(plan(&[3, 9], 5), Some(vec![(2, 5)]));
        assert_eq!(plan(&[3, 0, 4], 5), Some(vec![(1, 3), (3, 2)]));
        assert_eq!(plan(&[3, 1], 5), None);
        assert_eq!(plan(&[], 1), None);
        assert_eq!(plan(&[], 0), Some(vec![]));
    }

    #[test]
    fn each_policy_has_its_own_way() {
        use RoutingPolicy::{FewestSplits, MostStock, Priority};
        // Of the first variant warehouse 1 has enough and 2 has most; of the second only 3 has any.
        let stocks = stocks(&[vec![4, 9, 4], vec![0, 0, 2]]);
        let routed = |policy| {
            let plans = route(policy, &wants(&[3, 1]), &stocks).expect("enough");
            plans.into_iter().map(plain).collect::<Vec<_>>()
        };
        assert_eq!(routed(Priority), [[(1, 3)], [(3, 1)]]);
        assert_eq!(routed(MostStock), [[(2, 3)], [(3, 1)]]);
        assert_eq!(routed(FewestSplits), [[(3, 3)], [(3, 1)]]);
    }

    #[test]
    fn two_lines_of_one_variant_share_what_there_is() {
        let one = Uuid::from_u128(1);
        let stocks = stocks(&[vec![3, 3]]);
        for policy in POLICIES {
            let routed = route(policy, &[(one, 3), (one, 3)], &stocks).expect("enough");
            let taken: BTreeSet<_> = routed.into_iter().flatten().collect();
            assert_eq!(
                taken,
                [(Uuid::from_u128(1), 3), (Uuid::from_u128(2), 3)].into()
            );
            assert_eq!(route(policy, &[(one, 4), (one, 3)], &stocks), Err(1));
        }
    }

    #[test]
    fn a_bundle_leaves_one_warehouse_whole_and_others_leave_it_what_it_needs() {
        let [lamp, bulb] = [1, 2].map(Uuid::from_u128);
        let set = Goods::Bundle(vec![
            Component {
                variant_id: lamp,
                quantity: 1,
            },
            Component {
                variant_id: bulb,
                quantity: 2,
            },
        ]);
        // Warehouse 1 has lamps alone, 2 both, 3 bulbs alone.
        let stocks = stocks(&[vec![3, 1, 0], vec![0, 3, 9]]);
        for policy in POLICIES {
            let routed = |wanted: &[(&Goods, u32)]| {
                let plans = super::route(policy, wanted, &stocks);
                plans.map(|plans| plans.into_iter().map(plain).collect::<Vec<_>>())
            };
            assert_eq!(routed(&[(&set, 1)]), Ok(vec![vec![(2, 1)]]));
            assert_eq!(routed(&[(&set, 2)]), Err(0));
            let single = Goods::Single(lamp);
            assert_eq!(
                routed(&[(&single, 3), (&set, 1)]),
                Ok(vec![vec![(1, 3)], vec![(2, 1)]])
            );
            assert_eq!(routed(&[(&single, 4), (&set, 1)]), Err(0));
        }
    }

    #[test]
    fn of_very_many_warehouses_those_with_most_are_taken() {
        let mut counts = vec![1; MAX_TRIED + 1];
        counts.push(8);
        let routed = route(
            RoutingPolicy::FewestSplits,
            &wants(&[9]),
            &stocks(&[counts]),
        );
        assert_eq!(routed.map(|plans| plans.concat().len()), Ok(2));
    }

    const POLICIES: [RoutingPolicy; 3] = [
        RoutingPolicy::Priority,
        RoutingPolicy::MostStock,
        RoutingPolicy::FewestSplits,
    ];

    fn policy() -> impl Strategy<Value = RoutingPolicy> {
        prop_oneof![Just(POLICIES[0]), Just(POLICIES[1]), Just(POLICIES[2])]
    }

    /// The fewest warehouses that have it all, by trying every set of them.
    fn fewest_by_force(wanted: &[u32], counts: &[Vec<u32>]) -> Option<u32> {
        let houses = counts.first().map_or(0, Vec::len);
        let is_enough = |set: &u32| {
            wanted.iter().zip(counts).all(|(units, counts)| {
                let chosen = counts
                    .iter()
                    .enumerate()
                    .filter(|(house, _)| set & (1 << house) != 0);
                chosen.map(|(_, count)| count).sum::<u32>() >= *units
            })
        };
        (0..1_u32 << houses)
            .filter(is_enough)
            .map(u32::count_ones)
            .min()
    }

    fn shelves() -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u32>>)> {
        (1_usize..5, 0_usize..6).prop_flat_map(|(variants, houses)| {
            (
                vec(0_u32..12, variants),
                vec(vec(0_u32..8, houses), variants),
            )
        })
    }

    proptest! {
        #[test]
        fn a_plan_takes_what_is_wanted_and_nowhere_too_much((wanted, counts) in shelves(), policy in policy()) {
            let stocks = stocks(&counts);
            let is_enough = wanted.iter().zip(&counts).all(|(units, counts)| counts.iter().sum::<u32>() >= *units);
            let routed = route(policy, &wants(&wanted), &stocks);
            assert_eq!(routed.is_ok(), is_enough);
            for (variant, (plan, units)) in (1_u128..).zip(routed.unwrap_or_default().into_iter().zip(&wanted)) {
                let mut taken: BTreeMap<Uuid, u32> = BTreeMap::new();
                for (house, units) in &plan {
                    assert!(*units > 0);
                    *taken.entry(*house).or_default() += units;
                }
                assert_eq!(taken.values().sum::<u32>(), *units);
                for stock in &stocks[&Uuid::from_u128(variant)] {
                    assert!(taken.get(&stock.warehouse_id).is_none_or(|units| *units <= stock.available));
                }
            }
        }

        #[test]
        fn the_fewest_warehouses_are_as_few_as_there_can_be((wanted, counts) in shelves()) {
            let routed = route(RoutingPolicy::FewestSplits, &wants(&wanted), &stocks(&counts));
            let used = routed.ok().map(|plans| plans.concat().into_iter().map(|(house, _)| house).collect::<BTreeSet<_>>().len());
            let fewest = fewest_by_force(&wanted, &counts).map(|houses| usize::try_from(houses).unwrap());
            assert_eq!(used, fewest);
        }

        #[test]
        fn the_short_way_finds_enough_whenever_there_is((wanted, counts) in shelves()) {
            let houses = row(counts.first().map_or(&[][..], Vec::as_slice)).iter().map(|stock| stock.warehouse_id).collect();
            let missing = wants(&wanted).into_iter().collect();
            let chosen = greedy(missing, houses, &stocks(&counts));
            assert_eq!(chosen.is_some(), fewest_by_force(&wanted, &counts).is_some());
        }
    }
}
