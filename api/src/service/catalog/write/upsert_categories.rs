//! Categories are made or changed, parents first.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use entity::{category, category_translation, product_category};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::check::{below, path, refuse};
use super::fields::{MediaFields, Patch, SeoFields, TranslationFields};
use super::group::{check_slugs, drop_media, ids_by_slug, write_media};
use super::text::{self, TextWishes};
use super::write_product::default_locale;
use super::{CatalogError, lost_race};
use crate::auth::Viewer;
use crate::error::{Error, FieldPath, Result};
use crate::job::{self, Job};
use crate::service::catalog::read::{CategoryView, categories_by_ids};
use crate::state::AppState;

/// Deepest level of the tree.
const MAX_DEPTH: usize = 10;

/// Writable fields of a category.
#[derive(Clone, Debug)]
pub struct CategoryFields {
    /// Slug in the channel's default language, by which a category is known.
    pub slug: String,
    /// Name in the default language; needed when new.
    pub name: Option<String>,
    /// HTML in the default language.
    pub description: Patch<String>,
    /// Slug of the category above; cleared makes it a root.
    pub parent_slug: Patch<String>,
    /// Place among siblings.
    pub position: Option<i32>,
    /// Picture.
    pub media: Patch<MediaFields>,
    /// Search engine texts in the default language.
    pub seo: Patch<SeoFields>,
    /// Texts in all other languages.
    pub translations: Option<Vec<TranslationFields>>,
}

/// Categories to make or change.
#[derive(Clone, Debug)]
pub struct UpsertCategories {
    /// The categories; parents come before their children.
    pub categories: Vec<CategoryFields>,
}

/// Makes or changes categories, matched by slug; all or none are written.
///
/// # Errors
/// An unknown parent, a circle, a bad value, a missing permission.
pub async fn upsert_categories(
    app: &AppState,
    viewer: &Viewer,
    command: UpsertCategories,
) -> Result<Vec<Arc<CategoryView>>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let slugs = check_slugs(
        "categories",
        command.categories.iter().map(|fields| fields.slug.as_str()),
    )?;
    let attempt = || async {
        let transaction = app.database.begin().await?;
        let ids = write_all(&transaction, app, viewer, &slugs, &command.categories).await?;
        transaction.commit().await?;
        Ok::<_, CatalogError>(ids)
    };
    let ids = app.database.retry(attempt).await.map_err(lost_race)?;
    let mut views = categories_by_ids(app, viewer, &ids).await?;
    Ok(ids.iter().filter_map(|id| views.remove(id)).collect())
}

async fn write_all(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    slugs: &[String],
    categories: &[CategoryFields],
) -> Result<Vec<Uuid>, CatalogError> {
    let parents = categories
        .iter()
        .filter_map(|fields| fields.parent_slug.clone().flatten());
    let mut known = ids_by_slug::<category_translation::Entity>(
        transaction,
        slugs.iter().cloned().chain(parents),
    )
    .await?;
    let mut ids = Vec::with_capacity(categories.len());
    for (index, (slug, fields)) in slugs.iter().zip(categories).enumerate() {
        let base = path(&["categories", &index.to_string()]);
        let id = write_one(transaction, app, viewer, &base, slug, fields, &known).await?;
        known.insert(slug.clone(), id);
        ids.push(id);
    }
    tell_search(transaction, app, &ids).await?;
    Ok(ids)
}

async fn write_one(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    base: &FieldPath,
    slug: &str,
    fields: &CategoryFields,
    known: &HashMap<String, Uuid>,
) -> Result<Uuid, CatalogError> {
    let now = app.clock.now();
    let stored = match known.get(slug) {
        Some(id) => {
            category::Entity::find_by_id(*id)
                .lock_exclusive()
                .one(transaction)
                .await?
        }
        None => None,
    };
    let is_new = stored.is_none();
    let mut row = match &stored {
        Some(row) => row.clone(),
        None => blank(app.clock.new_id(), now),
    };
    if let Some(parent_slug) = &fields.parent_slug {
        row.parent_id = match parent_slug {
            None => None,
            Some(slug) => Some(*known.get(slug.trim()).ok_or_else(|| {
                refuse(
                    below(base, &["parentSlug"]),
                    "there is no such category; parents come first",
                )
            })?),
        };
    }
    row.path = path_below(transaction, base, row.id, row.parent_id).await?;
    row.position = match fields.position {
        Some(position) => position,
        None if is_new => last_position(transaction, row.parent_id).await?,
        None => row.position,
    };
    let picture = fields.media.as_ref().map(Option::as_ref);
    row.media_id = write_media(transaction, &app.clock, base, row.media_id, picture).await?;
    row.updated_at = now;
    write_row(transaction, stored.as_ref(), &row).await?;
    let wishes_slug = if is_new {
        Some(Some(slug.to_owned()))
    } else {
        None
    };
    let default_locale = default_locale(viewer)?;
    let wishes = TextWishes {
        base: base.clone(),
        default_locale: &default_locale,
        name: fields.name.as_deref(),
        slug: &wishes_slug,
        description: &fields.description,
        seo: &fields.seo,
        translations: fields.translations.as_deref(),
        locales: &viewer.channel.locales,
    };
    text::write::<category_translation::Entity>(transaction, row.id, &wishes).await?;
    Ok(row.id)
}

