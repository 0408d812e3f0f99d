//! How long goods may come back, and which wishes are granted without asking anybody.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::kind::{AfterSaleKind, AfterSaleReason};

/// Longest time of a policy, in days: thirty years.
pub const MAX_DAYS: u16 = 10_950;

/// How a shop treats after-sale cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterSalePolicy {
    /// Days after delivery in which goods come back for reasons of the buyer's own.
    pub return_days: u16,
    /// Days after delivery in which goods come back that the shop has to answer for.
    pub fault_days: u16,
    /// Days after delivery in which a defect is covered by warranty.
    pub warranty_days: u16,
    /// Days after a yes in which the goods must be sent.
    pub ship_days: u16,
    /// What is granted at once; `None` for nothing.
    pub auto_approval: Option<AutoApproval>,
}

/// Wishes that are granted at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoApproval {
    /// Up to this worth, in minor units of the shop's currency.
    pub up_to_minor: i64,
    /// For these reasons.
    pub reasons: Vec<AfterSaleReason>,
}

impl Default for AfterSalePolicy {
    /// Seven days for reasons of one's own and fifteen for faults, as Chinese law has them; two years of warranty, as
    /// European law has them.
    fn default() -> Self {
        Self {
            return_days: 7,
            fault_days: 15,
            warranty_days: 730,
            ship_days: 14,
            auto_approval: None,
        }
    }
}

impl AfterSalePolicy {
    /// How long after delivery a case of this kind may be opened for this reason.
    #[must_use]
    pub fn window(&self, kind: AfterSaleKind, reason: AfterSaleReason) -> TimeDelta {
        let days = match kind {
            AfterSaleKind::WarrantyClaim => self.warranty_days,
            AfterSaleKind::Return | AfterSaleKind::Exchange | AfterSaleKind::RefundOnly
                if reason.is_shops_fault() =>
            {
                self.fault_days
            }
            AfterSaleKind::Return | AfterSaleKind::Exchange | AfterSaleKind::RefundOnly => {
                self.return_days
            }
        };
        TimeDelta::days(i64::from(days))
    }

    /// The longest time in which goods may come back for whatever reason; a warranty is not about returning.
    #[must_use]
    pub fn longest_window(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.return_days.max(self.fault_days)))
    }

    /// How long the buyer has to send the goods.
    #[must_use]
    pub fn time_to_ship(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.ship_days))
    }

    /// Whether a wish is granted without asking anybody. One for another variant is not: it may be worth more than what
    /// comes back.
    #[must_use]
    pub fn approves(
        &self,
        reason: AfterSaleReason,
        worth_minor: i64,
        wants_other_variant: bool,
    ) -> bool {
        self.auto_approval.as_ref().is_some_and(|rule| {
            worth_minor <= rule.up_to_minor
                && rule.reasons.contains(&reason)
                && !wants_other_variant
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AfterSaleKind as K;
    use super::AfterSaleReason as R;
    use super::*;

    #[test]
    fn faults_have_longer_than_second_thoughts_and_warranty_longest() {
        let policy = AfterSalePolicy::default();
        let cases = [
            (K::Return, R::ChangedMind, 7),
            (K::Exchange, R::DoesNotFit, 7),
            (K::RefundOnly, R::Other, 7),
            (K::Return, R::Defective, 15),
            (K::Exchange, R::WrongProduct, 15),
            (K::RefundOnly, R::Missing, 15),
            (K::WarrantyClaim, R::Defective, 730),
        ];
        for (kind, reason, days) in cases {
            assert_eq!(
                policy.window(kind, reason),
                TimeDelta::days(days),
                "{kind} {reason}"
            );
        }
        assert_eq!(policy.longest_window(), TimeDelta::days(15));
    }

    #[test]
    fn only_small_wishes_for_trusted_reasons_and_the_same_goods_are_granted_at_once() {
        let policy = AfterSalePolicy {
            auto_approval: Some(AutoApproval {
                up_to_minor: 5_000,
                reasons: vec![R::Defective],
            }),
            ..AfterSalePolicy::default()
        };
        assert!(policy.approves(R::Defective, 5_000, false));
        assert!(!policy.approves(R::Defective, 5_001, false));
        assert!(!policy.approves(R::Other, 1, false));
        assert!(!policy.approves(R::Defective, 1, true));
        assert!(!AfterSalePolicy::default().approves(R::Defective, 0, false));
    }
}
