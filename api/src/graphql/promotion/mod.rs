//! Promotions and coupons. Rules: `domain::{promotion, coupon}`; writes: `service::{promotion, coupon}`.

mod change;
mod condition;
mod coupon;
mod error;
mod input;
mod loader;
mod mutation;
mod performance;
mod query;
mod reward;
mod selector;
mod settings;
mod simulation;
mod types;

pub use coupon::{
    Coupon, CouponConnection, CouponEdge, CouponTemplate, CouponTemplateConnection,
    CouponTemplateEdge,
};
pub use error::{PromotionErrorCode, PromotionUserError};
pub use input::CouponFilter;
pub use mutation::{CouponMutation, PromotionMutation};
pub use performance::{PromotionDay, PromotionPerformance};
pub use query::PromotionQuery;
pub(in crate::graphql) use selector::{ProductSelector, ProductSelectorInput};
pub use types::{Promotion, PromotionConnection, PromotionEdge};
