//! The cost of a selection as an expression in which some page sizes are still open.

use std::sync::Arc;

use crate::graphql::limits::{DEFAULT_PAGE, MAX_PAGE};

/// A number of rows: known from the document, or from a variable of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Fixed(u64),
    Variable(usize),
}

/// A cost with open page sizes.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Fixed(u64),
    Sum(Vec<Expression>),
    /// So many times the inner cost.
    Times(Rows, Arc<Expression>),
    /// The inner cost as often as the connection around it has rows.
    PerRow(Arc<Expression>),
    /// A connection: the longest of these sizes is what `PerRow` means inside.
    Page(Vec<Rows>, Arc<Expression>),
    /// A fragment used in several places.
    Shared(Arc<Expression>),
}

impl Expression {
    pub(super) fn value(&self, sizes: &[u64], page: u64) -> u64 {
        match self {
            Self::Fixed(cost) => *cost,
            Self::Sum(parts) => parts
                .iter()
                .fold(0, |sum, part| part.value(sizes, page).saturating_add(sum)),
            Self::Times(rows, item) => item.value(sizes, page).saturating_mul(rows.value(sizes)),
            Self::PerRow(item) => item.value(sizes, page).saturating_mul(page),
            Self::Page(choices, inner) => {
                let page = choices
                    .iter()
                    .map(|rows| rows.value(sizes))
                    .max()
                    .unwrap_or(DEFAULT_PAGE);
                inner.value(sizes, page)
            }
            Self::Shared(inner) => inner.value(sizes, page),
        }
    }

    /// Whether the value depends on neither variables nor the connection around it.
    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// Whether the value depends on a variable.
    fn is_open(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Sum(parts) => parts.iter().any(Self::is_open),
            Self::Times(rows, item) => rows.is_open() || item.is_open(),
            Self::PerRow(item) | Self::Shared(item) => item.is_open(),
            Self::Page(choices, inner) => {
                choices.iter().any(|rows| rows.is_open()) || inner.is_open()
            }
        }
    }

    pub(super) fn sum(parts: Vec<Self>) -> Self {
        let (fixed, open): (Vec<_>, Vec<_>) = parts.into_iter().partition(Self::is_fixed);
        let constant = fixed
            .iter()
            .fold(0_u64, |sum, part| sum.saturating_add(part.value(&[], 0)));
        if open.is_empty() {
            return Self::Fixed(constant);
        }
        Self::Sum(std::iter::once(Self::Fixed(constant)).chain(open).collect())
    }

    pub(super) fn times(rows: Rows, item: Arc<Self>) -> Self {
        let is_known = !rows.is_open() && item.is_fixed();
        let product = Self::Times(rows, item);
        if is_known {
            Self::Fixed(product.value(&[], 0))
        } else {
            product
        }
    }

    pub(super) fn page(choices: Vec<Rows>, inner: Self) -> Self {
        let page = Self::Page(choices, Arc::new(inner));
        if page.is_open() {
            page
        } else {
            Self::Fixed(page.value(&[], DEFAULT_PAGE))
        }
    }
}

impl Rows {
    pub(super) fn value(self, sizes: &[u64]) -> u64 {
        match self {
            Self::Fixed(rows) => rows,
            Self::Variable(index) => sizes.get(index).copied().unwrap_or(MAX_PAGE),
        }
    }

    fn is_open(self) -> bool {
        matches!(self, Self::Variable(_))
    }
}

/// Gives a cost to one more place that uses it.
pub(super) fn share(cost: &Arc<Expression>) -> Expression {
    match cost.as_ref() {
        Expression::Fixed(cost) => Expression::Fixed(*cost),
        Expression::Sum(_)
        | Expression::Times(..)
        | Expression::PerRow(_)
        | Expression::Page(..)
        | Expression::Shared(_) => Expression::Shared(Arc::clone(cost)),
    }
}
