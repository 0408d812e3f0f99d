//! Whose order it is. What is not yours reads as unknown.

use aws_lc_rs::{constant_time, hmac};
use data_encoding::BASE32_NOPAD;
use domain::order::OrderStatus;
use domain::permission::Permission;
use entity::order::Model;
use uuid::Uuid;

use crate::auth::{Viewer, secret};
use crate::error::{Error, Result};

/// In what capacity somebody sees an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// The member who placed it, or a guest with its key.
    Buyer,
    /// Staff or a program.
    Office,
}

impl Access {
    /// Whether this is the buyer.
    #[must_use]
    pub fn is_buyer(self) -> bool {
        match self {
            Self::Buyer => true,
            Self::Office => false,
        }
    }
}

/// How the viewer may see an order; `None` for strangers.
#[must_use]
pub fn access(viewer: &Viewer, order: &Model, order_token: Option<&str>) -> Option<Access> {
    if is_buyer(viewer, order, order_token) {
        Some(Access::Buyer)
    } else if viewer.may(Permission::OrderRead) {
        Some(Access::Office)
    } else {
        None
    }
}

/// Lets only the buyer pass.
///
/// # Errors
/// [`Error::NotFound`] for everybody else.
pub(crate) fn require_buyer(
    viewer: &Viewer,
    order: &Model,
    order_token: Option<&str>,
) -> Result<()> {
    if is_buyer(viewer, order, order_token) {
        Ok(())
    } else {
        Err(Error::NotFound("order"))
    }
}

fn is_buyer(viewer: &Viewer, order: &Model, order_token: Option<&str>) -> bool {
    if order.status.0 == OrderStatus::Draft {
        return false; // staff's own until it is placed
    }
    let is_owner = viewer
        .member_id()
        .is_some_and(|member| order.member_id == Some(member.0));
    let has_key = order_token
        .zip(order.token_hash.as_deref())
        .is_some_and(|(token, hash)| {
            constant_time::verify_slices_are_equal(
                secret::digest(token).as_bytes(),
                hash.as_bytes(),
            )
            .is_ok()
        });
    is_owner || has_key
}

/// A guest's key to an order: 160 bits derived from the shop's secret and the order's id, so that a repeated request can
/// show it again although only its digest is stored.
#[must_use]
pub(crate) fn order_token(shop_secret: &str, order_id: Uuid) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, shop_secret.as_bytes());
    let tag = hmac::sign(&key, format!("order token {order_id}").as_bytes());
    let bytes: Vec<u8> = tag.as_ref().iter().copied().take(20).collect();
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}
