//! The trial balance: what the ledger's postings add up to, and whether the stored balances agree.

use std::collections::BTreeMap;

use domain::permission::Permission;
use domain::points::PointsAccountKind;
use domain::text_enum::TextEnum as _;
use entity::column::Text;
use entity::{points_account, points_posting};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{EntityTrait, JoinType, QuerySelect};

use crate::auth::Viewer;
use crate::error::Result;
use crate::state::AppState;

/// One kind of account in the trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceRow {
    /// The kind.
    pub kind: PointsAccountKind,
    /// Sum of the postings to accounts of the kind.
    pub posted: i64,
    /// Sum of their stored balances; `None` for the program's own, which store none.
    pub stored: Option<i64>,
}

impl BalanceRow {
    /// Whether what is stored is what was posted.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.stored.is_none_or(|stored| stored == self.posted)
    }
}

/// Adds up the whole ledger, a row for each kind of account: they sum to zero, or points were made or lost.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without `POINTS_READ`.
pub async fn trial_balance(app: &AppState, viewer: &Viewer) -> Result<Vec<BalanceRow>> {
    viewer.require(Permission::PointsRead)?;
    let connection = app.database.read();
    let of_account = points_posting::Entity::belongs_to(points_account::Entity)
        .from(points_posting::Column::AccountId)
        .to(points_account::Column::Id);
    let sum = |column: Expr| column.sum().cast_as("bigint");
    let posted: Vec<(Text<PointsAccountKind>, i64)> = points_posting::Entity::find()
        .select_only()
        .column(points_account::Column::Kind)
        .expr(sum(Expr::col((
            points_posting::Entity,
            points_posting::Column::Points,
        ))))
        .join(JoinType::InnerJoin, of_account.into())
        .group_by(points_account::Column::Kind)
        .into_tuple()
        .all(connection)
        .await?;
    let stored: Vec<(Text<PointsAccountKind>, Option<i64>)> = points_account::Entity::find()
        .select_only()
        .column(points_account::Column::Kind)
        .expr(sum(Expr::col(points_account::Column::Balance)))
        .group_by(points_account::Column::Kind)
        .into_tuple()
        .all(connection)
        .await?;
    let posted: BTreeMap<_, _> = posted
        .into_iter()
        .map(|(kind, sum)| (kind.0, sum))
        .collect();
    let stored: BTreeMap<_, _> = stored
        .into_iter()
        .map(|(kind, sum)| (kind.0, sum))
        .collect();
    Ok(PointsAccountKind::ALL
        .iter()
        .map(|kind| BalanceRow {
            kind: *kind,
            posted: posted.get(kind).copied().unwrap_or_default(),
            stored: stored.get(kind).copied().flatten(),
        })
        .collect())
}
