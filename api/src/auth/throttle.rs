//! Limits on tries: logins, mails, tokens, the codes of coupons and gift cards, and alerts, per address and per account.
//!
//! Every try is counted where it happens, in the service function, so that aliases in one document count singly.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// Keys a limiter remembers; beyond it keys share [`SHARED_KEYS`] places, so that memory stays bounded under a flood.
const MAX_KEYS: usize = 100_000;
const SHARED_KEYS: u64 = 4_096;
/// Tries between two clearings of keys that are back at their full allowance.
const SWEEP_EVERY: u64 = 4_096;

/// Something that may be tried only so often.
#[derive(Clone, Copy, Debug)]
pub enum Attempt<'a> {
    /// A password login, or the check of a present password.
    Login {
        /// Where it comes from.
        ip: Option<IpAddr>,
        /// Account tried, as typed in lower case or as an id.
        account: &'a str,
    },
    /// Something that sends a mail: a registration or a reset.
    Mail {
        /// Where it comes from.
        ip: Option<IpAddr>,
        /// Who would get the mail.
        email: &'a str,
    },
    /// A mailed or refresh token.
    Token {
        /// Where it comes from.
        ip: Option<IpAddr>,
    },
    /// The code of a coupon or gift card.
    CouponCode {
        /// Where it comes from.
        ip: Option<IpAddr>,
        /// Cart it is tried on, or member who would have it.
        subject_id: Uuid,
    },
    /// Something that sends a mail some day: an alert about stock.
    StockAlert {
        /// Where it comes from.
        ip: Option<IpAddr>,
    },
}

/// So many tries at once, and all of them again after a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Tries at once.
    pub tries: NonZeroU32,
    /// After which a key that tried nothing has them all again.
    pub per: Duration,
}

impl Allowance {
    /// Makes an allowance; zero tries count as one.
    #[must_use]
    pub fn new(tries: u32, per: Duration) -> Self {
        Self {
            tries: NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN),
            per,
        }
    }
}

/// How often each thing may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Logins from an address.
    pub login_per_ip: Allowance,
    /// Logins to an account.
    pub login_per_account: Allowance,
    /// Mails caused from an address.
    pub mail_per_ip: Allowance,
    /// Mails to a receiver.
    pub mail_per_account: Allowance,
    /// Tokens from an address.
    pub token_per_ip: Allowance,
    /// Coupon codes from an address on one cart.
    pub coupon_per_cart: Allowance,
    /// Coupon codes from an address: new carts cost nothing.
    pub coupon_per_ip: Allowance,
    /// Alerts about stock from an address.
    pub alert_per_ip: Allowance,
}

impl Default for Limits {
    fn default() -> Self {
        let minute = Duration::from_mins(1);
        Self {
            login_per_ip: Allowance::new(30, minute),
            login_per_account: Allowance::new(10, minute * 5),
            mail_per_ip: Allowance::new(20, minute * 10),
            mail_per_account: Allowance::new(3, minute * 15),
            token_per_ip: Allowance::new(120, minute),
            coupon_per_cart: Allowance::new(5, minute),
            coupon_per_ip: Allowance::new(30, minute),
            alert_per_ip: Allowance::new(30, minute * 10),
        }
    }
}

/// Counts tries.
pub struct Throttle {
    hasher: RandomState,
    clock: ShopClock,
    login_per_ip: Limiter,
    login_per_account: Limiter,
    mail_per_ip: Limiter,
    mail_per_account: Limiter,
    token_per_ip: Limiter,
    coupon_per_cart: Limiter,
    coupon_per_ip: Limiter,
    alert_per_ip: Limiter,
}

impl Throttle {
    /// Starts counting; the clock may be moved by tests.
    #[must_use]
    pub fn new(limits: &Limits, clock: Clock) -> Self {
        let clock = ShopClock(clock);
        let limiter = |allowance: Allowance| Limiter::new(allowance, &clock);
        Self {
            hasher: RandomState::new(),
            login_per_ip: limiter(limits.login_per_ip),
            login_per_account: limiter(limits.login_per_account),
            mail_per_ip: limiter(limits.mail_per_ip),
            mail_per_account: limiter(limits.mail_per_account),
            token_per_ip: limiter(limits.token_per_ip),
            coupon_per_cart: limiter(limits.coupon_per_cart),
            coupon_per_ip: limiter(limits.coupon_per_ip),
            alert_per_ip: limiter(limits.alert_per_ip),
            clock,
        }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when an allowance is used up.
    pub fn check(&self, attempt: Attempt<'_>) -> Result<()> {
        match attempt {
            Attempt::Login { ip, account } => {
                self.count(&self.login_per_ip, &origin(ip))?;
                self.count(&self.login_per_account, &account)
            }
            Attempt::Mail { ip, email } => {
                self.count(&self.mail_per_ip, &origin(ip))?;
                self.count(&self.mail_per_account, &email)
            }
            Attempt::Token { ip } => self.count(&self.token_per_ip, &origin(ip)),
            Attempt::CouponCode { ip, subject_id } => {
                self.count(&self.coupon_per_ip, &origin(ip))?;
                self.count(&self.coupon_per_cart, &(origin(ip), subject_id))
            }
            Attempt::StockAlert { ip } => self.count(&self.alert_per_ip, &origin(ip)),
        }
    }

    fn count(&self, limiter: &Limiter, key: &impl std::hash::Hash) -> Result<()> {
        // Keys are kept as hashes under a random seed: small, and nobody can aim at another's.
        limiter.count(self.hasher.hash_one(key), &self.clock)
    }
}

struct Limiter {
    inner: RateLimiter<u64, DashMapStateStore<u64>, ShopClock, NoOpMiddleware<Nanos>>,
    tries: AtomicU64,
}

impl Limiter {
    fn new(allowance: Allowance, clock: &ShopClock) -> Self {
        let quota = Quota::with_period(allowance.per / allowance.tries.get())
            .unwrap_or_else(|| Quota::per_second(allowance.tries))
            .allow_burst(allowance.tries);
        Self {
            inner: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            tries: AtomicU64::new(0),
        }
    }

