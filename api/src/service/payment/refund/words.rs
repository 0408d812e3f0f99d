//! What the buyer reads about money that goes back.

use domain::locale::Locale;
use domain::order::refund::RefundSource;

/// Why the shop gives money back by itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::service::payment) enum Reason {
    /// The order was called off.
    CalledOff,
    /// Some of its units were called off.
    UnitsCalledOff,
    /// A change of the order made it cheaper.
    Changed,
    /// The order cannot take the money.
    Orphaned,
}

impl Reason {
    /// The reason as a sentence in the buyer's language.
    pub(in crate::service::payment) fn sentence(self, locale: &Locale) -> &'static str {
        match (self, locale.is_chinese()) {
            (Self::CalledOff, false) => "The order was called off.",
            (Self::CalledOff, true) => "订单已取消。",
            (Self::UnitsCalledOff, false) => "Some units were called off.",
            (Self::UnitsCalledOff, true) => "部分商品已取消。",
            (Self::Changed, false) => "The order was changed.",
            (Self::Changed, true) => "订单已更改。",
            (Self::Orphaned, false) => "The order could not take this payment.",
            (Self::Orphaned, true) => "订单无法接受这笔款项。",
        }
    }
}

/// Names a step of a refund that is no part of the order's price; `None` for one that is.
pub(super) fn label(source: RefundSource, locale: &Locale) -> Option<&'static str> {
    match (source, locale.is_chinese()) {
        (RefundSource::Step(_), _) => None,
        (RefundSource::Extra, false) => Some("Goodwill"),
        (RefundSource::Extra, true) => Some("补偿"),
        (RefundSource::Short, false) => Some("Not received, or given back before"),
        (RefundSource::Short, true) => Some("未收到或已退还"),
        (RefundSource::SetOff, false) => Some("Set off against what is owed"),
        (RefundSource::SetOff, true) => Some("抵扣应付款项"),
        (RefundSource::Surplus, false) => Some("Received beyond the price"),
        (RefundSource::Surplus, true) => Some("超出应付的款项"),
    }
}
