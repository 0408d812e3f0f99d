//! What a document may resolve at most: every object costs 1, a connection multiplies by its page, a plain list by its
//! declared weight.
//!
//! The cost is worked out once per document as an expression in which only the page sizes given by variables are open;
//! a request then fills in its numbers.

mod build;
mod expression;
mod plan;
mod size;

pub use plan::CostPlan;
pub use size::SizeError;
