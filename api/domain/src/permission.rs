//! Permissions of staff and API keys.

use std::collections::BTreeSet;

use crate::text_enum;

text_enum! {
    /// What staff and API keys may be allowed.
    pub enum Permission {
        /// See drafts and translations.
        ProductRead = "PRODUCT_READ",
        /// Change and import the catalog.
        ProductWrite = "PRODUCT_WRITE",
        /// See index health.
        SearchRead = "SEARCH_READ",
        /// Reindex.
        SearchWrite = "SEARCH_WRITE",
        /// See promotions and figures.
        PromotionRead = "PROMOTION_READ",
        /// Change promotions.
        PromotionWrite = "PROMOTION_WRITE",
        /// See coupons and codes.
        CouponRead = "COUPON_READ",
        /// Make, grant and revoke coupons.
        CouponWrite = "COUPON_WRITE",
        /// See rules and ledgers.
        PointsRead = "POINTS_READ",
        /// Change rules, adjust points.
        PointsWrite = "POINTS_WRITE",
    /// See gift cards and store credit.
        CreditRead = "CREDIT_READ",
        /// Issue, change and cancel gift cards, give and take store credit.
        CreditWrite = "CREDIT_WRITE",
        /// See members.
        MemberRead = "MEMBER_READ",
        /// Change members.
        MemberWrite = "MEMBER_WRITE",
        /// See all orders.
        OrderRead = "ORDER_READ",
        /// Draft, edit and cancel.
        OrderWrite = "ORDER_WRITE",
        /// Approve orders.
        OrderApprove = "ORDER_APPROVE",
        /// Answer for the back office.
        OrderConfirm = "ORDER_CONFIRM",
        /// See payments and refunds.
        PaymentRead = "PAYMENT_READ",
        /// Capture and void.
        PaymentWrite = "PAYMENT_WRITE",
        /// Refund.
        RefundWrite = "REFUND_WRITE",
        /// Send parcels.
        FulfillmentWrite = "FULFILLMENT_WRITE",
        /// See all return cases.
        AfterSaleRead = "AFTER_SALE_READ",
        /// Decide return cases.
        AfterSaleWrite = "AFTER_SALE_WRITE",
        /// See stock by warehouse.
        StockRead = "STOCK_READ",
        /// Change stock.
        StockWrite = "STOCK_WRITE",
        /// See the shop's settings.
        ShopRead = "SHOP_READ",
        /// Change the shop's settings: languages, shipping, taxes, ways to pay, warehouses.
        ShopWrite = "SHOP_WRITE",
        /// See staff, roles and keys.
        StaffRead = "STAFF_READ",
        /// Change staff, roles and keys.
        StaffWrite = "STAFF_WRITE",
        /// See the audit log.
        AuditRead = "AUDIT_READ",
        /// See jobs.
        JobRead = "JOB_READ",
        /// Retry jobs.
        JobWrite = "JOB_WRITE",
        /// See webhooks.
        WebhookRead = "WEBHOOK_READ",
        /// Change webhooks.
        WebhookWrite = "WEBHOOK_WRITE",
        /// Read the event feed.
        EventRead = "EVENT_READ",
    }
}

/// Permissions someone would give, or touch, without having them: one can give only what one has.
#[must_use]
pub fn exceeding(given: &BTreeSet<Permission>, own: &BTreeSet<Permission>) -> Vec<Permission> {
    given.difference(own).copied().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Permission, exceeding};

    #[test]
    fn only_what_one_has_can_be_given() {
        let own = BTreeSet::from([Permission::ProductRead, Permission::StaffWrite]);
        let given = BTreeSet::from([
            Permission::ProductRead,
            Permission::OrderRead,
            Permission::RefundWrite,
        ]);
        assert_eq!(
            exceeding(&given, &own),
            [Permission::OrderRead, Permission::RefundWrite]
        );
        assert!(exceeding(&own, &own).is_empty());
        assert!(exceeding(&BTreeSet::new(), &own).is_empty());
    }
}
