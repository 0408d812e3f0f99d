//! Categories: a tree whose rows know their path.

use std::collections::HashMap;
use std::sync::Arc;

use domain::id::CategoryId;
use entity::{category, category_translation, media};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::product::texts;
use super::text::{self, TextRow, Texts};
use super::{ByOwner, Scope, of_owner};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// A category with its parts, which are loaded for all categories of a batch at once.
pub struct CategoryView {
    /// The category.
    pub row: category::Model,
    batch: Arc<CategoryBatch>,
}

struct CategoryBatch {
    scope: Scope,
    ids: Vec<Uuid>,
    media_ids: Vec<Uuid>,
    /// Every category above one of the batch.
    ancestor_ids: Vec<Uuid>,
    texts: OnceCell<ByOwner<TextRow>>,
    media: OnceCell<HashMap<Uuid, media::Model>>,
    children: OnceCell<ByOwner<Arc<CategoryView>>>,
    ancestors: OnceCell<HashMap<Uuid, Arc<CategoryView>>>,
}

impl CategoryView {
    /// Makes views that share a batch.
    pub(super) fn batch(scope: Scope, rows: Vec<category::Model>) -> Vec<Arc<Self>> {
        let mut ancestor_ids: Vec<Uuid> = rows.iter().flat_map(above).collect();
        ancestor_ids.sort_unstable();
        ancestor_ids.dedup();
        let batch = Arc::new(CategoryBatch {
            scope,
            ids: rows.iter().map(|row| row.id).collect(),
            media_ids: rows.iter().filter_map(|row| row.media_id).collect(),
            ancestor_ids,
            texts: OnceCell::new(),
            media: OnceCell::new(),
            children: OnceCell::new(),
            ancestors: OnceCell::new(),
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

    /// The categories right below, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn children(&self) -> Result<&[Arc<CategoryView>]> {
        let all = self
            .batch
            .children
            .get_or_try_init(|| self.batch.load_children())
            .await?;
        Ok(of_owner(all, self.row.id))
    }

    /// The categories above, from the root down.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ancestors(&self) -> Result<Vec<Arc<CategoryView>>> {
        if self.row.parent_id.is_none() {
            return Ok(Vec::new());
        }
        let batch = &self.batch;
        let all = batch
            .ancestors
            .get_or_try_init(|| batch.load_ancestors())
            .await?;
        Ok(above(&self.row)
            .filter_map(|id| all.get(&id).cloned())
            .collect())
    }
}

/// Ids on the path above a category, from the root down.
fn above(row: &category::Model) -> impl Iterator<Item = Uuid> {
    let own = row.id;
    row.path
        .split('/')
        .filter_map(|part| Uuid::try_parse(part).ok())
        .filter(move |id| *id != own)
}

impl CategoryBatch {
    async fn load_texts(&self) -> Result<ByOwner<TextRow>> {
        use category_translation::{Column, Entity};
        text::load::<Entity>(
            self.scope.connection(),
            Column::CategoryId,
            &self.ids,
            false,
        )
        .await
    }

    async fn load_children(&self) -> Result<ByOwner<Arc<CategoryView>>> {
        let rows = category::Entity::find()
            .filter(category::Column::ParentId.is_in(padded(&self.ids)))
            .order_by_asc(category::Column::Position)
            .order_by_asc(category::Column::Id)
            .all(self.scope.connection())
            .await?;
        let views = CategoryView::batch(self.scope.clone(), rows);
        Ok(grouped(views, |view| {
            view.row.parent_id.unwrap_or_default()
        }))
    }

    async fn load_ancestors(&self) -> Result<HashMap<Uuid, Arc<CategoryView>>> {
        load(&self.scope, &self.ancestor_ids).await
    }
}

async fn load(scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<CategoryView>>> {
    let rows = category::Entity::find()
        .filter(category::Column::Id.is_in(padded(ids)))
        .all(scope.connection())
        .await?;
    let views = CategoryView::batch(scope.clone(), rows);
    Ok(views.into_iter().map(|view| (view.row.id, view)).collect())
}

/// Loads pictures by id.
pub(super) async fn load_media(scope: &Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, media::Model>> {
    let rows = media::Entity::find()
        .filter(media::Column::Id.is_in(padded(ids)))
        .all(scope.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads categories by id; unknown ids are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn categories_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<CategoryView>>> {
    load(&Scope::of(app, viewer), ids).await
}

/// Finds a category by id or by slug of any language; both given must agree.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_category(
    app: &AppState,
    viewer: &Viewer,
    id: Option<CategoryId>,
    slug: Option<&str>,
) -> Result<Option<Arc<CategoryView>>> {
    let mut query = category::Entity::find();
    if let Some(id) = id {
        query = query.filter(category::Column::Id.eq(id.0));
    }
    if let Some(slug) = slug {
        let by_slug = category_translation::Entity::find()
            .select_only()
            .column(category_translation::Column::CategoryId)
            .filter(category_translation::Column::Slug.eq(slug))
            .into_query();
        query = query.filter(category::Column::Id.in_subquery(by_slug));
    }
    let scope = Scope::of(app, viewer);
    let rows = query.all(scope.connection()).await?;
    Ok(CategoryView::batch(scope, rows).pop())
}

/// Lists one level of the tree in order: the categories right below `parent_id`, or the roots.
///
/// # Errors
/// When the database cannot be read.
pub async fn child_categories(
    app: &AppState,
    viewer: &Viewer,
    parent_id: Option<CategoryId>,
) -> Result<Vec<Arc<CategoryView>>> {
    let level = match parent_id {
        Some(parent) => category::Column::ParentId.eq(parent.0),
        None => category::Column::ParentId.is_null(),
    };
    let scope = Scope::of(app, viewer);
    let rows = category::Entity::find()
        .filter(level)
        .order_by_asc(category::Column::Position)
        .order_by_asc(category::Column::Id)
        .all(scope.connection())
        .await?;
    Ok(CategoryView::batch(scope, rows))
}
