use async_graphql::Enum;

/// What a buyer may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::AfterSaleKind")]
pub enum AfterSaleKind {
    /// Goods back, money back.
    Return,
    /// Goods back, other goods sent.
    Exchange,
    /// Money back, goods stay.
    RefundOnly,
    /// A defect under warranty.
    WarrantyClaim,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::AfterSaleStatus")]
pub enum AfterSaleStatus {
    /// Waits for the shop.
    Requested,
    /// Goods may be sent.
    Approved,
    /// Refused.
    Declined,
    /// Goods under way.
    InTransit,
    /// Goods arrived.
    Received,
    /// Goods examined.
    Inspected,
    /// Paid out.
    Refunded,
    /// Other goods sent.
    ReplacementSent,
    /// Part accepted, part sent back.
    PartiallyAccepted,
    /// Goods sent back.
    SentBack,
    /// Dropped.
    Cancelled,
}

/// Why goods come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::AfterSaleReason")]
pub enum AfterSaleReason {
    /// Not wanted any more.
    ChangedMind,
    /// Does not fit.
    DoesNotFit,
    /// Broken or faulty.
    Defective,
    /// Harmed in transport.
    Damaged,
    /// Something else came.
    WrongProduct,
    /// Something is missing.
    Missing,
    /// Another reason.
    Other,
}

/// Condition of goods that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::AfterSaleCondition")]
pub enum AfterSaleCondition {
    /// As new; back to stock.
    Sellable,
    /// Not sellable.
    Damaged,
    /// Not what was sold.
    WrongProduct,
    /// Not in the parcel.
    Missing,
}

/// How a case is made good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::AfterSaleResolution")]
pub enum AfterSaleResolution {
    /// Money goes back.
    Refund,
    /// Other goods are sent.
    Replacement,
}

/// Where returns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::after_sale::OrderReturnStatus")]
pub enum OrderReturnStatus {
    /// None.
    None,
    /// Asked for.
    Requested,
    /// Under way.
    InProgress,
    /// Some came back.
    PartiallyReturned,
    /// All came back.
    Returned,
}
