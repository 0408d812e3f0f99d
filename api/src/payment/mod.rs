//! Who carries payments out: the provider trait, its implementations, and signed messages.
//!
//! Nothing here touches the database: `service::payment` decides when a provider is called (never inside a transaction)
//! and records what it answers.

pub mod alipay;
mod http;
pub mod manual;
pub mod rsa;
pub mod signature;
pub mod stripe;
pub mod test;
pub mod wechat_pay;

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::order::{PaymentEventKind, PaymentProvider};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use self::alipay::Alipay;
use self::manual::Manual;
use self::stripe::Stripe;
use self::test::TestProvider;
use self::test::courier::Loopback;
use self::wechat_pay::WechatPay;
use crate::config::Config;
use crate::error::Result;

/// A payment to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The payment; the same id is never opened twice with different effect.
    pub payment_id: Uuid,
    /// What is asked for.
    pub amount: Money,
    /// Where the buyer is sent back to.
    pub return_url: Option<Url>,
    /// Whom the provider knows the buyer as, who pays inside its app.
    pub payer_ref: Option<String>,
    /// When the order lapses without money.
    pub due_at: Option<DateTime<Utc>>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// A payment the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The payment's key at the provider.
    pub provider_ref: String,
    /// Page the buyer goes to, null when there is none.
    pub redirect_url: Option<String>,
    /// Secret of this payment for the provider's script in the buyer's browser, null when there is none.
    pub client_secret: Option<String>,
    /// What else that script needs, null for nothing.
    pub parameters: Option<serde_json::Value>,
    /// When the session lapses, null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// What the built-in test provider will send by itself; empty for real ones.
    pub follow_ups: Vec<FollowUp>,
}

/// Something to be done with money the provider holds.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The payment.
    pub payment_id: Uuid,
    /// The payment's key at the provider.
    pub provider_ref: String,
    /// Money to take, drop or give back.
    pub amount: Money,
    /// The same key has its effect once.
    pub idempotency_key: String,
    /// When it was decided; a provider may have been asked since.
    pub decided_at: DateTime<Utc>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// A question where a payment stands.
#[derive(Clone, Debug)]
pub struct Inquiry {
    /// The payment.
    pub payment_id: Uuid,
    /// The payment's key at the provider.
    pub provider_ref: String,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What a provider made of an [`Instruction`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Done; the messages tell how.
    Done(Vec<ProviderMessage>),
    /// Taken on; a webhook will tell.
    Accepted(Vec<FollowUp>),
    /// Done by people outside; somebody will tell the shop.
    ByHand,
}

/// One thing a provider reports: from a webhook or as a direct answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderMessage {
    /// The provider's key of this event; seen twice, it counts once.
    pub event_id: String,
    /// The payment's key at the provider.
    pub provider_ref: String,
    /// What happened.
    pub kind: PaymentEventKind,
    /// With how much money.
    pub amount: Money,
    /// When, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
    /// The provider's words.
    #[serde(default)]
    pub message: Option<String>,
    /// Our transfer of a refund that the event is about, echoed by the provider.
    #[serde(default)]
    pub refund_id: Option<Uuid>,
}

impl ProviderMessage {
    /// The key of money that came, where a provider takes it once per payment: whoever tells of it tells one thing.
    #[must_use]
    pub fn captured_id(provider_ref: &str) -> String {
        format!("captured:{provider_ref}")
    }
}

/// A message the test provider sends after a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// What is sent.
    pub message: ProviderMessage,
    /// When it is sent.
    pub send_at: DateTime<Utc>,
}

/// Why a provider did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It said no; asking again is no use.
    #[error("the provider said no: {0}")]
    Declined(String),
    /// It did not answer; the same request may be sent again.
    #[error("the provider does not answer: {0}")]
    Unavailable(String),
}

/// Why a webhook is turned away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Not signed with our secret, or not within the time window.
    #[error("the signature does not fit")]
    BadSignature,
    /// Signed, but not a message of this provider.
    #[error("the message cannot be read: {0}")]
    Malformed(String),
}

/// A webhook as received.
#[derive(Clone, Copy, Debug)]
pub struct Webhook<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
}

impl<'a> Webhook<'a> {
    /// A header; empty when it is missing or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &'a str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`WebhookError::Malformed`].
    pub fn text(&self) -> Result<&'a str, WebhookError> {
        std::str::from_utf8(self.body).map_err(|error| WebhookError::Malformed(error.to_string()))
    }
}

