//! Whose case it is. What is not yours reads as unknown.

use domain::permission::Permission;
use entity::order::Model as Order;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::order::Access;
use crate::service::order::access::require_buyer;

/// How the viewer may see an order's cases; `None` for strangers.
#[must_use]
pub fn access(viewer: &Viewer, order: &Order, order_token: Option<&str>) -> Option<Access> {
    who(viewer, order, order_token, Permission::AfterSaleRead)
}

/// In what capacity somebody opens a case.
///
/// # Errors
/// [`Error::NotFound`] for strangers.
pub(super) fn require_opener(
    viewer: &Viewer,
    order: &Order,
    order_token: Option<&str>,
) -> Result<Access> {
    who(viewer, order, order_token, Permission::AfterSaleWrite).ok_or(Error::NotFound("order"))
}

fn who(
    viewer: &Viewer,
    order: &Order,
    order_token: Option<&str>,
    permission: Permission,
) -> Option<Access> {
    if require_buyer(viewer, order, order_token).is_ok() {
        Some(Access::Buyer)
    } else {
        viewer.may(permission).then_some(Access::Office)
    }
}
