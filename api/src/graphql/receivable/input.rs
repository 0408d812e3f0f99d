use async_graphql::{ID, InputObject};
use domain::id::{MemberId, TypedId};

use super::types::ReceivableAge;
use crate::error::{Error, Result};
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::service::receivable::{self as service, SetTerms};

/// Narrows receivables.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReceivableFilter {
    /// Only this member's.
    pub member_id: Option<ID>,
    /// Only what has been due for so long.
    pub age: Option<ReceivableAge>,
    /// Only what is past its day to pay, or what is not.
    pub overdue: Option<bool>,
    /// Only orders that stand on account, or those whose goods wait for the money.
    pub on_account: Option<bool>,
}

impl TryFrom<ReceivableFilter> for service::ReceivableFilter {
    type Error = Error;

    fn try_from(input: ReceivableFilter) -> Result<Self> {
        let member_id = input.member_id.as_ref();
        Ok(Self {
            member_id: member_id
                .map(|id| id_in::<MemberId>(id, &["filter", "memberId"]))
                .transpose()?,
            age: input.age.map(Into::into),
            overdue: input.overdue,
            on_account: input.on_account,
        })
    }
}

/// Input of paymentTermsSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PaymentTermsSetInput {
    /// The member.
    pub member_id: ID,
    /// What may be owed at most, in the channel's currency; leave out to end the terms.
    pub credit_limit: Option<MoneyInput>,
    /// Days to pay from when goods leave, 0 to 365.
    #[graphql(default = 30)]
    pub days_to_pay: i32,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PaymentTermsSetInput> for SetTerms {
    type Error = Error;

    fn try_from(input: PaymentTermsSetInput) -> Result<Self> {
        let read = |limit: MoneyInput| {
            limit.try_into().map_err(|error: domain::MoneyError| {
                Error::invalid(&["creditLimit", "amount"], error.to_string())
            })
        };
        Ok(Self {
            member_id: id_in::<MemberId>(&input.member_id, &["memberId"])?.uuid(),
            limit: input.credit_limit.map(read).transpose()?,
            days: input.days_to_pay,
            idempotency_key: input.idempotency_key,
        })
    }
}
