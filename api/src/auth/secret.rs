//! Random secrets and their digests. Secrets are shown once and kept as digests only.

use data_encoding::BASE32_NOPAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A fresh secret of 160 random bits as 32 lower-case base32 characters.
///
/// # Errors
/// [`Error::Internal`] when the system has no randomness.
pub fn generate() -> Result<String> {
    let mut bytes = [0_u8; 20];
    OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Fresh random bits for an id that is a secret.
///
/// # Errors
/// [`Error::Internal`] when the system has no randomness.
pub fn random_bits() -> Result<u128> {
    let mut bytes = [0_u8; 16];
    OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(u128::from_be_bytes(bytes))
}

/// The SHA-256 digest of a secret in hex. Secrets are random and long, so no salt or slow hash is needed.
#[must_use]
pub fn digest(secret: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}
