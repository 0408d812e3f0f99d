//! Whose case it is. What is not yours reads as unknown.

use domain::permission::Permission;
use entity::order::Model as Order;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::Access;
use crate::service::order::access::require_buyer;

/// How the viewer may see an order's cases; `None` for strangers.
#[must_use]
pub fn access(viewer: &Viewer, order: &Order, order_token: Option<&str>) -> Option<Access> {
    if require_buyer(viewer, order, order_token).is_ok() {
        Some(Access::Buyer)
    } else {
        viewer
            .may(Permission::AfterSaleRead)
            .then_some(Access::Office)
    }
}

/// In what capacity somebody opens a case.
///
/// # Errors
/// [`crate::error::Error::NotFound`] for strangers.
pub(super) fn require_opener(
    viewer: &Viewer,
    order: &Order,
    order_token: Option<&str>,
) -> Result<Access> {
    // Staff stay staff even with the buyer's key at hand.
    if viewer.may(Permission::AfterSaleWrite) {
        return Ok(Access::Office);
    }
    require_buyer(viewer, order, order_token).map(|()| Access::Buyer)
}
