//! Payments: providers that pay, fail, are late or speak twice; money by hand; messages that are not to be believed.

pub(crate) mod authorization;
mod by_hand;
mod promise;
mod provider;
pub(crate) mod refund;
mod refund_points;
mod stripe;
mod vendor;
mod webhook;
