//! Collections: curated sets of products.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::CollectionId;
use entity::{collection, collection_translation, media};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::category::load_media;
use super::product::texts;
use super::text::{self, TextRow, Texts};
use super::{ByOwner, Scope, of_owner};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest, SortKey};
use crate::service::rows::padded;
use crate::state::AppState;

/// A collection with its parts, which are loaded for all collections of a batch at once.
pub struct CollectionView {
    /// The collection.
    pub row: collection::Model,
    batch: Arc<CollectionBatch>,
}

struct CollectionBatch {
    scope: Scope,
    ids: Vec<Uuid>,
    media_ids: Vec<Uuid>,
    texts: OnceCell<ByOwner<TextRow>>,
    media: OnceCell<HashMap<Uuid, media::Model>>,
}

impl CollectionView {
    /// Makes views that share a batch.
    pub(super) fn batch(scope: Scope, rows: Vec<collection::Model>) -> Vec<Arc<Self>> {
        let batch = Arc::new(CollectionBatch {
            scope,
            ids: rows.iter().map(|row| row.id).collect(),
            media_ids: rows.iter().filter_map(|row| row.media_id).collect(),
            texts: OnceCell::new(),
            media: OnceCell::new(),
        });
        rows.into_iter()
            .map(|row| {
                Arc::new(Self {
                    row,
                    batch: Arc::clone(&batch),
                })
            })
            .collect()
    }

    /// Its texts for the viewer; `locale` overrides the language.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn texts<'a>(
        &'a self,
        viewer: &'a Viewer,
        locale: Option<&'a str>,
    ) -> Result<Texts<'a>> {
        let all = self
            .batch
            .texts
            .get_or_try_init(|| self.batch.load_texts())
            .await?;
        Ok(texts(of_owner(all, self.row.id), viewer, locale))
    }

    /// Its picture.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn media(&self) -> Result<Option<&media::Model>> {
        let Some(media_id) = self.row.media_id else {
            return Ok(None);
        };
        let batch = &self.batch;
        let all = batch
            .media
            .get_or_try_init(|| load_media(&batch.scope, &batch.media_ids))
            .await?;
        Ok(all.get(&media_id))
    }
}

impl CollectionBatch {
    async fn load_texts(&self) -> Result<ByOwner<TextRow>> {
        use collection_translation::{Column, Entity};
        text::load::<Entity>(
            self.scope.connection(),
            Column::CollectionId,
            &self.ids,
            false,
        )
        .await
    }
}

/// Loads collections by id; unknown ids are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn collections_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<CollectionView>>> {
    let scope = Scope::of(app, viewer);
    let rows = collection::Entity::find()
        .filter(collection::Column::Id.is_in(padded(ids)))
        .all(scope.connection())
        .await?;
    let views = CollectionView::batch(scope, rows);
    Ok(views.into_iter().map(|view| (view.row.id, view)).collect())
}

/// Finds a collection by id or by slug of any language; both given must agree.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_collection(
    app: &AppState,
    viewer: &Viewer,
    id: Option<CollectionId>,
    slug: Option<&str>,
) -> Result<Option<Arc<CollectionView>>> {
    let mut query = collection::Entity::find();
    if let Some(id) = id {
        query = query.filter(collection::Column::Id.eq(id.0));
    }
    if let Some(slug) = slug {
        let by_slug = collection_translation::Entity::find()
            .select_only()
            .column(collection_translation::Column::CollectionId)
            .filter(collection_translation::Column::Slug.eq(slug))
            .into_query();
        query = query.filter(collection::Column::Id.in_subquery(by_slug));
    }
    let scope = Scope::of(app, viewer);
    let rows = query.all(scope.connection()).await?;
    Ok(CollectionView::batch(scope, rows).pop())
}

/// Lists collections in their order.
///
/// # Errors
/// [`crate::error::Error::Invalid`] for a cursor of another list.
pub async fn collection_views(
    app: &AppState,
    viewer: &Viewer,
    page: &PageRequest,
) -> Result<Page<Arc<CollectionView>>> {
    let scope = Scope::of(app, viewer);
    let (position, id) = page.position::<(i32, Uuid)>()?.unzip();
    let keys = vec![
        SortKey::asc(collection::Column::Position, position),
        SortKey::asc(collection::Column::Id, id),
    ];
    let rows = page
        .apply(collection::Entity::find(), keys)
        .all(scope.connection())
        .await?;
    let total = if page.with_total {
        Some(collection::Entity::find().count(scope.connection()).await?)
    } else {
        None
    };
    page.page(CollectionView::batch(scope, rows), total, |view| {
        (view.row.position, view.row.id)
    })
}
