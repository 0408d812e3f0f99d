//! What a provider says it settled is compared with the books and kept, line by line, and after it what the books have of the
//! same time and the list does not. Nothing is booked by it; money of buyers that the shop does not know is put aside for
//! people.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use domain::id::{SettlementImportId, SettlementLineId, TypedId};
use domain::money::Money;
use domain::order::{PaymentEventKind, PaymentProvider};
use domain::permission::Permission;
use domain::settlement::{Booked, Finding, LineKind, LineOutcome, Reconciled, Told, reconcile};
use domain::text_enum::TextEnum;
use entity::column::{CurrencyCode, Text};
use entity::settlement_import::{ActiveModel, Column, Entity, Model};
use entity::{payment, payment_event, settlement_line};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult,
    JoinType, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, RelationDef,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PaymentError;
use super::settlement_file::{self, Line};
use super::unmatched;
use crate::auth::{Viewer, secret};
use crate::error::{Error, Result};
use crate::payment::ProviderMessage;
use crate::service::idempotency;
use crate::service::page::{Page, PageRequest, SortKey};
use crate::state::AppState;

/// References looked up, and lines written, with one statement.
const BATCH: usize = 500;

/// A provider's list of what it settled.
#[derive(Clone, Debug, Serialize)]
pub struct ImportSettlement {
    /// Whose list it is.
    pub provider: PaymentProvider,
    /// The list, as a table.
    pub csv: String,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Imported {
    settlement_import_id: Uuid,
}

/// Lines of an import by what the books say to them.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Count {
    /// The import.
    pub settlement_import_id: Uuid,
    /// What the books say.
    pub outcome: Text<LineOutcome>,
    /// How many.
    pub lines: i64,
}

/// Compares a list with the books and keeps what was found. The same list again is the first one.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::Invalid`] for a list that cannot be read.
pub async fn import_settlement(
    app: &AppState,
    viewer: &Viewer,
    command: ImportSettlement,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    let lines = settlement_file::read(&command.csv)?;
    app.database
        .retry(|| attempt(app, viewer, &command, &lines))
        .await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &ImportSettlement,
    lines: &[Line],
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "settlementImport",
        &command.idempotency_key,
        command,
    )?;
    let imported = Imported {
        settlement_import_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &imported).await? {
        let found = Entity::find_by_id(first.settlement_import_id);
        let found = found.one(&transaction).await?;
        return Ok(found.ok_or(Error::NotFound("settlement import"))?);
    }
    let (kept, is_new) = keep(app, &transaction, viewer, command, &imported).await?;
    if is_new {
        let found = compare(&transaction, command.provider, lines).await?;
        write(app, &transaction, kept.id, lines, &found).await?;
        put_aside(app, &transaction, command.provider, lines, &found.findings).await?;
    }
    transaction.commit().await?;
    Ok(kept)
}

/// Writes an import down, or finds the one of the same list.
async fn keep(
    app: &AppState,
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    command: &ImportSettlement,
    imported: &Imported,
) -> Result<(Model, bool)> {
    let content_hash = secret::digest(&command.csv);
    let (actor_kind, actor_id) = viewer.actor();
    let row = ActiveModel {
        id: Set(imported.settlement_import_id),
        provider: Set(command.provider.as_str().to_owned()),
        content_hash: Set(content_hash.clone()),
        actor_kind: Set(Text(actor_kind)),
        actor_id: Set(actor_id),
        created_at: Set(app.clock.now()),
    };
    let once = OnConflict::columns([Column::Provider, Column::ContentHash])
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    let kept = Entity::find()
        .filter(Column::Provider.eq(command.provider.as_str()))
        .filter(Column::ContentHash.eq(content_hash))
        .one(transaction)
        .await?;
    let kept = kept.ok_or(Error::Conflict("settlement"))?;
    Ok((kept, written == 1))
}

