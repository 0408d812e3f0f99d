//! What a rule names must exist: a mistyped id would make a promotion that silently never counts.

use std::collections::BTreeSet;

use domain::promotion::{Gift, ProductSelector, ProductSet};
use entity::promotion::Model;
use entity::{
    category, channel, collection, member_tier, payment_method, product, product_variant, segment,
    shipping_method,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Select, Value,
};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Refuses a rule that names anything that does not exist.
pub(super) async fn check_references<C: ConnectionTrait>(
    connection: &C,
    promotion: &Model,
) -> Result<()> {
    for (index, condition) in promotion.conditions.iter().enumerate() {
        let mut named = Named::new(&condition.selectors());
        let channels = condition.channel_slugs().into_iter();
        named.channels = channels.map(|slug| slug.as_str().to_owned()).collect();
        named.member_tiers = condition.member_tier_ids();
        named.segments = condition.segment_ids();
        named.payment_methods = condition.payment_method_ids();
        named
            .check(connection, promotion, "conditions", index)
            .await?;
    }
    for (index, reward) in promotion.rewards.iter().enumerate() {
        let mut named = Named::new(&reward.selectors());
        let gift = reward.gift().into_iter();
        named.variants.extend(gift.flat_map(Gift::variant_ids));
        named.shipping_methods = reward.shipping_method_ids().cloned().unwrap_or_default();
        named.check(connection, promotion, "rewards", index).await?;
    }
    Ok(())
}

/// Says of which kind of thing a choice of products names one that does not exist; `None` when all do.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn unknown_in<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    products: &ProductSelector,
) -> Result<Option<&'static str>> {
    Named::new(&[products])
        .unknown(connection, channel_id)
        .await
}

/// What one part of a rule names: ids, and slugs of channels.
struct Named {
    products: BTreeSet<Uuid>,
    variants: BTreeSet<Uuid>,
    categories: BTreeSet<Uuid>,
    collections: BTreeSet<Uuid>,
    shipping_methods: BTreeSet<Uuid>,
    channels: BTreeSet<String>,
    member_tiers: BTreeSet<Uuid>,
    segments: BTreeSet<Uuid>,
    payment_methods: BTreeSet<Uuid>,
}

impl Named {
    fn new(selectors: &[&ProductSelector]) -> Self {
        let all = |ids: fn(&ProductSet) -> &BTreeSet<Uuid>| {
            let sets = selectors
                .iter()
                .flat_map(|choice| [&choice.only, &choice.except]);
            sets.flat_map(ids).copied().collect()
        };
        Self {
            products: all(|set| &set.product_ids),
            variants: all(|set| &set.variant_ids),
            categories: all(|set| &set.category_ids),
            collections: all(|set| &set.collection_ids),
            shipping_methods: BTreeSet::new(),
            channels: BTreeSet::new(),
            member_tiers: BTreeSet::new(),
            segments: BTreeSet::new(),
            payment_methods: BTreeSet::new(),
        }
    }

    async fn check<C: ConnectionTrait>(
        &self,
        connection: &C,
        promotion: &Model,
        list: &str,
        index: usize,
    ) -> Result<()> {
        let Some(unknown) = self.unknown(connection, promotion.channel_id).await? else {
            return Ok(());
        };
        Err(Error::invalid(
            &["promotion", list, &index.to_string()],
            format!("names a {unknown} that does not exist"),
        ))
    }

    /// The first kind of thing of which it names one that does not exist.
    async fn unknown<C: ConnectionTrait>(
        &self,
        connection: &C,
        channel_id: Uuid,
    ) -> Result<Option<&'static str>> {
        let of_channel = shipping_method::Entity::find()
            .filter(shipping_method::COLUMN.channel_id.eq(channel_id));
        let tiers =
            member_tier::Entity::find().filter(member_tier::COLUMN.channel_id.eq(channel_id));
        let segments = segment::Entity::find().filter(segment::COLUMN.channel_id.eq(channel_id));
        let ways_to_pay =
            payment_method::Entity::find().filter(payment_method::COLUMN.channel_id.eq(channel_id));
        let checks = [
            (
                "product",
                exist(
                    connection,
                    product::Entity::find(),
                    product::Column::Id,
                    &self.products,
                )
                .await?,
            ),
            (
                "variant",
                exist(
                    connection,
                    product_variant::Entity::find(),
                    product_variant::Column::Id,
                    &self.variants,
                )
                .await?,
            ),
            (
                "category",
                exist(
                    connection,
                    category::Entity::find(),
                    category::Column::Id,
                    &self.categories,
                )
                .await?,
            ),
            (
                "collection",
                exist(
                    connection,
                    collection::Entity::find(),
                    collection::Column::Id,
                    &self.collections,
                )
                .await?,
            ),
            (
                "way to ship",
                exist(
                    connection,
                    of_channel,
                    shipping_method::Column::Id,
                    &self.shipping_methods,
                )
                .await?,
            ),
            (
                "channel",
                exist(
                    connection,
                    channel::Entity::find(),
                    channel::Column::Slug,
                    &self.channels,
                )
                .await?,
            ),
            (
                "segment",
                exist(connection, segments, segment::Column::Id, &self.segments).await?,
            ),
            (
                "way to pay",
                exist(
                    connection,
                    ways_to_pay,
                    payment_method::Column::Id,
                    &self.payment_methods,
                )
                .await?,
            ),
            (
                "tier",
                exist(
                    connection,
                    tiers,
                    member_tier::Column::Id,
                    &self.member_tiers,
                )
                .await?,
            ),
        ];
        let unknown = checks.into_iter().find(|(_, exists)| !exists);
        Ok(unknown.map(|(what, _)| what))
    }
}

/// Whether all keys are among the rows.
async fn exist<E: EntityTrait, C: ConnectionTrait, K: Clone + Into<Value>>(
    connection: &C,
    rows: Select<E>,
    key: E::Column,
    keys: &BTreeSet<K>,
) -> Result<bool>
where
    E::Model: Sync,
{
    if keys.is_empty() {
        return Ok(true);
    }
    let found = rows
        .filter(key.is_in(keys.iter().cloned()))
        .count(connection)
        .await?;
    Ok(usize::try_from(found).is_ok_and(|found| found == keys.len()))
}
