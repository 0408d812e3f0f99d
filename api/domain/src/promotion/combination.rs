//! What a promotion tolerates beside it.

use std::collections::BTreeSet;

use crate::text_enum;
use crate::text_enum::TextEnum as _;

/// Most characters of a group's name.
pub const MAX_GROUP_NAME: usize = 60;
/// Most groups a promotion combines with by name.
pub const MAX_GROUPS: usize = 20;

text_enum! {
    /// How promotions of one group are settled.
    pub enum GroupMode {
        /// Only the best for the buyer counts.
        BestOf = "BEST_OF",
        /// All count, one after the other.
        Stack = "STACK",
    }
}

text_enum! {
    /// What a percentage is taken of.
    pub enum DiscountBase {
        /// The price before any discount.
        Base = "BASE",
        /// What earlier discounts left of it.
        Running = "RUNNING",
    }
}

text_enum! {
    /// What may stand beside a promotion; automatic promotions count in this order.
    pub enum PromotionClass {
        /// Promotions on lines.
        Line = "LINE",
        /// Promotions on the order.
        Order = "ORDER",
        /// Promotions on shipping.
        Shipping = "SHIPPING",
        /// Coupons.
        Coupon = "COUPON",
        /// Points spent.
        Points = "POINTS",
        /// Prices for tiers and segments.
        MemberPrice = "MEMBER_PRICE",
    }
}

impl GroupMode {
    /// Gives the group a promotion competes in, of the one it belongs to.
    #[must_use]
    pub fn contest(self, group: Option<&str>) -> Option<&str> {
        match self {
            Self::BestOf => group,
            Self::Stack => None,
        }
    }
}

/// What a promotion tolerates beside it. Two stand together only when both tolerate each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Combination {
    /// The group it belongs to.
    pub group: Option<String>,
    /// Whether it competes with the others of its group that compete too.
    pub group_mode: GroupMode,
    /// Whether it stops all later ones.
    pub is_exclusive: bool,
    /// Classes it tolerates.
    pub combines_with: BTreeSet<PromotionClass>,
    /// Groups it tolerates whatever their class.
    pub combines_with_groups: BTreeSet<String>,
}

impl Combination {
    /// Gives the group it competes in, if it does.
    #[must_use]
    pub fn contest(&self) -> Option<&str> {
        self.group_mode.contest(self.group.as_deref())
    }

    /// Whether it tolerates every class.
    #[must_use]
    pub fn tolerates_all(&self) -> bool {
        self.combines_with.len() == PromotionClass::ALL.len()
    }

    /// Whether it tolerates something of this class and group.
    #[must_use]
    pub fn tolerates(&self, class: PromotionClass, group: Option<&str>) -> bool {
        self.combines_with.contains(&class)
            || group.is_some_and(|group| self.combines_with_groups.contains(group))
    }
}

impl Default for Combination {
    /// Stands with everything.
    fn default() -> Self {
        Self {
            group: None,
            group_mode: GroupMode::BestOf,
            is_exclusive: false,
            combines_with: PromotionClass::ALL.iter().copied().collect(),
            combines_with_groups: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Combination, GroupMode, PromotionClass};
    use crate::text_enum::TextEnum as _;

    #[test]
    fn a_named_group_is_tolerated_whatever_its_class() {
        let picky = Combination {
            combines_with: BTreeSet::from([PromotionClass::Shipping]),
            combines_with_groups: BTreeSet::from(["618".to_owned()]),
            ..Combination::default()
        };
        for (class, group, expected) in [
            (PromotionClass::Shipping, None, true),
            (PromotionClass::Shipping, Some("other"), true),
            (PromotionClass::Order, None, false),
            (PromotionClass::Order, Some("other"), false),
            (PromotionClass::Order, Some("618"), true),
        ] {
            assert_eq!(picky.tolerates(class, group), expected, "{class} {group:?}");
        }
        for class in PromotionClass::ALL {
            assert!(Combination::default().tolerates(*class, None), "{class}");
        }
    }

    #[test]
    fn only_members_of_a_group_that_look_for_the_best_compete() {
        let grouped = |group_mode| Combination {
            group: Some("618".to_owned()),
            group_mode,
            ..Combination::default()
        };
        assert_eq!(grouped(GroupMode::BestOf).contest(), Some("618"));
        assert_eq!(grouped(GroupMode::Stack).contest(), None);
        assert_eq!(Combination::default().contest(), None);
    }
}
