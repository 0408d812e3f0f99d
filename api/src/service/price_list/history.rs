//! What prices were: each change is written down, none is ever altered.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use entity::price_history::{ActiveModel, COLUMN, Column, Entity};
use entity::{channel, price_history};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::service::rows::{INSERT_CHUNK, padded};
use crate::state::AppState;

/// Days over which the lowest price is looked for.
const DAYS: i64 = 30;

/// What a price became.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct PriceChange {
    /// The variant.
    pub(in crate::service) variant_id: Uuid,
    /// The price list; `None` for the variant's own price.
    pub(in crate::service) price_list_id: Option<Uuid>,
    /// Units from which it counts.
    pub(in crate::service) min_quantity: i32,
    /// The price; `None` when it was taken away.
    pub(in crate::service) price_minor: Option<i64>,
}

/// Writes down what prices became.
pub(in crate::service) async fn record(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    channel_id: Uuid,
    now: DateTime<Utc>,
    changes: &[PriceChange],
) -> Result<()> {
    for chunk in changes.chunks(INSERT_CHUNK) {
        let rows = chunk.iter().map(|change| ActiveModel {
            id: Set(clock.new_id()),
            variant_id: Set(change.variant_id),
            channel_id: Set(channel_id),
            price_list_id: Set(change.price_list_id),
            min_quantity: Set(change.min_quantity),
            price_minor: Set(change.price_minor),
            recorded_at: Set(now),
        });
        Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Gives the lowest price each variant itself had at any moment of the last 30 days; variants without a price are left
/// out. Price lists are not looked at: they are not everybody's.
///
/// # Errors
/// When the database does not answer.
pub async fn lowest_prices(
    app: &AppState,
    channel: &channel::Model,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Money>> {
    let since = app.clock.now() - TimeDelta::days(DAYS);
    let earlier = Alias::new("earlier");
    // The price that was in force when the days began counts too.
    let in_force = Query::select()
        .expr(Expr::col((earlier.clone(), Column::RecordedAt)).max())
        .from_as(Entity, earlier.clone())
        .and_where(
            Expr::col((earlier.clone(), Column::VariantId)).equals((Entity, Column::VariantId)),
        )
        .and_where(Expr::col((earlier.clone(), Column::ChannelId)).eq(channel.id))
        .and_where(Expr::col((earlier.clone(), Column::PriceListId)).is_null())
        .and_where(Expr::col((earlier, Column::RecordedAt)).lte(since))
        .to_owned();
    let rows: Vec<(Uuid, Option<i64>)> = price_history::Entity::find()
        .select_only()
        .column(Column::VariantId)
        .column_as(Column::PriceMinor.min(), "lowest")
        .filter(COLUMN.channel_id.eq(channel.id))
        .filter(COLUMN.price_list_id.is_null())
        .filter(COLUMN.variant_id.is_in(padded(variant_ids)))
        .filter(
            Condition::any()
                .add(COLUMN.recorded_at.gt(since))
                .add(Column::RecordedAt.in_subquery(in_force)),
        )
        .group_by(Column::VariantId)
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, lowest)| Some((id, Money::new(lowest?, channel.currency.0))))
        .collect())
}
