//! What goes back of an order: whole units, shipping, goodwill. Each refund takes its share of what earlier ones left, so
//! that in the end the parts add up to what was paid, whatever the steps between.

mod share;
mod status;
mod units;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::share::share;
pub use self::status::{RefundStatus, RefundStepOrigin, TransferStatus, TransferWay};
use crate::money::{Currency, Money, MoneyError};
use crate::points::clawed_back;

/// One signed step of an order's price, as far as it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLeft {
    /// Row of the step.
    pub id: Uuid,
    /// What is left of its amount, with its sign.
    pub amount: Money,
    /// Whether prices contain it already, so that it adds nothing.
    pub included: bool,
    /// Whether it is money saved by spending points.
    pub is_points: bool,
    /// Whether it is tax.
    pub is_tax: bool,
}

/// What is left to give back of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineLeft {
    /// Row of the line.
    pub id: Uuid,
    /// Units no refund is about.
    pub units: u32,
    /// Their price before any step.
    pub subtotal: Money,
    /// What is left of the line's steps.
    pub steps: Vec<StepLeft>,
    /// Whether the order earns points for it.
    pub earns: bool,
}

/// Points of an order, and how much of what they belong to is back already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointsShare {
    /// Points of the whole order.
    pub points: u32,
    /// Points of earlier refunds.
    pub returned: u32,
    /// The money all of them belong to, in minor units.
    pub whole_minor: i64,
    /// How much of that earlier refunds gave back.
    pub back_minor: i64,
}

impl PointsShare {
    /// Gives the points that go with so much more of the money; parts of a point wait for the last part of it.
    #[must_use]
    pub fn of(self, more_minor: i64) -> u32 {
        let back = self.back_minor.saturating_add(more_minor);
        clawed_back(self.points, back, self.whole_minor).saturating_sub(self.returned)
    }

    /// Takes the points that go with so much more of the money.
    pub fn take(&mut self, more_minor: i64) -> u32 {
        let points = self.of(more_minor);
        self.back_minor = self.back_minor.saturating_add(more_minor);
        self.returned = self.returned.saturating_add(points);
        points
    }
}

/// What is left to give back of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refundable {
    /// Currency of all amounts.
    pub currency: Currency,
    /// The lines.
    pub lines: Vec<LineLeft>,
    /// Shipping, surcharges, and their tax.
    pub shipping: Vec<StepLeft>,
    /// Money received and neither given back nor on its way back.
    pub held: Money,
    /// Owed for what changes of the order added; what goes back is set off against it first.
    pub owed: Money,
    /// Points spent, by the money they saved.
    pub spent: PointsShare,
    /// Points earned, by what was paid for goods.
    pub earned: PointsShare,
    /// Whether the shop has to answer for what came back last: should nothing be left of the order, it bears the shipping too.
    pub bears_shipping: bool,
}

/// What somebody wants to give back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundWish {
    /// Lines, each once, and units.
    pub lines: Vec<(Uuid, u32)>,
    /// Shipping, with its tax.
    pub shipping: Option<Money>,
    /// Goodwill on top.
    pub extra: Option<Money>,
}

/// Why something cannot be given back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    /// The order has no such line.
    #[error("line {index} is not of this order")]
    UnknownLine {
        /// Place in the wish.
        index: usize,
    },
    /// Fewer units are left.
    #[error("only {left} units of line {index} are left")]
    TooManyUnits {
        /// Place in the wish.
        index: usize,
        /// Units left.
        left: u32,
    },
    /// Less of the shipping is left.
    #[error("only {left} of the shipping is left")]
    ShippingTooHigh {
        /// What is left.
        left: Money,
    },
    /// Less money is left for goodwill.
    #[error("only {left} is left")]
    ExtraTooHigh {
        /// What is left.
        left: Money,
    },
    /// All the money is back already.
    #[error("no money is left")]
    NothingLeft,
    /// The sums cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Where a step of a refund comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundSource {
    /// A step of the order's price.
    Step(Uuid),
    /// Goodwill.
    Extra,
    /// Less than the goods cost: it was never received, or is back already as goodwill.
    Short,
    /// Less than the goods cost: the buyer owes as much for something else.
    SetOff,
    /// Money received beyond the price.
    Surplus,
}

impl RefundSource {
    /// What is kept of it with the step.
    #[must_use]
    pub fn origin(self) -> RefundStepOrigin {
        match self {
            Self::Step(_) => RefundStepOrigin::Price,
            Self::Extra => RefundStepOrigin::Extra,
            Self::Short => RefundStepOrigin::Short,
            Self::SetOff => RefundStepOrigin::SetOff,
            Self::Surplus => RefundStepOrigin::Surplus,
        }
    }
}

