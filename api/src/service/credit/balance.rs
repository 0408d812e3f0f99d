//! The trial balance: what the ledger's postings add up to, and whether the stored balances agree.

use std::collections::BTreeMap;

use domain::Currency;
use domain::credit::{CreditAccountKind, CreditOwnerKind};
use domain::permission::Permission;
use entity::column::{CurrencyCode, Text};
use entity::{credit_account, credit_posting};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{EntityTrait, JoinType, QuerySelect};

use crate::auth::Viewer;
use crate::error::Result;
use crate::state::AppState;

/// One kind of account of one kind of owner in the trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditBalance {
    /// Whose accounts.
    pub owner: CreditOwnerKind,
    /// Their kind.
    pub kind: CreditAccountKind,
    /// Their currency.
    pub currency: Currency,
    /// Sum of the postings to them, in minor units.
    pub posted: i64,
    /// Sum of their stored balances; `None` for the shop's own, which store none.
    pub stored: Option<i64>,
}

impl CreditBalance {
    /// Whether what is stored is what was posted.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.stored.is_none_or(|stored| stored == self.posted)
    }
}

type Row = (
    Text<CreditOwnerKind>,
    Text<CreditAccountKind>,
    CurrencyCode,
    Option<i64>,
);

/// Adds up the whole ledger: the rows of a currency sum to zero, or money was made or lost.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `CREDIT_READ`.
pub async fn trial_balance(app: &AppState, viewer: &Viewer) -> Result<Vec<CreditBalance>> {
    viewer.require(Permission::CreditRead)?;
    let connection = app.database.read();
    let of_account = credit_posting::Entity::belongs_to(credit_account::Entity)
        .from(credit_posting::Column::AccountId)
        .to(credit_account::Column::Id);
    let sum = |column: Expr| column.sum().cast_as("bigint");
    let groups = [
        credit_account::Column::OwnerKind,
        credit_account::Column::Kind,
        credit_account::Column::Currency,
    ];
    let mut posted = credit_posting::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, of_account.into());
    let mut stored = credit_account::Entity::find().select_only();
    for column in groups {
        posted = posted.column(column).group_by(column);
        stored = stored.column(column).group_by(column);
    }
    let posted: Vec<Row> = posted
        .expr(sum(Expr::col((
            credit_posting::Entity,
            credit_posting::Column::AmountMinor,
        ))))
        .into_tuple()
        .all(connection)
        .await?;
    let stored: Vec<Row> = stored
        .expr(sum(Expr::col(credit_account::Column::BalanceMinor)))
        .into_tuple()
        .all(connection)
        .await?;
    let key = |(owner, kind, currency, sum): Row| ((owner.0, kind.0, currency.0.code()), sum);
    let posted: BTreeMap<_, _> = posted.into_iter().map(key).collect();
    let rows = stored.into_iter().map(|row| {
        let currency = row.2.0;
        let (key, stored) = key(row);
        let posted = posted.get(&key).copied().flatten().unwrap_or_default();
        let row = CreditBalance {
            owner: key.0,
            kind: key.1,
            currency,
            posted,
            stored,
        };
        (key, row)
    });
    let sorted: BTreeMap<_, _> = rows
        .map(|((owner, kind, code), row)| ((code, owner, kind), row))
        .collect();
    Ok(sorted.into_values().collect())
}
