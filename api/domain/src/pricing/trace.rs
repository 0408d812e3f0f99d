//! The way to a price in words: every step in the order taken, those that came to nothing too.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::candidate::Candidate;
use super::priced::{Adjustment, AdjustmentKind, PricedCart};
use super::run::{Context, Run, State};
use super::sheet::{Source, Step};
use crate::money::{Money, MoneyError};
use crate::promotion::{Outcome, Refusal};
use crate::unit_price::PriceSourceKind;

/// One step on the way to a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// What was at work; `None` for the price of a line.
    pub kind: Option<AdjustmentKind>,
    /// The promotion at work, if one was.
    pub promotion_id: Option<Uuid>,
    /// The line whose price it is; `None` for what is about the whole.
    pub line: Option<Uuid>,
    /// Text to show of what was at work.
    pub label: String,
    /// What happened.
    pub effect: TraceEffect,
    /// What was to be paid before.
    pub before: Money,
    /// What is to be paid after.
    pub after: Money,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceEffect {
    /// So many units cost so much each, by a rule of this kind.
    Priced(PriceSourceKind, u32, Money),
    /// It changed what is to be paid.
    Changed,
    /// It is tax that prices contain: so much of it.
    Contained(Money),
    /// It multiplies earned points and changes no amount.
    EarnsMore,
    /// It adds so many units for free and changes no amount.
    Gives(u32),
    /// It counts as soon as a way to ship is chosen.
    Waits,
    /// It does not count.
    Refused(Refusal),
}

/// Lists the steps from the price of each line to the total.
pub(super) fn trace(
    context: &Context<'_>,
    run: &Run,
    priced: &PricedCart,
) -> Result<Vec<TraceStep>, MoneyError> {
    let mut writer = Writer {
        steps: Vec::new(),
        now: Money::zero(priced.currency),
    };
    writer.prices(context, priced)?;
    let considered = context
        .candidates
        .iter()
        .zip(&run.states)
        .enumerate()
        .map(|(place, (candidate, state))| {
            let by = |step: &Step| step.source == Source::Candidate(place);
            let off_goods = run.sum(|step| by(step) && step.line.is_some())?;
            let off_shipping = run.sum(|step| by(step) && step.line.is_none())?;
            let given = run.given.iter().filter(|given| given.place == place);
            let units = given.fold(0, |sum: u32, given| sum.saturating_add(given.units));
            let considered = Considered {
                candidate,
                state,
                units,
            };
            Ok((considered, off_goods, off_shipping))
        })
        .collect::<Result<Vec<_>, MoneyError>>()?;
    for (considered, off, off_shipping) in &considered {
        let gives = off.is_negative() || considered.units > 0;
        let is_told_later = considered.state.waits || off_shipping.is_negative();
        if considered.candidate.is_on_goods && (gives || !is_told_later) {
            writer.tell(considered, *off)?;
        }
    }
    let spent = run.sum(|step| step.source == Source::Points)?;
    if spent.is_negative() {
        let label = &context.rules.points_label;
        writer.change(AdjustmentKind::Points, None, label, spent)?;
    }
    if run
        .sheet
        .goods
        .steps
        .iter()
        .any(|step| step.source == Source::Shipping)
    {
        let method = context.draft.shipping.as_ref();
        let label = method.map_or("", |method| &method.name);
        let price = run.sum(|step| step.source == Source::Shipping)?;
        writer.change(AdjustmentKind::Shipping, None, label, price)?;
    }
    let by_tier = run.sum(|step| step.source == Source::Tier)?;
    if let Some(tier) = context
        .draft
        .buyer
        .ships_free
        .as_ref()
        .filter(|_| by_tier.is_negative())
    {
        writer.change(AdjustmentKind::Shipping, None, &tier.label, by_tier)?;
    }
    for (considered, _, off) in &considered {
        let waits = considered.state.waits;
        if off.is_negative() || waits || !considered.candidate.is_on_goods {
            writer.tell(considered, *off)?;
        }
    }
    writer.taxes(&priced.adjustments)?;
    Ok(writer.steps)
}

impl Run {
    fn sum(&self, is_meant: impl Fn(&Step) -> bool) -> Result<Money, MoneyError> {
        let steps = self.sheet.goods.steps.iter().filter(|step| is_meant(step));
        let currency = self.sheet.floor.currency;
        Money::sum(steps.map(|step| step.amount), currency)
    }
}

