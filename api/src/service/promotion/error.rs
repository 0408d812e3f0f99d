//! Why something with promotions or coupons is refused.

use domain::coupon::{ClaimError, TemplateError};
use domain::promotion::{LifecycleError, RoomError, RuleError};

use crate::database::IsTransient;
use crate::error::Error;

/// A refusal of a promotion or coupon operation.
#[derive(Debug, thiserror::Error)]
pub enum PromotionError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The rule of the promotion is no rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A step of its life that cannot be taken.
    #[error(transparent)]
    Lifecycle(#[from] LifecycleError),
    /// It has no room beside the promotions that run.
    #[error(transparent)]
    Room(#[from] RoomError),
    /// The template of coupons cannot be like that.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// No coupon is made from the template any more.
    #[error("the template is stopped")]
    TemplateStopped,
    /// The only use of the coupon is gone for good.
    #[error("this coupon cannot be withdrawn any more")]
    CouponSettled,
    /// Another coupon has the code.
    #[error("the code is in use")]
    CodeTaken,
    /// A member holds as many coupons of the template as one may.
    #[error("a member holds as many as one may")]
    MemberLimitReached,
    /// The member who asks holds as many.
    #[error("you hold as many as you may")]
    WalletFull,
    /// No coupon one could have has the code.
    #[error("no usable coupon has this code")]
    CouponInvalid,
    /// The template has given out all its coupons.
    #[error("none are left")]
    NoneLeft,
}

impl From<sea_orm::DbErr> for PromotionError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<ClaimError> for PromotionError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unusable => Self::CouponInvalid,
            ClaimError::Shared => Error::invalid(&["code"], error.to_string()).into(),
        }
    }
}

impl IsTransient for PromotionError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Rule(_)
            | Self::Lifecycle(_)
            | Self::Room(_)
            | Self::Template(_)
            | Self::TemplateStopped
            | Self::CouponSettled
            | Self::CodeTaken
            | Self::MemberLimitReached
            | Self::WalletFull
            | Self::CouponInvalid
            | Self::NoneLeft => false,
        }
    }
}
