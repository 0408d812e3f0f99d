//! Promotions: rules that lower prices by themselves or by coupon. Their effect on a price is in `pricing`.

mod evaluation;
mod lifecycle;
mod rule;

pub use evaluation::{Evaluation, EvaluationReason, Missing, Outcome, Refusal};
pub use lifecycle::{PromotionStatus, TransitionError};
pub use rule::{Condition, MAX_CONDITIONS, MAX_REWARDS, Reward, RuleError, validate};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::address::CountryCode;
use crate::money::{Money, MoneyError};

/// A promotion as the price computation needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Row of the promotion.
    pub id: Uuid,
    /// Text for buyers, in their language.
    pub label: String,
    /// Where it stands, apart from time.
    pub status: PromotionStatus,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What the buyer gets.
    pub rewards: Vec<Reward>,
    /// Lower numbers come first.
    pub priority: i32,
    /// Most it takes off one order.
    pub max_discount: Option<Money>,
    /// Uses left in all, `None` without limit.
    pub uses_left: Option<u32>,
    /// Uses left for this buyer, `None` without limit.
    pub buyer_uses_left: Option<u32>,
}

/// What conditions are measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Goods before any discount.
    pub goods: Money,
    /// Units in all lines.
    pub units: u64,
    /// Where it ships.
    pub destination: Option<CountryCode>,
    /// Whether it is the buyer's first order; `None` for guests, of whom that is not known.
    pub is_first_order: Option<bool>,
    /// The instant to judge at.
    pub now: DateTime<Utc>,
}

impl Promotion {
    /// Gives the status with time taken into account.
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> PromotionStatus {
        self.status.at(self.starts_at, self.ends_at, now)
    }

