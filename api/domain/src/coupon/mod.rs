//! Coupons: codes that let a promotion count.

mod series;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use series::{CodePrefix, InvalidPrefix, MAX_PREFIX, MAX_SERIES};

use crate::text_enum;

/// Fewest characters of a code.
pub const MIN_CODE: usize = 3;
/// Most characters of a code.
pub const MAX_CODE: usize = 40;
/// Random characters of a generated code: 60 bits.
const GENERATED: u32 = 12;

text_enum! {
    /// Life of a coupon.
    pub enum CouponStatus {
        /// Can be used.
        Available = "AVAILABLE",
        /// Held by an order not confirmed yet.
        Locked = "LOCKED",
        /// Used.
        Redeemed = "REDEEMED",
        /// Too late.
        Expired = "EXPIRED",
        /// Withdrawn by staff.
        Revoked = "REVOKED",
    }
}

text_enum! {
    /// One use of a coupon by one order.
    pub enum RedemptionStatus {
        /// Held by an order not confirmed yet.
        Locked = "LOCKED",
        /// Used.
        Redeemed = "REDEEMED",
        /// Given back.
        Restored = "RESTORED",
    }
}

/// A code as buyers enter it, in the one spelling that is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CouponCode(String);

/// The text can be no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a coupon code has {MIN_CODE} to {MAX_CODE} letters, digits, dashes or underscores")]
pub struct InvalidCode;

/// A coupon: one code with its limits. A code without owner may be used by anybody who knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Row of the coupon.
    pub id: Uuid,
    /// Where it stands, apart from time.
    pub status: CouponStatus,
    /// Whose wallet it is in.
    pub member_id: Option<Uuid>,
    /// Times it may be used in all.
    pub usage_limit: Option<u32>,
    /// Times it is used, orders not confirmed yet included.
    pub used_count: u32,
    /// Times one buyer may use it.
    pub uses_per_member: Option<u32>,
}

/// When the coupons of a template can be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouponTemplate {
    /// From this instant on.
    pub usable_from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why a coupon does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CouponError {
    /// Withdrawn, used up, or another member's: a stranger is not told which.
    #[error("no usable coupon has this code")]
    Unusable,
    /// In somebody's wallet, and the buyer is not logged in.
    #[error("log in to use this coupon")]
    LoginRequired,
    /// Not usable yet.
    #[error("the coupon cannot be used yet")]
    NotStarted,
    /// Too late.
    #[error("the coupon has expired")]
    Ended,
    /// The buyer used it as often as one may.
    #[error("you used this coupon as often as one may")]
    MemberLimitReached,
}

/// Why the coupon of a code cannot go into a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Withdrawn, used, too late, or in another wallet: a stranger is not told which.
    #[error("no usable coupon has this code")]
    Unusable,
    /// Its code serves many, so that it is nobody's.
    #[error("everybody may use this code: enter it into the cart")]
    Shared,
}

/// What it takes to put the coupon of a code into a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is there.
    Held,
    /// It becomes the member's.
    Take,
}

impl CouponCode {
    /// Reads a code in any case.
    ///
    /// # Errors
    ///
    /// [`InvalidCode`]: too short, too long, or other than ASCII letters, digits, dashes, underscores and Chinese
    /// characters.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let code = text.trim().to_ascii_uppercase();
        let length = code.chars().count();
        let is_code = (MIN_CODE..=MAX_CODE).contains(&length) && code.chars().all(is_allowed);
        if is_code {
            Ok(Self(code))
        } else {
            Err(InvalidCode)
        }
    }

    /// Makes a code of 60 random bits that is easy to type: no I, L, O or U.
    #[must_use]
    pub fn generated(random: u64) -> Self {
        let code = crate::id::encode(u128::from(random));
        let tail = code
            .chars()
            .rev()
            .take(usize::try_from(GENERATED).unwrap_or(usize::MAX));
        Self(tail.collect::<String>().to_ascii_uppercase())
    }

    /// Gives the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Coupon {
    /// Gives the status with time taken into account: a coupon that could be used is expired after its end.
    #[must_use]
    pub fn status_at(&self, template: &CouponTemplate, now: DateTime<Utc>) -> CouponStatus {
        match self.status {
            CouponStatus::Available if template.expires_at.is_some_and(|end| end <= now) => {
                CouponStatus::Expired
            }
            CouponStatus::Available
            | CouponStatus::Locked
            | CouponStatus::Redeemed
            | CouponStatus::Expired
            | CouponStatus::Revoked => self.status,
        }
    }

    /// Whether the coupon goes from hand to hand with its one use: only then locking and using it shows in its status.
    #[must_use]
    pub fn is_single_use(&self) -> bool {
        self.usage_limit == Some(1)
    }
}

