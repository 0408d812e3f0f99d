//! What creating and changing a product have in common.

use chrono::{DateTime, Utc};
use domain::catalog::ProductStatus;
use domain::locale::Locale;
use entity::column::{Json, Text};
use entity::{product, product_translation};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, SqlErr,
};
use uuid::Uuid;

use super::check::{CODE, NAME, below, line, line_or_none, path};
use super::fields::ProductFields;
use super::media::{self, MediaOwner};
use super::text::{self, TextWishes};
use super::variant::{self, VariantWrite};
use super::{CatalogError, listing, place};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::state::AppState;

/// Class of goods whose tax rate is the usual one.
const USUAL_TAX_CLASS: &str = "standard";

/// Inserts the row of a new product; the rest is written by [`write_parts`].
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    fields: &ProductFields,
    now: DateTime<Utc>,
) -> Result<product::Model, CatalogError> {
    let row = product::Model {
        id: product_id,
        status: Text(ProductStatus::Draft),
        brand: None,
        external_ref: None,
        options: Json(Vec::new()),
        tax_class: USUAL_TAX_CLASS.to_owned(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let row = applied(row, fields)?;
    check_external_ref(transaction, &row, fields).await?;
    let active = product::ActiveModel {
        id: Set(row.id),
        status: Set(row.status),
        brand: Set(row.brand.clone()),
        external_ref: Set(row.external_ref.clone()),
        options: Set(row.options.clone()),
        tax_class: Set(row.tax_class.clone()),
        version: Set(row.version),
        created_at: Set(row.created_at),
        updated_at: Set(row.updated_at),
    };
    product::Entity::insert(active)
        .exec_without_returning(transaction)
        .await?;
    Ok(row)
}

/// Writes the row of a product that is still at the version that was read.
pub(super) async fn update(
    transaction: &DatabaseTransaction,
    stored: product::Model,
    fields: &ProductFields,
    now: DateTime<Utc>,
) -> Result<product::Model, CatalogError> {
    use product::Column;
    let version = stored.version;
    let row = applied(stored, fields)?;
    check_external_ref(transaction, &row, fields).await?;
    let written = product::Entity::update_many()
        .col_expr(Column::Brand, Expr::val(row.brand.clone()))
        .col_expr(Column::ExternalRef, Expr::val(row.external_ref.clone()))
        .col_expr(Column::Options, Expr::val(row.options.clone()))
        .col_expr(Column::TaxClass, Expr::val(row.tax_class.clone()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(now))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(version))
        .exec(transaction)
        .await?;
    if written.rows_affected == 0 {
        return Err(Error::Conflict("product").into());
    }
    Ok(row)
}

fn applied(mut row: product::Model, fields: &ProductFields) -> Result<product::Model> {
    if let Some(brand) = &fields.brand {
        row.brand = line_or_none(path(&["product", "brand"]), brand.as_deref(), CODE)?;
    }
    if let Some(key) = &fields.external_ref {
        row.external_ref = line_or_none(path(&["product", "externalRef"]), key.as_deref(), NAME)?;
    }
    if let Some(options) = &fields.options {
        row.options = Json(options.clone());
    }
    if let Some(class) = &fields.tax_class {
        row.tax_class = line(path(&["product", "taxClass"]), class, CODE)?;
    }
    Ok(row)
}

async fn check_external_ref(
    transaction: &DatabaseTransaction,
    row: &product::Model,
    fields: &ProductFields,
) -> Result<(), CatalogError> {
    let (Some(Some(_)), Some(key)) = (&fields.external_ref, &row.external_ref) else {
        return Ok(());
    };
    let other = product::Entity::find()
        .filter(product::Column::ExternalRef.eq(key.as_str()))
        .filter(product::Column::Id.ne(row.id))
        .one(transaction)
        .await?;
    match other {
        Some(_) => Err(CatalogError::Taken {
            field: path(&["product", "externalRef"]),
            value: key.clone(),
        }),
        None => Ok(()),
    }
}

/// Writes everything that is not in the product's own row, keeps its price range and tells the search index.
pub(super) async fn write_parts(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    row: &product::Model,
    fields: &ProductFields,
    now: DateTime<Utc>,
) -> Result<(), CatalogError> {
    let base = path(&["product"]);
    let default_locale = default_locale(viewer)?;
    let wishes = TextWishes {
        base: base.clone(),
        default_locale: &default_locale,
        name: fields.name.as_deref(),
        slug: &fields.slug,
        description: &fields.description,
        seo: &fields.seo,
        translations: fields.translations.as_deref(),
        locales: &viewer.channel.locales,
    };
    text::write::<product_translation::Entity>(transaction, row.id, &wishes).await?;
    if let Some(tags) = &fields.tags {
        place::write_tags(transaction, row.id, tags).await?;
    }
    if let Some(ids) = &fields.category_ids {
        place::write_categories(transaction, row.id, ids).await?;
    }
    if let Some(ids) = &fields.collection_ids {
        place::write_collections(transaction, row.id, ids).await?;
    }
    if let Some(pictures) = &fields.media {
        let field = below(&base, &["media"]);
        media::replace(
            transaction,
            &app.clock,
            MediaOwner::Product(row.id),
            &field,
            pictures,
        )
        .await?;
    }
    if fields.options.is_some() || !fields.variants.is_empty() {
        let write = VariantWrite {
            product_id: row.id,
            options: &row.options,
            channel_id: viewer.channel.id,
            currency: viewer.channel.currency.0,
            now,
        };
        variant::write(transaction, &app.clock, &write, &fields.variants).await?;
    }
    listing::refresh(transaction, row.id, viewer.channel.id).await?;
    job::push(
        transaction,
        &app.clock,
        &Job::ProductChanged { product_id: row.id },
    )
    .await?;
    Ok(())
}

/// The language whose texts are a thing's own fields.
pub(super) fn default_locale(viewer: &Viewer) -> Result<Locale> {
    Locale::parse(&viewer.channel.default_locale).map_err(Error::internal)
}

/// Reads a product to change it, holding its row until the transaction ends.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    expected_version: Option<i32>,
) -> Result<product::Model, CatalogError> {
    use sea_orm::QuerySelect;
    let row = product::Entity::find_by_id(product_id)
        .lock_exclusive()
        .one(transaction)
        .await?
        .ok_or(Error::NotFound("product"))?;
    if expected_version.is_some_and(|version| version != row.version) {
        return Err(Error::Conflict("product").into());
    }
    Ok(row)
}

/// Names the value when a race for something unique was lost after it was found free.
pub(super) fn lost_race(error: CatalogError) -> CatalogError {
    let CatalogError::Common(Error::Internal(inner)) = &error else {
        return error;
    };
    let Some(SqlErr::UniqueConstraintViolation(detail)) = inner
        .downcast_ref::<sea_orm::DbErr>()
        .and_then(sea_orm::DbErr::sql_err)
    else {
        return error;
    };
    // The database's own words stay inside.
    let (field, value) = if detail.contains("sku") || detail.contains("barcode") {
        (path(&["product", "variants"]), "SKU or barcode")
    } else if detail.contains("slug") {
        (path(&["product", "slug"]), "slug")
    } else {
        (Vec::new(), "key")
    };
    CatalogError::Taken {
        field,
        value: value.to_owned(),
    }
}