async fn compare(
    transaction: &DatabaseTransaction,
    provider: PaymentProvider,
    lines: &[Line],
) -> Result<Reconciled> {
    let mut references: Vec<&str> = lines.iter().map(|line| line.reference.as_str()).collect();
    references.sort_unstable();
    references.dedup();
    let (mut payments, mut booked) = (BTreeMap::new(), BTreeMap::new());
    for some in references.chunks(BATCH) {
        let known: Vec<(Uuid, String)> = payment::Entity::find()
            .select_only()
            .columns([payment::Column::Id, payment::Column::ProviderRef])
            .filter(payment::Column::Provider.eq(Text(provider)))
            .filter(payment::Column::ProviderRef.is_in(some.iter().copied()))
            .into_tuple()
            .all(transaction)
            .await?;
        let ids = known.iter().map(|(id, _)| *id);
        let of_known = payment_event::Column::PaymentId.is_in(ids);
        booked.extend(events(transaction, provider, of_known).await?);
        payments.extend(known.into_iter().map(|(id, reference)| (reference, id)));
    }
    let times = || lines.iter().map(|line| line.settled_at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Err(Error::internal("a list without lines"));
    };
    let kinds = LineKind::ALL.iter().map(|kind| Text(kind.event()));
    let in_period = payment_event::Column::OccurredAt
        .between(first, last)
        .and(payment_event::Column::Kind.is_in(kinds));
    booked.extend(events(transaction, provider, in_period).await?);
    let told: Vec<Told> = lines
        .iter()
        .map(|line| Told {
            reference: line.reference.clone(),
            kind: line.kind,
            amount: line.amount,
        })
        .collect();
    let mut found = reconcile(&told, &payments, booked.into_values().collect());
    found
        .left
        .retain(|event| (first..=last).contains(&event.occurred_at));
    forget_settled(transaction, &mut found.left).await?;
    Ok(found)
}

/// What the books say of a provider's payments, by the events' ids.
async fn events(
    transaction: &DatabaseTransaction,
    provider: PaymentProvider,
    which: Expr,
) -> Result<Vec<(Uuid, Booked)>> {
    let rows = payment_event::Entity::find()
        .join(JoinType::InnerJoin, of_payment())
        .select_only()
        .columns([
            payment_event::Column::Id,
            payment_event::Column::PaymentId,
            payment_event::Column::Kind,
            payment_event::Column::AmountMinor,
            payment_event::Column::Currency,
            payment_event::Column::OccurredAt,
        ])
        .column(payment::Column::ProviderRef)
        .filter(payment::Column::Provider.eq(Text(provider)))
        .filter(payment::Column::ProviderRef.is_not_null())
        .filter(which)
        .into_tuple::<EventRow>()
        .all(transaction)
        .await?;
    let booked = rows.into_iter().map(
        |(id, payment_id, kind, minor, currency, occurred_at, reference)| {
            let booked = Booked {
                payment_id,
                reference,
                kind: kind.0,
                amount: Money::new(minor, currency.0),
                occurred_at,
            };
            (id, booked)
        },
    );
    Ok(booked.collect())
}

type EventRow = (
    Uuid,
    Uuid,
    Text<PaymentEventKind>,
    i64,
    CurrencyCode,
    DateTime<Utc>,
    String,
);

fn of_payment() -> RelationDef {
    payment_event::Entity::belongs_to(payment::Entity)
        .from(payment_event::Column::PaymentId)
        .to(payment::Column::Id)
        .into()
}