/// One signed step of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundStep {
    /// Where it comes from.
    pub source: RefundSource,
    /// The line it falls on; `None` for the whole.
    pub line: Option<Uuid>,
    /// Signed amount.
    pub amount: Money,
    /// Whether prices contain it already.
    pub included: bool,
}

/// Units of a line that go back, and what was paid for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundLine {
    /// Row of the line.
    pub id: Uuid,
    /// Units.
    pub units: u32,
    /// At their price before any step.
    pub subtotal: Money,
    /// Tax in or on them.
    pub tax: Money,
    /// With their share of every step.
    pub total: Money,
    /// Whether the order earns points for them.
    pub earns: bool,
}

/// What goes back: `lines`' subtotals plus every step not `included` make `total`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundPlan {
    /// The units.
    pub lines: Vec<RefundLine>,
    /// Every step.
    pub steps: Vec<RefundStep>,
    /// Money.
    pub total: Money,
    /// What was owed and is not any more, because it goes back in this way.
    pub set_off: Money,
    /// Spent points given back.
    pub points_restored: u32,
    /// Earned points taken back.
    pub points_clawed_back: u32,
    /// Whether no units are left, so that coupons can be used again.
    pub returns_all: bool,
}

impl Refundable {
    /// Plans a refund. What the units cost goes back as far as money is left; goodwill comes on top of it.
    ///
    /// # Errors
    /// [`RefundError`], each as it says.
    pub fn plan(&self, wish: &RefundWish) -> Result<RefundPlan, RefundError> {
        let mut draft = Draft::new(self.currency);
        for (index, (id, units)) in wish.lines.iter().enumerate() {
            let line = self.lines.iter().find(|line| line.id == *id);
            let line = line.ok_or(RefundError::UnknownLine { index })?;
            if *units > line.units {
                return Err(RefundError::TooManyUnits {
                    index,
                    left: line.units,
                });
            }
            draft.add_line(line, *units)?;
        }
        if let Some(amount) = wish.shipping {
            let left = self.shipping_left()?;
            if amount.minor > left.minor {
                return Err(RefundError::ShippingTooHigh { left });
            }
            draft.add_shipping(&self.shipping, amount, left)?;
        }
        let wanted = draft.total()?;
        let covered = draft.cover(self)?;
        if covered.is_zero() && draft.set_off.is_zero() && !wanted.is_zero() {
            return Err(RefundError::NothingLeft);
        }
        if let Some(extra) = wish.extra {
            let left = self.held.minus(covered)?;
            if extra.minor > left.minor {
                return Err(RefundError::ExtraTooHigh { left });
            }
            draft.balance(RefundSource::Extra, extra);
        }
        self.finish(draft)
    }

    /// Plans to give everything back, when an order comes to nothing: all units, shipping, and all the money held.
    ///
    /// # Errors
    /// [`MoneyError`] when the sums cannot be computed.
    pub fn plan_all(&self) -> Result<RefundPlan, RefundError> {
        let mut draft = Draft::new(self.currency);
        for line in self.lines.iter().filter(|line| line.units > 0) {
            draft.add_line(line, line.units)?;
        }
        let left = self.shipping_left()?;
        draft.add_shipping(&self.shipping, left, left)?;
        let difference = self.held.minus(draft.total()?)?;
        let source = if difference.is_negative() {
            RefundSource::Short
        } else {
            RefundSource::Surplus
        };
        draft.balance(source, difference);
        self.finish(draft)
    }

    /// What is left of the shipping with its tax, surcharges among it.
    ///
    /// # Errors
    /// [`MoneyError`] when the sum cannot be computed.
    pub fn shipping_left(&self) -> Result<Money, MoneyError> {
        added(&self.shipping, self.currency)
    }

    /// Whether no unit is left after a refund.
    fn is_emptied_by(&self, draft: &Draft) -> bool {
        self.lines.iter().all(|line| {
            let back = draft.lines.iter().find(|back| back.id == line.id);
            back.map_or(0, |back| back.units) == line.units
        })
    }

    fn finish(&self, draft: Draft) -> Result<RefundPlan, RefundError> {
        let total = draft.total()?;
        let earning = draft.lines.iter().filter(|line| line.earns);
        let goods = Money::sum(earning.map(|line| line.total), self.currency)?;
        Ok(RefundPlan {
            returns_all: !draft.lines.is_empty() && self.is_emptied_by(&draft),
            lines: draft.lines,
            steps: draft.steps,
            total,
            set_off: draft.set_off,
            points_restored: self.spent.of(draft.points_money),
            points_clawed_back: self.earned.of(goods.minor),
        })
    }
}

/// Plans to give back nothing.
#[must_use]
pub fn plan_nothing(currency: Currency) -> RefundPlan {
    RefundPlan {
        lines: Vec::new(),
        steps: Vec::new(),
        total: Money::zero(currency),
        set_off: Money::zero(currency),
        points_restored: 0,
        points_clawed_back: 0,
        returns_all: false,
    }
}

