//! What members may owe: agreed by staff, used by orders on account.

use std::collections::HashMap;

use domain::Money;
use domain::permission::Permission;
use domain::receivable::{PaymentTerms, TermsError};
use entity::column::CurrencyCode;
use entity::payment_terms::{ActiveModel, Column, Entity, Model};
use entity::{channel, member, order};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait,
    DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::idempotency;
use crate::service::payment::PaymentError;
use crate::state::AppState;

/// Terms to be agreed with a member, in the channel of the request.
#[derive(Clone, Debug, Serialize)]
pub struct SetTerms {
    /// The member.
    pub member_id: Uuid,
    /// What may be owed at most; `None` ends the terms.
    pub limit: Option<Money>,
    /// Days to pay, from when goods leave.
    pub days: i32,
    /// Unique per request.
    pub idempotency_key: String,
}

/// A member's terms, and how much of the limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsView {
    /// The member.
    pub member_id: Uuid,
    /// What was agreed.
    pub terms: PaymentTerms,
    /// What stands on account.
    pub owed: Money,
}

#[derive(Serialize, Deserialize)]
struct Done {
    member_id: Uuid,
}

/// Agrees on what a member may owe, or ends that. Orders on account stay as they are.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_WRITE`; [`Error::NotFound`]; [`Error::Invalid`] for a limit that is none or not in
/// the channel's currency, and for days out of bounds.
pub async fn set_terms(
    app: &AppState,
    viewer: &Viewer,
    command: SetTerms,
) -> Result<member::Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    let terms = command
        .limit
        .map(|limit| agreed(&viewer.channel, limit, command.days))
        .transpose()?;
    app.database
        .retry(|| attempt(app, viewer, &command, terms))
        .await
}

fn agreed(channel: &channel::Model, limit: Money, days: i32) -> Result<PaymentTerms> {
    if limit.currency != channel.currency.0 {
        let message = format!("the channel sells in {}", channel.currency.0);
        return Err(Error::invalid(&["creditLimit", "currencyCode"], message));
    }
    PaymentTerms::try_new(limit, days).map_err(|error| {
        let field: &[&str] = match error {
            TermsError::NoLimit => &["creditLimit", "amount"],
            TermsError::Days => &["daysToPay"],
        };
        Error::invalid(field, error.to_string())
    })
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &SetTerms,
    terms: Option<PaymentTerms>,
) -> Result<member::Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "paymentTermsSet",
        &command.idempotency_key,
        command,
    )?;
    let member_id = command.member_id;
    // Whoever comes first of two that agree on terms at once, makes the row.
    let member = member::Entity::find_by_id(member_id)
        .lock_exclusive()
        .one(&transaction)
        .await?;
    let member = member.ok_or(Error::NotFound("member"))?;
    if request
        .claim(&transaction, &app.clock, &Done { member_id })
        .await?
        .is_some()
    {
        return Ok(member);
    }
    let channel_id = viewer.channel.id;
    let before = lock(&transaction, member_id, channel_id).await?;
    match terms {
        Some(terms) => write(app, &transaction, (member_id, channel_id), before, terms).await?,
        None => {
            Entity::delete_by_id((member_id, channel_id))
                .exec(&transaction)
                .await?;
        }
    }
    transaction.commit().await?;
    Ok(member)
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    (member_id, channel_id): (Uuid, Uuid),
    before: Option<Model>,
    terms: PaymentTerms,
) -> Result<()> {
    let now = app.clock.now();
    let row = ActiveModel {
        member_id: Unchanged(member_id),
        channel_id: Unchanged(channel_id),
        currency: Set(CurrencyCode(terms.limit().currency)),
        limit_minor: Set(terms.limit().minor),
        days: Set(terms.days().into()),
        version: Set(before
            .as_ref()
            .map_or(1, |row| row.version.saturating_add(1))),
        created_at: Set(before.as_ref().map_or(now, |row| row.created_at)),
        updated_at: Set(now),
    };
    if before.is_some() {
        row.update(transaction).await?;
    } else {
        let row = ActiveModel {
            member_id: Set(member_id),
            channel_id: Set(channel_id),
            ..row
        };
        row.insert(transaction).await?;
    }
    Ok(())
}

/// A member's terms, kept from others until the transaction ends: whoever takes an order on account holds them, so that two
/// at once see each other's.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::service) async fn lock(
    transaction: &DatabaseTransaction,
    member_id: Uuid,
    channel_id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((member_id, channel_id))
        .lock_exclusive()
        .one(transaction)
        .await?)
}

/// What orders of a member stand on account with in a channel, in minor units of a currency.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::service) async fn owed_on_account<C: ConnectionTrait>(
    connection: &C,
    terms: &Model,
) -> Result<Money> {
    let owed = owed(connection, &[terms.member_id], terms.channel_id).await?;
    Ok(used(terms, &owed))
}

/// Terms of members in a channel, with what is used of them; for those whose terms the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_members(
    app: &AppState,
    channel_id: Uuid,
    member_ids: &[Uuid],
) -> Result<Vec<TermsView>> {
    let connection = app.database.read();
    let rows = Entity::find()
        .filter(Column::MemberId.is_in(member_ids.iter().copied()))
        .filter(Column::ChannelId.eq(channel_id))
        .all(connection)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let owed = owed(connection, member_ids, channel_id).await?;
    rows.iter()
        .map(|row| {
            Ok(TermsView {
                member_id: row.member_id,
                terms: stored(row)?,
                owed: used(row, &owed),
            })
        })
        .collect()
}

/// Reads terms from their row.
///
/// # Errors
/// When the row holds none that could have been agreed.
pub(in crate::service) fn stored(row: &Model) -> Result<PaymentTerms> {
    let limit = Money::new(row.limit_minor, row.currency.0);
    PaymentTerms::try_new(limit, row.days).map_err(Error::internal)
}

type OnAccount = HashMap<(Uuid, String), i64>;

fn used(terms: &Model, owed: &OnAccount) -> Money {
    let currency = terms.currency.0;
    let key = (terms.member_id, currency.code().to_owned());
    Money::new(owed.get(&key).copied().unwrap_or_default(), currency)
}

async fn owed<C: ConnectionTrait>(
    connection: &C,
    member_ids: &[Uuid],
    channel_id: Uuid,
) -> Result<OnAccount> {
    let rows: Vec<(Uuid, CurrencyCode, i64)> = order::Entity::find()
        .select_only()
        .columns([order::Column::MemberId, order::Column::Currency])
        .expr(
            Expr::col(order::Column::OnAccountMinor)
                .sum()
                .cast_as("bigint"),
        )
        .filter(order::Column::MemberId.is_in(member_ids.iter().copied()))
        .filter(order::Column::ChannelId.eq(channel_id))
        .filter(order::Column::OnAccountMinor.gt(0))
        .group_by(order::Column::MemberId)
        .group_by(order::Column::Currency)
        .into_tuple()
        .all(connection)
        .await?;
    let keyed = rows
        .into_iter()
        .map(|(member_id, currency, minor)| ((member_id, currency.0.code().to_owned()), minor));
    Ok(keyed.collect())
}
