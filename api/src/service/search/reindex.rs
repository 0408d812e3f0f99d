//! Rebuilding everything: the built-in engine's documents, then the search server's indexes aside, swapped in whole.

use chrono::TimeDelta;
use domain::permission::Permission;
use entity::{product, search_document};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::keep::{BATCH, products_changed};
use super::send::{
    SEND_BATCH, SendError, Version, begin_generation, confirm, forget_sent, send_pending,
};
use super::{channel_ids, languages};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::search::{IndexError, Languages, Meilisearch, Target, load_documents};
use crate::state::AppState;

/// A server process may hold an older state of a product, about to be sent, for this long: a version this young at the swap
/// is sent once more.
const OVERTAKING: TimeDelta = TimeDelta::seconds(30);

/// How far a rebuild is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The built-in engine's documents of so many of all products are written.
    Written {
        /// Products done.
        done: u64,
        /// Products in all.
        of: u64,
    },
    /// So many documents of a language are sent to the search server.
    Sent {
        /// The language.
        locale: String,
        /// Documents done.
        done: u64,
        /// Documents in all.
        of: u64,
    },
    /// The rebuilt index of a language is in place.
    Swapped {
        /// The language.
        locale: String,
    },
}

/// Rebuilds every index while searches go on.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::Forbidden`] without permission `SEARCH_WRITE`; [`Error::Unavailable`] when the
/// search server fails: its index is then as it was, and the rebuild may be started again.
pub async fn reindex(
    app: &AppState,
    viewer: &Viewer,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<()> {
    viewer.require(Permission::SearchWrite)?;
    let languages = languages(app)?;
    write_all(app, &languages, report).await?;
    let Some(meilisearch) = &app.search.meilisearch else {
        return Ok(());
    };
    let alone = meilisearch.sending.lock().await;
    for locale in &languages.all {
        rebuild(app, meilisearch, locale, &languages, report).await.map_err(|error| match error {
            SendError::Index(IndexError::Database(error)) | SendError::Database(error) => error,
            SendError::Index(error) => {
                tracing::error!(error = %error, search.locale = %locale, "the index was not rebuilt");
                Error::Unavailable("the search server")
            }
        })?;
    }
    drop(alone);
    send_pending(app).await?;
    Ok(())
}

/// Writes the built-in engine's documents of all products, and drops those of languages no longer used.
async fn write_all(
    app: &AppState,
    languages: &Languages,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<()> {
    search_document::Entity::delete_many()
        .filter(search_document::Column::Locale.is_not_in(languages.all.iter().map(String::as_str)))
        .exec(app.database.write())
        .await?;
    let of = product::Entity::find().count(app.database.read()).await?;
    let mut done = 0;
    let mut last: Option<Uuid> = None;
    loop {
        let mut query = product::Entity::find()
            .select_only()
            .column(product::Column::Id)
            .order_by_asc(product::Column::Id);
        if let Some(last) = last {
            query = query.filter(product::Column::Id.gt(last));
        }
        let limit = u64::try_from(BATCH).unwrap_or(1);
        let ids: Vec<Uuid> = query
            .limit(limit)
            .into_tuple()
            .all(app.database.read())
            .await?;
        let Some(end) = ids.last() else {
            return Ok(());
        };
        last = Some(*end);
        products_changed(app, &ids).await?;
        done += u64::try_from(ids.len()).unwrap_or_default();
        report(Progress::Written {
            done,
            of: of.max(done),
        });
    }
}

/// Builds the index of a language aside and swaps it in. What changes meanwhile is not in the version that was sent, so it
/// stays pending and follows with the next sending.
async fn rebuild(
    app: &AppState,
    meilisearch: &Meilisearch,
    locale: &str,
    languages: &Languages,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), SendError> {
    let channels = channel_ids(app)?;
    meilisearch.ensure(locale, &channels).await?;
    meilisearch.drop_leftovers(locale).await?;
    let generation = format!("v{}", app.clock.now().timestamp_micros());
    meilisearch
        .begin_aside(locale, &generation, &channels)
        .await?;
    let mut sent = send_all(app, meilisearch, locale, &generation, languages, report).await?;
    let settled = app.clock.now() - OVERTAKING;
    meilisearch.swap(locale, &generation).await?;
    sent.retain(|(_, updated_at)| *updated_at < settled);

    let transaction = app.database.begin().await?;
    begin_generation(&transaction, locale, &generation).await?;
    forget_sent(&transaction, locale).await?;
    confirm(&transaction, locale, &generation, &sent, app.clock.now()).await?;
    transaction.commit().await?;
    report(Progress::Swapped {
        locale: locale.to_owned(),
    });
    Ok(())
}

async fn send_all(
    app: &AppState,
    meilisearch: &Meilisearch,
    locale: &str,
    generation: &str,
    languages: &Languages,
    report: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Vec<Version>, SendError> {
    let only = Languages {
        all: vec![locale.to_owned()],
        default: languages.default.clone(),
    };
    let of = search_document::Entity::find()
        .filter(search_document::Column::Locale.eq(locale))
        .count(app.database.read())
        .await?;
    let mut sent: Vec<Version> = Vec::new();
    loop {
        let mut query = search_document::Entity::find()
            .select_only()
            .columns([
                search_document::Column::ProductId,
                search_document::Column::UpdatedAt,
            ])
            .filter(search_document::Column::Locale.eq(locale))
            .order_by_asc(search_document::Column::ProductId);
        if let Some((last, _)) = sent.last() {
            query = query.filter(search_document::Column::ProductId.gt(*last));
        }
        let versions: Vec<Version> = query
            .limit(SEND_BATCH)
            .into_tuple()
            .all(app.database.read())
            .await?;
        if versions.is_empty() {
            return Ok(sent);
        }
        let ids: Vec<Uuid> = versions.iter().map(|(id, _)| *id).collect();
        let documents = load_documents(app.database.read(), &ids, &only).await?;
        meilisearch
            .put(locale, Target::Aside(generation), &documents)
            .await?;
        sent.extend(versions);
        let done = u64::try_from(sent.len()).unwrap_or_default();
        report(Progress::Sent {
            locale: locale.to_owned(),
            done,
            of: of.max(done),
        });
    }
}
