//! RSA signatures with SHA-256 (PKCS #1 v1.5), as Alipay makes and checks them, in base64.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use data_encoding::BASE64;

/// A text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA key of 2048 bits or more, as PEM or its base64")]
pub struct BadKey;

/// A key that signs.
pub struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Reads PKCS #8 or PKCS #1, as PEM or as the base64 alone.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let der = der(text)?;
        RsaKeyPair::from_pkcs8(&der)
            .or_else(|_not_pkcs8| RsaKeyPair::from_der(&der))
            .map(Self)
            .map_err(|_rejected| BadKey)
    }

    /// Signs a text; `None` only when the system has no randomness.
    #[must_use]
    pub fn sign(&self, text: &str) -> Option<String> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(BASE64.encode(&signature))
    }
}

/// A key that checks signatures.
#[derive(Clone)]
pub struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// Reads a public key, as PEM or as the base64 alone.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(text)?)
            .map(Self)
            .map_err(|_rejected| BadKey)
    }

    /// Whether a signature fits a text.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &str) -> bool {
        BASE64
            .decode(signature.as_bytes())
            .is_ok_and(|signature| self.0.verify_sig(text, &signature).is_ok())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey(hidden)")
    }
}

fn der(text: &str) -> Result<Vec<u8>, BadKey> {
    let base64: String = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    BASE64
        .decode(base64.as_bytes())
        .map_err(|_no_base64| BadKey)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;

    use super::*;

    fn pair() -> (String, String) {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        (
            BASE64.encode(private.as_ref()),
            BASE64.encode(public.as_ref()),
        )
    }

    #[test]
    fn a_signature_fits_its_text_and_key_only() {
        let (private, public) = pair();
        let (_, other) = pair();
        let signature = SigningKey::parse(&private)
            .unwrap()
            .sign("a=1&b=2")
            .unwrap();
        let key = VerifyingKey::parse(&public).unwrap();
        assert!(key.verifies(b"a=1&b=2", &signature));
        assert!(!key.verifies(b"a=1&b=3", &signature));
        assert!(!key.verifies(b"a=1&b=2", "AAAA"));
        assert!(
            !VerifyingKey::parse(&other)
                .unwrap()
                .verifies(b"a=1&b=2", &signature)
        );
    }

    #[test]
    fn keys_are_read_with_and_without_their_armour() {
        let (private, public) = pair();
        let armoured = |name: &str, key: &str| {
            format!("-----BEGIN {name}-----\n{key}\n-----END {name}-----\n")
        };
        assert!(SigningKey::parse(&armoured("PRIVATE KEY", &private)).is_ok());
        assert!(VerifyingKey::parse(&armoured("PUBLIC KEY", &public)).is_ok());
        for wrong in ["", "AAAA", public.as_str()] {
            assert_eq!(SigningKey::parse(wrong).err(), Some(BadKey), "{wrong}");
        }
        assert!(VerifyingKey::parse(&private).is_err());
    }
}