/// How far a webhook's time may be from ours, either way.
pub const WEBHOOK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// A way money moves. Calls are repeated after failures, so each must have its effect once per id or key.
pub trait Provider: Send + Sync {
    /// Opens a payment.
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>>;

    /// Takes money that was promised, or that arrived by hand.
    fn capture<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>>;

    /// Drops a promise.
    fn void<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>>;

    /// Gives money back; `refund_id`, our transfer's, is echoed in the message that tells of it.
    fn refund<'a>(
        &'a self,
        instruction: &'a Instruction,
        refund_id: Uuid,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>>;

    /// Asks where a payment stands: the messages its webhooks would have brought, some or all known before. What tells
    /// everything at once has nothing to add.
    fn inquire<'a>(
        &'a self,
        _inquiry: &'a Inquiry,
    ) -> BoxFuture<'a, Result<Vec<ProviderMessage>, ProviderError>> {
        ready(Ok(Vec::new())).boxed()
    }

    /// Checks that a webhook comes from the provider, before anything of it is believed or stored, and answers the key of
    /// this delivery: one that comes again has the same.
    ///
    /// # Errors
    /// [`WebhookError::BadSignature`]; [`WebhookError::Malformed`] when it is signed but has no key.
    fn verify_webhook(
        &self,
        webhook: &Webhook<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, WebhookError>;

    /// Reads the body of a verified webhook: nothing, when it is not about payments of the shop.
    ///
    /// # Errors
    /// [`WebhookError::Malformed`].
    fn parse_webhook(&self, body: &str) -> Result<Vec<ProviderMessage>, WebhookError>;

    /// What the provider wants to read when its webhook was taken.
    fn acknowledgement(&self) -> &'static str {
        ""
    }
}

/// The providers this shop has.
pub struct Providers {
    manual: Manual,
    test: Option<TestProvider>,
    stripe: Option<Stripe>,
    alipay: Option<Alipay>,
    wechat_pay: Option<WechatPay>,
}

impl Providers {
    /// The providers a configuration asks for: by hand always, others where they have their keys.
    ///
    /// # Errors
    /// When the system offers no TLS, or a key is none.
    pub fn from_config(config: &Config) -> Result<Self> {
        let page = config.public_address("/test-payment");
        let secret = config.test_payment_secret.as_ref();
        Ok(Self {
            manual: Manual,
            test: secret.map(|secret| TestProvider::new(secret.expose(), &page)),
            stripe: config.stripe.as_ref().map(Stripe::try_new).transpose()?,
            alipay: config
                .alipay
                .as_ref()
                .map(|alipay| Alipay::try_new(alipay, config.public_address("/webhooks/alipay")))
                .transpose()?,
            wechat_pay: config
                .wechat_pay
                .as_ref()
                .map(|wechat| {
                    WechatPay::try_new(wechat, config.public_address("/webhooks/wechat_pay"))
                })
                .transpose()?,
        })
    }

    /// Tells the test provider where to send its messages: to the server itself.
    pub fn serve_at(&self, listening: SocketAddr) {
        if let Some(test) = &self.test {
            test.deliver_by(Arc::new(Loopback::new(listening)));
        }
    }

    /// The provider of a payment, if this shop has it.
    #[must_use]
    pub fn find(&self, provider: PaymentProvider) -> Option<&dyn Provider> {
        fn shown<P: Provider>(provider: Option<&P>) -> Option<&dyn Provider> {
            provider.map(|provider| -> &dyn Provider { provider })
        }
        match provider {
            PaymentProvider::Manual => Some(&self.manual),
            PaymentProvider::Test => shown(self.test.as_ref()),
            PaymentProvider::Stripe => shown(self.stripe.as_ref()),
            PaymentProvider::Alipay => shown(self.alipay.as_ref()),
            PaymentProvider::WechatPay => shown(self.wechat_pay.as_ref()),
            PaymentProvider::OnAccount => None,
        }
    }

    /// Whether the shop can offer a way to pay by this provider. No money moves when an order is taken on account.
    #[must_use]
    pub fn offer(&self, provider: PaymentProvider) -> bool {
        provider == PaymentProvider::OnAccount || self.find(provider).is_some()
    }

    /// Whether the shop has a provider elsewhere, whose messages may be lost on the way.
    #[must_use]
    pub fn are_remote(&self) -> bool {
        self.stripe.is_some() || self.alipay.is_some() || self.wechat_pay.is_some()
    }

    /// The test provider, where it is on.
    #[must_use]
    pub fn test(&self) -> Option<&TestProvider> {
        self.test.as_ref()
    }
}
