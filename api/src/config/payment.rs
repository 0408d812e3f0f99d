//! Keys of payment providers.

use url::Url;

use super::parse::{self, Parsed, Reader};
use super::secret::Secret;
use super::variable::Variable;

/// Most webhook secrets at a time: the one in use, and its successor.
const MAX_WEBHOOK_SECRETS: usize = 2;
/// Where Stripe is.
const STRIPE: &str = "https://api.stripe.com";

/// When money that a buyer promised is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureTime {
    /// When the buyer pays.
    AtPayment,
    /// When the order is certain, or earlier when staff say so.
    AtConfirmation,
}

/// An account at Stripe.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// Key of the interface.
    pub secret_key: Secret,
    /// Key that browsers use.
    pub publishable_key: String,
    /// Keys that sign webhooks.
    pub webhook_secrets: Vec<Secret>,
    /// When money is taken.
    pub capture: CaptureTime,
    /// Base address.
    pub url: Url,
}

/// Reads the account at Stripe; null without its key.
pub(super) fn stripe(read: &mut Reader<'_>) -> Option<StripeConfig> {
    let secret_key = read.optional(Variable::StripeSecretKey, stripe_secret_key);
    let publishable_key = read.optional(Variable::StripePublishableKey, publishable_key);
    let webhook_secrets = read.optional(Variable::StripeWebhookSecrets, webhook_secrets);
    let capture = read.or_default(
        Variable::StripeCapture,
        capture_time,
        CaptureTime::AtConfirmation,
    );
    let url = read.optional(Variable::StripeUrl, parse::http_url);
    let secret_key = secret_key?;
    if publishable_key.is_none() {
        read.refuse(
            Variable::StripePublishableKey,
            "Stripe needs it beside its secret key: buyers' browsers pay with it",
        );
    }
    let is_test = |key: &str| key.contains("_test_");
    if publishable_key
        .as_deref()
        .is_some_and(|public| is_test(public) != is_test(secret_key.expose()))
    {
        read.refuse(
            Variable::StripePublishableKey,
            "one key of Stripe is for tests and the other is not",
        );
    }
    if webhook_secrets.is_none() {
        read.refuse(
            Variable::StripeWebhookSecrets,
            "Stripe needs it beside its secret key: without webhooks the shop does not learn of money; make an endpoint \
             for <public address>/webhooks/stripe and copy its signing secret",
        );
    }
    Some(StripeConfig {
        secret_key,
        publishable_key: publishable_key?,
        webhook_secrets: webhook_secrets?,
        capture,
        url: url.or_else(|| Url::parse(STRIPE).ok())?,
    })
}

fn stripe_secret_key(text: &str) -> Parsed<Secret> {
    if is_key(text, &["sk_", "rk_"]) {
        Ok(Secret::new(text))
    } else {
        Err("expected a key that begins with sk_ or rk_".to_owned())
    }
}

fn publishable_key(text: &str) -> Parsed<String> {
    if is_key(text, &["pk_"]) {
        Ok(text.to_owned())
    } else {
        Err("expected a key that begins with pk_".to_owned())
    }
}

fn webhook_secrets(text: &str) -> Parsed<Vec<Secret>> {
    let secrets: Vec<&str> = text.split(',').map(str::trim).collect();
    if secrets.len() <= MAX_WEBHOOK_SECRETS
        && secrets.iter().all(|secret| is_key(secret, &["whsec_"]))
    {
        Ok(secrets.into_iter().map(Secret::new).collect())
    } else {
        Err("expected one or two secrets that begin with whsec_, separated by a comma".to_owned())
    }
}

fn capture_time(text: &str) -> Parsed<CaptureTime> {
    match text {
        "payment" => Ok(CaptureTime::AtPayment),
        "confirmation" => Ok(CaptureTime::AtConfirmation),
        _ => Err("expected payment or confirmation".to_owned()),
    }
}

fn is_key(text: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| {
        text.strip_prefix(beginning)
            .is_some_and(|rest| !rest.is_empty())
    }) && text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_by_how_they_begin() {
        assert!(stripe_secret_key("sk_test_1").is_ok() && stripe_secret_key("rk_live_1").is_ok());
        for wrong in ["pk_test_1", "sk_", "sk_live 1", ""] {
            assert!(stripe_secret_key(wrong).is_err(), "{wrong}");
        }
        assert!(publishable_key("pk_test_1").is_ok() && publishable_key("sk_test_1").is_err());
    }

    #[test]
    fn two_webhook_secrets_may_live_at_a_time() {
        assert_eq!(webhook_secrets("whsec_a").map(|all| all.len()), Ok(1));
        assert_eq!(
            webhook_secrets("whsec_a, whsec_b").map(|all| all.len()),
            Ok(2)
        );
        for wrong in ["whsec_a,whsec_b,whsec_c", "whsec_a,", "a"] {
            assert!(webhook_secrets(wrong).is_err(), "{wrong}");
        }
    }
}
