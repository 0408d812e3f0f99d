//! Why something with a cart is refused.

use crate::database::IsTransient;
use crate::error::{Error, FieldPath};

/// A refusal of a cart operation. `field` is a path below `input`.
#[derive(Debug, thiserror::Error)]
pub enum CartError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The cart became an order or was merged.
    #[error("the cart cannot be changed any more")]
    Closed,
    /// The variant is not for sale here.
    #[error("the variant is not for sale")]
    Unavailable {
        /// Where it was asked for.
        field: FieldPath,
    },
    /// Fewer units than wanted.
    #[error("only {available} units can be had")]
    InsufficientStock {
        /// Where they were asked for.
        field: FieldPath,
        /// Units that can be had.
        available: u32,
    },
    /// Outside the quantity limits.
    #[error("{allowed} units would be allowed")]
    QuantityLimit {
        /// Where they were asked for.
        field: FieldPath,
        /// The nearest number of units that may be bought, 0 for none.
        allowed: u32,
    },
    /// Too many lines, coupons or gift cards.
    #[error("a cart holds at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// No usable coupon has the code.
    #[error("no usable coupon has this code")]
    CouponInvalid,
    /// No gift card with something on it has the code.
    #[error("no usable gift card has this code")]
    GiftCardInvalid,
    /// Fewer points can be spent than wished.
    #[error("{spendable} points can be spent on this cart")]
    InsufficientPoints {
        /// Points that can be spent.
        spendable: u32,
    },
    /// Only for members.
    #[error("log in first")]
    LoginRequired,
}

impl From<sea_orm::DbErr> for CartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for CartError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Closed
            | Self::Unavailable { .. }
            | Self::InsufficientStock { .. }
            | Self::QuantityLimit { .. }
            | Self::TooMany { .. }
            | Self::CouponInvalid
            | Self::GiftCardInvalid
            | Self::InsufficientPoints { .. }
            | Self::LoginRequired => false,
        }
    }
}
