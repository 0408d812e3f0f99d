//! What prices were: each change is written down, none is ever altered. What follows from it is in `domain::past_price`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::past_price::{Past, PastPrice, PastSource, lowest_before_reduction};
use entity::price_history::{ActiveModel, Entity};
use entity::{channel, flash_sale, price_list, price_validity};
use sea_orm::{
    ActiveValue::Set, DatabaseTransaction, EntityTrait, FromQueryResult, IntoActiveModel,
    Statement, Value,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::service::promotion::past_cuts;
use crate::service::rows::{INSERT_CHUNK, padded};
use crate::state::AppState;

/// How far back reductions are followed to their beginning.
const LONGEST_REDUCTION: TimeDelta = TimeDelta::days(365);

/// Whose price changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum PriceOf {
    /// The variant's own.
    Variant,
    /// That of a price list.
    List(Uuid),
    /// That of a flash sale.
    FlashSale(Uuid),
}

/// What a price became.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct PriceChange {
    /// The variant.
    pub(in crate::service) variant_id: Uuid,
    /// Whose price it is.
    pub(in crate::service) of: PriceOf,
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
        let rows = chunk.iter().map(|change| {
            let (price_list_id, flash_sale_id) = match change.of {
                PriceOf::Variant => (None, None),
                PriceOf::List(id) => (Some(id), None),
                PriceOf::FlashSale(id) => (None, Some(id)),
            };
            ActiveModel {
                id: Set(clock.new_id()),
                variant_id: Set(change.variant_id),
                channel_id: Set(channel_id),
                price_list_id: Set(price_list_id),
                flash_sale_id: Set(flash_sale_id),
                min_quantity: Set(change.min_quantity),
                price_minor: Set(change.price_minor),
                recorded_at: Set(now),
            }
        });
        Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// Writes down when and for whom the prices of a list count from now on.
pub(super) async fn record_list(
    transaction: &DatabaseTransaction,
    list: &price_list::Model,
) -> Result<()> {
    let validity = price_validity::Model {
        rule_id: list.id,
        version: list.version,
        channel_id: list.channel_id,
        is_public: list.active && !list.for_tiers && !list.for_segments,
        priority: list.priority,
        starts_at: list.starts_at,
        ends_at: list.ends_at,
        recorded_at: list.updated_at,
    };
    keep(transaction, validity).await
}

/// Writes down when the prices of a flash sale count from now on.
pub(in crate::service) async fn record_sale(
    transaction: &DatabaseTransaction,
    sale: &flash_sale::Model,
) -> Result<()> {
    let validity = price_validity::Model {
        rule_id: sale.id,
        version: sale.version,
        channel_id: sale.channel_id,
        is_public: sale.active,
        priority: 0,
        starts_at: Some(sale.starts_at),
        ends_at: Some(sale.ends_at),
        recorded_at: sale.updated_at,
    };
    keep(transaction, validity).await
}

async fn keep(transaction: &DatabaseTransaction, validity: price_validity::Model) -> Result<()> {
    price_validity::Entity::insert(validity.into_active_model())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// A price of one unit, each with every version of the list or sale it is in; the spans of both overlap or not.
#[derive(FromQueryResult)]
struct Row {
    variant_id: Uuid,
    price_list_id: Option<Uuid>,
    flash_sale_id: Option<Uuid>,
    price_minor: i64,
    recorded_at: DateTime<Utc>,
    until_at: Option<DateTime<Utc>>,
    priority: Option<i32>,
    valid_at: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
}

/// Tells the lowest price of one unit that everybody could have paid in the thirty days before the present reduction; see
/// [`lowest_before_reduction`]. Prices of variants, of lists for everybody, of promotions of the catalog and of flash sales
/// count; promotions of carts do not, nor what is for some members alone. Variants whose price is not known are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn lowest_prices(
    app: &AppState,
    channel: &channel::Model,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Money>> {
    if variant_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let now = app.clock.now();
    let ids = padded(variant_ids);
    let places: Vec<String> = (0..ids.len())
        .map(|place| format!("${}", place + 3))
        .collect();
    let sql = format!(
        "WITH price AS (SELECT variant_id, price_list_id, flash_sale_id, price_minor, recorded_at, \
             LEAD(recorded_at) OVER (PARTITION BY variant_id, price_list_id, flash_sale_id \
             ORDER BY recorded_at, id) AS until_at FROM price_history \
             WHERE channel_id = $1 AND min_quantity = 1 AND variant_id IN ({places})), \
         valid AS (SELECT rule_id, is_public, priority, recorded_at, starts_at, ends_at, \
             LEAD(recorded_at) OVER (PARTITION BY rule_id ORDER BY version) AS until_at \
             FROM price_validity \
             WHERE rule_id IN (SELECT COALESCE(price_list_id, flash_sale_id) FROM price)) \
         SELECT price.variant_id, price.price_list_id, price.flash_sale_id, price.price_minor, price.recorded_at, \
             price.until_at, valid.priority, valid.recorded_at AS valid_at, valid.until_at AS valid_until, \
             valid.starts_at, valid.ends_at \
         FROM price LEFT JOIN valid ON valid.rule_id = COALESCE(price.price_list_id, price.flash_sale_id) \
         WHERE price.price_minor IS NOT NULL AND (price.until_at IS NULL OR price.until_at > $2) \
             AND (valid.is_public OR (price.price_list_id IS NULL AND price.flash_sale_id IS NULL))",
        places = places.join(", ")
    );
    let since = now - LONGEST_REDUCTION;
    let mut values: Vec<Value> = vec![channel.id.into(), since.into()];
    values.extend(ids.into_iter().map(Value::from));
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    let rows = Row::find_by_statement(statement)
        .all(app.database.read())
        .await?;
    let mut past: HashMap<Uuid, Vec<PastPrice>> = HashMap::new();
    for row in rows {
        let prices = past.entry(row.variant_id).or_default();
        prices.push(row.into_past());
    }
    let cuts = past_cuts(app.database.read(), channel.id, variant_ids, since).await?;
    let currency = channel.currency.0;
    let lowest = |(id, prices): (Uuid, Vec<PastPrice>)| {
        let past = Past {
            currency,
            prices: &prices,
            cuts: cuts.get(&id).map_or(&[], Vec::as_slice),
        };
        let minor = lowest_before_reduction(past, now)?;
        Some((id, Money::new(minor, currency)))
    };
    Ok(past.into_iter().filter_map(lowest).collect())
}

impl Row {
    /// While both the price and the version of its rule were in force; for no time at all when they never were together.
    fn into_past(self) -> PastPrice {
        let source = match (self.price_list_id, self.flash_sale_id) {
            (Some(list_id), _) => PastSource::List {
                priority: self.priority.unwrap_or_default(),
                list_id,
            },
            (None, Some(_)) => PastSource::Flash,
            (None, None) => PastSource::Own,
        };
        let starts = [self.valid_at, self.starts_at].into_iter().flatten();
        let ends = [self.until_at, self.valid_until, self.ends_at];
        PastPrice {
            source,
            minor: self.price_minor,
            from: starts.fold(self.recorded_at, DateTime::max),
            until: ends.into_iter().flatten().min(),
        }
    }
}
