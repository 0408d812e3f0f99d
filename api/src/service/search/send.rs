//! Sending documents to the search server: whatever it has not confirmed since it was last written.
//!
//! A document row is pending while `indexed_at` is null; it is cleared only for the very version that was sent, and only
//! if the index was not rebuilt meanwhile. So nothing is lost when the server is away, however long.

use std::time::{Duration, Instant};

use entity::{search_document, search_state};
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{channel_ids, languages};
use crate::error::{Error, Result};
use crate::search::{IndexError, Languages, Meilisearch, Target, load_documents};
use crate::state::AppState;

/// Name of the engine in `search_state`.
pub(super) const ENGINE: &str = "meilisearch";
/// Generation of an index that was never rebuilt.
const FIRST_GENERATION: &str = "v0";
/// Documents sent in one call; the server puts calls together by itself.
pub(super) const SEND_BATCH: u64 = 1_000;
/// How long one language is sent before the others have their turn; what is left follows with the next call.
const TURN: Duration = Duration::from_secs(10);
/// Versions confirmed in one statement.
const CONFIRM_BATCH: usize = 500;

/// A document row as it was read for sending.
pub(super) type Version = (Uuid, DateTimeUtc);

/// Why documents were not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The search server failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sea_orm::DbErr> for SendError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

/// Sends what is pending, in every language; for a timer, and cheap when nothing is. Gives the number of documents sent.
///
/// A failing server is noted in `search_state` and tried again next time. At most one process should run it at a time;
/// within this one a second call returns at once.
///
/// # Errors
/// When the database fails.
pub async fn send_pending(app: &AppState) -> Result<u64> {
    let Some(meilisearch) = &app.search.meilisearch else {
        return Ok(0);
    };
    let Ok(_alone) = meilisearch.sending.try_lock() else {
        return Ok(0);
    };
    let languages = languages(app)?;
    let mut sent = 0;
    for locale in &languages.all {
        match send_language(app, meilisearch, locale, &languages).await {
            Ok(0) => {}
            Ok(documents) => {
                sent += documents;
                note(app, locale, None).await?;
            }
            Err(SendError::Index(IndexError::Database(error)) | SendError::Database(error)) => {
                return Err(error);
            }
            Err(SendError::Index(error)) => {
                tracing::warn!(error = %error, search.locale = %locale, "documents wait for the search server");
                note(app, locale, Some(error.to_string())).await?;
                break; // the other languages are on the same server
            }
        }
    }
    Ok(sent)
}

async fn send_language(
    app: &AppState,
    meilisearch: &Meilisearch,
    locale: &str,
    languages: &Languages,
) -> Result<u64, SendError> {
    let mut versions = pending(app, locale).await?;
    if versions.is_empty() && meilisearch.is_ready(locale) {
        return Ok(0);
    }
    let generation = generation(app, locale).await?;
    if meilisearch.ensure(locale, &channel_ids(app)?).await? {
        forget_sent(app.database.write(), locale).await?;
        versions = pending(app, locale).await?;
    }
    let only = Languages {
        all: vec![locale.to_owned()],
        default: languages.default.clone(),
    };
    let mut sent = 0;
    let begun = Instant::now();
    while !versions.is_empty() && begun.elapsed() < TURN {
        let ids: Vec<Uuid> = versions.iter().map(|(id, _)| *id).collect();
        let documents = load_documents(app.database.read(), &ids, &only).await?;
        meilisearch.put(locale, Target::Live, &documents).await?;
        confirm(
            app.database.write(),
            locale,
            &generation,
            &versions,
            app.clock.now(),
        )
        .await?;
        sent += u64::try_from(versions.len()).unwrap_or_default();
        versions = pending(app, locale).await?;
    }
    Ok(sent)
}