fn blank(id: Uuid, now: DateTime<Utc>) -> category::Model {
    category::Model {
        id,
        parent_id: None,
        position: 0,
        path: String::new(),
        media_id: None,
        version: 0,
        created_at: now,
        updated_at: now,
    }
}

async fn write_row(
    transaction: &DatabaseTransaction,
    stored: Option<&category::Model>,
    row: &category::Model,
) -> Result<(), CatalogError> {
    let mut active = row.clone().into_active_model().reset_all();
    active.version = sea_orm::ActiveValue::Set(row.version.saturating_add(1));
    let Some(stored) = stored else {
        category::Entity::insert(active)
            .exec_without_returning(transaction)
            .await?;
        return Ok(());
    };
    active.id = sea_orm::ActiveValue::Unchanged(row.id);
    category::Entity::update(active).exec(transaction).await?;
    drop_media(transaction, stored.media_id, row.media_id).await?;
    if stored.path != row.path {
        move_branch(transaction, &stored.path, &row.path).await?;
    }
    Ok(())
}

/// The path of a category below its parent.
async fn path_below(
    transaction: &DatabaseTransaction,
    base: &FieldPath,
    id: Uuid,
    parent_id: Option<Uuid>,
) -> Result<String, CatalogError> {
    let own = id.simple().to_string();
    let Some(parent_id) = parent_id else {
        return Ok(own);
    };
    let parent = category::Entity::find_by_id(parent_id)
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("category"))?;
    let field = || below(base, &["parentSlug"]);
    if parent.path.split('/').any(|part| part == own) {
        return Err(refuse(field(), "a category cannot be below itself").into());
    }
    if parent.path.split('/').count() >= MAX_DEPTH {
        return Err(refuse(field(), format!("the tree has at most {MAX_DEPTH} levels")).into());
    }
    Ok(format!("{}/{own}", parent.path))
}

/// Categories below a moved one move with it.
async fn move_branch(
    transaction: &DatabaseTransaction,
    from: &str,
    to: &str,
) -> Result<(), CatalogError> {
    let branch = category::Entity::find()
        .filter(category::Column::Path.starts_with(format!("{from}/")))
        .all(transaction)
        .await?;
    for row in branch {
        let Some(rest) = row.path.strip_prefix(from) else {
            continue;
        };
        category::Entity::update_many()
            .col_expr(category::Column::Path, Expr::val(format!("{to}{rest}")))
            .filter(category::Column::Id.eq(row.id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// The place behind the last sibling.
async fn last_position(transaction: &DatabaseTransaction, parent_id: Option<Uuid>) -> Result<i32> {
    let siblings = match parent_id {
        Some(id) => category::Column::ParentId.eq(id),
        None => category::Column::ParentId.is_null(),
    };
    let last = category::Entity::find()
        .filter(siblings)
        .order_by_desc(category::Column::Position)
        .one(transaction)
        .await?;
    Ok(last.map_or(0, |row| row.position.saturating_add(1)))
}

/// Products are found by the names of their categories.
async fn tell_search(
    transaction: &DatabaseTransaction,
    app: &AppState,
    ids: &[Uuid],
) -> Result<()> {
    let products: Vec<Uuid> = product_category::Entity::find()
        .select_only()
        .distinct()
        .column(product_category::Column::ProductId)
        .filter(product_category::Column::CategoryId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(transaction)
        .await?;
    for product_id in products {
        job::push(transaction, &app.clock, &Job::ProductChanged { product_id }).await?;
    }
    Ok(())
}
