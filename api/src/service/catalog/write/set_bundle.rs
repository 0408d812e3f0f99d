//! A variant becomes a bundle of others, or a single article again.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::id::ProductVariantId;
use domain::permission::Permission;
use domain::stock::{BundleError, check_components};
use entity::{bundle_component, order_line, product_variant, stock_level};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbBackend, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::CatalogError;
use super::check::{path, refuse};
use super::write_product::lock;
use crate::auth::Viewer;
use crate::error::{Error, FieldPath};
use crate::service::catalog::read::{VariantView, variants_by_ids};
use crate::service::inventory;
use crate::state::AppState;

/// What a variant is to be made of.
#[derive(Clone, Debug)]
pub struct SetBundle {
    /// The variant.
    pub variant_id: ProductVariantId,
    /// Variants and the units of each in one unit of the bundle; none for a single article.
    pub components: Vec<(ProductVariantId, i32)>,
}

/// Makes a variant a bundle of these components. What is ordered by now keeps the components it was ordered with.
///
/// # Errors
/// [`CatalogError::NestedBundle`], [`CatalogError::HasStock`], a bad value, a missing permission.
pub async fn set_bundle(
    app: &AppState,
    viewer: &Viewer,
    command: &SetBundle,
) -> Result<Arc<VariantView>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let bundle_id = command.variant_id.0;
    let components: Vec<(Uuid, i32)> = command
        .components
        .iter()
        .map(|(id, quantity)| (id.0, *quantity))
        .collect();
    check_components(bundle_id, &components).map_err(|error| bad_component(&error))?;
    let attempt = || set_once(app, bundle_id, &components);
    app.database.retry(attempt).await?;
    let mut found = variants_by_ids(app, viewer, &[bundle_id]).await?;
    found
        .remove(&bundle_id)
        .ok_or(CatalogError::Common(Error::NotFound("variant")))
}

fn bad_component(error: &BundleError) -> Error {
    let field = match error {
        BundleError::TooMany => path(&["components"]),
        BundleError::Quantity(index) => component_path(*index, "quantity"),
        BundleError::Repeated(index) | BundleError::Itself(index) => {
            component_path(*index, "variantId")
        }
    };
    refuse(field, error.to_string())
}

fn component_path(index: usize, field: &str) -> FieldPath {
    path(&["components", &index.to_string(), field])
}

async fn set_once(
    app: &AppState,
    bundle_id: Uuid,
    components: &[(Uuid, i32)],
) -> Result<(), CatalogError> {
    let transaction = app.database.begin().await?;
    let found = product_variant::Entity::find_by_id(bundle_id)
        .one(&transaction)
        .await?;
    let product_id = found.ok_or(Error::NotFound("variant"))?.product_id;
    lock(&transaction, product_id, None).await?; // an update of the product writes its variants whole
    let variants = lock_variants(&transaction, bundle_id, components).await?;
    let known = |id: Uuid| variants.iter().find(|variant| variant.id == id);
    let bundle = known(bundle_id).ok_or(Error::NotFound("variant"))?;
    for (index, (id, _)) in components.iter().enumerate() {
        let field = || component_path(index, "variantId");
        match known(*id) {
            None => return Err(refuse(field(), "there is no such variant").into()),
            Some(variant) if variant.bundle => {
                return Err(CatalogError::NestedBundle { field: field() });
            }
            Some(variant) if variant.archived_at.is_some() => {
                return Err(refuse(field(), "it left the range").into());
            }
            Some(_) => {}
        }
    }
    if !components.is_empty() && !bundle.bundle {
        check_untouched(&transaction, bundle_id).await?;
    }
    write(&transaction, bundle_id, components).await?;
    product_variant::Entity::update_many()
        .col_expr(
            product_variant::Column::Bundle,
            Expr::value(!components.is_empty()),
        )
        .col_expr(
            product_variant::Column::UpdatedAt,
            Expr::value(app.clock.now()),
        )
        .filter(product_variant::Column::Id.eq(bundle_id))
        .exec(&transaction)
        .await?;
    inventory::tell_search(&transaction, &app.clock, [bundle_id]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Loads the variants and locks them by id: none of them becomes a bundle, a component or stock meanwhile.
async fn lock_variants(
    transaction: &DatabaseTransaction,
    bundle_id: Uuid,
    components: &[(Uuid, i32)],
) -> Result<Vec<product_variant::Model>, CatalogError> {
    use sea_orm::ConnectionTrait as _;
    let ids: BTreeSet<Uuid> = components
        .iter()
        .map(|(id, _)| *id)
        .chain([bundle_id])
        .collect();
    let mut variants = product_variant::Entity::find()
        .filter(product_variant::Column::Id.is_in(ids))
        .order_by_asc(product_variant::Column::Id);
    if transaction.get_database_backend() == DbBackend::Postgres {
        variants = variants.lock(LockType::Update);
    }
    Ok(variants.all(transaction).await?)
}

/// A single article that has stock, was ordered, or is in a bundle stays one: what comes back of it must find its shelf.
async fn check_untouched(
    transaction: &DatabaseTransaction,
    variant_id: Uuid,
) -> Result<(), CatalogError> {
    use stock_level::Column as Level;
    let counters = [
        Level::OnHand,
        Level::Allocated,
        Level::Reserved,
        Level::Incoming,
        Level::BackorderLimit,
    ];
    let has_any = counters
        .into_iter()
        .fold(Condition::any(), |any, counter| any.add(counter.ne(0)));
    let levels = stock_level::Entity::find()
        .filter(Level::VariantId.eq(variant_id))
        .filter(has_any)
        .count(transaction)
        .await?;
    let ordered = order_line::Entity::find()
        .filter(order_line::Column::VariantId.eq(variant_id))
        .limit(1)
        .count(transaction)
        .await?;
    if levels > 0 || ordered > 0 {
        return Err(CatalogError::HasStock);
    }
    let parents = bundle_component::Entity::find()
        .filter(bundle_component::Column::ComponentId.eq(variant_id))
        .count(transaction)
        .await?;
    if parents > 0 {
        let field = path(&["variantId"]);
        return Err(CatalogError::NestedBundle { field });
    }
    Ok(())
}

async fn write(
    transaction: &DatabaseTransaction,
    bundle_id: Uuid,
    components: &[(Uuid, i32)],
) -> Result<(), CatalogError> {
    bundle_component::Entity::delete_many()
        .filter(bundle_component::Column::BundleId.eq(bundle_id))
        .exec(transaction)
        .await?;
    let rows: Vec<_> = components
        .iter()
        .zip(1_i32..)
        .map(
            |((component_id, quantity), position)| bundle_component::ActiveModel {
                bundle_id: Set(bundle_id),
                component_id: Set(*component_id),
                position: Set(position),
                quantity: Set(*quantity),
            },
        )
        .collect();
    if !rows.is_empty() {
        bundle_component::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}
