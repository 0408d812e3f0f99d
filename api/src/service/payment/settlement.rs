//! What a provider says it settled is compared with the books and kept, line by line. Nothing is booked by it; money of
//! buyers that the shop does not know is put aside for people.

use std::collections::{BTreeMap, HashMap};

use domain::id::{SettlementImportId, SettlementLineId, TypedId};
use domain::money::Money;
use domain::order::{PaymentEventKind, PaymentProvider};
use domain::permission::Permission;
use domain::settlement::{Booked, Finding, LineKind, LineOutcome, Told, reconcile};
use domain::text_enum::TextEnum;
use entity::column::{CurrencyCode, Text};
use entity::settlement_import::{ActiveModel, Column, Entity, Model};
use entity::{payment, payment_event, settlement_line};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
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
        let findings = compare(&transaction, command.provider, lines).await?;
        write(app, &transaction, kept.id, lines, &findings).await?;
        put_aside(app, &transaction, command.provider, lines, &findings).await?;
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
) -> Result<Vec<Finding>> {
    let mut references: Vec<&str> = lines.iter().map(|line| line.reference.as_str()).collect();
    references.sort_unstable();
    references.dedup();
    let (mut payments, mut booked) = (BTreeMap::new(), Vec::new());
    for some in references.chunks(BATCH) {
        let known: Vec<(Uuid, String)> = payment::Entity::find()
            .select_only()
            .columns([payment::Column::Id, payment::Column::ProviderRef])
            .filter(payment::Column::Provider.eq(Text(provider)))
            .filter(payment::Column::ProviderRef.is_in(some.iter().copied()))
            .into_tuple()
            .all(transaction)
            .await?;
        let events = payment_event::Entity::find()
            .filter(payment_event::Column::PaymentId.is_in(known.iter().map(|(id, _)| *id)))
            .all(transaction)
            .await?;
        let references: HashMap<Uuid, &String> = known
            .iter()
            .map(|(id, reference)| (*id, reference))
            .collect();
        booked.extend(events.into_iter().filter_map(|event| {
            Some(Booked {
                reference: (*references.get(&event.payment_id)?).clone(),
                kind: event.kind.0,
                amount: Money::new(event.amount_minor, event.currency.0),
            })
        }));
        payments.extend(known.into_iter().map(|(id, reference)| (reference, id)));
    }
    let told: Vec<Told> = lines
        .iter()
        .map(|line| Told {
            reference: line.reference.clone(),
            kind: line.kind,
            amount: line.amount,
        })
        .collect();
    Ok(reconcile(&told, &payments, booked))
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    import_id: Uuid,
    lines: &[Line],
    findings: &[Finding],
) -> Result<()> {
    let rows: Vec<settlement_line::ActiveModel> = lines
        .iter()
        .zip(findings)
        .zip(1_i32..)
        .map(|((line, finding), position)| settlement_line::ActiveModel {
            id: Set(app.clock.new_id()),
            settlement_import_id: Set(import_id),
            position: Set(position),
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
