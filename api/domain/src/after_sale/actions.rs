//! What somebody may do to a case now.

use super::kind::{AfterSaleKind, AfterSaleResolution};
use super::state::{AfterSaleEvent, AfterSaleStatus};
use crate::order::{Action, Asker};
use crate::permission::Permission;

/// What a case's actions depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// What is wanted.
    pub kind: AfterSaleKind,
    /// Where it stands.
    pub status: AfterSaleStatus,
    /// How it is made good, once that is decided.
    pub resolution: Option<AfterSaleResolution>,
    /// Whether the goods to be sent instead were called off.
    pub is_replacement_called_off: bool,
}

impl CaseFacts {
    /// Whether money can go back now.
    #[must_use]
    pub fn may_be_refunded(self) -> bool {
        self.can(AfterSaleEvent::Refunded) && self.gives_money()
    }

    /// Whether money is what makes the case good, as far as is known: that is how it is settled, or the goods that should
    /// have made it good were called off.
    #[must_use]
    pub fn gives_money(self) -> bool {
        match self.resolution.unwrap_or(self.kind.usual_resolution()) {
            AfterSaleResolution::Refund => true,
            AfterSaleResolution::Replacement => self.is_replacement_called_off,
        }
    }

    fn can(self, event: AfterSaleEvent) -> bool {
        self.status.apply(self.kind, event).is_ok()
    }
}

/// What somebody may do to a case now.
#[must_use]
pub fn case_actions(facts: CaseFacts, asker: Asker<'_>) -> Vec<Action> {
    let writes = (asker.may)(Permission::AfterSaleWrite);
    let pays = (asker.may)(Permission::RefundWrite);
    let buys = asker.is_buyer;
    [
        (
            Action::AfterSaleRespond,
            writes && facts.can(AfterSaleEvent::Approved),
        ),
        (
            Action::AfterSaleShip,
            buys && facts.can(AfterSaleEvent::Shipped),
        ),
        (
            Action::AfterSaleReceive,
            writes && facts.can(AfterSaleEvent::Received),
        ),
        (
            Action::AfterSaleInspect,
            writes && facts.can(AfterSaleEvent::Inspected),
        ),
        (Action::AfterSaleRefund, pays && facts.may_be_refunded()),
        (
            Action::AfterSaleCancel,
            buys && facts.can(AfterSaleEvent::Cancelled),
        ),
    ]
    .into_iter()
    .filter_map(|(action, holds)| holds.then_some(action))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::AfterSaleKind as K;
    use super::AfterSaleStatus as S;
    use super::*;

    const BUYER: Asker<'static> = Asker {
        is_buyer: true,
        person: None,
        may: &|_| false,
    };
    const OWNER: Asker<'static> = Asker {
        is_buyer: false,
        person: None,
        may: &|_| true,
    };
    const CLERK: Asker<'static> = Asker {
        is_buyer: false,
        person: None,
        may: &|permission| matches!(permission, Permission::AfterSaleRead),
    };

    /// Kind, status, what the buyer may do, what the owner may.
    type Case = (K, S, &'static [Action], &'static [Action]);

    #[test]
    fn each_asker_sees_their_own_next_steps() {
        let cases: [Case; 9] = [
            (
                K::Return,
                S::Requested,
                &[Action::AfterSaleCancel],
                &[Action::AfterSaleRespond],
            ),
            (
                K::Return,
                S::Approved,
                &[Action::AfterSaleShip, Action::AfterSaleCancel],
                &[Action::AfterSaleReceive],
            ),
            (
                K::RefundOnly,
                S::Approved,
                &[Action::AfterSaleCancel],
                &[Action::AfterSaleRefund],
            ),
            (
                K::Exchange,
                S::InTransit,
                &[Action::AfterSaleCancel],
                &[Action::AfterSaleReceive],
            ),
            (K::Exchange, S::Received, &[], &[Action::AfterSaleInspect]),
            (K::Return, S::Inspected, &[], &[Action::AfterSaleRefund]),
            (K::Return, S::Refunded, &[], &[]),
            (K::Exchange, S::Declined, &[], &[]),
            (K::Exchange, S::SentBack, &[], &[]),
        ];
        for (kind, status, buyer, office) in cases {
            let facts = CaseFacts {
                kind,
                status,
                resolution: None,
                is_replacement_called_off: false,
            };
            assert_eq!(case_actions(facts, BUYER), buyer, "{kind} {status}");
            assert_eq!(case_actions(facts, OWNER), office, "{kind} {status}");
            assert_eq!(case_actions(facts, CLERK), [], "{kind} {status}");
        }
    }

    #[test]
    fn an_exchange_is_paid_out_when_its_goods_were_called_off() {
        let facts = |resolution, is_replacement_called_off| CaseFacts {
            kind: K::Exchange,
            status: S::Inspected,
            resolution: Some(resolution),
            is_replacement_called_off,
        };
        assert!(facts(AfterSaleResolution::Refund, false).may_be_refunded());
        assert!(!facts(AfterSaleResolution::Replacement, false).may_be_refunded());
        assert!(facts(AfterSaleResolution::Replacement, true).may_be_refunded());
    }
}
