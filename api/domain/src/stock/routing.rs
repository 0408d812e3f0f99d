//! From where units are taken.

use std::collections::BTreeMap;

use uuid::Uuid;

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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::proptest;
    use uuid::Uuid;

    use super::{WarehouseStock, plan_allocation};

    fn stocks(counts: &[u32]) -> Vec<WarehouseStock> {
        counts
            .iter()
            .zip(1_u128..)
            .map(|(available, id)| WarehouseStock {
                warehouse_id: Uuid::from_u128(id),
                available: *available,
            })
            .collect()
    }

    #[test]
    fn one_parcel_is_preferred_to_the_order_of_warehouses() {
        let plan = |counts: &[u32], wanted| -> Option<Vec<(u128, u32)>> {
            plan_allocation(&stocks(counts), wanted).map(|plan| {
                plan.into_iter()
                    .map(|(id, units)| (id.as_u128(), units))
                    .collect()
            })
        };
        assert_eq!(plan(&[5, 9], 5), Some(vec![(1, 5)]));
        assert_eq!(plan(&[3, 9], 5), Some(vec![(2, 5)]));
        assert_eq!(plan(&[3, 0, 4], 5), Some(vec![(1, 3), (3, 2)]));
        assert_eq!(plan(&[3, 1], 5), None);
        assert_eq!(plan(&[], 1), None);
        assert_eq!(plan(&[], 0), Some(vec![]));
    }

    proptest! {
        #[test]
        fn a_plan_takes_what_is_wanted_and_nowhere_too_much(counts in vec(0_u32..50, 0..6), wanted in 0_u32..100) {
            let stocks = stocks(&counts);
            let plan = plan_allocation(&stocks, wanted);
            assert_eq!(plan.is_some(), counts.iter().sum::<u32>() >= wanted);
            for (warehouse_id, units) in plan.iter().flatten() {
                let stock = stocks.iter().find(|stock| stock.warehouse_id == *warehouse_id).unwrap();
                assert!(*units > 0 && *units <= stock.available);
            }
            if let Some(plan) = plan {
                assert_eq!(plan.iter().map(|(_, units)| units).sum::<u32>(), wanted);
            }
        }
    }
}