/// Takes out what an earlier list told of already: providers settle some days later.
async fn forget_settled(transaction: &DatabaseTransaction, left: &mut Vec<Booked>) -> Result<()> {
    let ids: BTreeSet<Uuid> = left.iter().map(|event| event.payment_id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut settled = HashSet::new();
    for some in ids.chunks(BATCH) {
        let lines = settlement_line::Entity::find()
            .filter(settlement_line::Column::PaymentId.is_in(some.iter().copied()))
            .filter(settlement_line::Column::Outcome.eq(Text(LineOutcome::Matched)))
            .all(transaction)
            .await?;
        settled.extend(
            lines
                .into_iter()
                .map(|line| (line.payment_id, line.kind.0.event(), line.amount_minor)),
        );
    }
    left.retain(|event| {
        !settled.contains(&(Some(event.payment_id), event.kind, event.amount.minor))
    });
    Ok(())
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    import_id: Uuid,
    lines: &[Line],
    found: &Reconciled,
) -> Result<()> {
    let of_list =
        lines
            .iter()
            .zip(&found.findings)
            .map(|(line, finding)| settlement_line::ActiveModel {
                reference: Set(line.reference.clone()),
                kind: Set(Text(line.kind)),
                amount_minor: Set(line.amount.minor),
                fee_minor: Set(line.fee.minor),
                currency: Set(CurrencyCode(line.amount.currency)),
                settled_at: Set(line.settled_at),
                outcome: Set(Text(finding.outcome)),
                payment_id: Set(finding.payment_id),
                booked_minor: Set(finding.booked.map(|booked| booked.minor)),
                booked_currency: Set(finding.booked.map(|booked| CurrencyCode(booked.currency))),
                ..Default::default()
            });
    let of_books = found.left.iter().filter_map(|event| {
        Some(settlement_line::ActiveModel {
            reference: Set(event.reference.clone()),
            kind: Set(Text(LineKind::of_event(event.kind)?)),
            amount_minor: Set(event.amount.minor),
            fee_minor: Set(0),
            currency: Set(CurrencyCode(event.amount.currency)),
            settled_at: Set(event.occurred_at),
            outcome: Set(Text(LineOutcome::Unsettled)),
            payment_id: Set(Some(event.payment_id)),
            booked_minor: Set(Some(event.amount.minor)),
            booked_currency: Set(Some(CurrencyCode(event.amount.currency))),
            ..Default::default()
        })
    });
    let rows: Vec<settlement_line::ActiveModel> = of_list
        .chain(of_books)
        .zip(1_i32..)
        .map(|(line, position)| settlement_line::ActiveModel {
            id: Set(app.clock.new_id()),
            settlement_import_id: Set(import_id),
            position: Set(position),
            ..line
        })
        .collect();
    for some in rows.chunks(BATCH) {
        settlement_line::Entity::insert_many(some.to_vec())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Puts money of buyers aside that the shop does not know. It is named as providers' messages are, so that it counts once
/// should one come after all.
async fn put_aside(
    app: &AppState,
    transaction: &DatabaseTransaction,
    provider: PaymentProvider,
    lines: &[Line],
    findings: &[Finding],
) -> Result<()> {
    let unknown = lines.iter().zip(findings).filter(|(line, finding)| {
        finding.outcome == LineOutcome::Missing && line.kind == LineKind::Charge
    });
    for (line, _) in unknown {
        let message = ProviderMessage {
            event_id: ProviderMessage::captured_id(&line.reference),
            provider_ref: line.reference.clone(),
            kind: PaymentEventKind::Captured,
            amount: line.amount,
            occurred_at: line.settled_at,
            message: None,
            refund_id: None,
        };
        unmatched::put_aside(app, transaction, provider, &message).await?;
    }
    Ok(())
}

/// An import, for those with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: SettlementImportId,
) -> Result<Option<Model>> {
    if !viewer.may(Permission::PaymentRead) {
        return Ok(None);
    }
    let found = Entity::find_by_id(id.uuid());
    Ok(found.one(app.database.read()).await?)
}

/// A line of an import, for those with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_line(
    app: &AppState,
    viewer: &Viewer,
    id: SettlementLineId,
) -> Result<Option<settlement_line::Model>> {
    if !viewer.may(Permission::PaymentRead) {
        return Ok(None);
    }
    let found = settlement_line::Entity::find().filter(settlement_line::Column::Id.eq(id.uuid()));
    Ok(found.one(app.database.read()).await?)
}

/// Imports, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(app: &AppState, viewer: &Viewer, page: &PageRequest) -> Result<Page<Model>> {
    viewer.require(Permission::PaymentRead)?;
    page.newest_first(app.database.read(), Entity::find(), Column::Id, |row| {
        row.id
    })
    .await
}

/// The lines of an import in their order.
///
/// # Errors
/// [`Error::Invalid`] for a broken cursor.
pub async fn lines(
    app: &AppState,
    import_id: Uuid,
    outcome: Option<LineOutcome>,
    page: &PageRequest,
) -> Result<Page<settlement_line::Model>> {
    use settlement_line::{Column, Entity};
    let query = Entity::find()
        .filter(Column::SettlementImportId.eq(import_id))
        .apply_if(outcome, |query, outcome| {
            query.filter(Column::Outcome.eq(Text(outcome)))
        });
    let total = if page.with_total {
        Some(query.clone().count(app.database.read()).await?)
    } else {
        None
    };
    let keys = vec![SortKey::asc(Column::Position, page.position::<i32>()?)];
    let rows = page.apply(query, keys).all(app.database.read()).await?;
    page.page(rows, total, |row| row.position)
}

/// How many lines of imports came to what.
///
/// # Errors
/// When the database cannot be read.
pub async fn counts_by_import_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<Count>> {
    use settlement_line::{Column, Entity};
    Ok(Entity::find()
        .select_only()
        .columns([Column::SettlementImportId, Column::Outcome])
        .column_as(Column::Position.count(), "lines")
        .filter(Column::SettlementImportId.is_in(ids.iter().copied()))
        .group_by(Column::SettlementImportId)
        .group_by(Column::Outcome)
        .into_model::<Count>()
        .all(app.database.read())
        .await?)
}
