//! Stock: what can be promised to a buyer, from where, and what carts hold of it.

mod alert;
mod backorder;
mod drift;
mod goods;
mod presale;
mod reservation;
mod routing;

use crate::text_enum;

pub use alert::{ALERT_KEPT, ALERT_TURN, MAX_ALERTS, MAX_GUEST_ALERTS, alerts_due};
pub use backorder::{Arrival, MAX_BACKORDER_LIMIT};
pub use drift::{Books, Drift, LAPSE_GRACE, StockDriftKind};
pub use goods::{
    BundleError, Component, ComponentLevel, Goods, MAX_COMPONENT_UNITS, MAX_COMPONENTS,
    bundle_level, check_components, promised_in_turn,
};
pub use presale::{MAX_PRESALE, PRESALE_SETTLES, ahead, answer, waits_until};
pub use reservation::{
    HeldLine, MAX_RESERVATION_MINUTES, Part, ReservationPolicy, TooFew, Wish, is_held,
    plan_reservations, reserved_until,
};
pub use routing::{RoutingPolicy, Stocks, WarehouseStock, plan_allocation, route};

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
        /// Can be ordered, leaves from a date on.
        Presale = "PRESALE",
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
    /// Units held by carts.
    pub reserved: i32,
    /// Units kept back.
    pub safety: i32,
    /// Units that may be promised beyond those in the warehouse.
    pub backorder_limit: i32,
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

    /// Gives the units by which orders and carts would have more than there is, were so many added to the warehouse; not
    /// above zero when there are enough.
    #[must_use]
    pub fn missing_after(self, delta: i32) -> i64 {
        i64::from(self.allocated) + i64::from(self.reserved)
            - i64::from(self.on_hand)
            - i64::from(delta)
            - i64::from(self.backorder_limit)
    }

    fn free(self) -> i64 {
        i64::from(self.on_hand)
            - i64::from(self.allocated)
            - i64::from(self.reserved)
            - i64::from(self.safety)
    }
}

/// Gives the short answer about a variant's stock over all warehouses, without presales.
#[must_use]
fn status(levels: &[StockCounters]) -> StockStatus {
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

fn units(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

fn total(counts: impl Iterator<Item = u32>) -> u32 {
    counts.fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{StockCounters, StockStatus, available, status};

    fn level(on_hand: i32, allocated: i32, safety: i32, backorder_limit: i32) -> StockCounters {
        StockCounters {
            on_hand,
            allocated,
            reserved: 0,
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

    #[test]
    fn what_carts_hold_is_not_for_others() {
        let held = StockCounters {
            reserved: 4,
            ..level(10, 3, 1, 2)
        };
        assert_eq!((held.in_hand(), held.available()), (2, 4));
        assert_eq!((held.missing_after(-5), held.missing_after(-6)), (0, 1));
    }

    proptest! {
        #[test]
        fn extreme_counters_do_not_panic(on_hand in any::<i32>(), allocated in any::<i32>(), reserved in any::<i32>(), safety in any::<i32>(), backorder in any::<i32>()) {
            let level = StockCounters { reserved, ..level(on_hand, allocated, safety, backorder) };
            let _ = (status(&[level]), level.available(), level.in_hand());
        }
    }
}