/// A candidate with what became of it.
struct Considered<'a> {
    candidate: &'a Candidate<'a>,
    state: &'a State,
    /// Units it gives for free.
    units: u32,
}

struct Writer {
    steps: Vec<TraceStep>,
    /// What is to be paid so far.
    now: Money,
}

impl Writer {
    fn change(
        &mut self,
        kind: AdjustmentKind,
        promotion_id: Option<Uuid>,
        label: &str,
        by: Money,
    ) -> Result<(), MoneyError> {
        let before = self.now;
        self.now = before.plus(by)?;
        self.note(kind, promotion_id, label, TraceEffect::Changed, before);
        Ok(())
    }

    /// Tells what each line costs and by which rule, then which promotions of the catalog do not count.
    fn prices(&mut self, context: &Context<'_>, priced: &PricedCart) -> Result<(), MoneyError> {
        for line in &context.draft.lines {
            let origin = &line.origin;
            let (units, before) = (line.quantity.get(), self.now);
            self.now = before.plus(line.unit_price.times(units)?)?;
            let promotion_id = origin
                .rule_id
                .filter(|_| origin.kind == PriceSourceKind::Promotion);
            let effect = TraceEffect::Priced(origin.kind, units, line.unit_price);
            self.steps.push(TraceStep {
                kind: None,
                promotion_id,
                line: Some(line.key),
                label: origin.label.as_ref().to_owned(),
                effect,
                before,
                after: self.now,
            });
        }
        let catalog = priced.evaluations.iter().take(context.draft.catalog.len());
        for evaluation in catalog {
            if let Outcome::Refused(refusal) = evaluation.outcome {
                let (id, effect) = (evaluation.promotion_id, TraceEffect::Refused(refusal));
                self.note(
                    AdjustmentKind::Promotion,
                    id,
                    &evaluation.label,
                    effect,
                    self.now,
                );
            }
        }
        Ok(())
    }

    fn note(
        &mut self,
        kind: AdjustmentKind,
        promotion_id: Option<Uuid>,
        label: &str,
        effect: TraceEffect,
        before: Money,
    ) {
        self.steps.push(TraceStep {
            kind: Some(kind),
            promotion_id,
            line: None,
            label: label.to_owned(),
            effect,
            before,
            after: self.now,
        });
    }

    /// Tells what a promotion or coupon took off in one stage, or why nothing.
    fn tell(&mut self, considered: &Considered<'_>, off: Money) -> Result<(), MoneyError> {
        let Considered {
            candidate,
            state,
            units,
        } = *considered;
        let kind = match candidate.coupon {
            Some(_) => AdjustmentKind::Coupon,
            None => AdjustmentKind::Promotion,
        };
        let promotion_id = candidate.promotion.map(|promotion| promotion.id);
        if off.is_negative() {
            return self.change(kind, promotion_id, candidate.label, off);
        }
        let effect = match state.outcome() {
            Outcome::Applied(_) if state.waits => TraceEffect::Waits,
            Outcome::Applied(_) if units > 0 => TraceEffect::Gives(units),
            Outcome::Applied(_) => TraceEffect::EarnsMore,
            Outcome::Refused(refusal) => TraceEffect::Refused(refusal),
        };
        self.note(kind, promotion_id, candidate.label, effect, self.now);
        Ok(())
    }

    /// Tells each tax once, whatever number of lines bear it.
    fn taxes(&mut self, adjustments: &[Adjustment]) -> Result<(), MoneyError> {
        let mut taxes: BTreeMap<(Option<&str>, &str, bool), Money> = BTreeMap::new();
        let steps = adjustments
            .iter()
            .filter(|step| step.kind == AdjustmentKind::Tax);
        for step in steps {
            let sum = taxes
                .entry((step.source_id.as_deref(), &step.label, step.included))
                .or_insert(Money::zero(step.amount.currency));
            *sum = sum.plus(step.amount)?;
        }
        for ((_, label, is_contained), sum) in taxes {
            if is_contained {
                let effect = TraceEffect::Contained(sum);
                self.note(AdjustmentKind::Tax, None, label, effect, self.now);
            } else {
                self.change(AdjustmentKind::Tax, None, label, sum)?;
            }
        }
        Ok(())
    }
}
