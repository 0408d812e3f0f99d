use async_graphql::{ID, InputObject};
use domain::id::{GiftCardId, MemberId, TypedId as _};

use super::card::GiftCardStatus;
use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::DateTime;
use crate::service::credit::{
    AdjustCard, AdjustCredit, CancelCard, CardFilter, GenerateCards, IssueCard,
};

/// Narrows gift cards.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct GiftCardFilter {
    /// In these states.
    pub status: Option<Vec<GiftCardStatus>>,
    /// Whose codes end with these four characters.
    pub last_characters: Option<String>,
}

impl From<GiftCardFilter> for CardFilter {
    fn from(filter: GiftCardFilter) -> Self {
        let status = filter.status.unwrap_or_default();
        Self {
            status: status.into_iter().map(Into::into).collect(),
            last_characters: filter.last_characters,
        }
    }
}

/// Input of giftCardCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct GiftCardCreateInput {
    /// What is on it.
    pub amount: MoneyInput,
    /// When it lapses; never if left out.
    pub expires_at: Option<DateTime>,
    /// Words for staff.
    pub note: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<GiftCardCreateInput> for IssueCard {
    type Error = Error;

    fn try_from(input: GiftCardCreateInput) -> Result<Self> {
        Ok(Self {
            amount: amount(input.amount)?,
            ends_at: input.expires_at.map(|end| end.0),
            note: input.note,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of giftCardsGenerate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct GiftCardsGenerateInput {
    /// How many, at most 10,000.
    pub count: i32,
    /// What is on each of them.
    pub amount: MoneyInput,
    /// When they lapse; never if left out.
    pub expires_at: Option<DateTime>,
    /// Words for staff.
    pub note: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<GiftCardsGenerateInput> for GenerateCards {
    type Error = Error;

    fn try_from(input: GiftCardsGenerateInput) -> Result<Self> {
        let GiftCardsGenerateInput {
            count,
            amount,
            expires_at,
            note,
            idempotency_key,
        } = input;
        let card = GiftCardCreateInput {
            amount,
            expires_at,
            note,
            idempotency_key,
        };
        Ok(Self {
            count,
            card: card.try_into()?,
        })
    }
}

/// Input of giftCardAdjust.
#[derive(Clone, Debug, InputObject)]
pub(super) struct GiftCardAdjustInput {
    /// The card.
    pub gift_card_id: ID,
    /// Put on the card if positive, taken if negative.
    pub amount: MoneyInput,
    /// Why.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<GiftCardAdjustInput> for AdjustCard {
    type Error = Error;

    fn try_from(input: GiftCardAdjustInput) -> Result<Self> {
        Ok(Self {
            gift_card_id: id_in::<GiftCardId>(&input.gift_card_id, &["giftCardId"])?.uuid(),
            amount: amount(input.amount)?,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of giftCardCancel.
#[derive(Clone, Debug, InputObject)]
pub(super) struct GiftCardCancelInput {
    /// The card.
    pub gift_card_id: ID,
    /// Why.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<GiftCardCancelInput> for CancelCard {
    type Error = Error;

    fn try_from(input: GiftCardCancelInput) -> Result<Self> {
        Ok(Self {
            gift_card_id: id_in::<GiftCardId>(&input.gift_card_id, &["giftCardId"])?.uuid(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of storeCreditAdjust.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StoreCreditAdjustInput {
    /// The member.
    pub member_id: ID,
    /// Given if positive, taken if negative.
    pub amount: MoneyInput,
    /// Why; the member reads it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<StoreCreditAdjustInput> for AdjustCredit {
    type Error = Error;

    fn try_from(input: StoreCreditAdjustInput) -> Result<Self> {
        Ok(Self {
            member_id: id_in::<MemberId>(&input.member_id, &["memberId"])?.uuid(),
            amount: amount(input.amount)?,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

fn amount(input: MoneyInput) -> Result<domain::Money> {
    input.try_into().map_err(|error: domain::MoneyError| {
        Error::invalid(&["amount", "amount"], error.to_string())
    })
}
