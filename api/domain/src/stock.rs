//! Stock: what can be promised to a buyer, and from where.

use uuid::Uuid;

use crate::text_enum;

/// Units at or below which stock is low.
pub const LOW_STOCK_THRESHOLD: u32 = 5;

text_enum! {
    /// Why stock changed.
    pub enum StockMovementKind {
        /// Set by a source.
        Set = "SET",
        /// Changed by hand.
        Adjustment = "ADJUSTMENT",
        /// Promised to an order.
        Allocation = "ALLOCATION",
        /// Promise given back.
        Release = "RELEASE",
        /// Left with a parcel.
        Shipment = "SHIPMENT",
        /// Came back.
        Return = "RETURN",
    }
}

text_enum! {
    /// Short answers about stock.
    pub enum StockStatus {
        /// Enough.
        InStock = "IN_STOCK",
        /// Few left.
        LowStock = "LOW_STOCK",
        /// Can be ordered, comes later.
        Backorder = "BACKORDER",
        /// Cannot be ordered.
        OutOfStock = "OUT_OF_STOCK",
    }
}

/// Counters of one variant at one warehouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockCounters {
    /// Units in the warehouse.
    pub on_hand: i32,
    /// Units promised to orders.
    pub allocated: i32,
    /// Units kept back.
    pub safety: i32,
    /// Units that may be promised beyond those in the warehouse.
    pub backorder_limit: i32,
}

/// What one warehouse can promise of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarehouseStock {
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units it can promise.
    pub available: u32,
}

impl StockCounters {
    /// Gives the units that can be promised, backorders included.
    #[must_use]
    pub fn available(self) -> u32 {
        units(self.free() + i64::from(self.backorder_limit))
    }

    /// Gives the units that can be promised from what is in the warehouse.
    #[must_use]
    pub fn in_hand(self) -> u32 {
        units(self.free())
    }

    fn free(self) -> i64 {
        i64::from(self.on_hand) - i64::from(self.allocated) - i64::from(self.safety)
    }
}

/// Gives the short answer about a variant's stock over all warehouses.
#[must_use]
pub fn status(levels: &[StockCounters]) -> StockStatus {
    let in_hand = total(levels.iter().map(|level| level.in_hand()));
    let available = total(levels.iter().map(|level| level.available()));
    if available == 0 {
        StockStatus::OutOfStock
    } else if in_hand == 0 {
        StockStatus::Backorder
    } else if in_hand <= LOW_STOCK_THRESHOLD {
        StockStatus::LowStock
    } else {
        StockStatus::InStock
    }
}

/// Gives the units of a variant that can be promised over all warehouses.
#[must_use]
pub fn available(levels: &[StockCounters]) -> u32 {
    total(levels.iter().map(|level| level.available()))
}

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

fn units(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

fn total(counts: impl Iterator<Item = u32>) -> u32 {
    counts.fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};
    use uuid::Uuid;

    use super::{StockCounters, StockStatus, WarehouseStock, available, plan_allocation, status};

    fn level(on_hand: i32, allocated: i32, safety: i32, backorder_limit: i32) -> StockCounters {
        StockCounters {
            on_hand,
            allocated,
            safety,
            backorder_limit,
        }
    }

    #[test]
    fn stock_has_a_short_answer() {
        for (levels, expected_available, expected) in [
            (vec![], 0, StockStatus::OutOfStock),
            (vec![level(10, 0, 0, 0)], 10, StockStatus::InStock),
            (vec![level(10, 4, 1, 0)], 5, StockStatus::LowStock),
            (vec![level(10, 10, 0, 0)], 0, StockStatus::OutOfStock),
            (vec![level(10, 12, 0, 5)], 3, StockStatus::Backorder),
            (vec![level(1, 0, 3, 0)], 0, StockStatus::OutOfStock),
            (
                vec![level(3, 0, 0, 0), level(3, 0, 0, 0)],
                6,
                StockStatus::InStock,
            ),
            (
                vec![level(i32::MAX, 0, 0, i32::MAX), level(i32::MAX, 0, 0, 1)],
                u32::MAX,
                StockStatus::InStock,
            ),
        ] {
            assert_eq!(available(&levels), expected_available, "{levels:?}");
            assert_eq!(status(&levels), expected, "{levels:?}");
        }
    }

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

        #[test]
        fn extreme_counters_do_not_panic(on_hand in any::<i32>(), allocated in any::<i32>(), safety in any::<i32>(), backorder in any::<i32>()) {
            let level = level(on_hand, allocated, safety, backorder);
            let _ = (status(&[level]), level.available(), level.in_hand());
        }
    }
}
