//! How far the index is behind the shop.

use chrono::TimeDelta;
use domain::event::OutboxStatus;
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use entity::{search_document, search_state};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::send::ENGINE;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Health of the search index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// Whether a search server is in use, rather than the built-in engine.
    pub is_meilisearch: bool,
    /// Products in the index.
    pub documents: u64,
    /// Products whose last change is not in it yet.
    pub pending: u64,
    /// Age of the oldest such change, in seconds.
    pub lag_seconds: u64,
    /// Why the search server last failed; null since it took a change.
    pub last_error: Option<String>,
}

/// Tells the health of the index.
///
/// # Errors
/// [`Error::Unauthenticated`] and [`Error::Forbidden`] without permission `SEARCH_READ`.
pub async fn index_state(app: &AppState, viewer: &Viewer) -> Result<IndexState> {
    viewer.require(Permission::SearchRead)?;
    let is_meilisearch = app.search.meilisearch.is_some();
    let language = &app.channels.find(None)?.default_locale;
    let mut documents =
        search_document::Entity::find().filter(search_document::Column::Locale.eq(language));
    if is_meilisearch {
        documents = documents.filter(search_document::Column::IndexedAt.is_not_null());
    }
    let (pending, oldest) = backlog(app).await?;
    let last_error = if is_meilisearch {
        last_error(app).await?
    } else {
        None
    };
    Ok(IndexState {
        is_meilisearch,
        documents: documents.count(app.database.read()).await?,
        pending,
        lag_seconds: age(app, oldest),
        last_error,
    })
}

/// Age of the oldest change that is not in the index yet, in seconds; for the readiness page.
///
/// # Errors
/// When the database fails.
pub async fn lag(app: &AppState) -> Result<u64> {
    let (_, oldest) = backlog(app).await?;
    Ok(age(app, oldest))
}

fn age(app: &AppState, oldest: Option<DateTimeUtc>) -> u64 {
    let age = oldest.map_or(TimeDelta::zero(), |oldest| app.clock.now() - oldest);
    u64::try_from(age.num_seconds()).unwrap_or_default()
}

/// Products with changes on their way, and since when: jobs not done, and documents the search server has not confirmed.
async fn backlog(app: &AppState) -> Result<(u64, Option<DateTimeUtc>)> {
    use entity::outbox_message;
    use sea_orm::sea_query::{Expr, Query, UnionType};
    let mut waiting = Query::select()
        .expr_as(Expr::col(outbox_message::Column::SubjectId), "product_id")
        .expr_as(Expr::col(outbox_message::Column::CreatedAt), "since")
        .from(outbox_message::Entity)
        .and_where(outbox_message::Column::Kind.eq("product_changed"))
        .and_where(outbox_message::Column::Status.is_in([
            OutboxStatus::Pending.as_str(),
            OutboxStatus::Parked.as_str(),
        ]))
        .to_owned();
    if app.search.meilisearch.is_some() {
        let unsent = Query::select()
            .expr_as(Expr::col(search_document::Column::ProductId), "product_id")
            .expr_as(Expr::col(search_document::Column::UpdatedAt), "since")
            .from(search_document::Entity)
            .and_where(search_document::Column::IndexedAt.is_null())
            .to_owned();
        waiting.union(UnionType::All, unsent);
    }
    let backlog = Query::select()
        .expr_as(Expr::cust("COUNT(DISTINCT product_id)"), "products")
        .expr_as(Expr::cust("MIN(since)"), "oldest")
        .from_subquery(waiting, "waiting")
        .to_owned();
    let connection = app.database.read();
    let row = sea_orm::ConnectionTrait::query_one(connection, &backlog)
        .await?
        .ok_or_else(|| Error::internal("no row from COUNT"))?;
    let products: i64 = row.try_get("", "products")?;
    Ok((
        u64::try_from(products).unwrap_or_default(),
        row.try_get("", "oldest")?,
    ))
}

async fn last_error(app: &AppState) -> Result<Option<String>> {
    let states = search_state::Entity::find()
        .filter(search_state::Column::Engine.eq(ENGINE))
        .all(app.database.read())
        .await?;
    Ok(states.into_iter().find_map(|state| state.last_error))
}
