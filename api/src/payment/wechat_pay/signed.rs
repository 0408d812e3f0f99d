//! Signatures and sealed messages of WeChat Pay, version 3 of its interface.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use chrono::{DateTime, Utc};
use data_encoding::BASE64;

use crate::payment::rsa::VerifyingKey;
use crate::payment::{WEBHOOK_TOLERANCE, WebhookError};

/// Headers of an answer or a notification.
pub(super) const TIMESTAMP: &str = "wechatpay-timestamp";
pub(super) const NONCE: &str = "wechatpay-nonce";
pub(super) const SIGNATURE: &str = "wechatpay-signature";
pub(super) const SERIAL: &str = "wechatpay-serial";

/// Who signed a message, when and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seal<'a> {
    pub(super) timestamp: &'a str,
    pub(super) nonce: &'a str,
    pub(super) signature: &'a str,
    pub(super) serial: &'a str,
}

/// The keys of WeChat Pay by their serials: several live while one is replaced by the other.
pub(super) struct PlatformKeys(BTreeMap<String, VerifyingKey>);

impl PlatformKeys {
    /// Keeps keys by their serials.
    pub(super) fn new(keys: BTreeMap<String, VerifyingKey>) -> Self {
        Self(keys)
    }

    /// Checks that a message was signed about now with the key it names.
    pub(super) fn verify(
        &self,
        seal: Seal<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), WebhookError> {
        let signed_at = seal
            .timestamp
            .parse::<i64>()
            .ok()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .ok_or(WebhookError::BadSignature)?;
        if (now - signed_at).abs() > WEBHOOK_TOLERANCE {
            return Err(WebhookError::BadSignature);
        }
        let head = format!("{}\n{}\n", seal.timestamp, seal.nonce);
        let text = [head.as_bytes(), body, b"\n"].concat();
        let fits = self
            .0
            .get(seal.serial)
            .is_some_and(|key| key.verifies(&text, seal.signature));
        if fits {
            Ok(())
        } else {
            Err(WebhookError::BadSignature)
        }
    }
}

/// The merchant's key to what WeChat Pay seals for it.
pub(super) struct SealedBy(LessSafeKey);

impl SealedBy {
    /// A key of 32 bytes; `None` for any other length.
    pub(super) fn try_new(key: &str) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// Opens what is sealed, given in base64.
    pub(super) fn open(
        &self,
        sealed: &str,
        nonce: &str,
        associated: &str,
    ) -> Result<Vec<u8>, WebhookError> {
        let broken = || WebhookError::Malformed("it cannot be opened".to_owned());
        let mut content = BASE64
            .decode(sealed.as_bytes())
            .map_err(|_no_base64| broken())?;
        let nonce =
            Nonce::try_assume_unique_for_key(nonce.as_bytes()).map_err(|_wrong_length| broken())?;
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(associated.as_bytes()), &mut content)
            .map_err(|_forged| broken())?;
        Ok(opened.to_vec())
    }
}

impl fmt::Debug for SealedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealedBy(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_with_its_key_only() {
        // AES-256-GCM of {"a":1} by Node's crypto: key "0123456789abcdef" twice, nonce "abcdefghijkl", data "transaction".
        let key = "0123456789abcdef0123456789abcdef";
        let sealed = "Eu6onfHUEIuHuUJ2U2443mIzhnIIlMg=";
        let opened = SealedBy::try_new(key)
            .unwrap()
            .open(sealed, "abcdefghijkl", "transaction")
            .unwrap();
        assert_eq!(opened, b"{\"a\":1}");
        for (key, nonce, associated) in [
            (
                "1123456789abcdef0123456789abcdef",
                "abcdefghijkl",
                "transaction",
            ),
            (key, "abcdefghijkm", "transaction"),
            (key, "abcdefghijkl", "refund"),
            (key, "short", "transaction"),
        ] {
            let key = SealedBy::try_new(key).unwrap();
            assert!(key.open(sealed, nonce, associated).is_err(), "{nonce}");
        }
        assert!(SealedBy::try_new("too short").is_none());
    }
}
