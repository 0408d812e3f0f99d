use async_graphql::{Enum, SimpleObject};

use crate::graphql::limits::meter::Listed;
use crate::graphql::scalar::Decimal;
use crate::service::points::BalanceRow;

/// Kinds of accounts of the points ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::points::PointsAccountKind")]
pub enum PointsAccountKind {
    /// Points members can spend.
    MemberActive,
    /// Points members earned that are not usable yet.
    MemberPending,
    /// Points held by orders not confirmed yet.
    MemberHeld,
    /// Where points come from.
    ProgramIssued,
    /// Where spent points go.
    ProgramRedeemed,
    /// Where lapsed points go.
    ProgramExpired,
}

/// What the whole ledger of points adds up to.
#[derive(SimpleObject)]
pub(super) struct PointsTrialBalance {
    /// A row for each kind of account.
    rows: Listed<PointsBalanceRow>,
    /// Sum of all rows; other than 0 means points were made or lost.
    total: Decimal,
    /// Whether the total is 0 and every balance is what its postings say.
    balanced: bool,
}

/// What accounts of one kind add up to.
#[derive(SimpleObject)]
struct PointsBalanceRow {
    /// Kind of account.
    kind: PointsAccountKind,
    /// Sum of all postings.
    posted: Decimal,
    /// Sum of the balances kept beside them, null for the program's own accounts.
    stored: Option<Decimal>,
}

impl From<Vec<BalanceRow>> for PointsTrialBalance {
    fn from(rows: Vec<BalanceRow>) -> Self {
        let total: i64 = rows
            .iter()
            .fold(0, |sum, row| sum.saturating_add(row.posted));
        Self {
            balanced: total == 0 && rows.iter().all(BalanceRow::agrees),
            total: whole(total),
            rows: rows
                .into_iter()
                .map(|row| PointsBalanceRow {
                    kind: row.kind.into(),
                    posted: whole(row.posted),
                    stored: row.stored.map(whole),
                })
                .collect(),
        }
    }
}

fn whole(points: i64) -> Decimal {
    Decimal(points.into())
}
