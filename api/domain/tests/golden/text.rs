//! A priced cart as a text to read.

use std::fmt::Write as _;

use domain::money::Money;
use domain::pricing::{Adjustment, DraftLine, PricedCart, price};
use domain::promotion::{Evaluation, Missing, Outcome};
use uuid::Uuid;

use super::cases::Case;
use super::offer::offer;
use super::shop::{now, rules};

/// Shows what is in the cart, which rules there are, and what came of it.
pub(super) fn of(case: &Case) -> String {
    let draft = &case.draft;
    let cart = price(draft, &rules(case.promotions.clone()), now()).unwrap();
    let mut text = format!("{}\n{}\n", case.chinese, case.name);
    part(
        &mut text,
        &format!("Cart in {}", draft.currency),
        draft.lines.iter().map(line),
    );
    if let Some(method) = &draft.shipping {
        let free = method.free_over.map_or(String::new(), |least| {
            format!(", free from {} on", least.amount_text())
        });
        let name = &method.name;
        writeln!(text, "  {name}: {}{free}", method.price.amount_text()).unwrap();
    }
    let automatic = case.promotions.iter().map(offer);
    let by_coupon = draft.coupons.iter().filter_map(|entered| {
        let facts = entered.facts.as_ref()?;
        Some(format!(
            "by coupon {}, {}",
            entered.code,
            offer(&facts.promotion)
        ))
    });
    part(&mut text, "Rules", automatic.chain(by_coupon));
    part(&mut text, "Steps", cart.adjustments.iter().map(step));
    part(&mut text, "Why", cart.evaluations.iter().map(evaluation));
    part(&mut text, "Lines", lines(&cart));
    let sums = [
        ("subtotal", cart.subtotal),
        ("discounts", cart.discount_total),
        ("shipping", cart.shipping_total),
        ("tax in it", cart.tax_total),
        ("total", cart.total),
    ];
    let sums = sums.map(|(name, sum)| format!("{name:<10}{:>12}", sum.amount_text()));
    part(&mut text, "To pay", sums.into_iter());
    text
}

fn part(text: &mut String, title: &str, entries: impl Iterator<Item = String>) {
    writeln!(text, "\n{title}").unwrap();
    for entry in entries {
        writeln!(text, "  {entry}").unwrap();
    }
}

/// Keys of lines and promotions are small numbers here.
pub(super) fn number(id: Uuid) -> u128 {
    id.as_u128()
}

fn line(line: &DraftLine) -> String {
    let before = line.compare_at.map_or(String::new(), |before| {
        format!(", before {}", before.amount_text())
    });
    let source = if line.origin.label.is_empty() {
        String::new()
    } else {
        format!(", {} {}", line.origin.kind, line.origin.label)
    };
    format!(
        "{}: {} x {}{before}{source}",
        number(line.key),
        line.quantity.get(),
        line.unit_price.amount_text()
    )
}

fn step(step: &Adjustment) -> String {
    let place = step.line.map_or("shipping".to_owned(), |line| {
        format!("line {}", number(line))
    });
    let version = step
        .promotion_version
        .map_or(String::new(), |version| format!(", version {version}"));
    let included = if step.included { ", in the price" } else { "" };
    format!(
        "{place:<9}{:>12}  {} {}{version}{included}",
        step.amount.amount_text(),
        step.kind,
        step.label
    )
}

fn evaluation(evaluation: &Evaluation) -> String {
    let coupon = evaluation
        .coupon_code
        .as_ref()
        .map_or(String::new(), |code| format!(" by {code}"));
    let outcome = match evaluation.outcome {
        Outcome::Applied(off) => {
            let lines: Vec<String> = evaluation
                .lines
                .iter()
                .map(|line| number(*line).to_string())
                .collect();
            let lines = match lines.join(", ").as_str() {
                "" => String::new(),
                lines => format!(" off lines {lines}"),
            };
            format!("counts, {}{lines}", off.amount_text())
        }
        Outcome::Refused(refusal) => {
            let missing = match refusal.missing {
                Some(Missing::Amount(amount)) => format!(", {} missing", amount.amount_text()),
                Some(Missing::Quantity(units)) => format!(", {units} units missing"),
                None => String::new(),
            };
            let lost = refusal.lost_to.map_or(String::new(), |winner| {
                format!(", lost to {}", number(winner))
            });
            format!("does not count, {}{missing}{lost}", refusal.reason)
        }
    };
    let id = evaluation.promotion_id.map_or(0, number);
    format!("{id}{coupon}: {outcome}")
}

fn lines(cart: &PricedCart) -> impl Iterator<Item = String> {
    let amount = |money: Money| money.amount_text();
    cart.lines.iter().map(move |line| {
        format!(
            "{}: {} {} = {}, tax {} in it",
            number(line.key),
            amount(line.subtotal),
            Signed(line.discount_total),
            amount(line.total),
            amount(line.tax_total)
        )
    })
}

/// A discount with its sign apart.
struct Signed(Money);

impl std::fmt::Display for Signed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.amount_text();
        write!(formatter, "- {}", text.trim_start_matches('-'))
    }
}
