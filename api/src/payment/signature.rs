//! Signed messages in the form of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, several signatures allowed.

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64;

use super::WebhookError;

/// Header with the message's id.
pub const ID_HEADER: &str = "webhook-id";
/// Header with the seconds since 1970 at which the message was signed.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// Header with one or more signatures, separated by spaces, such as `v1,K5oZ…=`.
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Version of the only scheme in use.
const SCHEME: &str = "v1";

/// A message as received.
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage<'a> {
    /// Value of [`ID_HEADER`].
    pub id: &'a str,
    /// Value of [`TIMESTAMP_HEADER`].
    pub timestamp: &'a str,
    /// Value of [`SIGNATURE_HEADER`].
    pub signatures: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// A message as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Value of [`ID_HEADER`].
    pub id: String,
    /// Value of [`TIMESTAMP_HEADER`].
    pub timestamp: String,
    /// Value of [`SIGNATURE_HEADER`].
    pub signature: String,
    /// The body.
    pub body: String,
}

/// Signs a message.
#[must_use]
pub fn sign(secret: &str, id: &str, now: DateTime<Utc>, body: String) -> OutgoingMessage {
    let timestamp = now.timestamp().to_string();
    let tag = hmac::sign(&key(secret), &signed_bytes(id, &timestamp, body.as_bytes()));
    OutgoingMessage {
        id: id.to_owned(),
        timestamp,
        signature: format!("{SCHEME},{}", BASE64.encode(tag.as_ref())),
        body,
    }
}

/// Checks a message: one of its signatures fits, in constant time, and it was signed within `tolerance` of `now`.
///
/// # Errors
/// [`WebhookError::BadSignature`]; which check failed is not told.
pub fn verify(
    secret: &str,
    message: &SignedMessage<'_>,
    now: DateTime<Utc>,
    tolerance: TimeDelta,
) -> Result<(), WebhookError> {
    let signed_at = message
        .timestamp
        .parse::<i64>()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(WebhookError::BadSignature)?;
    if (now - signed_at).abs() > tolerance || message.id.is_empty() {
        return Err(WebhookError::BadSignature);
    }
    let key = key(secret);
    let bytes = signed_bytes(message.id, message.timestamp, message.body);
    let fits = message
        .signatures
        .split(' ')
        .filter_map(|signature| signature.split_once(','))
        .filter(|(scheme, _)| *scheme == SCHEME)
        .filter_map(|(_, tag)| BASE64.decode(tag.as_bytes()).ok())
        .any(|tag| hmac::verify(&key, &bytes, &tag).is_ok());
    if fits {
        Ok(())
    } else {
        Err(WebhookError::BadSignature)
    }
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

fn signed_bytes(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two bytes";

    fn instant(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn check(
        secret: &str,
        sent: &OutgoingMessage,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), WebhookError> {
        let message = SignedMessage {
            id: &sent.id,
            timestamp: &sent.timestamp,
            signatures: &sent.signature,
            body,
        };
        verify(secret, &message, now, TimeDelta::minutes(5))
    }

    #[test]
    fn a_message_is_believed_within_its_window_only() {
        let sent = sign(SECRET, "evt_1", instant(0), "{}".to_owned());
        for (now, expected) in [
            (instant(0), Ok(())),
            (instant(300), Ok(())),
            (instant(-300), Ok(())),
            (instant(301), Err(WebhookError::BadSignature)),
            (instant(-301), Err(WebhookError::BadSignature)),
        ] {
            assert_eq!(check(SECRET, &sent, b"{}", now), expected);
        }
    }

    #[test]
    fn a_changed_part_or_another_secret_is_not_believed() {
        let sent = sign(SECRET, "evt_1", instant(0), "{}".to_owned());
        assert_eq!(
            check(SECRET, &sent, b"{ }", instant(0)),
            Err(WebhookError::BadSignature)
        );
        assert_eq!(
            check(
                "another secret of at least 32 bytes!",
                &sent,
                b"{}",
                instant(0)
            ),
            Err(WebhookError::BadSignature)
        );
        let renamed = OutgoingMessage {
            id: "evt_2".to_owned(),
            ..sent.clone()
        };
        assert_eq!(
            check(SECRET, &renamed, b"{}", instant(0)),
            Err(WebhookError::BadSignature)
        );
        let later = OutgoingMessage {
            timestamp: instant(1).timestamp().to_string(),
            ..sent
        };
        assert_eq!(
            check(SECRET, &later, b"{}", instant(0)),
            Err(WebhookError::BadSignature)
        );
    }

    #[test]
    fn one_fitting_signature_among_several_is_enough() {
        let mut sent = sign(SECRET, "evt_1", instant(0), "{}".to_owned());
        sent.signature = format!("v0,AAAA v1,AAAA {} junk", sent.signature);
        assert_eq!(check(SECRET, &sent, b"{}", instant(0)), Ok(()));
        sent.signature = "v1,".to_owned();
        assert_eq!(
            check(SECRET, &sent, b"{}", instant(0)),
            Err(WebhookError::BadSignature)
        );
    }

    #[test]
    fn the_published_example_of_the_scheme_fits() {
        // Standard Webhooks, specification: secret bytes, id, timestamp and body of its reference libraries.
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let bytes = signed_bytes(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b"{\"test\": 2432232314}",
        );
        assert_eq!(
            BASE64.encode(hmac::sign(&key, &bytes).as_ref()),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
