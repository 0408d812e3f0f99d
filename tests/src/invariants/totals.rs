//! I3: an order's amounts, added up again from their parts in `i128`, independently of the shop's own arithmetic.

use std::collections::BTreeMap;

use sea_orm::{DatabaseConnection, QueryResult};

use super::query;

const ORDERS: &str = "SELECT TEXT(id) AS id, number, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
     tax_included FROM \"order\"";
const LINES: &str = "SELECT TEXT(order_id) AS order_id, TEXT(id) AS id, CAST(quantity AS BIGINT) AS quantity, unit_price_minor, \
     subtotal_minor, discount_minor, tax_minor, total_minor FROM order_line";
const ADJUSTMENTS: &str = "SELECT TEXT(order_id) AS order_id, TEXT(order_line_id) AS line_id, kind, amount_minor, included \
     FROM order_adjustment";

struct Line {
    id: String,
    quantity: i128,
    unit_price: i128,
    subtotal: i128,
    discount: i128,
    tax: i128,
    total: i128,
}

struct Adjustment {
    line_id: String,
    kind: String,
    amount: i128,
    is_included: bool,
}

/// Describes every order whose total its parts do not explain.
pub(super) async fn check(connection: &DatabaseConnection) -> Vec<String> {
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for row in query(connection, LINES).await {
        lines.entry(text(&row, "order_id")).or_default().push(Line {
            id: text(&row, "id"),
            quantity: number(&row, "quantity"),
            unit_price: number(&row, "unit_price_minor"),
            subtotal: number(&row, "subtotal_minor"),
            discount: number(&row, "discount_minor"),
            tax: number(&row, "tax_minor"),
            total: number(&row, "total_minor"),
        });
    }
    let mut adjustments: BTreeMap<String, Vec<Adjustment>> = BTreeMap::new();
    for row in query(connection, ADJUSTMENTS).await {
        adjustments
            .entry(text(&row, "order_id"))
            .or_default()
            .push(Adjustment {
                line_id: row
                    .try_get::<Option<String>>("", "line_id")
                    .expect("text")
                    .unwrap_or_default(),
                kind: text(&row, "kind"),
                amount: number(&row, "amount_minor"),
                is_included: row.try_get("", "included").expect("a bool"),
            });
    }
    let mut findings = Vec::new();
    for row in query(connection, ORDERS).await {
        let id = text(&row, "id");
        let lines = lines.remove(&id).unwrap_or_default();
        let adjustments = adjustments.remove(&id).unwrap_or_default();
        let broken = order(&row, &lines, &adjustments);
        findings.extend(
            broken
                .into_iter()
                .map(|what| format!("I3 order {}: {what}", text(&row, "number"))),
        );
    }
    findings
}

fn order(row: &QueryResult, lines: &[Line], adjustments: &[Adjustment]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut expect = |what: &str, recomputed: i128, stored: i128| {
        if recomputed != stored {
            findings.push(format!("{what} is {stored}, its parts make {recomputed}"));
        }
    };
    let added = |kinds: &[&str]| -> i128 {
        let of_kind = adjustments
            .iter()
            .filter(|adjustment| kinds.contains(&adjustment.kind.as_str()));
        of_kind
            .filter(|adjustment| !adjustment.is_included)
            .map(|adjustment| adjustment.amount)
            .sum()
    };
    let all_tax: i128 = adjustments
        .iter()
        .filter(|adjustment| adjustment.kind == "TAX")
        .map(|adjustment| adjustment.amount)
        .sum();
    let every_added: i128 = adjustments
        .iter()
        .filter(|adjustment| !adjustment.is_included)
        .map(|adjustment| adjustment.amount)
        .sum();
    let subtotal = number(row, "subtotal_minor");
    let total = number(row, "total_minor");
    expect(
        "the subtotal",
        lines.iter().map(|line| line.subtotal).sum(),
        subtotal,
    );
    expect("the total", subtotal + every_added, total);
    expect("the tax", all_tax, number(row, "tax_minor"));
    let shipping_and_discount = added(&["PROMOTION", "COUPON", "POINTS", "SHIPPING"]);
    expect(
        "discount and shipping",
        shipping_and_discount,
        number(row, "discount_minor") + number(row, "shipping_minor"),
    );
    let has_tax_inside: bool = row.try_get("", "tax_included").expect("a bool");
    let tax_on_top = if has_tax_inside { 0 } else { all_tax };
    expect(
        "the total by its parts",
        subtotal
            + number(row, "discount_minor")
            + number(row, "shipping_minor")
            + tax_on_top
            + added(&["SURCHARGE", "MANUAL"]),
        total,
    );
    if total < 0 {
        expect("a total below zero", 0, total);
    }
    for line in lines {
        let own = || {
            adjustments
                .iter()
                .filter(|adjustment| adjustment.line_id == line.id)
        };
        let added: i128 = own()
            .filter(|adjustment| !adjustment.is_included)
            .map(|adjustment| adjustment.amount)
            .sum();
        let tax: i128 = own()
            .filter(|adjustment| adjustment.kind == "TAX")
            .map(|adjustment| adjustment.amount)
            .sum();
        let discount: i128 = own()
            .filter(|adjustment| {
                ["PROMOTION", "COUPON", "POINTS"].contains(&adjustment.kind.as_str())
            })
            .map(|adjustment| adjustment.amount)
            .sum();
        expect(
            "a line's subtotal",
            line.quantity * line.unit_price,
            line.subtotal,
        );
        expect("a line's total", line.subtotal + added, line.total);
        expect("a line's tax", tax, line.tax);
        expect("a line's discount", discount, line.discount);
        if line.total < 0 {
            expect("a line's total below zero", 0, line.total);
        }
    }
    findings
}

fn number(row: &QueryResult, column: &str) -> i128 {
    i128::from(row.try_get::<i64>("", column).expect("a BIGINT"))
}

fn text(row: &QueryResult, column: &str) -> String {
    row.try_get("", column).expect("text")
}
