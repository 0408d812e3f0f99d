//! `Stripe-Signature`: `t=<seconds>,v1=<hex>,…`, HMAC-SHA256 over `<seconds>.<raw body>`.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER_PERMISSIVE;

use crate::config::Secret;
use crate::payment::{WEBHOOK_TOLERANCE, WebhookError};

/// Header that carries it.
pub(super) const HEADER: &str = "stripe-signature";

/// Checks a message: one of its signatures fits one of the secrets, in constant time, and it was signed about now. Two
/// secrets live while one is replaced by the other.
pub(super) fn verify(
    secrets: &[Secret],
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), WebhookError> {
    let parts = || {
        header
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
    };
    let timestamp = parts()
        .find_map(|(name, value)| (name == "t").then_some(value))
        .ok_or(WebhookError::BadSignature)?;
    let signed_at = timestamp
        .parse::<i64>()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(WebhookError::BadSignature)?;
    if (now - signed_at).abs() > WEBHOOK_TOLERANCE {
        return Err(WebhookError::BadSignature);
    }
    let signed = [timestamp.as_bytes(), b".", body].concat();
    let fits = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, tag)| HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok())
        .any(|tag| {
            secrets
                .iter()
                .map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()))
                .any(|key| hmac::verify(&key, &signed, &tag).is_ok())
        });
    if fits {
        Ok(())
    } else {
        Err(WebhookError::BadSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";
    const SIGNED_AT: i64 = 1_700_000_000;
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn header(secret: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [timestamp.to_string().as_bytes(), b".", body].concat();
        let tag = hmac::sign(&key, &signed);
        format!(
            "t={timestamp},v1={}",
            HEXLOWER_PERMISSIVE.encode(tag.as_ref())
        )
    }

    fn check(secrets: &[&str], header: &str, body: &[u8], late: i64) -> bool {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        let now = DateTime::from_timestamp(SIGNED_AT + late, 0).unwrap();
        verify(&secrets, header, body, now).is_ok()
    }

    #[test]
    fn a_message_is_believed_with_a_live_secret_within_its_window() {
        let good = header(SECRET, SIGNED_AT, BODY);
        for (secrets, late, expected) in [
            (&[SECRET][..], 0, true),
            (&["whsec_new", SECRET][..], 0, true),
            (&["whsec_new"][..], 0, false),
            (&[SECRET][..], 300, true),
            (&[SECRET][..], 301, false),
            (&[SECRET][..], -301, false),
        ] {
            assert_eq!(
                check(secrets, &good, BODY, late),
                expected,
                "{secrets:?} {late}"
            );
        }
        assert!(!check(&[SECRET], &good, b"{ }", 0));
    }

    #[test]
    fn what_the_vendors_library_signs_is_believed() {
        // stripe-node 23.1.0: webhooks.generateTestHeaderString({ payload: "{}", secret: "whsec_x", timestamp: 1700000000 })
        let theirs =
            "t=1700000000,v1=be8cb8325f2202445260a855532f967e30ad2a9394ce28da66ee02880ddcb661";
        assert!(check(&["whsec_x"], theirs, b"{}", 0));
    }

    #[test]
    fn one_fitting_signature_among_several_is_enough() {
        let good = header(SECRET, SIGNED_AT, BODY);
        let (time, tag) = good.split_once(',').unwrap();
        assert!(check(
            &[SECRET],
            &format!("{time},v1=00ff,{tag},v0=aa"),
            BODY,
            0
        ));
        for wrong in [
            tag.to_owned(),
            time.to_owned(),
            format!("{time},{}", tag.replace("v1", "v0")),
            format!("t={},{tag}", SIGNED_AT + 1),
            "t=soon,v1=00".to_owned(),
            String::new(),
        ] {
            assert!(!check(&[SECRET], &wrong, BODY, 0), "{wrong}");
        }
    }
}
