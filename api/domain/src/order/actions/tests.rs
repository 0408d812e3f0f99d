use super::*;
use crate::money::Currency;

fn placed() -> OrderFacts {
    OrderFacts {
        status: OrderStatus::Placed,
        owes: true,
        awaits_payment: true,
        has_refundable: true,
        has_open_units: true,
        has_open_cancellation: false,
        approval: ApprovalSoFar::default(),
        has_open_question: false,
        has_open_proposal: false,
        has_open_change: false,
        has_claimable: false,
        has_claimable_in_time: false,
        parcels: Vec::new(),
    }
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

const BUYER: Asker<'static> = Asker {
    is_buyer: true,
    person: None,
    may: &|_| false,
};
const OWNER: Asker<'static> = Asker {
    is_buyer: false,
    person: Some(Uuid::from_u128(1)),
    may: &|_| true,
};
const CLERK: Asker<'static> = Asker {
    is_buyer: false,
    person: Some(Uuid::from_u128(2)),
    may: &|permission| matches!(permission, Permission::OrderRead),
};

#[test]
fn each_asker_sees_their_own_next_steps() {
    let waiting = OrderFacts {
        status: OrderStatus::AwaitingConfirmation,
        owes: false,
        awaits_payment: false,
        has_open_question: true,
        ..placed()
    };
    let proposed = OrderFacts {
        has_open_question: false,
        has_open_proposal: true,
        ..waiting.clone()
    };
    let confirmed = OrderFacts {
        status: OrderStatus::Confirmed,
        owes: false,
        awaits_payment: false,
        ..placed()
    };
    let picking = OrderFacts {
        parcels: vec![FulfillmentStatus::Open],
        has_open_units: false,
        has_open_cancellation: true,
        ..confirmed.clone()
    };
    let given_back = OrderFacts {
        has_refundable: false,
        parcels: vec![FulfillmentStatus::Shipped],
        ..confirmed.clone()
    };
    let sent = OrderFacts {
        parcels: vec![FulfillmentStatus::Shipped],
        has_open_units: false,
        ..confirmed.clone()
    };
    let changing = OrderFacts {
        has_open_change: true,
        has_refundable: false,
        ..confirmed.clone()
    };
    let owing = OrderFacts {
        owes: true,
        awaits_payment: true,
        ..sent.clone()
    };
    let draft = OrderFacts {
        status: OrderStatus::Draft,
        has_refundable: false,
        ..placed()
    };
    let cases: [(&OrderFacts, Asker<'_>, &[Action]); 20] = [
        (&draft, OWNER, &[Action::OrderPlace, Action::OrderCancel]),
        (&draft, CLERK, &[]),
        (
            &changing,
            OWNER,
            &[
                Action::OrderCancel,
                Action::OrderChangeRespond,
                Action::FulfillmentCreate,
            ],
        ),
        (&changing, CLERK, &[]),
        (&owing, OWNER, &[Action::RefundCreate]),
        (&owing, BUYER, &[Action::PaymentStart]),
        (
            &placed(),
            BUYER,
            &[Action::OrderCancellationRequest, Action::PaymentStart],
        ),
        (&placed(), OWNER, &[Action::OrderCancel]),
        (&placed(), CLERK, &[]),
        (&waiting, BUYER, &[Action::OrderCancellationRequest]),
        (
            &waiting,
            OWNER,
            &[
                Action::OrderConfirmationRespond,
                Action::OrderCancel,
                Action::RefundCreate,
            ],
        ),
        (
            &confirmed,
            OWNER,
            &[
                Action::OrderCancel,
                Action::OrderChangeCreate,
                Action::RefundCreate,
                Action::FulfillmentCreate,
            ],
        ),
        (&picking, BUYER, &[]),
        (
            &picking,
            OWNER,
            &[
                Action::OrderCancel,
                Action::OrderCancellationRespond,
                Action::RefundCreate,
            ],
        ),
        (
            &proposed,
            BUYER,
            &[
                Action::OrderProposalRespond,
                Action::OrderCancellationRequest,
            ],
        ),
        (
            &proposed,
            OWNER,
            &[Action::OrderCancel, Action::RefundCreate],
        ),
        (
            &given_back,
            OWNER,
            &[
                Action::OrderCancel,
                Action::OrderChangeCreate,
                Action::FulfillmentCreate,
            ],
        ),
        (&given_back, BUYER, &[Action::OrderCancellationRequest]),
        (&sent, OWNER, &[Action::RefundCreate]),
        (&sent, BUYER, &[Action::OrderReceive]),
    ];
    for (facts, asker, expected) in cases {
        assert_eq!(facts.actions(asker), expected, "{facts:?}");
    }
}

#[test]
fn only_another_person_approves() {
    let waiting = OrderFacts {
        status: OrderStatus::AwaitingApproval,
        ..placed()
    };
    let own = OrderFacts {
        approval: ApprovalSoFar {
            author: OWNER.person,
            approvers: Vec::new(),
        },
        ..waiting.clone()
    };
    let program = Asker {
        person: None,
        ..OWNER
    };
    assert_eq!(
        waiting.actions(OWNER),
        [Action::OrderApprovalRespond, Action::OrderCancel]
    );
    assert_eq!(own.actions(OWNER), [Action::OrderCancel]);
    assert_eq!(waiting.actions(program), [Action::OrderCancel]);
    assert_eq!(waiting.actions(BUYER), [Action::OrderCancellationRequest]);
}

#[test]
fn only_hand_payments_are_taken_without_a_promise() {
    let open = PaymentFacts {
        provider: PaymentProvider::Manual,
        order_status: OrderStatus::Placed,
        for_change: false,
        status: PaymentStatus::ActionRequired,
        amount: eur(500),
        captured: eur(0),
        open_authorization: eur(0),
    };
    assert_eq!(
        open.actions(OWNER),
        [Action::PaymentCapture, Action::PaymentVoid]
    );
    assert_eq!(open.actions(CLERK), []);
    let test = PaymentFacts {
        provider: PaymentProvider::Test,
        ..open
    };
    assert_eq!(test.actions(OWNER), []);
    assert_eq!(
        PaymentFacts {
            open_authorization: eur(500),
            ..test
        }
        .actions(OWNER),
        [Action::PaymentCapture, Action::PaymentVoid]
    );
    let closed = PaymentFacts {
        order_status: OrderStatus::Expired,
        ..open
    };
    assert_eq!(closed.actions(OWNER), [Action::PaymentVoid]);
    let for_change = PaymentFacts {
        order_status: OrderStatus::Confirmed,
        for_change: true,
        ..open
    };
    assert!(for_change.may_be_captured());
    let too_late = PaymentFacts {
        for_change: false,
        ..for_change
    };
    assert!(!too_late.may_be_captured());
}
