//! Coupons: codes that let a promotion count.

mod life;
mod occasion;
mod series;
mod template;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use life::Settled;
pub use occasion::{CouponGrantTrigger, CouponOccasion, GrantError};
pub(crate) use series::check_symbol;
pub use series::{CodePrefix, InvalidPrefix, MAX_PREFIX, MAX_SERIES};
pub use template::{Made, TemplateError, TemplateField, TemplateTerms};

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

/// When a coupon can be used, and whether more of its kind can be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouponTemplate {
    /// From this instant on.
    pub usable_from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether members may claim coupons of it.
    pub is_claimable: bool,
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
    /// Its code serves many, so that it is nobody's, and its kind cannot be claimed.
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
    /// Its code serves many: the member gets one of its kind.
    OneOfItsKind,
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

    /// Whether no use is left.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.usage_limit
            .is_some_and(|limit| self.used_count >= limit)
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
    let is_lapsed = match coupon.status {
        CouponStatus::Available => template.expires_at.is_some_and(|end| end <= now),
        CouponStatus::Expired => true,
        CouponStatus::Locked | CouponStatus::Redeemed | CouponStatus::Revoked => {
            return Err(CouponError::Unusable);
        }
    };
    if coupon.is_used_up() {
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
    if is_lapsed {
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

/// Gives the instant at which a coupon lapses that is made now: when its template does, or so many days from now if that is
/// sooner.
#[must_use]
pub fn lapses_at(
    template_ends: Option<DateTime<Utc>>,
    valid_days: Option<u32>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let after_days = valid_days.map(|days| now + TimeDelta::days(days.into()));
    [template_ends, after_days].into_iter().flatten().min()
}

/// Gives the instant at which a coupon lapses that an order gives back now: when it did before, but so many days from now at the
/// soonest, so that an order that came to nothing costs nobody the coupon.
#[must_use]
pub fn lapses_after_return(
    expires_at: Option<DateTime<Utc>>,
    grace_days: u32,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let grace = TimeDelta::days(grace_days.into());
    expires_at.map(|end| {
        if grace_days == 0 {
            end
        } else {
            end.max(now + grace)
        }
    })
}

/// Decides whether a member can put the coupon of a code into the wallet.
///
/// # Errors
///
/// [`ClaimError::Shared`] for a code that serves many and whose kind cannot be claimed, [`ClaimError::Unusable`] for one
/// that serves nobody any more.
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
        && !coupon.is_used_up();
    if !is_open {
        Err(ClaimError::Unusable)
    } else if coupon.is_single_use() {
        Ok(Claim::Take)
    } else if template.is_claimable {
        Ok(Claim::OneOfItsKind)
    } else {
        Err(ClaimError::Shared)
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