async fn pending(app: &AppState, locale: &str) -> Result<Vec<Version>> {
    let rows = search_document::Entity::find()
        .select_only()
        .columns([
            search_document::Column::ProductId,
            search_document::Column::UpdatedAt,
        ])
        .filter(search_document::Column::IndexedAt.is_null())
        .filter(search_document::Column::Locale.eq(locale))
        .order_by_asc(search_document::Column::UpdatedAt)
        .limit(SEND_BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(rows)
}

/// Marks the versions sent as confirmed, unless they or the whole index were replaced since they were read.
pub(super) async fn confirm<C: ConnectionTrait>(
    connection: &C,
    locale: &str,
    generation: &str,
    versions: &[Version],
    now: DateTimeUtc,
) -> Result<()> {
    for batch in versions.chunks(CONFIRM_BATCH) {
        let sent = batch
            .iter()
            .fold(Condition::any(), |any, (id, updated_at)| {
                let version = Condition::all()
                    .add(search_document::Column::ProductId.eq(*id))
                    .add(search_document::Column::UpdatedAt.eq(*updated_at));
                any.add(version)
            });
        let current = search_state::Entity::find()
            .select_only()
            .column(search_state::Column::Engine)
            .filter(search_state::Column::Engine.eq(ENGINE))
            .filter(search_state::Column::Locale.eq(locale))
            .filter(search_state::Column::IndexUid.eq(generation));
        search_document::Entity::update_many()
            .col_expr(search_document::Column::IndexedAt, Expr::value(now))
            .filter(search_document::Column::Locale.eq(locale))
            .filter(sent)
            .filter(Expr::exists(sea_orm::QueryTrait::into_query(current)))
            .exec(connection)
            .await?;
    }
    Ok(())
}

/// Makes every document of a language pending again.
pub(super) async fn forget_sent<C: ConnectionTrait>(connection: &C, locale: &str) -> Result<()> {
    search_document::Entity::update_many()
        .col_expr(
            search_document::Column::IndexedAt,
            Expr::value(Option::<DateTimeUtc>::None),
        )
        .filter(search_document::Column::Locale.eq(locale))
        .filter(search_document::Column::IndexedAt.is_not_null())
        .exec(connection)
        .await?;
    Ok(())
}

/// Which build of the index is live; the first time it is written down.
async fn generation(app: &AppState, locale: &str) -> Result<String> {
    let known = search_state::Entity::find_by_id((ENGINE.to_owned(), locale.to_owned()))
        .one(app.database.read())
        .await?;
    if let Some(generation) = known.and_then(|state| state.index_uid) {
        return Ok(generation);
    }
    begin_generation(app.database.write(), locale, FIRST_GENERATION).await?;
    Ok(FIRST_GENERATION.to_owned())
}

/// Writes down that another build of the index is live.
pub(super) async fn begin_generation<C: ConnectionTrait>(
    connection: &C,
    locale: &str,
    generation: &str,
) -> Result<()> {
    let state = search_state::ActiveModel {
        engine: Set(ENGINE.to_owned()),
        locale: Set(locale.to_owned()),
        index_uid: Set(Some(generation.to_owned())),
        ..Default::default()
    };
    upsert(connection, state, &[search_state::Column::IndexUid]).await
}

/// Writes down how the last sending went.
async fn note(app: &AppState, locale: &str, error: Option<String>) -> Result<()> {
    let mut columns = vec![search_state::Column::LastError];
    let mut state = search_state::ActiveModel {
        engine: Set(ENGINE.to_owned()),
        locale: Set(locale.to_owned()),
        ..Default::default()
    };
    if error.is_none() {
        state.last_synced_at = Set(Some(app.clock.now()));
        columns.push(search_state::Column::LastSyncedAt);
    }
    state.last_error = Set(error);
    upsert(app.database.write(), state, &columns).await
}

async fn upsert<C: ConnectionTrait>(
    connection: &C,
    state: search_state::ActiveModel,
    columns: &[search_state::Column],
) -> Result<()> {
    let conflict =
        OnConflict::columns([search_state::Column::Engine, search_state::Column::Locale])
            .update_columns(columns.iter().copied())
            .to_owned();
    search_state::Entity::insert(state)
        .on_conflict(conflict)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
