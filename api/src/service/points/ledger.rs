//! The ledger: one transaction row, its postings and the new balances, written together or not at all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::points::{PointsAccountKind, PointsEntryKind, PostingSet, postings};
use entity::column::Text;
use entity::{points_account, points_posting, points_transaction};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::rules::Rule;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::event;

const MEMBER_KINDS: [PointsAccountKind; 3] = [
    PointsAccountKind::MemberActive,
    PointsAccountKind::MemberPending,
    PointsAccountKind::MemberHeld,
];

/// A member's accounts, locked until the transaction ends.
pub(super) struct Accounts {
    pub(super) member_id: Uuid,
    by_kind: HashMap<PointsAccountKind, points_account::Model>,
}

/// A line of the ledger to be written.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) kind: PointsEntryKind,
    /// The channel it happened in, whose feed tells of it.
    pub(super) channel_id: Uuid,
    /// Signed points, as the member reads them.
    pub(super) points: i64,
    /// For earning and clawing back: whether the points are not usable yet.
    pub(super) is_pending: bool,
    /// What caused it: with the kind and the rule it is written once.
    pub(super) source_kind: &'static str,
    pub(super) source_id: String,
    /// The rule that earned, if one did.
    pub(super) rule: Option<&'a Rule>,
    /// Words to show; empty for the usual words of the kind.
    pub(super) reason: &'a str,
    pub(super) order_id: Option<Uuid>,
    pub(super) actor: (ActorKind, Option<Uuid>),
    pub(super) available_at: Option<DateTime<Utc>>,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Accounts {
    /// What the member can spend; negative after a claw-back.
    pub(super) fn balance(&self) -> i64 {
        self.of(PointsAccountKind::MemberActive)
            .and_then(|account| account.balance)
            .unwrap_or_default()
    }

    fn of(&self, kind: PointsAccountKind) -> Option<&points_account::Model> {
        self.by_kind.get(&kind)
    }
}

/// Locks a member's accounts, opening them at the first need.
///
/// Everything else about a member's points, lots too, is only changed under this lock.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    member_id: Uuid,
) -> Result<Accounts> {
    let found = find_locked(transaction, member_id).await?;
    if found.by_kind.len() == MEMBER_KINDS.len() {
        return Ok(found);
    }
    let rows = MEMBER_KINDS.map(|kind| points_account::ActiveModel {
        id: Set(clock.new_id()),
        member_id: Set(Some(member_id)),
        kind: Set(Text(kind)),
        balance: Set(Some(0)),
    });
    let once = OnConflict::columns([
        points_account::Column::MemberId,
        points_account::Column::Kind,
    ])
    .do_nothing()
    .to_owned();
    points_account::Entity::insert_many(rows)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    find_locked(transaction, member_id).await
}

async fn find_locked(transaction: &DatabaseTransaction, member_id: Uuid) -> Result<Accounts> {
    let rows = points_account::Entity::find()
        .filter(points_account::COLUMN.member_id.eq(member_id))
        .order_by_asc(points_account::Column::Id)
        .lock_exclusive()
        .all(transaction)
        .await?;
    let by_kind = rows.into_iter().map(|row| (row.kind.0, row)).collect();
    Ok(Accounts { member_id, by_kind })
}

/// Writes an entry and tells of it. Answers its id, or `None` when it was written before: then nothing changes.
///
/// # Errors
/// [`Error::Internal`] when the entry would make a balance negative that may not be.
pub(super) async fn record(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    entry: Entry<'_>,
) -> Result<Option<Uuid>> {
    let set = postings(entry.kind, entry.points, entry.is_pending).map_err(Error::internal)?;
    let id = clock.new_id();
    let balance_after = accounts
        .balance()
        .checked_add(set.change_of(PointsAccountKind::MemberActive))
        .ok_or_else(|| Error::internal("points overflow"))?;
    let row = points_transaction::Model {
        id,
        member_id: accounts.member_id,
        kind: Text(entry.kind),
        points: entry.points,
        balance_after,
        source_kind: entry.source_kind.to_owned(),
        source_id: entry.source_id,
        rule_key: entry.rule.map_or_else(String::new, |rule| rule.key.clone()),
        rule_version: entry.rule.map(|rule| rule.version),
        rule_id: entry.rule.map(|rule| rule.id),
        reason: entry.reason.to_owned(),
        order_id: entry.order_id,
        actor_kind: Text(entry.actor.0),
        actor_id: entry.actor.1,
        available_at: entry.available_at,
        expires_at: entry.expires_at,
        occurred_at: clock.now(),
    };
    // One key for entries of rules, one for those without.
    let once = OnConflict::new().do_nothing().to_owned();
    let written = points_transaction::Entity::insert(row.clone().into_active_model())
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    if written == 0 {
        return Ok(None);
    }
    let may_go_negative = entry.kind == PointsEntryKind::ClawBack;
    change_balances(transaction, accounts, &set, may_go_negative).await?;
    post(transaction, clock, accounts, &set, id).await?;
    event::points_changed(transaction, clock, entry.channel_id, &row).await?;
    Ok(Some(id))
}

async fn change_balances(
    transaction: &DatabaseTransaction,
    accounts: &mut Accounts,
    set: &PostingSet,
    may_go_negative: bool,
) -> Result<()> {
    for posting in set.postings() {
        let Some(account) = accounts.by_kind.get_mut(&posting.account) else {
            continue;
        };
        let balance = || Expr::col(points_account::Column::Balance);
        let mut update = points_account::Entity::update_many()
            .col_expr(
                points_account::Column::Balance,
                balance().add(posting.points),
            )
            .filter(points_account::COLUMN.id.eq(account.id));
        if posting.points < 0 && !may_go_negative {
            update = update.filter(balance().gte(posting.points.saturating_neg()));
        }
        if update.exec(transaction).await?.rows_affected != 1 {
            return Err(Error::internal("a points balance would become negative"));
        }
        account.balance = account
            .balance
            .map(|balance| balance.saturating_add(posting.points));
    }
    Ok(())
}

async fn post(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &Accounts,
    set: &PostingSet,
    transaction_id: Uuid,
) -> Result<()> {
    let rows = set
        .postings()
        .iter()
        .map(|posting| {
            let account_id = accounts
                .of(posting.account)
                .map(|account| account.id)
                .or_else(|| points_account::program_id(posting.account))
                .ok_or_else(|| Error::internal("a points account is missing"))?;
            Ok(points_posting::ActiveModel {
                id: Set(clock.new_id()),
                transaction_id: Set(transaction_id),
                account_id: Set(account_id),
                points: Set(posting.points),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    points_posting::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
