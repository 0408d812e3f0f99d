//! Carts. Rules: `domain::{cart, pricing}`; writes: `service::cart`.

mod error;
mod evaluation;
mod input;
mod loader;
mod mutation;
mod problem;
mod query;
mod saving;
mod types;

pub use error::{CartErrorCode, CartUserError};
pub use evaluation::PromotionEvaluation;
pub(super) use input::{CartLineInput, wishes};
pub(super) use loader::CartOf;
pub use mutation::{CartLineMutation, CartMutation, CartTenderMutation};
pub use problem::CartProblem;
pub use query::CartQuery;
pub use saving::CouponSaving;
pub use types::{Cart, CartLine};
