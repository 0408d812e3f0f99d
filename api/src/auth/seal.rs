//! Texts that whoever sees only the database cannot read: sealed under a key made of the shop's secret.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use data_encoding::BASE64;

use crate::error::{Error, Result};

/// Seals a text; it opens in `place` only, so that sealed texts cannot change places.
///
/// # Errors
/// [`Error::Internal`] when the system has no randomness.
pub fn seal(shop_secret: &str, place: &str, text: &str) -> Result<String> {
    let mut bytes = text.as_bytes().to_vec();
    let nonce = key(shop_secret)?
        .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes)
        .map_err(Error::internal)?;
    let mut sealed = nonce.as_ref().to_vec();
    sealed.append(&mut bytes);
    Ok(BASE64.encode(&sealed))
}

/// Opens what [`seal`] sealed.
///
/// # Errors
/// [`Error::Internal`] for a text sealed under another secret, in another place, or not at all.
pub fn open(shop_secret: &str, place: &str, sealed: &str) -> Result<String> {
    let sealed = BASE64.decode(sealed.as_bytes()).map_err(Error::internal)?;
    let (nonce, bytes) = sealed
        .split_first_chunk::<NONCE_LEN>()
        .ok_or_else(|| Error::internal("a sealed text is cut off"))?;
    let mut bytes = bytes.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = key(shop_secret)?
        .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
        .map_err(Error::internal)?;
    String::from_utf8(text.to_vec()).map_err(Error::internal)
}

fn key(shop_secret: &str) -> Result<RandomizedNonceKey> {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, shop_secret.as_bytes());
    let bytes = hmac::sign(&secret, b"sealed texts");
    RandomizedNonceKey::new(&AES_256_GCM, bytes.as_ref()).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

    #[test]
    fn a_sealed_text_opens_in_its_place_and_shop_only() {
        let sealed = seal("secret", "file 1", "ABCD-EFGH").unwrap();
        assert!(!sealed.contains("ABCD"));
        assert_ne!(sealed, seal("secret", "file 1", "ABCD-EFGH").unwrap());
        assert_eq!(open("secret", "file 1", &sealed).unwrap(), "ABCD-EFGH");
        assert!(open("other", "file 1", &sealed).is_err());
        assert!(open("secret", "file 2", &sealed).is_err());
        for forged in ["", "AAAA", "not base64!", "ABCD-EFGH"] {
            assert!(open("secret", "file 1", forged).is_err(), "{forged}");
        }
    }
}
