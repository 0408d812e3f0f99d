//! Money that fits nothing: what a provider told of a payment the shop does not know is put aside, never dropped. People
//! find the order it belongs to, or say why there is none.

use chrono::TimeDelta;
use domain::id::{TypedId, UnmatchedPaymentId};
use domain::order::{PaymentEventKind, PaymentProvider, PaymentStatus};
use domain::permission::Permission;
use domain::settlement::UnmatchedStatus;
use domain::text_enum::TextEnum;
use entity::column::{CurrencyCode, Json, Text};
use entity::unmatched_payment::{ActiveModel, Column, Entity, Model};
use entity::{payment, payment_method};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QueryTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::Books;
use super::record::record;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::payment::ProviderMessage;
use crate::service::idempotency;
use crate::service::order::history::ActorRef;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// How long a message may be ahead of the answer to the call that opened its payment.
pub(super) const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// Money to be counted towards an order.
#[derive(Clone, Debug, Serialize)]
pub struct MatchPayment {
    /// The money.
    pub unmatched_payment_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Money that belongs to no order.
#[derive(Clone, Debug, Serialize)]
pub struct CloseUnmatched {
    /// The money.
    pub unmatched_payment_id: Uuid,
    /// What became of it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Done {
    unmatched_payment_id: Uuid,
}

/// Puts a message aside; one that was put aside before stays as it is.
///
/// # Errors
/// When the row cannot be written.
pub(super) async fn put_aside(
    app: &AppState,
    transaction: &DatabaseTransaction,
    provider: PaymentProvider,
    message: &ProviderMessage,
) -> Result<()> {
    let row = ActiveModel {
        id: Set(app.clock.new_id()),
        provider: Set(provider.as_str().to_owned()),
        provider_ref: Set(message.provider_ref.clone()),
        event_id: Set(message.event_id.clone()),
        message: Set(Json(
            serde_json::to_value(message).map_err(Error::internal)?,
        )),
        amount_minor: Set(message.amount.minor),
        currency: Set(CurrencyCode(message.amount.currency)),
        status: Set(Text(UnmatchedStatus::Open)),
        order_id: Set(None),
        note: Set(None),
        actor_kind: Set(None),
        actor_id: Set(None),
        occurred_at: Set(message.occurred_at),
        created_at: Set(app.clock.now()),
        closed_at: Set(None),
    };
    let once = OnConflict::columns([Column::Provider, Column::EventId])
        .do_nothing()
        .to_owned();
    let written = Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    if written == 1 {
        tracing::error!(
            payment.provider = provider.as_str(),
            payment.provider_ref = message.provider_ref,
            "money of no payment the shop knows waits in unmatchedPayments"
        );
    }
    Ok(())
}

/// Counts money towards an order, with all else that was told of it: as a payment of its own, so that what the order does
/// not wait for goes back the way it came.
///
/// # Errors
/// [`Error::NotFound`]; [`PaymentError::NotNow`] for what was dealt with before, is no money that came, or is in another
/// currency; [`PaymentError::MethodUnavailable`] when the order's channel never had such a way to pay.
pub async fn match_payment(
    app: &AppState,
    viewer: &Viewer,
    command: MatchPayment,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    let matched = app
        .database
        .retry(|| try_match(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(matched)
}

async fn try_match(
    app: &AppState,
    viewer: &Viewer,
    command: &MatchPayment,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "unmatchedPaymentMatch",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        unmatched_payment_id: command.unmatched_payment_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return load(&transaction, first.unmatched_payment_id).await;
    }
    let mut books = Books::open(&transaction, command.order_id).await?;
    let found = load(&transaction, command.unmatched_payment_id).await?;
    let provider = provider(&found)?;
    check(&books, &found)?;
    let (told, actor) = (siblings(&transaction, &found).await?, viewer.actor());
    // First, so that of two who do so at the same time one is told to look again.
    for row in &told {
        let status = (UnmatchedStatus::Matched, Some(command.order_id), None);
        settle(app, &transaction, row, status, actor).await?;
    }
    let payment_id = payment_of(app, &transaction, &mut books, &found, provider).await?;
    for row in &told {
        let message = message(row)?;
        record(app, &transaction, &mut books, payment_id, &message, actor).await?;
    }
    let matched = load(&transaction, found.id).await?;
    transaction.commit().await?;
    Ok(matched)
}

fn check(books: &Books, found: &Model) -> Result<(), PaymentError> {
    if found.status.0 != UnmatchedStatus::Open {
        return Err(PaymentError::NotNow("it was dealt with before"));
    }
    if message(found)?.kind != PaymentEventKind::Captured {
        return Err(PaymentError::NotNow(
            "only money that came belongs to an order",
        ));
    }
    if found.currency.0 != books.order.currency.0 {
        return Err(PaymentError::NotNow("the order is in another currency"));
    }
    Ok(())
}

/// The payment that the money is from: known to the order by now, or written down for it.
async fn payment_of(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &mut Books,
    found: &Model,
    provider: PaymentProvider,
) -> Result<Uuid, PaymentError> {
    let known = payment::Entity::find()
        .filter(payment::Column::Provider.eq(Text(provider)))
        .filter(payment::Column::ProviderRef.eq(found.provider_ref.as_str()))
        .one(transaction)
        .await?;
    if let Some(known) = known {
        return if known.order_id == books.order.id {
            Ok(known.id)
        } else {
            Err(PaymentError::NotNow(
                "it is from a payment of another order",
            ))
        };
    }
    let method = payment_method::Entity::find()
        .filter(payment_method::Column::ChannelId.eq(books.order.channel_id))
        .filter(payment_method::Column::Provider.eq(Text(provider)))
        .order_by_asc(payment_method::Column::Position)
        .order_by_asc(payment_method::Column::Id)
        .one(transaction)
        .await?
        .ok_or(PaymentError::MethodUnavailable)?;
    let now = app.clock.now();
    let row = payment::ActiveModel {
        id: Set(app.clock.new_id()),
        order_id: Set(books.order.id),
        payment_method_id: Set(method.id),
        provider: Set(Text(provider)),
        status: Set(Text(PaymentStatus::Processing)),
        amount_minor: Set(found.amount_minor),
        currency: Set(found.currency),
        authorized_minor: Set(0),
        captured_minor: Set(0),
        refunded_minor: Set(0),
        provider_ref: Set(Some(found.provider_ref.clone())),
        redirect_url: Set(None),
        client_secret: Set(None),
        parameters: Set(None),
        payer_ref: Set(None),
        return_url: Set(None),
        expires_at: Set(None),
        inquire_at: Set(None),
        error: Set(None),
        is_settling: Set(false),
        for_change: Set(books.order.status.0.takes_payment(true)),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let written = row.insert(transaction).await?;
    let id = written.id;
    books.payments.push(written);
    Ok(id)
}

/// All that was put aside of one payment and nobody dealt with, in the order it happened.
async fn siblings(transaction: &DatabaseTransaction, found: &Model) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Provider.eq(found.provider.as_str()))
        .filter(Column::ProviderRef.eq(found.provider_ref.as_str()))
        .filter(Column::Currency.eq(found.currency))
        .filter(Column::Status.eq(Text(UnmatchedStatus::Open)))
        .order_by_asc(Column::OccurredAt)
        .order_by_asc(Column::Id)
        .all(transaction)
        .await?)
}

