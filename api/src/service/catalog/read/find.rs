//! Single products and variants, and batches of them by id.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::{ProductStatus, model_key};
use domain::id::{MediaId, ProductId, ProductVariantId};
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use entity::{media, product, product_listing, product_translation, product_variant};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationBuilder, RelationDef, Select,
};
use uuid::Uuid;

use super::Scope;
use super::filter::is_visible;
use super::product::{ProductRow, ProductView, ToldRow, select, told, views, with_texts};
use super::variant::{self, VariantRow, VariantView};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::rows::{KeptSql, padded};
use crate::state::AppState;

/// Most model numbers looked up at a time.
const MAX_MODEL_NUMBERS: usize = 50;

/// What a variant is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantKey {
    /// Its id.
    Id(ProductVariantId),
    /// Its stock keeping unit.
    Sku(String),
    /// The maker's model number, however it is typed. Of several variants the oldest is found.
    ModelNumber(String),
    /// Its EAN, UPC or ISBN.
    Barcode(String),
}

/// Finds a product by id or by slug of any language; both given must agree.
///
/// # Errors
/// [`Error::Invalid`] when neither is given.
pub async fn find_product(
    app: &AppState,
    viewer: &Viewer,
    id: Option<ProductId>,
    slug: Option<&str>,
) -> Result<Option<Arc<ProductView>>> {
    if id.is_none() && slug.is_none() {
        return Err(Error::invalid(&["id"], "give `id` or `slug`"));
    }
    let scope = Scope::of(app, viewer);
    if let (None, Some(slug), false) = (id, slug, scope.sees_all) {
        return by_slug(app, scope, slug).await;
    }
    let mut query = visible(&scope, app.clock.now());
    if let Some(id) = id {
        query = query.filter(product::Column::Id.eq(id.0));
    }
    if let Some(slug) = slug {
        query = query.filter(has_slug(slug));
    }
    one(scope, query).await
}

/// The product of a page in the shop: what is asked most.
async fn by_slug(app: &AppState, scope: Scope, slug: &str) -> Result<Option<Arc<ProductView>>> {
    static TEXT: KeptSql = KeptSql::new();
    let now = app.clock.now();
    let values = vec![
        scope.channel_id.into(),
        ProductStatus::Published.as_str().into(),
        now.into(),
        slug.into(),
    ];
    let statement = TEXT.statement(scope.backend(), 0, values, || {
        with_texts(visible(&scope, now).filter(has_slug(slug)), &scope)
    });
    let row = ToldRow::find_by_statement(statement)
        .one(scope.connection())
        .await?;
    Ok(row.map(|row| told(scope, row)))
}

async fn one(scope: Scope, query: Select<product::Entity>) -> Result<Option<Arc<ProductView>>> {
    let row = with_texts(query, &scope)
        .into_model::<ToldRow>()
        .one(scope.connection())
        .await?;
    Ok(row.map(|row| told(scope, row)))
}

/// Whether a product has this slug in any language.
fn has_slug(slug: &str) -> SimpleExpr {
    let by_slug = product_translation::Entity::find()
        .select_only()
        .column(product_translation::Column::ProductId)
        .filter(product_translation::Column::Slug.eq(slug))
        .into_query();
    // Equal to the one row, not among a set: so the search starts from it whatever the database believes of its tables.
    Expr::col(product::Column::Id.as_column_ref())
        .eq(SimpleExpr::SubQuery(None, Box::new(by_slug.into())))
}

/// Finds a product by its key in the shop's source system.
///
/// # Errors
/// [`Error::Forbidden`] without `PRODUCT_READ`, which shows such keys.
pub async fn find_product_by_external_ref(
    app: &AppState,
    viewer: &Viewer,
    external_ref: &str,
) -> Result<Option<Arc<ProductView>>> {
    viewer.require(Permission::ProductRead)?;
    let scope = Scope::of(app, viewer);
    let query =
        visible(&scope, app.clock.now()).filter(product::Column::ExternalRef.eq(external_ref));
    one(scope, query).await
}

/// Loads products the viewer may see, by id; the others are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn products_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<ProductView>>> {
    let scope = Scope::of(app, viewer);
    let query = visible(&scope, app.clock.now()).filter(product::Column::Id.is_in(padded(ids)));
    by_id(scope, query).await
}

/// Loads the products of variants somebody holds in a cart or an order, also those not published any more.
///
/// # Errors
/// When the database cannot be read.
pub async fn products_of_variants(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<ProductView>>> {
    let scope = Scope::of(app, viewer);
    let query = select(scope.channel_id, false).filter(product::Column::Id.is_in(padded(ids)));
    by_id(scope, query).await
}

async fn by_id(
    scope: Scope,
    query: Select<product::Entity>,
) -> Result<HashMap<Uuid, Arc<ProductView>>> {
    let rows = query
        .into_model::<ProductRow>()
        .all(scope.connection())
        .await?;
    Ok(views(scope, rows)
        .into_iter()
        .map(|view| (view.row.id, view))
        .collect())
}

fn visible(scope: &Scope, now: DateTime<Utc>) -> Select<product::Entity> {
    let query = select(scope.channel_id, !scope.sees_all);
    if scope.sees_all {
        query
    } else {
        query.filter(is_visible(now))
    }
}

/// Loads variants by id, whatever became of their products: those who ask hold them in a cart or an order.
///
/// # Errors
/// When the database cannot be read.
pub async fn variants_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<VariantView>>> {
    let scope = Scope::of(app, viewer);
    let rows = variant::select(scope.channel_id, app.clock.now())
        .filter(product_variant::Column::Id.is_in(padded(ids)))
        .into_model::<VariantRow>()
        .all(scope.connection())
        .await?;
    Ok(by_variant(variant::views(scope, rows).await?))
}

/// Loads variants whose products the viewer may see, by id; the others are left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_variants_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Arc<VariantView>>> {
    let scope = Scope::of(app, viewer);
    let rows = visible_variants(&scope, app.clock.now())
        .filter(product_variant::Column::Id.is_in(padded(ids)))
        .into_model::<VariantRow>()
        .all(scope.connection())
        .await?;
    Ok(by_variant(variant::views(scope, rows).await?))
}

