use async_graphql::{InputObject, SimpleObject};
use domain::Money as Amount;
use domain::after_sale::{AfterSalePolicy as Policy, AutoApproval};
use entity::channel;

use super::enums::AfterSaleReason;
use crate::error::{Error, Result};
use crate::graphql::money::{Money, MoneyInput};
use crate::service::settings::AfterSaleTerms;

/// How returns, exchanges and claims are treated.
#[derive(Clone, Debug, SimpleObject)]
pub struct AfterSalePolicy {
    /// Days after delivery in which goods come back for the buyer's own reasons.
    return_days: u16,
    /// Days after delivery in which goods come back for a reason the shop has to answer for.
    fault_days: u16,
    /// Days after delivery in which a defect is under warranty.
    warranty_days: u16,
    /// Days after a yes in which the buyer must send the goods.
    ship_days: u16,
    /// What is approved at once, null for nothing.
    auto_approval: Option<AfterSaleAutoApproval>,
}

/// Which cases are approved at once; one for another variant never is.
#[derive(Clone, Debug, SimpleObject)]
pub struct AfterSaleAutoApproval {
    /// Up to this worth of the goods.
    up_to: Money,
    /// For these reasons.
    reasons: Vec<AfterSaleReason>,
}

impl AfterSalePolicy {
    /// Shows a channel's.
    #[must_use]
    pub fn of(row: &channel::Model) -> Self {
        let policy = &row.after_sale_policy.0;
        let rule = policy.auto_approval.as_ref();
        Self {
            return_days: policy.return_days,
            fault_days: policy.fault_days,
            warranty_days: policy.warranty_days,
            ship_days: policy.ship_days,
            auto_approval: rule.map(|rule| AfterSaleAutoApproval {
                up_to: Amount::new(rule.up_to_minor, row.currency.0).into(),
                reasons: rule.reasons.iter().map(|reason| (*reason).into()).collect(),
            }),
        }
    }
}

/// How returns, exchanges and claims are treated; days from 0 to 10950.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSalePolicyInput {
    /// Days after delivery in which goods come back for the buyer's own reasons.
    pub return_days: i32,
    /// Days after delivery in which goods come back for a reason the shop has to answer for.
    pub fault_days: i32,
    /// Days after delivery in which a defect is under warranty.
    pub warranty_days: i32,
    /// Days after a yes in which the buyer must send the goods.
    pub ship_days: i32,
    /// What is approved at once; nothing if left out.
    pub auto_approval: Option<AfterSaleAutoApprovalInput>,
}

/// Which cases are approved at once; one for another variant never is.
#[derive(Clone, Debug, InputObject)]
pub struct AfterSaleAutoApprovalInput {
    /// Up to this worth of the goods.
    pub up_to: MoneyInput,
    /// For these reasons.
    pub reasons: Vec<AfterSaleReason>,
}

impl TryFrom<AfterSalePolicyInput> for AfterSaleTerms {
    type Error = Error;

    fn try_from(input: AfterSalePolicyInput) -> Result<Self> {
        let up_to = input.auto_approval.as_ref().map(|rule| {
            rule.up_to
                .clone()
                .try_into()
                .map_err(|error: domain::MoneyError| {
                    let field = ["shop", "afterSale", "autoApproval", "upTo", "amount"];
                    Error::invalid(&field, error.to_string())
                })
        });
        let up_to: Option<Amount> = up_to.transpose()?;
        let reasons = input.auto_approval.map(|rule| rule.reasons);
        let rule = up_to.zip(reasons).map(|(up_to, reasons)| AutoApproval {
            up_to_minor: up_to.minor,
            reasons: reasons.into_iter().map(Into::into).collect(),
        });
        Ok(Self {
            policy: Policy {
                return_days: days(input.return_days, "returnDays")?,
                fault_days: days(input.fault_days, "faultDays")?,
                warranty_days: days(input.warranty_days, "warrantyDays")?,
                ship_days: days(input.ship_days, "shipDays")?,
                auto_approval: rule,
            },
            currency: up_to.map(|up_to| up_to.currency),
        })
    }
}

fn days(days: i32, field: &str) -> Result<u16> {
    let most = domain::after_sale::policy::MAX_DAYS;
    let days = u16::try_from(days).ok().filter(|days| *days <= most);
    days.ok_or_else(|| Error::invalid(&["shop", "afterSale", field], format!("0 to {most}")))
}
