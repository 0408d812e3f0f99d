use async_graphql::Enum;

/// What staff and API keys may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::permission::Permission")]
pub enum Permission {
    /// See drafts and translations.
    ProductRead,
    /// Change and import the catalog.
    ProductWrite,
    /// See index health.
    SearchRead,
    /// Reindex.
    SearchWrite,
    /// See promotions and figures.
    PromotionRead,
    /// Change promotions.
    PromotionWrite,
    /// See coupons and codes.
    CouponRead,
    /// Make, grant and revoke coupons.
    CouponWrite,
    /// See rules and ledgers.
    PointsRead,
    /// Change rules, adjust points.
    PointsWrite,
    /// See gift cards and store credit.
    CreditRead,
    /// Issue, change and cancel gift cards, give and take store credit.
    CreditWrite,
    /// See members.
    MemberRead,
    /// Change members.
    MemberWrite,
    /// See all orders.
    OrderRead,
    /// Draft, edit and cancel.
    OrderWrite,
    /// Approve orders.
    OrderApprove,
    /// Answer for the back office.
    OrderConfirm,
    /// See payments and refunds.
    PaymentRead,
    /// Capture and void.
    PaymentWrite,
    /// Refund.
    RefundWrite,
    /// Send parcels.
    FulfillmentWrite,
    /// See all return cases.
    AfterSaleRead,
    /// Decide return cases.
    AfterSaleWrite,
    /// See stock by warehouse.
    StockRead,
    /// Change stock.
    StockWrite,
    /// See the shop's settings.
    ShopRead,
    /// Change the shop's settings: languages, shipping, taxes, ways to pay, warehouses.
    ShopWrite,
    /// See staff, roles and keys.
    StaffRead,
    /// Change staff, roles and keys.
    StaffWrite,
    /// See the audit log.
    AuditRead,
    /// See jobs.
    JobRead,
    /// Retry jobs.
    JobWrite,
    /// See webhooks.
    WebhookRead,
    /// Change webhooks.
    WebhookWrite,
    /// Read the event feed.
    EventRead,
}
