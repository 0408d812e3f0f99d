//! The prices a buyer finds in flash sales: one statement whatever the number of variants, and none without sales.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::unit_price::{FlashPrice, units_left};
use entity::{flash_sale, flash_sale_entry, flash_sale_use};
use sea_orm::sea_query::{Expr, Func, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::price_list::Audience;
use crate::service::rows::padded;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    variant_id: Uuid,
    price_minor: Option<i64>,
    quota: Option<i32>,
    per_buyer: Option<i32>,
    taken: i32,
    bought: Option<i64>,
    sale_id: Uuid,
    version: i32,
    label: String,
    ends_at: DateTime<Utc>,
}

/// Whether a channel has any flash sale that is not over, as a column of another query: so that nobody asks further
/// where there is none.
pub(in crate::service) fn exists(channel_id: Uuid, now: DateTime<Utc>) -> SimpleExpr {
    let column = |column| Expr::col((flash_sale::Entity, column));
    let sales = Query::select()
        .expr(Expr::cust("1"))
        .from(flash_sale::Entity)
        .and_where(column(flash_sale::Column::ChannelId).eq(channel_id))
        .and_where(column(flash_sale::Column::EndsAt).gt(now))
        .to_owned();
    Expr::exists(sales)
}

/// Loads the prices of variants in the flash sales that run, by variant, with what is left of them for the buyer.
pub(in crate::service) async fn flash_prices<C: ConnectionTrait>(
    connection: &C,
    audience: &Audience,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<FlashPrice>>> {
    use flash_sale_entry::Column as Entry;
    let of_sale = flash_sale_entry::Entity::belongs_to(flash_sale::Entity)
        .from(Entry::FlashSaleId)
        .to(flash_sale::Column::Id);
    let sale = flash_sale::COLUMN;
    let rows = flash_sale_entry::Entity::find()
        .select_only()
        .columns([
            Entry::Id,
            Entry::VariantId,
            Entry::PriceMinor,
            Entry::Quota,
            Entry::PerBuyer,
            Entry::Taken,
        ])
        .expr_as(bought(audience), "bought")
        .column_as(flash_sale::Column::Id, "sale_id")
        .column(flash_sale::Column::Version)
        .column(flash_sale::Column::Label)
        .column(flash_sale::Column::EndsAt)
        .join(JoinType::InnerJoin, of_sale.into())
        .filter(Entry::VariantId.is_in(padded(variant_ids)))
        .filter(Entry::PriceMinor.is_not_null())
        .filter(sale.channel_id.eq(audience.channel_id))
        .filter(sale.active.eq(true))
        .filter(sale.starts_at.lte(audience.now))
        .filter(sale.ends_at.gt(audience.now))
        .into_model::<Row>()
        .all(connection)
        .await?;
    let unsigned = |units: i32| u32::try_from(units).map_err(Error::internal);
    let mut prices: HashMap<Uuid, Vec<FlashPrice>> = HashMap::new();
    for row in rows {
        let Some(price_minor) = row.price_minor else {
            continue;
        };
        let left = units_left(
            row.quota.map(unsigned).transpose()?,
            unsigned(row.taken)?,
            row.per_buyer.map(unsigned).transpose()?,
            u32::try_from(row.bought.unwrap_or_default()).map_err(Error::internal)?,
        );
        prices.entry(row.variant_id).or_default().push(FlashPrice {
            sale_id: row.sale_id,
            sale_version: row.version,
            entry_id: row.id,
            label: row.label,
            price: Money::new(price_minor, audience.currency),
            left,
            ends_at: row.ends_at,
        });
    }
    Ok(prices)
}

/// Units the buyer took of an entry already; null for none.
fn bought(audience: &Audience) -> SimpleExpr {
    use flash_sale_use::Column as Use;
    let Some(buyer_key) = audience.buyer_key() else {
        return Expr::cust("CAST(NULL AS bigint)");
    };
    let column = |column| Expr::col((flash_sale_use::Entity, column));
    let uses = Query::select()
        .expr(Func::sum(column(Use::Quantity)))
        .from(flash_sale_use::Entity)
        .and_where(
            column(Use::EntryId).equals((flash_sale_entry::Entity, flash_sale_entry::Column::Id)),
        )
        .and_where(column(Use::BuyerKey).eq(buyer_key))
        .and_where(column(Use::ReleasedAt).is_null())
        .to_owned();
    SimpleExpr::SubQuery(None, Box::new(uses.into()))
}