    fn count(&self, key: u64, clock: &ShopClock) -> Result<()> {
        if self.tries.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.inner.retain_recent();
            self.inner.shrink_to_fit();
        }
        let key = if self.inner.len() < MAX_KEYS {
            key
        } else {
            key % SHARED_KEYS
        };
        self.inner.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(clock.now());
            Error::RateLimited {
                retry_after_seconds: wait.as_secs().saturating_add(1),
            }
        })
    }
}

/// The shop's clock for governor.
#[derive(Clone, Debug)]
struct ShopClock(Clock);

impl GovernorClock for ShopClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let nanos = self
            .0
            .now()
            .timestamp_nanos_opt()
            .and_then(|nanos| u64::try_from(nanos).ok());
        Nanos::new(nanos.unwrap_or_default())
    }
}

/// Who an address stands for: a household or server gets a whole /64 of IPv6, so that is one origin.
pub(crate) fn origin(ip: Option<IpAddr>) -> Option<IpAddr> {
    ip.map(|ip| match ip.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn throttle() -> (Throttle, Clock) {
        let clock = Clock::default();
        (Throttle::new(&Limits::default(), clock.clone()), clock)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn allowed(throttle: &Throttle, tries: usize, attempt: Attempt<'_>) -> usize {
        (0..tries)
            .filter(|_| throttle.check(attempt).is_ok())
            .count()
    }

    #[test]
    fn an_account_is_tried_ten_times_from_wherever() {
        let (throttle, clock) = throttle();
        let from = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let passed = (0..40_u8)
            .filter(|last| {
                throttle
                    .check(Attempt::Login {
                        ip: from(*last),
                        account: "a@example.com",
                    })
                    .is_ok()
            })
            .count();
        assert_eq!(passed, 10);
        assert!(
            throttle
                .check(Attempt::Login {
                    ip: from(1),
                    account: "b@example.com"
                })
                .is_ok()
        );
        let Err(Error::RateLimited {
            retry_after_seconds,
        }) = throttle.check(Attempt::Login {
            ip: from(1),
            account: "a@example.com",
        })
        else {
            panic!("still used up");
        };
        assert!(
            (1..=31).contains(&retry_after_seconds),
            "{retry_after_seconds}"
        );
        clock.advance(TimeDelta::seconds(31));
        assert_eq!(
            allowed(
                &throttle,
                5,
                Attempt::Login {
                    ip: from(1),
                    account: "a@example.com"
                }
            ),
            1
        );
        clock.advance(TimeDelta::minutes(5));
        assert_eq!(
            allowed(
                &throttle,
                20,
                Attempt::Login {
                    ip: from(1),
                    account: "a@example.com"
                }
            ),
            10
        );
    }

    #[test]
    fn an_address_tries_thirty_logins_a_minute() {
        let (throttle, _clock) = throttle();
        let passed = (0..50).filter(|round| {
            throttle
                .check(Attempt::Login {
                    ip: Some(ip("192.0.2.1")),
                    account: &round.to_string(),
                })
                .is_ok()
        });
        assert_eq!(passed.count(), 30);
        assert!(
            throttle
                .check(Attempt::Login {
                    ip: Some(ip("192.0.2.2")),
                    account: "x"
                })
                .is_ok()
        );
    }

    #[test]
    fn a_v6_network_is_one_origin_and_a_mapped_v4_is_itself() {
        let (throttle, _clock) = throttle();
        let passed = (0..50)
            .filter(|round| {
                let ip = Some(ip(&format!("2001:db8::{round:x}")));
                throttle
                    .check(Attempt::Login {
                        ip,
                        account: &round.to_string(),
                    })
                    .is_ok()
            })
            .count();
        assert_eq!(passed, 30);
        assert!(
            throttle
                .check(Attempt::Login {
                    ip: Some(ip("2001:db8:0:1::1")),
                    account: "y"
                })
                .is_ok()
        );
        assert_eq!(origin(Some(ip("::ffff:192.0.2.1"))), Some(ip("192.0.2.1")));
    }

    #[test]
    fn five_codes_a_minute_on_a_cart_and_thirty_from_an_address() {
        let (throttle, clock) = throttle();
        let attempt = |cart: u128| Attempt::CouponCode {
            ip: Some(ip("192.0.2.1")),
            subject_id: Uuid::from_u128(cart),
        };
        assert_eq!(allowed(&throttle, 8, attempt(1)), 5);
        let on_new_carts: usize = (2..30)
            .map(|cart| allowed(&throttle, 5, attempt(cart)))
            .sum();
        assert_eq!(on_new_carts, 22, "of 30, 8 were used on the first cart");
        clock.advance(TimeDelta::minutes(1));
        assert_eq!(allowed(&throttle, 8, attempt(1)), 5);
    }

    #[test]
    fn idle_keys_are_forgotten() {
        let (throttle, clock) = throttle();
        for last in 0..SWEEP_EVERY - 1 {
            let from = IpAddr::from(Ipv6Addr::from_bits(u128::from(last) << 64));
            throttle.check(Attempt::Token { ip: Some(from) }).unwrap();
        }
        assert!(throttle.token_per_ip.inner.len() > 4_000);
        clock.advance(TimeDelta::hours(1));
        throttle
            .check(Attempt::Token {
                ip: Some(ip("192.0.2.1")),
            })
            .unwrap();
        assert_eq!(throttle.token_per_ip.inner.len(), 1);
    }
}
