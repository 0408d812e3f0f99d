//! Which of several prices a buyer pays: of the lists that name the variant for so many units, the first counts.

use std::cmp::Reverse;

use uuid::Uuid;

use crate::money::Money;

/// The price of a variant in a list the buyer may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPrice {
    /// The list.
    pub list_id: Uuid,
    /// Version of the list.
    pub list_version: i32,
    /// Text for buyers.
    pub label: String,
    /// Whether the list is for certain tiers alone.
    pub is_for_tiers: bool,
    /// Whether the list is for certain members alone, by tier or by segment.
    pub is_for_members: bool,
    /// Lower numbers come first.
    pub priority: i32,
    /// Units from which it counts.
    pub min_quantity: u32,
    /// Price of one unit.
    pub price: Money,
}

/// Finds the price of one unit when so many are bought; `None` when the variant's own price counts.
#[must_use]
pub fn resolve(listed: &[ListedPrice], quantity: u32) -> Option<&ListedPrice> {
    listed
        .iter()
        .filter(|listed| listed.min_quantity <= quantity)
        .min_by_key(|listed| {
            (
                listed.priority,
                listed.list_id,
                Reverse(listed.min_quantity),
            )
        })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{ListedPrice, resolve};
    use crate::money::{Currency, Money};

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

    #[test]
    fn the_first_list_that_knows_the_quantity_counts() {
        let lists = [
            listed(1, 5, 1, 900),
            listed(2, 1, 10, 850),
            listed(2, 1, 50, 700),
            listed(3, 1, 10, 100),
        ];
        let price = |quantity| resolve(&lists, quantity).map(|listed| listed.price.minor);
        // List 2 comes before list 1 whatever the price, and before list 3 by its id.
        for (quantity, expected) in [(1, 900), (9, 900), (10, 850), (49, 850), (50, 700)] {
            assert_eq!(price(quantity), Some(expected), "{quantity}");
        }
        assert_eq!(resolve(&[listed(1, 0, 2, 900)], 1), None);
    }
}