/// Says that money belongs to no order, and what became of it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a reason; [`PaymentError::NotNow`] for what was dealt with before.
pub async fn close_unmatched(
    app: &AppState,
    viewer: &Viewer,
    command: CloseUnmatched,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    let reason = command.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::invalid(&["reason"], "say why").into());
    }
    if reason.chars().count() > MAX_REASON {
        return Err(Error::invalid(&["reason"], format!("at most {MAX_REASON} characters")).into());
    }
    let command = CloseUnmatched { reason, ..command };
    app.database
        .retry(|| try_close(app, viewer, &command))
        .await
}

async fn try_close(
    app: &AppState,
    viewer: &Viewer,
    command: &CloseUnmatched,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let actor_key = viewer.idempotency_actor("");
    let request = idempotency::Request::try_new(
        &actor_key,
        "unmatchedPaymentClose",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        unmatched_payment_id: command.unmatched_payment_id,
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return load(&transaction, first.unmatched_payment_id).await;
    }
    let found = load(&transaction, command.unmatched_payment_id).await?;
    let status = (UnmatchedStatus::Closed, None, Some(command.reason.clone()));
    settle(app, &transaction, &found, status, viewer.actor()).await?;
    let closed = load(&transaction, found.id).await?;
    transaction.commit().await?;
    Ok(closed)
}

/// Marks money as dealt with, once.
async fn settle(
    app: &AppState,
    transaction: &DatabaseTransaction,
    found: &Model,
    (status, order_id, note): (UnmatchedStatus, Option<Uuid>, Option<String>),
    (actor_kind, actor_id): ActorRef,
) -> Result<(), PaymentError> {
    let row = ActiveModel {
        status: Set(Text(status)),
        order_id: Set(order_id),
        note: Set(note),
        actor_kind: Set(Some(Text(actor_kind))),
        actor_id: Set(actor_id),
        closed_at: Set(Some(app.clock.now())),
        ..Default::default()
    };
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(found.id))
        .filter(Column::Status.eq(Text(UnmatchedStatus::Open)))
        .exec(transaction)
        .await?;
    if written.rows_affected == 0 {
        return Err(PaymentError::NotNow("it was dealt with before"));
    }
    Ok(())
}

async fn load(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, PaymentError> {
    let found = Entity::find_by_id(id).one(transaction).await?;
    Ok(found.ok_or(Error::NotFound("unmatched payment"))?)
}

fn provider(found: &Model) -> Result<PaymentProvider> {
    PaymentProvider::parse(&found.provider).ok_or(Error::NotFound("payment provider"))
}

fn message(found: &Model) -> Result<ProviderMessage> {
    serde_json::from_value(found.message.0.clone()).map_err(Error::internal)
}

/// What happened, by what was told.
///
/// # Errors
/// [`Error::Internal`] when what was kept cannot be read.
pub fn kind(found: &Model) -> Result<PaymentEventKind> {
    Ok(message(found)?.kind)
}

/// Money that was put aside, for those with `PAYMENT_READ`.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: UnmatchedPaymentId,
) -> Result<Option<Model>> {
    if !viewer.may(Permission::PaymentRead) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?)
}

/// Money that was put aside, what waits longest first.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    status: Option<UnmatchedStatus>,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::PaymentRead)?;
    let query = Entity::find().apply_if(status, |query, status| {
        query.filter(Column::Status.eq(Text(status)))
    });
    page.oldest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}
