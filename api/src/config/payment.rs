//! Keys of payment providers.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use url::Url;

use super::parse::{self, Parsed, Reader};
use super::secret::Secret;
use super::variable::Variable;
use crate::payment::rsa::{SigningKey, VerifyingKey};

/// Most webhook secrets at a time: the one in use, and its successor.
const MAX_WEBHOOK_SECRETS: usize = 2;
/// Where Stripe is.
const STRIPE: &str = "https://api.stripe.com";
/// Where WeChat Pay is.
const WECHAT_PAY: &str = "https://api.mch.weixin.qq.com";
/// Bytes of the key with which WeChat Pay seals messages.
const API_KEY_BYTES: usize = 32;
/// Where Alipay is.
const ALIPAY: &str = "https://openapi.alipay.com/gateway.do";

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
    /// Whether production mode may use test keys.
    pub allows_test_keys: bool,
    /// Base address.
    pub url: Url,
}

impl StripeConfig {
    /// Whether nobody pays anything with its keys.
    #[must_use]
    pub fn is_for_tests(&self) -> bool {
        is_test(self.secret_key.expose())
    }
}

/// A merchant at Alipay.
#[derive(Debug, Clone)]
pub struct AlipayConfig {
    /// The merchant's application.
    pub app_id: String,
    /// Key that signs requests, as PEM or its base64.
    pub private_key: Secret,
    /// Alipay's own public key, which signs answers and notifications; not that of the merchant.
    pub alipay_public_key: String,
    /// Address of the gateway.
    pub gateway: Url,
}

/// A merchant at WeChat Pay.
#[derive(Debug, Clone)]
pub struct WechatPayConfig {
    /// The merchant.
    pub merchant_id: String,
    /// The application it sells in.
    pub app_id: String,
    /// Serial of the merchant's certificate.
    pub serial: String,
    /// Key of that certificate, which signs requests, as PEM or its base64.
    pub private_key: Secret,
    /// Key of version 3 of the interface, with which messages are sealed.
    pub api_key: Secret,
    /// Public keys of WeChat Pay by their serials; several while one is replaced.
    pub platform_keys: BTreeMap<String, String>,
    /// Base address.
    pub url: Url,
}

/// The file of that setting.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WechatPayFile {
    merchant_id: String,
    app_id: String,
    serial: String,
    private_key: String,
    api_key: String,
    platform_keys: BTreeMap<String, String>,
    url: Option<String>,
}

/// Reads the file that names a merchant at WeChat Pay.
pub(super) fn wechat_pay(path: &str) -> Parsed<WechatPayConfig> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    wechat_pay_file(&text)
}

fn wechat_pay_file(text: &str) -> Parsed<WechatPayConfig> {
    let file: WechatPayFile = serde_json::from_str(text).map_err(|error| {
        format!(
            "expected JSON with merchantId, appId, serial, privateKey, apiKey, platformKeys and perhaps url, see line {} \
             of the file",
            error.line()
        )
    })?;
    SigningKey::parse(&file.private_key).map_err(|bad| format!("its privateKey is {bad}"))?;
    if file.api_key.len() != API_KEY_BYTES {
        return Err(format!("its apiKey has not {API_KEY_BYTES} bytes"));
    }
    if file.platform_keys.is_empty() {
        return Err("it names no platformKeys".to_owned());
    }
    for (serial, key) in &file.platform_keys {
        VerifyingKey::parse(key).map_err(|bad| format!("its platformKeys.{serial} is {bad}"))?;
    }
    let url = parse::http_url(file.url.as_deref().unwrap_or(WECHAT_PAY))?;
    Ok(WechatPayConfig {
        merchant_id: file.merchant_id,
        app_id: file.app_id,
        serial: file.serial,
        private_key: Secret::new(file.private_key),
        api_key: Secret::new(file.api_key),
        platform_keys: file.platform_keys,
        url,
    })
}

/// The file of that setting.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AlipayFile {
    app_id: String,
    private_key: String,
    alipay_public_key: String,
    gateway: Option<String>,
}

/// Reads the file that names a merchant at Alipay.
pub(super) fn alipay(path: &str) -> Parsed<AlipayConfig> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    alipay_file(&text)
}

fn alipay_file(text: &str) -> Parsed<AlipayConfig> {
    // Where it is wrong is told, what stands there is not: it may be the key.
    let file: AlipayFile = serde_json::from_str(text).map_err(|error| {
        format!(
            "expected JSON with appId, privateKey, alipayPublicKey and perhaps gateway, see line {} of the file",
            error.line()
        )
    })?;
    SigningKey::parse(&file.private_key).map_err(|bad| format!("its privateKey is {bad}"))?;
    VerifyingKey::parse(&file.alipay_public_key)
        .map_err(|bad| format!("its alipayPublicKey is {bad}"))?;
    let gateway = parse::http_url(file.gateway.as_deref().unwrap_or(ALIPAY))?;
    Ok(AlipayConfig {
        app_id: file.app_id,
        private_key: Secret::new(file.private_key),
        alipay_public_key: file.alipay_public_key,
        gateway,
    })
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
    let allows_test_keys = read.or_default(Variable::StripeTestKeys, parse::switch, false);
    let secret_key = secret_key?;
    if publishable_key.is_none() {
        read.refuse(
            Variable::StripePublishableKey,
            "Stripe needs it beside its secret key: buyers' browsers pay with it",
        );
    }
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
        allows_test_keys,
        url: url.or_else(|| Url::parse(STRIPE).ok())?,
    })
}

fn is_test(key: &str) -> bool {
    key.contains("_test_")
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
    fn a_merchants_file_is_refused_without_showing_what_stands_in_it() {
        for (text, expected) in [
            ("", "line 1"),
            (r#"{"appId":"1","privateKey":"hush"}"#, "line 1"),
            (
                r#"{"appId":"1","privateKey":"hush","alipayPublicKey":"x"}"#,
                "its privateKey is not an RSA key",
            ),
        ] {
            let refused = alipay_file(text).map(|_read| ()).unwrap_err();
            assert!(
                refused.contains(expected) && !refused.contains("hush"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_wechat_merchants_file_is_refused_without_showing_what_stands_in_it() {
        let file = |key: &str| {
            format!(
                r#"{{"merchantId":"1","appId":"wx1","serial":"S","privateKey":"{key}","apiKey":"hush","platformKeys":{{}}}}"#
            )
        };
        for (text, expected) in [
            ("{}".to_owned(), "line 1"),
            (file("hush"), "its privateKey is not an RSA key"),
        ] {
            let refused = wechat_pay_file(&text).map(|_read| ()).unwrap_err();
            assert!(
                refused.contains(expected) && !refused.contains("hush"),
                "{refused}"
            );
        }
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
