//! The search index hears of goods that come to be had, or can be had no more.

use std::collections::BTreeSet;

use domain::stock::MAX_COMPONENT_UNITS;
use entity::{bundle_component, product_variant};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::job::{self, Job};

/// What a warehouse could promise of a variant when it had least of it, before or after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// The variant.
    pub(super) variant_id: Uuid,
    /// Units.
    pub(super) available: u32,
}

/// Tells of products of which a warehouse has none left, or had none until now, and of bundles for which it has or had too few.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn tell_of_scarce(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    left: impl Iterator<Item = Left>,
) -> Result<()> {
    use bundle_component::Column;
    let most = MAX_COMPONENT_UNITS.unsigned_abs();
    let scarce: Vec<Left> = left.filter(|left| left.available < most).collect();
    if scarce.is_empty() {
        return Ok(());
    }
    let components: BTreeSet<Uuid> = scarce.iter().map(|left| left.variant_id).collect();
    let bundles: Vec<(Uuid, Uuid, i32)> = bundle_component::Entity::find()
        .select_only()
        .columns([Column::BundleId, Column::ComponentId, Column::Quantity])
        .filter(Column::ComponentId.is_in(components))
        .into_tuple()
        .all(transaction)
        .await?;
    let is_short = |component_id: Uuid, quantity: i32| {
        let mut left = scarce.iter().filter(|left| left.variant_id == component_id);
        left.any(|left| left.available < quantity.unsigned_abs())
    };
    let emptied = scarce.iter().filter(|left| left.available == 0);
    let mut told: BTreeSet<Uuid> = emptied.map(|left| left.variant_id).collect();
    for (bundle_id, component_id, quantity) in bundles {
        if is_short(component_id, quantity) {
            told.insert(bundle_id);
        }
    }
    if told.is_empty() {
        return Ok(());
    }
    let is_told = Condition::all().add(product_variant::Column::Id.is_in(told));
    tell(transaction, clock, is_told).await
}

/// Tells of products whose stock changed, and of bundles of them.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn tell_search(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    variants: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    use product_variant::Column;
    let variants: BTreeSet<Uuid> = variants.into_iter().collect();
    if variants.is_empty() {
        return Ok(());
    }
    let bundles = bundle_component::Entity::find()
        .select_only()
        .column(bundle_component::Column::BundleId)
        .filter(bundle_component::Column::ComponentId.is_in(variants.iter().copied()))
        .into_query();
    let is_told = Condition::any()
        .add(Column::Id.is_in(variants))
        .add(Column::Id.in_subquery(bundles));
    tell(transaction, clock, is_told).await
}

async fn tell(transaction: &DatabaseTransaction, clock: &Clock, is_told: Condition) -> Result<()> {
    let products: Vec<Uuid> = product_variant::Entity::find()
        .select_only()
        .column(product_variant::Column::ProductId)
        .distinct()
        .filter(is_told)
        .into_tuple()
        .all(transaction)
        .await?;
    let jobs: Vec<Job> = products
        .into_iter()
        .map(|product_id| Job::ProductChanged { product_id })
        .collect();
    job::push_all(transaction, clock, &jobs).await
}
