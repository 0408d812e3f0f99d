//! Payments: providers that pay, fail, are late or speak twice; money by hand; messages that are not to be believed.

mod alipay;
mod ambiguity;
pub(crate) mod authorization;
mod by_hand;
mod inbox;
mod promise;
mod provider;
pub(crate) mod refund;
pub(crate) mod refund_approval;
mod refund_points;
mod stripe;
pub(crate) mod unmatched;
mod vendor;
mod webhook;
mod wechat_pay;
