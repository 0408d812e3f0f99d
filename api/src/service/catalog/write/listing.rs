//! A product's price range in a channel, kept where lists can sort by it.

use entity::{product_listing, product_variant, variant_price};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, EntityTrait, JoinType, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::error::Result;

/// Works the price range out anew from the live variants, in the transaction that changed them. Tells whether there is a
/// price at all.
pub(super) async fn refresh(
    transaction: &DatabaseTransaction,
    product_id: Uuid,
    channel_id: Uuid,
) -> Result<bool> {
    use product_listing::{ActiveModel, Column, Entity};
    let link = variant_price::Entity::belongs_to(product_variant::Entity)
        .from(variant_price::Column::VariantId)
        .to(product_variant::Column::Id);
    let prices: Vec<(i64, Option<i64>)> = variant_price::Entity::find()
        .select_only()
        .columns([
            variant_price::Column::PriceMinor,
            variant_price::Column::CompareAtMinor,
        ])
        .join(JoinType::InnerJoin, link.into())
        .filter(variant_price::Column::ChannelId.eq(channel_id))
        .filter(product_variant::Column::ProductId.eq(product_id))
        .filter(product_variant::Column::ArchivedAt.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    let now = || prices.iter().map(|(price, _)| *price);
    // A variant that is not reduced costs before what it costs now.
    let before = || {
        prices
            .iter()
            .map(|(price, compare_at)| compare_at.unwrap_or(*price).max(*price))
    };
    let is_reduced = now().ne(before());
    let row = ActiveModel {
        product_id: Set(product_id),
        channel_id: Set(channel_id),
        published_at: NotSet,
        min_price_minor: Set(now().min()),
        max_price_minor: Set(now().max()),
        min_compare_at_minor: Set(before().min().filter(|_| is_reduced)),
        max_compare_at_minor: Set(before().max().filter(|_| is_reduced)),
    };
    let prices_only = OnConflict::columns([Column::ProductId, Column::ChannelId])
        .update_columns([
            Column::MinPriceMinor,
            Column::MaxPriceMinor,
            Column::MinCompareAtMinor,
            Column::MaxCompareAtMinor,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(prices_only)
        .exec_without_returning(transaction)
        .await?;
    Ok(!prices.is_empty())
}
