use std::collections::BTreeMap;

use async_graphql::{Enum, SimpleObject};

use crate::graphql::limits::meter::Listed;
use crate::graphql::money::Money;
use crate::service::credit::CreditBalance;

/// Who has accounts of the ledger of gift cards and store credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::CreditOwnerKind")]
pub enum CreditOwnerKind {
    /// Members, with store credit.
    Member,
    /// Gift cards.
    GiftCard,
    /// The shop: where the money comes from and goes.
    Shop,
}

/// Kinds of accounts of the ledger of gift cards and store credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::credit::CreditAccountKind")]
pub enum CreditAccountKind {
    /// Money that can be spent now.
    Available,
    /// Money held by orders not confirmed yet.
    Held,
    /// Where the money comes from.
    Issued,
    /// Where spent money goes.
    Redeemed,
    /// Where lapsed money goes.
    Expired,
}

/// What the whole ledger of gift cards and store credit adds up to.
#[derive(SimpleObject)]
pub(super) struct CreditTrialBalance {
    /// A row for each kind of account, by currency.
    rows: Listed<CreditBalanceRow>,
    /// Whether the rows of each currency sum to 0 and every balance is what its postings say.
    balanced: bool,
}

/// What accounts of one kind add up to.
#[derive(SimpleObject)]
struct CreditBalanceRow {
    /// Whose accounts.
    owner_kind: CreditOwnerKind,
    /// Kind of account.
    kind: CreditAccountKind,
    /// Sum of all postings.
    posted: Money,
    /// Sum of the balances kept beside them, null for the shop's own accounts.
    stored: Option<Money>,
}

impl From<Vec<CreditBalance>> for CreditTrialBalance {
    fn from(rows: Vec<CreditBalance>) -> Self {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &rows {
            let sum = sums.entry(row.currency.code()).or_default();
            *sum = sum.saturating_add(row.posted);
        }
        let is_zero = sums.values().all(|sum| *sum == 0);
        Self {
            balanced: is_zero && rows.iter().all(CreditBalance::agrees),
            rows: rows.into_iter().map(CreditBalanceRow::from).collect(),
        }
    }
}

impl From<CreditBalance> for CreditBalanceRow {
    fn from(row: CreditBalance) -> Self {
        let money = |minor| domain::Money::new(minor, row.currency).into();
        Self {
            owner_kind: row.owner.into(),
            kind: row.kind.into(),
            posted: money(row.posted),
            stored: row.stored.map(money),
        }
    }
}