/// Plans to give money back that the order has no place for.
#[must_use]
pub fn plan_surplus(amount: Money) -> RefundPlan {
    let mut draft = Draft::new(amount.currency);
    draft.balance(RefundSource::Surplus, amount);
    RefundPlan {
        steps: draft.steps,
        total: amount,
        ..plan_nothing(amount.currency)
    }
}

/// Spreads money over what holds it: each gives all it has before the next one gives anything. What is left over when all
/// have given is not spread.
///
/// # Errors
/// [`MoneyError`] for mixed currencies.
pub fn spread(amount: Money, tenders: &[(Uuid, Money)]) -> Result<Vec<(Uuid, Money)>, MoneyError> {
    let mut left = amount;
    let mut shares = Vec::new();
    for (id, held) in tenders {
        let share = left.least(*held)?;
        if share.is_positive() {
            left = left.minus(share)?;
            shares.push((*id, share));
        }
    }
    Ok(shares)
}

/// A refund as it grows.
struct Draft {
    currency: Currency,
    lines: Vec<RefundLine>,
    steps: Vec<RefundStep>,
    /// Money saved by points that goes back with the units, in minor units.
    points_money: i64,
    /// What is set off against money owed.
    set_off: Money,
}

impl Draft {
    fn new(currency: Currency) -> Self {
        Self {
            currency,
            lines: Vec::new(),
            steps: Vec::new(),
            points_money: 0,
            set_off: Money::zero(currency),
        }
    }

    fn add_line(&mut self, line: &LineLeft, units: u32) -> Result<(), MoneyError> {
        let mut parts = vec![(line.subtotal, false)];
        parts.extend(line.steps.iter().map(|step| (step.amount, step.included)));
        let shares = share(&parts, u64::from(units), u64::from(line.units))?;
        let (subtotal, shares) = match shares.split_first() {
            Some((subtotal, shares)) => (*subtotal, shares),
            None => (line.subtotal, &[][..]),
        };
        let (mut tax, mut total) = (Money::zero(self.currency), subtotal);
        for (step, amount) in line.steps.iter().zip(shares) {
            if step.is_tax {
                tax = tax.plus(*amount)?;
            }
            if step.is_points {
                self.points_money = self.points_money.saturating_sub(amount.minor);
            }
            if !step.included {
                total = total.plus(*amount)?;
            }
        }
        self.add_steps(&line.steps, shares, Some(line.id));
        self.lines.push(RefundLine {
            id: line.id,
            units,
            subtotal,
            tax,
            total,
            earns: line.earns,
        });
        Ok(())
    }

    fn add_shipping(
        &mut self,
        steps: &[StepLeft],
        amount: Money,
        left: Money,
    ) -> Result<(), MoneyError> {
        let parts: Vec<_> = steps
            .iter()
            .map(|step| (step.amount, step.included))
            .collect();
        let shares = share(
            &parts,
            amount.minor.unsigned_abs(),
            left.minor.unsigned_abs(),
        )?;
        self.add_steps(steps, &shares, None);
        Ok(())
    }

    fn add_steps(&mut self, steps: &[StepLeft], shares: &[Money], line: Option<Uuid>) {
        let pairs = steps.iter().zip(shares);
        self.steps.extend(
            pairs
                .filter(|(_, amount)| !amount.is_zero())
                .map(|(step, amount)| RefundStep {
                    source: RefundSource::Step(step.id),
                    line,
                    amount: *amount,
                    included: step.included,
                }),
        );
    }

    fn balance(&mut self, source: RefundSource, amount: Money) {
        if !amount.is_zero() {
            self.steps.push(RefundStep {
                source,
                line: None,
                amount,
                included: false,
            });
        }
    }

    /// Brings the refund down to what can go back: what is owed is set off, and what is not held stays. Gives what is left.
    fn cover(&mut self, order: &Refundable) -> Result<Money, MoneyError> {
        let wanted = self.total()?;
        self.set_off = wanted.least(order.owed)?;
        self.balance(RefundSource::SetOff, self.set_off.negated()?);
        let rest = wanted.minus(self.set_off)?;
        let covered = rest.least(order.held)?;
        self.balance(RefundSource::Short, covered.minus(rest)?);
        Ok(covered)
    }

    fn total(&self) -> Result<Money, MoneyError> {
        let goods = self.lines.iter().map(|line| line.subtotal);
        let steps = self.steps.iter().filter(|step| !step.included);
        Money::sum(goods.chain(steps.map(|step| step.amount)), self.currency)
    }
}

fn added(steps: &[StepLeft], currency: Currency) -> Result<Money, MoneyError> {
    let added = steps.iter().filter(|step| !step.included);
    Money::sum(added.map(|step| step.amount), currency)
}

#[cfg(test)]
mod tests;
