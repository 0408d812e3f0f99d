//! Password hashing: argon2id, off the async threads, a few at a time.
//!
//! One hash takes 19 MiB and some 20 ms of a core, so a burst of logins must wait its turn and a flood is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OnceCell, Semaphore};

use crate::error::{Error, Result};

/// Hashes computed at a time.
const PERMITS: usize = 2;
/// Calls that may wait or run; the next one is turned away.
const QUEUE: usize = 64;
/// Longest password that is hashed, in bytes: 128 characters of four bytes.
const MAX_BYTES: usize = 512;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1_024,
            passes: 2,
            lanes: 1,
        }
    }
}

/// Hashes and checks passwords.
pub struct Passwords {
    hasher: Argon2<'static>,
    running: Semaphore,
    queue: Semaphore,
    computed: Arc<AtomicU64>,
    /// A hash no password fits, checked for accounts that do not exist.
    dummy: OnceCell<String>,
}

/// What checking a password told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It fits.
    Right,
    /// It fits, and the stored hash is of another cost: store this one instead.
    RightRehashed(String),
    /// It does not fit, or there is no account.
    Wrong,
}

impl Passwords {
    /// Prepares hashing at a cost.
    ///
    /// # Errors
    /// [`Error::Internal`] for a cost argon2 does not accept.
    pub fn try_new(cost: Cost) -> Result<Self> {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(Error::internal)?;
        Ok(Self {
            hasher: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            running: Semaphore::new(PERMITS),
            queue: Semaphore::new(QUEUE),
            computed: Arc::default(),
            dummy: OnceCell::new(),
        })
    }

    /// Hashes a password for storing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait already, [`Error::Invalid`] for an overlong password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        if password.len() > MAX_BYTES {
            return Err(Error::invalid(&["password"], "the password is too long"));
        }
        let hasher = self.hasher.clone();
        let password = password.to_owned();
        self.compute(move || hash_with(&hasher, &password)).await?
    }

    /// Checks a password against an account's hash. Without a hash the same work is done on a hash nothing fits, so that the
    /// time tells nobody whether an account exists.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait already, [`Error::Internal`] for a stored hash that cannot be read.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<Verdict> {
        // Cut, not refused: an overlong guess must take as long as any other. Nothing this long was ever hashed.
        let overlong = password.len() > MAX_BYTES;
        let password = if overlong {
            String::new()
        } else {
            password.to_owned()
        };
        let is_real = stored.is_some() && !overlong;
        let stored = match stored {
            Some(stored) => stored.to_owned(),
            None => self.dummy().await?.to_owned(),
        };
        let hasher = self.hasher.clone();
        let fits = self
            .compute(move || {
                verify_with(&hasher, &password, &stored).map(|fits| (fits, password, stored))
            })
            .await?;
        let (fits, password, stored) = fits?;
        if !(fits && is_real) {
            return Ok(Verdict::Wrong);
        }
        if self.is_current(&stored) {
            Ok(Verdict::Right)
        } else {
            Ok(Verdict::RightRehashed(self.hash(&password).await?))
        }
    }

    /// Spends the time of one check on nothing, for paths that have no password to check but must look as if they had.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn waste(&self) -> Result<()> {
        self.verify("", None).await.map(|_| ())
    }

    /// How many hashes were computed since the start; tests compare it between paths that must take equally long.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    async fn dummy(&self) -> Result<&str> {
        let dummy = self
            .dummy
            .get_or_try_init(|| async {
                let hasher = self.hasher.clone();
                let unguessable = super::secret::generate()?;
                let outcome =
                    tokio::task::spawn_blocking(move || hash_with(&hasher, &unguessable)).await;
                outcome.map_err(Error::internal)?
            })
            .await?;
        Ok(dummy)
    }

    fn is_current(&self, stored: &str) -> bool {
        let Ok(parsed) = PasswordHash::new(stored) else {
            return false;
        };
        let ours = self.hasher.params();
        parsed.algorithm == Algorithm::Argon2id.ident()
            && Params::try_from(&parsed).is_ok_and(|params| {
                (params.m_cost(), params.t_cost(), params.p_cost())
                    == (ours.m_cost(), ours.t_cost(), ours.p_cost())
            })
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _place = self
            .queue
            .try_acquire()
            .map_err(|_full| Error::Unavailable("the login queue"))?;
        let _permit = self.running.acquire().await.map_err(Error::internal)?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

fn hash_with(hasher: &Argon2<'_>, password: &str) -> Result<String> {
    let hash: PasswordHash = hasher
        .hash_password(password.as_bytes())
        .map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Computes with the parameters written in the stored hash.
fn verify_with(hasher: &Argon2<'_>, password: &str, stored: &str) -> Result<bool> {
    let parsed = PasswordHash::new(stored).map_err(Error::internal)?;
    match hasher.verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory_kib: 16,
        passes: 1,
        lanes: 1,
    };

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::try_new(CHEAP).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=16,t=1,p=1$"), "{hash}");
        assert_eq!(
            passwords
                .verify("correct horse", Some(&hash))
                .await
                .unwrap(),
            Verdict::Right
        );
        assert_eq!(
            passwords
                .verify("correct horsf", Some(&hash))
                .await
                .unwrap(),
            Verdict::Wrong
        );
        assert_eq!(passwords.verify("", None).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_unknown_account_costs_as_much_as_a_wrong_password() {
        let passwords = Passwords::try_new(CHEAP).unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        passwords.waste().await.unwrap();
        let start = passwords.computed();
        passwords.verify("guess", Some(&hash)).await.unwrap();
        let known = passwords.computed() - start;
        passwords.verify("guess", None).await.unwrap();
        assert_eq!(passwords.computed() - start - known, known);
        passwords
            .verify(&"x".repeat(10_000), Some(&hash))
            .await
            .unwrap();
        assert_eq!(passwords.computed() - start, known * 3);
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_replaced() {
        let old = Passwords::try_new(CHEAP)
            .unwrap()
            .hash("correct horse")
            .await
            .unwrap();
        let passwords = Passwords::try_new(Cost { passes: 2, ..CHEAP }).unwrap();
        let Verdict::RightRehashed(new) =
            passwords.verify("correct horse", Some(&old)).await.unwrap()
        else {
            panic!("the old cost must be noticed");
        };
        assert!(new.starts_with("$argon2id$v=19$m=16,t=2,p=1$"), "{new}");
        assert_eq!(
            passwords.verify("correct horse", Some(&new)).await.unwrap(),
            Verdict::Right
        );
    }

    #[tokio::test]
    async fn a_flood_is_turned_away() {
        let passwords = Passwords::try_new(CHEAP).unwrap();
        let _all = passwords
            .queue
            .acquire_many(u32::try_from(QUEUE).unwrap())
            .await
            .unwrap();
        assert!(matches!(
            passwords.hash("correct horse").await,
            Err(Error::Unavailable(_))
        ));
    }

    #[test]
    fn the_standard_cost_is_the_recommended_one() {
        assert_eq!(
            Cost::default(),
            Cost {
                memory_kib: 19_456,
                passes: 2,
                lanes: 1
            }
        );
    }
}
