//! Collections are made or changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use entity::{collection, collection_translation, product, product_collection};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::check::{at_most, below, path, refuse};
use super::fields::{MediaFields, Patch, SeoFields, TranslationFields};
use super::group::{check_slugs, drop_media, ids_by_slug, write_media};
use super::text::{self, TextWishes};
use super::write_product::default_locale;
use super::{CatalogError, lost_race};
use crate::auth::Viewer;
use crate::error::{FieldPath, Result};
use crate::job::{self, Job};
use crate::service::catalog::read::{CollectionView, collections_by_ids};
use crate::service::rows::INSERT_CHUNK;
use crate::state::AppState;

/// Most products of one collection.
const MAX_PRODUCTS: usize = 10_000;

/// Writable fields of a collection.
#[derive(Clone, Debug)]
pub struct CollectionFields {
    /// Slug in the channel's default language, by which a collection is known.
    pub slug: String,
    /// Name in the default language; needed when new.
    pub name: Option<String>,
    /// HTML in the default language.
    pub description: Patch<String>,
    /// Products in order.
    pub product_ids: Option<Vec<Uuid>>,
    /// Picture.
    pub media: Patch<MediaFields>,
    /// Search engine texts in the default language.
    pub seo: Patch<SeoFields>,
    /// Texts in all other languages.
    pub translations: Option<Vec<TranslationFields>>,
}

/// Collections to make or change.
#[derive(Clone, Debug)]
pub struct UpsertCollections {
    /// The collections.
    pub collections: Vec<CollectionFields>,
}

/// Makes or changes collections, matched by slug; all or none are written.
///
/// # Errors
/// An unknown product, a bad value, a missing permission.
pub async fn upsert_collections(
    app: &AppState,
    viewer: &Viewer,
    command: UpsertCollections,
) -> Result<Vec<Arc<CollectionView>>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let slugs = check_slugs(
        "collections",
        command
            .collections
            .iter()
            .map(|fields| fields.slug.as_str()),
    )?;
    let attempt = || async {
        let transaction = app.database.begin().await?;
        let mut known =
            ids_by_slug::<collection_translation::Entity>(&transaction, slugs.iter().cloned())
                .await?;
        let mut ids = Vec::with_capacity(slugs.len());
        for (index, (slug, fields)) in slugs.iter().zip(&command.collections).enumerate() {
            let base = path(&["collections", &index.to_string()]);
            let id = write_one(&transaction, app, viewer, &base, slug, fields, &known).await?;
            known.insert(slug.clone(), id);
            ids.push(id);
        }
        transaction.commit().await?;
        Ok::<_, CatalogError>(ids)
    };
    let ids = app.database.retry(attempt).await.map_err(lost_race)?;
    let mut views = collections_by_ids(app, viewer, &ids).await?;
    Ok(ids.iter().filter_map(|id| views.remove(id)).collect())
}

async fn write_one(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    base: &FieldPath,
    slug: &str,
    fields: &CollectionFields,
    known: &HashMap<String, Uuid>,
) -> Result<Uuid, CatalogError> {
    let now = app.clock.now();
    let stored = match known.get(slug) {
        Some(id) => {
            collection::Entity::find_by_id(*id)
                .lock_exclusive()
                .one(transaction)
                .await?
        }
        None => None,
    };
    let mut row = match &stored {
        Some(row) => row.clone(),
        None => blank(transaction, app.clock.new_id(), now).await?,
    };
    let picture = fields.media.as_ref().map(Option::as_ref);
    row.media_id = write_media(transaction, &app.clock, base, row.media_id, picture).await?;
    row.updated_at = now;
    let mut active = row.clone().into_active_model().reset_all();
    active.version = Set(row.version.saturating_add(1));
    match &stored {
        None => {
            collection::Entity::insert(active)
                .exec_without_returning(transaction)
                .await?;
        }
        Some(stored) => {
            active.id = Unchanged(row.id);
            collection::Entity::update(active).exec(transaction).await?;
            drop_media(transaction, stored.media_id, row.media_id).await?;
        }
    }
    let wishes_slug = if stored.is_none() {
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
    text::write::<collection_translation::Entity>(transaction, row.id, &wishes).await?;
    write_products(
        transaction,
        app,
        &below(base, &["productIds"]),
        row.id,
        fields.product_ids.as_deref(),
    )
    .await?;
    Ok(row.id)
}

async fn blank(
    transaction: &DatabaseTransaction,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<collection::Model> {
    let last = collection::Entity::find()
        .order_by_desc(collection::Column::Position)
        .one(transaction)
        .await?;
    Ok(collection::Model {
        id,
        position: last.map_or(0, |row| row.position.saturating_add(1)),
        media_id: None,
        version: 0,
        created_at: now,
        updated_at: now,
    })
}

/// Makes the collection hold these products in this order, and tells the search index of all whose text changed.
async fn write_products(
    transaction: &DatabaseTransaction,
    app: &AppState,
    field: &FieldPath,
    collection_id: Uuid,
    wanted: Option<&[Uuid]>,
) -> Result<(), CatalogError> {
    use product_collection::{ActiveModel, Column, Entity};
    let before: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::ProductId)
        .filter(Column::CollectionId.eq(collection_id))
        .into_tuple()
        .all(transaction)
        .await?;
    let mut touched: BTreeSet<Uuid> = before.into_iter().collect();
    if let Some(wanted) = wanted {
        check_products(transaction, field, wanted).await?;
        Entity::delete_many()
            .filter(Column::CollectionId.eq(collection_id))
            .exec(transaction)
            .await?;
        let rows: Vec<ActiveModel> = wanted
            .iter()
            .zip(0_i32..)
            .map(|(product_id, position)| ActiveModel {
                collection_id: Set(collection_id),
                product_id: Set(*product_id),
                position: Set(position),
            })
            .collect();
        for chunk in rows.chunks(INSERT_CHUNK) {
            Entity::insert_many(chunk.iter().cloned())
                .exec_without_returning(transaction)
                .await?;
        }
        touched.extend(wanted);
    }
    for product_id in touched {
        job::push(transaction, &app.clock, &Job::ProductChanged { product_id }).await?;
    }
    Ok(())
}

async fn check_products(
    transaction: &DatabaseTransaction,
    field: &FieldPath,
    wanted: &[Uuid],
) -> Result<()> {
    at_most(field.clone(), wanted.len(), MAX_PRODUCTS)?;
    let mut known = BTreeSet::new();
    for chunk in wanted.chunks(INSERT_CHUNK) {
        let ids: Vec<Uuid> = product::Entity::find()
            .select_only()
            .column(product::Column::Id)
            .filter(product::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(transaction)
            .await?;
        known.extend(ids);
    }
    for (index, id) in wanted.iter().enumerate() {
        let at = below(field, &[&index.to_string()]);
        if !known.remove(id) {
            return Err(refuse(at, "each known product is given once"));
        }
    }
    Ok(())
}
