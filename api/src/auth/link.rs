//! Addresses that open one file for a while, for whoever holds them: signed, so that nothing is stored and nothing can be
//! guessed.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

/// Signs the address of a file until an instant, to the second.
#[must_use]
pub fn sign(shop_secret: &str, file: Uuid, until: DateTime<Utc>) -> String {
    let tag = hmac::sign(&key(shop_secret), &signed_bytes(file, until));
    BASE64URL_NOPAD.encode(tag.as_ref())
}

/// Whether a signature is of this file and instant; takes as long for any that is not.
#[must_use]
pub fn fits(shop_secret: &str, file: Uuid, until: DateTime<Utc>, signature: &str) -> bool {
    BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .is_ok_and(|tag| hmac::verify(&key(shop_secret), &signed_bytes(file, until), &tag).is_ok())
}

fn key(shop_secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, shop_secret.as_bytes())
}

/// Begins with words of its own, so that no other signature under the same secret fits here.
fn signed_bytes(file: Uuid, until: DateTime<Utc>) -> Vec<u8> {
    format!("file address {file} {}", until.timestamp()).into_bytes()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{DateTime, Uuid, fits, sign};

    #[test]
    fn a_signature_fits_one_file_one_instant_and_one_shop() {
        let (file, until) = (Uuid::from_u128(1), DateTime::UNIX_EPOCH);
        let signature = sign("secret", file, until);
        assert!(fits("secret", file, until, &signature));
        assert!(!fits("other", file, until, &signature));
        assert!(!fits("secret", Uuid::from_u128(2), until, &signature));
        assert!(!fits(
            "secret",
            file,
            until + TimeDelta::seconds(1),
            &signature
        ));
        for forged in ["", "AAAA", "not base64!"] {
            assert!(!fits("secret", file, until, forged), "{forged}");
        }
    }
}
