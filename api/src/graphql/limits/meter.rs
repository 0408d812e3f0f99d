//! The meter of a request: lists that turn out longer than declared pay with what the request left of its limit.
//!
//! So no accepted document resolves more objects than its limit, however long a list grew since its weight was chosen.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextSelectionSet, ErrorExtensions, OutputType, Pos, Positioned, ServerResult,
    Value, value,
};

use super::cost::CostPlan;
use crate::graphql::error::Code;

/// What a request may still resolve beyond its declared cost.
#[derive(Debug)]
pub struct Meter {
    plan: Arc<CostPlan>,
    sizes: Vec<u64>,
    limit: u64,
    left: AtomicU64,
}

impl Meter {
    /// Starts with what the declared cost leaves of the limit.
    #[must_use]
    pub fn new(plan: Arc<CostPlan>, sizes: Vec<u64>, declared: u64, limit: u64) -> Self {
        Self {
            plan,
            sizes,
            limit,
            left: AtomicU64::new(limit.saturating_sub(declared)),
        }
    }

    /// Charges a list of so many rows at this place of the document.
    ///
    /// # Errors
    /// `COST_LIMIT_EXCEEDED` when the excess is more than what is left; nothing is charged then.
    pub fn charge(&self, position: Pos, rows: usize) -> async_graphql::Result<()> {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        let excess = self.plan.excess(position, rows, &self.sizes);
        if excess == 0 {
            return Ok(());
        }
        let charged = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(excess)
            });
        match charged {
            Ok(_) => Ok(()),
            Err(left) => Err(over_limit(
                self.limit.saturating_sub(left).saturating_add(excess),
                self.limit,
            )),
        }
    }
}

/// The error of a request that asks for too much.
#[must_use]
pub fn over_limit(requested: u64, limit: u64) -> async_graphql::Error {
    Code::CostLimitExceeded
        .error(format!("The request may cost {requested}, more than the limit of {limit}; ask for fewer rows or fields."))
        .extend_with(|_, extensions| extensions.set("cost", value!({ "requested": requested, "limit": limit })))
}

/// Lets a resolver of a plain list report its length.
pub trait Metered {
    /// Charges the field being resolved for a list of so many rows; call it before resolving them.
    ///
    /// # Errors
    /// `COST_LIMIT_EXCEEDED` when the request has nothing left for the rows beyond the list's declared weight.
    fn meter(&self, rows: usize) -> async_graphql::Result<()>;
}

impl Metered for Context<'_> {
    fn meter(&self, rows: usize) -> async_graphql::Result<()> {
        match self.data_opt::<Meter>() {
            Some(meter) => meter.charge(self.item.pos, rows),
            None => Ok(()),
        }
    }
}

/// A plain list that reports its own length, for lists no resolver of ours returns: fields of payloads and of values.
#[derive(Clone, Debug)]
pub struct Listed<T>(Vec<T>);

impl<T> FromIterator<T> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl<T> From<Vec<T>> for Listed<T> {
    fn from(rows: Vec<T>) -> Self {
        Self(rows)
    }
}

impl<T: OutputType> OutputType for Listed<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if let Some(meter) = ctx.data_opt::<Meter>() {
            meter
                .charge(field.pos, self.0.len())
                .map_err(|error| ctx.set_error_path(error.into_server_error(field.pos)))?;
        }
        self.0.resolve(ctx, field).await
    }
}
