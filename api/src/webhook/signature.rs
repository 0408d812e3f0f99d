//! Signing what we send, by Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body` under each secret in force.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use data_encoding::BASE64;

use crate::auth::secret;
use crate::error::{Error, Result};
use crate::payment::signature::OutgoingMessage;

/// Start of a secret's text; the rest is base64.
const PREFIX: &str = "whsec_";

/// Makes a secret of 256 random bits.
///
/// # Errors
/// [`Error::Internal`] when the system has no randomness.
pub fn new_secret() -> Result<String> {
    let halves = [secret::random_bits()?, secret::random_bits()?];
    let bytes: Vec<u8> = halves.into_iter().flat_map(u128::to_be_bytes).collect();
    Ok(format!("{PREFIX}{}", BASE64.encode(&bytes)))
}

/// Signs a message under each of the secrets, the present one first: a receiver that has not changed yet finds its own.
///
/// # Errors
/// [`Error::Internal`] for a text that is no secret.
pub fn sign(
    secrets: &[String],
    id: &str,
    now: DateTime<Utc>,
    body: String,
) -> Result<OutgoingMessage> {
    let timestamp = now.timestamp().to_string();
    let content = format!("{id}.{timestamp}.{body}");
    let signatures = secrets
        .iter()
        .map(|secret| {
            let tag = hmac::sign(&key(secret)?, content.as_bytes());
            Ok(format!("v1,{}", BASE64.encode(tag.as_ref())))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(OutgoingMessage {
        id: id.to_owned(),
        timestamp,
        signature: signatures.join(" "),
        body,
    })
}

fn key(secret: &str) -> Result<hmac::Key> {
    let bytes = secret
        .strip_prefix(PREFIX)
        .and_then(|text| BASE64.decode(text.as_bytes()).ok())
        .ok_or_else(|| Error::internal("a webhook's secret cannot be read"))?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{new_secret, sign};

    #[test]
    fn the_published_example_of_the_scheme_is_signed_as_published() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let now = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let body = "{\"test\": 2432232314}".to_owned();
        let signed = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", now, body).unwrap();
        assert_eq!(signed.timestamp, "1614265330");
        assert_eq!(
            signed.signature,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn each_secret_in_force_signs() {
        let (new, old) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(new, old);
        assert_eq!(new.len(), "whsec_".len() + 44);
        let now = DateTime::UNIX_EPOCH;
        let both = sign(&[new.clone(), old.clone()], "event_1", now, "{}".to_owned()).unwrap();
        let alone = |secret| {
            sign(&[secret], "event_1", now, "{}".to_owned())
                .unwrap()
                .signature
        };
        assert_eq!(both.signature, format!("{} {}", alone(new), alone(old)));
        assert!(sign(&["secret".to_owned()], "event_1", now, "{}".to_owned()).is_err());
    }
}
