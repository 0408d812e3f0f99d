//! Invoices and credit notes. The documents of an order always add up to what the order comes to now: whatever changes it
//! after the first one, the difference is billed or credited, subject by subject.

mod number;
mod title;

use uuid::Uuid;

pub use self::number::{MAX_PREFIX, SeriesError, document_number, series_prefix};
pub use self::title::{InvoiceTitle, Party, TitleDraft, TitleError, TitleKind};
use crate::money::{Money, MoneyError, allocate};
use crate::percent::Percent;
use crate::text_enum;

text_enum! {
    /// What a document does.
    pub enum InvoiceKind {
        /// Bills something.
        Invoice = "INVOICE",
        /// Takes back something billed; its amounts are negative.
        CreditNote = "CREDIT_NOTE",
    }
}

text_enum! {
    /// What the lines of invoices are about.
    pub enum SubjectKind {
        /// Units of an order line.
        Goods = "GOODS",
        /// Shipping.
        Shipping = "SHIPPING",
        /// A surcharge.
        Surcharge = "SURCHARGE",
        /// Money given back beyond what goods cost.
        Goodwill = "GOODWILL",
    }
}

/// What a line of an invoice is about. Lines about the same subject add up over the documents of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// The order line or surcharge; `None` for what an order has once.
    pub id: Option<Uuid>,
}

/// One line of an invoice, or all lines about one subject added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is about.
    pub subject: Subject,
    /// Text to show.
    pub description: String,
    /// SKU of goods.
    pub sku: Option<String>,
    /// Units; negative when credited.
    pub units: i64,
    /// Rate of the tax.
    pub rate: Percent,
    /// Tax, in [`Self::total`].
    pub tax: Money,
    /// With tax and every discount.
    pub total: Money,
}

impl Item {
    /// Without tax.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.total.minus(self.tax)
    }

    fn is_nothing(&self) -> bool {
        self.units == 0 && self.tax.is_zero() && self.total.is_zero()
    }

    fn add(&mut self, other: &Self) -> Result<(), MoneyError> {
        self.units = self
            .units
            .checked_add(other.units)
            .ok_or(MoneyError::Overflow)?;
        self.tax = self.tax.plus(other.tax)?;
        self.total = self.total.plus(other.total)?;
        Ok(())
    }

    /// The same with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn negated(&self) -> Result<Self, MoneyError> {
        Ok(Self {
            units: self.units.checked_neg().ok_or(MoneyError::Overflow)?,
            tax: self.tax.negated()?,
            total: self.total.negated()?,
            ..self.clone()
        })
    }
}

/// Adds lines up by subject and rate, in the order in which they come first; what comes to nothing is left out.
///
/// # Errors
/// [`MoneyError`] when the sums cannot be computed.
pub fn add_up<'a>(items: impl IntoIterator<Item = &'a Item>) -> Result<Vec<Item>, MoneyError> {
    let mut sums: Vec<Item> = Vec::new();
    for item in items {
        let same = |sum: &&mut Item| (sum.subject, sum.rate) == (item.subject, item.rate);
        match sums.iter_mut().find(same) {
            Some(sum) => sum.add(item)?,
            None => sums.push(item.clone()),
        }
    }
    sums.retain(|sum| !sum.is_nothing());
    Ok(sums)
}

/// What has to be billed, or credited where negative, so that the documents come to what the order does.
///
/// # Errors
/// [`MoneyError`] when the sums cannot be computed.
pub fn difference(order: &[Item], billed: &[Item]) -> Result<Vec<Item>, MoneyError> {
    let taken_back: Vec<Item> = billed.iter().map(Item::negated).collect::<Result<_, _>>()?;
    add_up(order.iter().chain(&taken_back))
}

/// Lines about money given back beyond what goods cost: it lowers the price of the whole, so it is spread over the rates of
/// what was `sold` and lowers their tax.
///
/// # Errors
/// [`MoneyError`] when the shares cannot be computed.
pub fn goodwill(given: Money, sold: &[Item], description: &str) -> Result<Vec<Item>, MoneyError> {
    let mut rates: Vec<(Percent, Money)> = Vec::new();
    for item in sold.iter().filter(|item| item.total.is_positive()) {
        match rates.iter_mut().find(|(rate, _)| *rate == item.rate) {
            Some((_, total)) => *total = total.plus(item.total)?,
            None => rates.push((item.rate, item.total)),
        }
    }
    if rates.is_empty() {
        rates.push((Percent::ZERO, given));
    }
    let weights: Vec<u64> = rates
        .iter()
        .map(|(_, total)| total.minor.unsigned_abs())
        .collect();
    let shares = allocate(given, &weights)?;
    rates
        .iter()
        .zip(shares)
        .filter(|(_, share)| !share.is_zero())
        .map(|((rate, _), share)| {
            Item {
                subject: Subject {
                    kind: SubjectKind::Goodwill,
                    id: None,
                },
                description: description.to_owned(),
                sku: None,
                units: 0,
                rate: *rate,
                tax: share.included_tax(*rate)?,
                total: share,
            }
            .negated()
        })
        .collect()
}

/// What the lines of a document come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceSum {
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// By rate, the highest first: without tax, and the tax.
    pub rates: Vec<(Percent, Money, Money)>,
}

impl InvoiceSum {
    /// Adds up the lines of a document.
    ///
    /// # Errors
    /// [`MoneyError`] when the sums cannot be computed.
    pub fn of(zero: Money, items: &[Item]) -> Result<Self, MoneyError> {
        let mut sum = Self {
            net: zero,
            tax: zero,
            total: zero,
            rates: Vec::new(),
        };
        for item in items {
            let net = item.net()?;
            sum.net = sum.net.plus(net)?;
            sum.tax = sum.tax.plus(item.tax)?;
            sum.total = sum.total.plus(item.total)?;
            let same = sum.rates.iter_mut().find(|(rate, ..)| *rate == item.rate);
            if let Some((_, of_net, of_tax)) = same {
                *of_net = of_net.plus(net)?;
                *of_tax = of_tax.plus(item.tax)?;
            } else {
                sum.rates.push((item.rate, net, item.tax));
            }
        }
        sum.rates.sort_by_key(|(rate, ..)| std::cmp::Reverse(*rate));
        Ok(sum)
    }

    /// What a document with this sum does.
    #[must_use]
    pub fn kind(&self) -> InvoiceKind {
        if self.total.is_negative() {
            InvoiceKind::CreditNote
        } else {
            InvoiceKind::Invoice
        }
    }
}

#[cfg(test)]
mod tests;
