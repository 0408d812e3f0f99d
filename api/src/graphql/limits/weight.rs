//! How many rows each plain list of objects is expected to hold.
//!
//! A connection is as long as its `first` or `last`; a plain list says nothing, so its usual length is declared here and
//! enters the cost of a document. A list that turns out longer pays for the excess while it is resolved (`meter`). A
//! test fails when a list of the schema is missing here.

/// Where the expected length of a plain list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// So many rows are usual.
    Rows(u64),
    /// As many rows as this list argument holds, at most [`super::MAX_PAGE`].
    Argument(&'static str),
}

/// Rows assumed for a list that is not in the table.
pub const UNKNOWN: Weight = Weight::Rows(10);

const WEIGHTS: &[(&str, Weight)] = &[
    ("Query.nodes", Weight::Argument("ids")),
    // One by one, each an answer of its own.
    ("Subscription.stockChanged", Weight::Argument("variantIds")),
    ("Query.apiKeys", Weight::Rows(20)),
    // As many as are priced for it, however few are told.
    ("Query.cartBestCoupons", Weight::Rows(50)),
    ("Query.categories", Weight::Rows(20)),
    ("Query.flashSales", Weight::Rows(10)),
    ("Query.memberGroups", Weight::Rows(20)),
    ("Query.memberTiers", Weight::Rows(5)),
    ("Query.paymentMethods", Weight::Rows(5)),
    ("Query.pointsRules", Weight::Rows(5)),
    ("Query.priceLists", Weight::Rows(10)),
    ("Query.roles", Weight::Rows(10)),
    ("Query.segments", Weight::Rows(20)),
    ("Query.shippingMethods", Weight::Rows(10)),
    ("Query.staffAccounts", Weight::Rows(20)),
    ("Query.stockByModelNumber", Weight::Argument("modelNumbers")),
    ("Query.taxRates", Weight::Rows(20)),
    ("Query.webhooks", Weight::Rows(5)),
    ("Query.warehouses", Weight::Rows(5)),
    ("AbandonedCart.lines", Weight::Rows(3)),
    ("AfterSale.lines", Weight::Rows(3)),
    ("AfterSale.photos", Weight::Rows(3)),
    ("Cart.evaluations", Weight::Rows(5)),
    ("Cart.lines", Weight::Rows(10)),
    ("Cart.paymentMethods", Weight::Rows(5)),
    ("Cart.problems", Weight::Rows(5)),
    ("Cart.tenders", Weight::Rows(2)),
    ("Cart.shippingMethods", Weight::Rows(5)),
    ("CartLine.giftChoices", Weight::Rows(3)),
    ("CategoriesUpsertPayload.categories", Weight::Rows(20)),
    ("Category.ancestors", Weight::Rows(3)),
    ("Category.children", Weight::Rows(10)),
    ("CollectionsUpsertPayload.collections", Weight::Rows(20)),
    ("Cost.adjustments", Weight::Rows(5)),
    ("CouponCreatePayload.coupons", Weight::Rows(10)),
    ("EventFeed.events", Weight::Rows(20)),
    ("FlashSale.entries", Weight::Rows(20)),
    ("FlashSalesUpsertPayload.flashSales", Weight::Rows(5)),
    ("Fulfillment.lines", Weight::Rows(10)),
    ("Fulfillment.trackingEvents", Weight::Rows(5)),
    ("Invoice.lines", Weight::Rows(5)),
    ("Invoice.taxes", Weight::Rows(2)),
    ("LineCost.adjustments", Weight::Rows(3)),
    ("Member.addresses", Weight::Rows(5)),
    ("Member.groups", Weight::Rows(3)),
    ("Member.sessions", Weight::Rows(5)),
    ("Member.stockAlerts", Weight::Rows(5)),
    ("Member.tierChanges", Weight::Rows(5)),
    ("MemberGroupsUpsertPayload.memberGroups", Weight::Rows(20)),
    ("MemberTier.translations", Weight::Rows(3)),
    ("MemberTiersUpsertPayload.memberTiers", Weight::Rows(5)),
    ("Order.afterSales", Weight::Rows(2)),
    ("Order.approvals", Weight::Rows(2)),
    ("Order.cancellations", Weight::Rows(2)),
    ("Order.changes", Weight::Rows(2)),
    ("Order.confirmationRequests", Weight::Rows(2)),
    ("Order.fulfillments", Weight::Rows(3)),
    ("Order.invoices", Weight::Rows(2)),
    ("Order.lines", Weight::Rows(10)),
    ("Order.paymentMethods", Weight::Rows(5)),
    ("Order.payments", Weight::Rows(3)),
    ("Order.refundRequests", Weight::Rows(2)),
    ("Order.refunds", Weight::Rows(3)),
    ("Order.timeline", Weight::Rows(20)),
    ("OrderCancellation.lines", Weight::Rows(3)),
    ("OrderConfirmationRequest.answers", Weight::Rows(10)),
    ("OrderConfirmationRequest.lines", Weight::Rows(10)),
    ("OrderLine.components", Weight::Rows(3)),
    ("OrderPlacePayload.problems", Weight::Rows(5)),
    ("OrderProposal.lines", Weight::Rows(10)),
    ("Payment.events", Weight::Rows(5)),
    ("PaymentMethodSetting.translations", Weight::Rows(3)),
    (
        "PaymentMethodsUpsertPayload.paymentMethods",
        Weight::Rows(5),
    ),
    ("PointsAccount.expiring", Weight::Rows(5)),
    ("PointsRule.versions", Weight::Rows(5)),
    ("PointsRulesUpsertPayload.pointsRules", Weight::Rows(5)),
    ("PriceList.entries", Weight::Rows(50)),
    ("PriceListsUpsertPayload.priceLists", Weight::Rows(5)),
    ("Promotion.changes", Weight::Rows(10)),
    ("PromotionChange.conditions", Weight::Rows(3)),
    ("PromotionChange.rewards", Weight::Rows(2)),
    ("PointsTrialBalance.rows", Weight::Rows(6)),
    ("CreditTrialBalance.rows", Weight::Rows(7)),
    ("Order.tenders", Weight::Rows(2)),
    ("Product.categories", Weight::Rows(3)),
    ("Product.collections", Weight::Rows(3)),
    ("Product.media", Weight::Rows(5)),
    ("Product.options", Weight::Rows(3)),
    ("Product.translations", Weight::Rows(3)),
    ("Product.variants", Weight::Rows(10)),
    ("ProductOption.values", Weight::Rows(10)),
    ("ProductVariant.components", Weight::Rows(3)),
    ("ProductVariant.media", Weight::Rows(3)),
    ("ProductVariant.priceTiers", Weight::Rows(3)),
    ("ProductVariant.selectedOptions", Weight::Rows(3)),
    ("ProductVariant.stockLevels", Weight::Rows(3)),
    ("Promotion.conditions", Weight::Rows(3)),
    ("Promotion.rewards", Weight::Rows(3)),
    ("PromotionCondition.anyOf", Weight::Rows(10)),
    ("PromotionPerformance.days", Weight::Rows(30)),
    ("PromotionSimulation.evaluations", Weight::Rows(5)),
    ("PromotionSimulation.trace", Weight::Rows(10)),
    ("ReceivableAgeing.ages", Weight::Rows(5)),
    ("Refund.lines", Weight::Rows(10)),
    ("RefundBreakdown.adjustments", Weight::Rows(5)),
    ("RefundRequest.approvals", Weight::Rows(2)),
    ("RolesUpsertPayload.roles", Weight::Rows(20)),
    ("SearchFacet.values", Weight::Rows(10)),
    ("SearchHitConnection.facets", Weight::Rows(5)),
    ("SearchSuggestions.categories", Weight::Rows(5)),
    ("SearchSuggestions.products", Weight::Rows(5)),
    ("Segment.sample", Weight::Rows(10)),
    ("SegmentRule.all", Weight::Rows(5)),
    ("SegmentRule.any", Weight::Rows(5)),
    ("SegmentsUpsertPayload.segments", Weight::Rows(20)),
    ("ShopPolicy.orderApprovalLevels", Weight::Rows(2)),
    ("ShopPolicy.refundApprovalLevels", Weight::Rows(2)),
    ("ShippingMethodSetting.translations", Weight::Rows(3)),
    (
        "ShippingMethodsUpsertPayload.shippingMethods",
        Weight::Rows(10),
    ),
    ("Staff.roles", Weight::Rows(3)),
    ("Staff.sessions", Weight::Rows(5)),
    ("StockAdjustPayload.stockLevels", Weight::Rows(10)),
    ("StockBackorderSetPayload.stockLevels", Weight::Rows(10)),
    // None, unless something is wrong.
    ("StockCheck.drifts", Weight::Rows(5)),
    ("StockPresaleSetPayload.variants", Weight::Rows(10)),
    ("StockSetPayload.stockLevels", Weight::Rows(10)),
    ("TaxRatesUpsertPayload.taxRates", Weight::Rows(20)),
    ("TieredSpendReward.tiers", Weight::Rows(10)),
    ("WarehousesUpsertPayload.warehouses", Weight::Rows(5)),
];

/// The weight of `Type.field`; none when the table has no row for it.
#[must_use]
pub fn weight_of(type_name: &str, field: &str) -> Option<Weight> {
    // Every payload has this list, and few refusals.
    if field == "userErrors" {
        return Some(Weight::Rows(2));
    }
    WEIGHTS
        .iter()
        .find(|(name, _)| name.split_once('.') == Some((type_name, field)))
        .map(|(_, weight)| *weight)
}

/// Every `Type.field` of the table.
pub fn declared() -> impl Iterator<Item = &'static str> {
    WEIGHTS.iter().map(|(name, _)| *name)
}