    /// Decides whether the promotion counts under these circumstances.
    ///
    /// # Errors
    ///
    /// The inner [`Refusal`] gives the first reason against it: not running, used up, a condition not met. The outer
    /// error is a [`MoneyError`], for amounts in another currency than the goods.
    pub fn qualify(
        &self,
        circumstances: &Circumstances,
    ) -> Result<Result<(), Refusal>, MoneyError> {
        let refuse = |reason| {
            Ok(Err(Refusal {
                reason,
                missing: None,
            }))
        };
        match self.status_at(circumstances.now) {
            PromotionStatus::Active => {}
            PromotionStatus::Scheduled => return refuse(EvaluationReason::NotStarted),
            PromotionStatus::Paused | PromotionStatus::Ended => {
                return refuse(EvaluationReason::Ended);
            }
            PromotionStatus::Draft => return refuse(EvaluationReason::CouponInvalid),
        }
        if self.uses_left == Some(0) {
            return refuse(EvaluationReason::BudgetExhausted);
        }
        if self.buyer_uses_left == Some(0) {
            return refuse(EvaluationReason::MemberLimitReached);
        }
        for condition in &self.conditions {
            if let Err(refusal) = condition.hold(circumstances)? {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }
}

impl Condition {
    fn hold(&self, circumstances: &Circumstances) -> Result<Result<(), Refusal>, MoneyError> {
        let refusal = match self {
            Self::MinSubtotal(least) => {
                let missing = least.minus(circumstances.goods)?;
                missing.is_positive().then_some(Refusal {
                    reason: EvaluationReason::SubtotalTooLow,
                    missing: Some(Missing::Amount(missing)),
                })
            }
            Self::MinQuantity(least) => {
                let missing = u64::from(*least).saturating_sub(circumstances.units);
                (missing > 0).then(|| Refusal {
                    reason: EvaluationReason::QuantityTooLow,
                    missing: Some(Missing::Quantity(
                        u32::try_from(missing).unwrap_or(u32::MAX),
                    )),
                })
            }
            Self::FirstOrder => match circumstances.is_first_order {
                Some(true) => None,
                Some(false) => Some(EvaluationReason::NotFirstOrder.into()),
                None => Some(EvaluationReason::LoginRequired.into()),
            },
            Self::CountryCodes(countries) => {
                let is_there = circumstances
                    .destination
                    .is_some_and(|country| countries.contains(&country));
                (!is_there).then(|| EvaluationReason::CountryMismatch.into())
            }
        };
        Ok(refusal.map_or(Ok(()), Err))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::{
        Circumstances, Condition, EvaluationReason, Missing, Promotion, PromotionStatus, Refusal,
        Reward,
    };
    use crate::address::CountryCode;
    use crate::money::{Currency, Money};

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn germany() -> CountryCode {
        CountryCode::parse("DE").unwrap()
    }

    fn promotion(conditions: Vec<Condition>) -> Promotion {
        Promotion {
            id: Uuid::nil(),
            label: "Sale".to_owned(),
            status: PromotionStatus::Active,
            starts_at: Some(now()),
            ends_at: Some(now() + TimeDelta::hours(1)),
            conditions,
            rewards: vec![Reward::FreeShipping { max_price: None }],
            priority: 0,
            max_discount: None,
            uses_left: Some(1),
            buyer_uses_left: Some(1),
        }
    }

    fn circumstances() -> Circumstances {
        Circumstances {
            goods: eur(4_000),
            units: 2,
            destination: Some(germany()),
            is_first_order: Some(true),
            now: now(),
        }
    }

    #[test]
    fn each_condition_holds_or_says_what_is_missing() {
        let no_buyer = Circumstances {
            is_first_order: None,
            destination: None,
            ..circumstances()
        };
        let regular = Circumstances {
            is_first_order: Some(false),
            ..circumstances()
        };
        let refuse = |reason| {
            Err(Refusal {
                reason,
                missing: None,
            })
        };
        for (condition, circumstances, expected) in [
            (Condition::MinSubtotal(eur(4_000)), circumstances(), Ok(())),
            (
                Condition::MinSubtotal(eur(5_000)),
                circumstances(),
                Err(Refusal {
                    reason: EvaluationReason::SubtotalTooLow,
                    missing: Some(Missing::Amount(eur(1_000))),
                }),
            ),
            (Condition::MinQuantity(2), circumstances(), Ok(())),
            (
                Condition::MinQuantity(5),
                circumstances(),
                Err(Refusal {
                    reason: EvaluationReason::QuantityTooLow,
                    missing: Some(Missing::Quantity(3)),
                }),
            ),
            (Condition::FirstOrder, circumstances(), Ok(())),
            (
                Condition::FirstOrder,
                regular,
                refuse(EvaluationReason::NotFirstOrder),
            ),
            (
                Condition::FirstOrder,
                no_buyer,
                refuse(EvaluationReason::LoginRequired),
            ),
            (
                Condition::CountryCodes(vec![germany()]),
                circumstances(),
                Ok(()),
            ),
            (
                Condition::CountryCodes(vec![germany()]),
                no_buyer,
                refuse(EvaluationReason::CountryMismatch),
            ),
        ] {
            let promotion = promotion(vec![condition]);
            assert_eq!(
                promotion.qualify(&circumstances).unwrap(),
                expected,
                "{promotion:?}"
            );
        }
    }

    #[test]
    fn what_is_not_running_or_used_up_does_not_count() {
        let reason = |change: fn(&mut Promotion)| {
            let mut promotion = promotion(vec![]);
            change(&mut promotion);
            promotion
                .qualify(&circumstances())
                .unwrap()
                .map_err(|refusal| refusal.reason)
        };
        assert_eq!(reason(|_| {}), Ok(()));
        assert_eq!(reason(|p| p.status = PromotionStatus::Scheduled), Ok(()));
        assert_eq!(
            reason(|p| p.starts_at = Some(now() + TimeDelta::seconds(1))),
            Err(EvaluationReason::NotStarted)
        );
        assert_eq!(
            reason(|p| p.ends_at = Some(now())),
            Err(EvaluationReason::Ended)
        );
        assert_eq!(
            reason(|p| p.status = PromotionStatus::Paused),
            Err(EvaluationReason::Ended)
        );
        assert_eq!(
            reason(|p| p.status = PromotionStatus::Draft),
            Err(EvaluationReason::CouponInvalid)
        );
        assert_eq!(
            reason(|p| p.uses_left = Some(0)),
            Err(EvaluationReason::BudgetExhausted)
        );
        assert_eq!(
            reason(|p| p.buyer_uses_left = Some(0)),
            Err(EvaluationReason::MemberLimitReached)
        );
    }
}