fn by_variant(views: Vec<Arc<VariantView>>) -> HashMap<Uuid, Arc<VariantView>> {
    views.into_iter().map(|view| (view.row.id, view)).collect()
}

/// Finds a variant whose product the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_variant(
    app: &AppState,
    viewer: &Viewer,
    key: &VariantKey,
) -> Result<Option<Arc<VariantView>>> {
    use product_variant::Column;
    let scope = Scope::of(app, viewer);
    let condition = match key {
        VariantKey::Id(id) => Column::Id.eq(id.0),
        VariantKey::Sku(sku) => Column::Sku.eq(sku.trim()),
        VariantKey::Barcode(barcode) => Column::Barcode.eq(barcode.trim()),
        VariantKey::ModelNumber(number) => match model_key(number) {
            Some(key) => Column::ModelKey.eq(key),
            None => return Ok(None),
        },
    };
    let rows = visible_variants(&scope, app.clock.now())
        .filter(condition)
        .order_by_asc(Column::Id)
        .limit(1)
        .into_model::<VariantRow>()
        .all(scope.connection())
        .await?;
    Ok(variant::views(scope, rows).await?.pop())
}

/// Finds the variants in the range by their model numbers, however they are typed, in the order asked; `None` for a number
/// nobody knows. Of several variants the oldest is found.
///
/// # Errors
/// [`Error::Invalid`] for too many numbers; when the database cannot be read.
pub async fn find_by_model_numbers(
    app: &AppState,
    viewer: &Viewer,
    numbers: &[String],
) -> Result<Vec<Option<Arc<VariantView>>>> {
    use product_variant::Column;
    if numbers.len() > MAX_MODEL_NUMBERS {
        let message = format!("at most {MAX_MODEL_NUMBERS} model numbers at a time");
        return Err(Error::invalid(&["modelNumbers"], message));
    }
    let keys: Vec<Option<String>> = numbers.iter().map(|number| model_key(number)).collect();
    let scope = Scope::of(app, viewer);
    let rows = visible_variants(&scope, app.clock.now())
        .filter(Column::ModelKey.is_in(keys.iter().flatten().cloned()))
        .filter(Column::ArchivedAt.is_null())
        .order_by_asc(Column::Id)
        .into_model::<VariantRow>()
        .all(scope.connection())
        .await?;
    let mut by_key: HashMap<String, Arc<VariantView>> = HashMap::new();
    for view in variant::views(scope, rows).await? {
        if let Some(key) = view.row.model_number.as_deref().and_then(model_key) {
            by_key.entry(key).or_insert(view);
        }
    }
    let found = |key: &Option<String>| key.as_ref().and_then(|key| by_key.get(key)).cloned();
    Ok(keys.iter().map(found).collect())
}

/// Variants the viewer may see.
fn visible_variants(scope: &Scope, now: DateTime<Utc>) -> Select<product_variant::Entity> {
    let query = variant::select(scope.channel_id, now);
    if scope.sees_all {
        return query;
    }
    query
        .join(JoinType::InnerJoin, product_of_variant())
        .join(JoinType::InnerJoin, listing_of_variant(scope.channel_id))
        .filter(is_visible(now))
}

/// Finds a picture of something the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_media(
    app: &AppState,
    viewer: &Viewer,
    id: MediaId,
) -> Result<Option<media::Model>> {
    let Some(row) = media::Entity::find_by_id(id.0)
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let is_visible = match (row.product_id, row.variant_id) {
        (Some(product_id), _) => find_product(app, viewer, Some(ProductId(product_id)), None)
            .await?
            .is_some(),
        (None, Some(variant_id)) => {
            find_variant(app, viewer, &VariantKey::Id(ProductVariantId(variant_id)))
                .await?
                .is_some()
        }
        // Categories and collections are open to all.
        (None, None) => true,
    };
    Ok(is_visible.then_some(row))
}

fn product_of_variant() -> RelationDef {
    product_variant::Entity::belongs_to(product::Entity)
        .from(product_variant::Column::ProductId)
        .to(product::Column::Id)
        .into()
}

fn listing_of_variant(channel_id: Uuid) -> RelationDef {
    let link: RelationBuilder<_, _> = product_variant::Entity::belongs_to(product_listing::Entity)
        .from(product_variant::Column::ProductId)
        .to(product_listing::Column::ProductId);
    link.on_condition(move |_, listing| {
        Condition::all()
            .add(Expr::col((listing, product_listing::Column::ChannelId)).eq(channel_id))
    })
    .into()
}