/// Decides whether a buyer can use a coupon now.
///
/// `uses_by_buyer` are the uses by this member or, for guests, by this e-mail address.
///
/// # Errors
///
/// [`CouponError`], the first that applies in the order of its variants.
pub fn check(
    coupon: &Coupon,
    template: &CouponTemplate,
    uses_by_buyer: u32,
    member_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), CouponError> {
    let is_used_up = coupon
        .usage_limit
        .is_some_and(|limit| coupon.used_count >= limit);
    if coupon.status != CouponStatus::Available || is_used_up {
        return Err(CouponError::Unusable);
    }
    match (coupon.member_id, member_id) {
        (Some(owner), Some(buyer)) if owner != buyer => return Err(CouponError::Unusable),
        (Some(_), None) => return Err(CouponError::LoginRequired),
        (Some(_) | None, _) => {}
    }
    if template.usable_from.is_some_and(|start| now < start) {
        return Err(CouponError::NotStarted);
    }
    if template.expires_at.is_some_and(|end| end <= now) {
        return Err(CouponError::Ended);
    }
    if coupon
        .uses_per_member
        .is_some_and(|limit| uses_by_buyer >= limit)
    {
        return Err(CouponError::MemberLimitReached);
    }
    Ok(())
}

/// Decides whether a member can put the coupon of a code into the wallet.
///
/// # Errors
///
/// [`ClaimError::Shared`] for a code that serves many, [`ClaimError::Unusable`] for one that serves nobody any more.
pub fn claim(
    coupon: &Coupon,
    template: &CouponTemplate,
    member_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Claim, ClaimError> {
    if coupon.member_id == Some(member_id) {
        return Ok(Claim::Held);
    }
    let is_open = coupon.member_id.is_none()
        && coupon.status_at(template, now) == CouponStatus::Available
        && coupon.used_count == 0;
    match (coupon.is_single_use(), is_open) {
        (true, true) => Ok(Claim::Take),
        (false, _) if coupon.member_id.is_none() && coupon.status == CouponStatus::Available => {
            Err(ClaimError::Shared)
        }
        (true | false, _) => Err(ClaimError::Unusable),
    }
}

fn is_allowed(character: char) -> bool {
    matches!(character, 'A'..='Z' | '0'..='9' | '-' | '_' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

impl std::fmt::Display for CouponCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for CouponCode {
    type Error = InvalidCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<CouponCode> for String {
    fn from(code: CouponCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::{any, proptest};
    use uuid::Uuid;

    use super::{
        Claim, ClaimError, Coupon, CouponCode, CouponError, CouponStatus, CouponTemplate,
        InvalidCode, check, claim,
    };

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn coupon() -> Coupon {
        Coupon {
            id: Uuid::nil(),
            status: CouponStatus::Available,
            member_id: None,
            usage_limit: Some(2),
            used_count: 1,
            uses_per_member: Some(1),
        }
    }

    #[test]
    fn codes_have_one_spelling() {
        for (text, code) in [
            (" welcome10 ", "WELCOME10"),
            ("双十一-11", "双十一-11"),
            ("a_b", "A_B"),
        ] {
            assert_eq!(CouponCode::parse(text).unwrap().as_str(), code);
        }
        for text in ["", "ab", "a b c", "ÄÖÜ", "code!", &"A".repeat(41), "'; --"] {
            assert_eq!(CouponCode::parse(text), Err(InvalidCode), "{text}");
        }
    }

    #[test]
    fn a_coupon_counts_only_for_whom_and_when_it_should() {
        let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let second = TimeDelta::seconds(1);
        let open = CouponTemplate::default();
        let later = CouponTemplate {
            usable_from: Some(now() + second),
            ..open.clone()
        };
        let from_now = CouponTemplate {
            usable_from: Some(now()),
            expires_at: Some(now() + second),
        };
        let over = CouponTemplate {
            expires_at: Some(now()),
            ..open.clone()
        };
        let owned = Coupon {
            member_id: Some(ada),
            ..coupon()
        };
        let used_up = Coupon {
            used_count: 2,
            ..coupon()
        };
        let endless = Coupon {
            usage_limit: None,
            used_count: u32::MAX,
            uses_per_member: None,
            ..coupon()
        };
        for (coupon, template, uses, buyer, expected) in [
            (coupon(), &open, 0, None, Ok(())),
            (coupon(), &from_now, 0, None, Ok(())),
            (coupon(), &later, 0, None, Err(CouponError::NotStarted)),
            (coupon(), &over, 0, None, Err(CouponError::Ended)),
            (
                coupon(),
                &open,
                1,
                Some(ada),
                Err(CouponError::MemberLimitReached),
            ),
            (used_up, &open, 0, None, Err(CouponError::Unusable)),
            (endless, &open, 9, None, Ok(())),
            (owned.clone(), &open, 0, Some(ada), Ok(())),
            (
                owned.clone(),
                &open,
                0,
                Some(eve),
                Err(CouponError::Unusable),
            ),
            (owned, &open, 0, None, Err(CouponError::LoginRequired)),
        ] {
            assert_eq!(
                check(&coupon, template, uses, buyer, now()),
                expected,
                "{coupon:?} {template:?}"
            );
        }
        for status in [
            CouponStatus::Locked,
            CouponStatus::Redeemed,
            CouponStatus::Expired,
            CouponStatus::Revoked,
        ] {
            let coupon = Coupon { status, ..coupon() };
            assert_eq!(
                check(&coupon, &open, 0, None, now()),
                Err(CouponError::Unusable)
            );
        }
    }

    #[test]
    fn time_shows_in_the_status_only_of_what_could_be_used() {
        let over = CouponTemplate {
            usable_from: None,
            expires_at: Some(now()),
        };
        assert_eq!(coupon().status_at(&over, now()), CouponStatus::Expired);
        assert_eq!(
            coupon().status_at(&over, now() - TimeDelta::seconds(1)),
            CouponStatus::Available
        );
        let redeemed = Coupon {
            status: CouponStatus::Redeemed,
            ..coupon()
        };
        assert_eq!(redeemed.status_at(&over, now()), CouponStatus::Redeemed);
    }

    #[test]
    fn only_a_fresh_coupon_for_one_use_goes_into_a_wallet() {
        let (ada, eve) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let open = CouponTemplate::default();
        let over = CouponTemplate {
            usable_from: None,
            expires_at: Some(now()),
        };
        let single = Coupon {
            usage_limit: Some(1),
            used_count: 0,
            ..coupon()
        };
        let of_ada = Coupon {
            member_id: Some(ada),
            ..single.clone()
        };
        let of_eve = Coupon {
            member_id: Some(eve),
            ..single.clone()
        };
        let revoked = Coupon {
            status: CouponStatus::Revoked,
            ..single.clone()
        };
        let withdrawn_from_all = Coupon {
            status: CouponStatus::Revoked,
            ..coupon()
        };
        let endless = Coupon {
            usage_limit: None,
            ..coupon()
        };
        for (coupon, template, expected) in [
            (single.clone(), &open, Ok(Claim::Take)),
            (single, &over, Err(ClaimError::Unusable)),
            (of_ada.clone(), &open, Ok(Claim::Held)),
            (of_ada, &over, Ok(Claim::Held)),
            (of_eve, &open, Err(ClaimError::Unusable)),
            (revoked, &open, Err(ClaimError::Unusable)),
            (withdrawn_from_all, &open, Err(ClaimError::Unusable)),
            (coupon(), &open, Err(ClaimError::Shared)),
            (endless, &open, Err(ClaimError::Shared)),
        ] {
            assert_eq!(
                claim(&coupon, template, ada, now()),
                expected,
                "{coupon:?} {template:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn generated_codes_are_codes(random in any::<u64>()) {
            let code = CouponCode::generated(random);
            assert_eq!(code.as_str().len(), 12);
            assert_eq!(CouponCode::parse(code.as_str()), Ok(code));
        }
    }
}
