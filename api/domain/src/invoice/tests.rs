use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::money::Currency;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn goods(line: u128, units: i64, tax: i64, total: i64) -> Item {
    Item {
        subject: Subject {
            kind: SubjectKind::Goods,
            id: Some(Uuid::from_u128(line)),
        },
        description: format!("goods {line}"),
        sku: None,
        units,
        rate: Percent::from_ppm(190_000).unwrap(),
        tax: eur(tax),
        total: eur(total),
    }
}

fn goodwill(total: i64) -> Item {
    Item {
        subject: Subject {
            kind: SubjectKind::Goodwill,
            id: None,
        },
        units: 0,
        rate: Percent::ZERO,
        ..goods(0, 0, 0, total)
    }
}

#[test]
fn the_first_document_bills_the_whole_order() {
    let order = [goods(1, 2, 38, 238), goods(2, 1, 19, 119)];
    let sum = InvoiceSum::of(eur(0), &difference(&order, &[]).unwrap()).unwrap();
    assert_eq!((sum.net, sum.tax, sum.total), (eur(300), eur(57), eur(357)));
    assert_eq!(sum.rates.len(), 1);
    assert_eq!(sum.kind(), InvoiceKind::Invoice);
}

#[test]
fn a_returned_unit_is_credited() {
    let billed = [goods(1, 2, 38, 238), goods(2, 1, 19, 119)];
    let order = [goods(1, 1, 19, 119), goods(2, 1, 19, 119)];
    let credit = difference(&order, &billed).unwrap();
    assert_eq!(credit, [goods(1, -1, -19, -119)]);
    let sum = InvoiceSum::of(eur(0), &credit).unwrap();
    assert_eq!(sum.kind(), InvoiceKind::CreditNote);
}

#[test]
fn goodwill_is_credited_and_billed_again_when_its_refund_fails() {
    let order = [goods(1, 1, 19, 119)];
    let with_goodwill = [goods(1, 1, 19, 119), goodwill(-20)];
    assert_eq!(difference(&with_goodwill, &order).unwrap(), [goodwill(-20)]);
    assert_eq!(difference(&order, &with_goodwill).unwrap(), [goodwill(20)]);
}

#[test]
fn numbers_count_up_within_a_series() {
    assert_eq!(series_prefix(" inv- "), Ok("INV-".to_owned()));
    assert_eq!(document_number("INV-", 2026, 42), "INV-2026-000042");
    for wrong in ["", "-A", "INV1", "发票", "ABCDEFGHIJKLM"] {
        assert_eq!(series_prefix(wrong), Err(SeriesError), "{wrong}");
    }
}

fn some_items() -> impl Strategy<Value = Vec<Item>> {
    let item = (1_u128..5, -9_i64..9, -99_i64..99, -999_i64..999);
    let item = item.prop_map(|(line, units, tax, total)| goods(line, units, tax, total));
    prop::collection::vec(item, 0..8)
}

proptest! {
    #[test]
    fn documents_add_up_to_the_order_and_then_nothing_is_left(
        states in prop::collection::vec(some_items(), 1..6),
    ) {
        let mut documents: Vec<Item> = Vec::new();
        for order in states {
            let order = add_up(&order).unwrap();
            let billed = add_up(&documents).unwrap();
            documents.extend(difference(&order, &billed).unwrap());
            let mut billed = add_up(&documents).unwrap();
            billed.sort_by_key(|item| item.subject);
            let mut sorted = order.clone();
            sorted.sort_by_key(|item| item.subject);
            prop_assert_eq!(&billed, &sorted);
            prop_assert_eq!(difference(&order, &billed).unwrap(), []);
        }
    }
}
