//! A variant with its price and stock, loaded for all variants of a batch at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::SelectedOption;
use domain::money::Money;
use domain::stock::{StockCounters, StockStatus, ahead, answer, available};
use domain::unit_price::{Offers, PriceStep, UnitPrice};
use entity::column::{CurrencyCode, Json};
use entity::{media, product_variant, stock_level, variant_price, warehouse};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect, RelationBuilder, RelationDef, Select, Value,
};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{ByOwner, Owned, Scope, bundle, of_owner};
use crate::error::Result;
use crate::service::price_list::Kinds;
use crate::service::rows::{JsonSql, KeptSql, bound, grouped, padded};
use crate::service::{flash_sale, presale, price_list, promotion};

/// A variant's row with its price in the viewer's channel.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "three tell which kinds of prices there are beside its own"
)]
pub struct VariantRow {
    /// Identity.
    pub id: Uuid,
    /// The product it belongs to.
    pub product_id: Uuid,
    /// Stock keeping unit.
    pub sku: String,
    /// Maker's model number as typed.
    pub model_number: Option<String>,
    /// EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// The choices that make it.
    pub selected_options: Json<Vec<SelectedOption>>,
    /// The choices as one canonical text.
    pub options_key: String,
    /// Whether it must be shipped.
    pub shippable: bool,
    /// Weight in grams.
    pub weight_grams: Option<i32>,
    /// Fewest units in one order.
    pub min_quantity: i32,
    /// Most units in one order.
    pub max_quantity: i32,
    /// Units go up in steps of this.
    pub quantity_step: i32,
    /// Most units a member may ever buy.
    pub quantity_per_member: Option<i32>,
    /// Whether it is made of other variants.
    pub bundle: bool,
    /// When it left the range.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// No unit leaves before this; it may have come.
    pub ships_at: Option<DateTime<Utc>>,
    /// Currency of the price; null without one.
    pub currency: Option<CurrencyCode>,
    /// Price of one unit.
    pub price_minor: Option<i64>,
    /// Price before reduction.
    pub compare_at_minor: Option<i64>,
    has_price_lists: bool,
    has_flash_sales: bool,
    has_catalog_promotions: bool,
}

/// A variant as a viewer sees it.
pub struct VariantView {
    /// The variant and its own price.
    pub row: VariantRow,
    /// Its prices beside its own.
    offers: Offers,
    batch: Arc<VariantBatch>,
}

struct VariantBatch {
    scope: Scope,
    ids: Vec<Uuid>,
    bundles: Vec<Uuid>,
    stock: OnceCell<ByOwner<StockRow>>,
    media: OnceCell<ByOwner<media::Model>>,
}

/// A variant's row with its stock in every active warehouse.
#[derive(FromQueryResult)]
struct StockedRow {
    #[sea_orm(nested)]
    row: VariantRow,
    stock: Json<Vec<StockRow>>,
}

#[derive(FromQueryResult, Serialize, Deserialize)]
pub(super) struct StockRow {
    on_hand: i32,
    allocated: i32,
    reserved: i32,
    safety: i32,
    backorder_limit: i32,
    expected_at: Option<DateTime<Utc>>,
}

/// What a buyer may know about a variant's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The short answer.
    pub status: StockStatus,
    /// Units that can be ordered.
    pub quantity: u32,
    /// When it should leave or arrive; null when it is there, or nobody knows.
    pub expected_at: Option<DateTime<Utc>>,
}

/// Starts a query for [`VariantRow`]s.
pub(super) fn select(channel_id: Uuid, now: DateTime<Utc>) -> Select<product_variant::Entity> {
    use product_variant::Column;
    product_variant::Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::ProductId,
            Column::Sku,
            Column::ModelNumber,
            Column::Barcode,
            Column::SelectedOptions,
            Column::OptionsKey,
            Column::Shippable,
            Column::WeightGrams,
            Column::MinQuantity,
            Column::MaxQuantity,
            Column::QuantityStep,
            Column::QuantityPerMember,
            Column::Bundle,
            Column::ArchivedAt,
            Column::UpdatedAt,
        ])
        .columns([
            variant_price::Column::Currency,
            variant_price::Column::PriceMinor,
            variant_price::Column::CompareAtMinor,
        ])
        .expr_as(Expr::cust(presale::SHIPS_AT), "ships_at")
        .expr_as(price_list::exists(channel_id), "has_price_lists")
        .expr_as(flash_sale::exists(channel_id, now), "has_flash_sales")
        .expr_as(
            promotion::catalog_exists(channel_id),
            "has_catalog_promotions",
        )
        .join(JoinType::LeftJoin, price_in(channel_id))
}

fn price_in(channel_id: Uuid) -> RelationDef {
    let link: RelationBuilder<_, _> = product_variant::Entity::belongs_to(variant_price::Entity)
        .from(product_variant::Column::Id)
        .to(variant_price::Column::VariantId);
    link.on_condition(move |_, price| {
        Condition::all().add(Expr::col((price, variant_price::Column::ChannelId)).eq(channel_id))
    })
    .into()
}

/// Loads the variants of products, by product; of a single product with their stock, which its page shows.
pub(super) async fn load(scope: &Scope, product_ids: &[Uuid]) -> Result<ByOwner<Arc<VariantView>>> {
    static OPEN: KeptSql = KeptSql::new();
    static ALL: KeptSql = KeptSql::new();
    let ids = padded(product_ids);
    let text = if scope.sees_all { &ALL } else { &OPEN };
    let now = scope.app.clock.now();
    // The channel of the price lists, that of the flash sales with the instant, that of the promotions, and that of the
    // price.
    let channel = || Value::from(scope.channel_id);
    let values = [channel(), channel(), now.into(), channel(), channel()]
        .into_iter()
        .chain(ids.iter().copied().map(Value::from))
        .collect();
    let is_page = ids.len() == 1;
    let statement = text.statement(scope.backend(), ids.len(), values, || {
        let query = of_products(scope, &ids, now);
        if is_page {
            query.expr_as(stock_column(JsonSql(scope.backend())), "stock")
        } else {
            query
        }
    });
    let connection = scope.connection();
    let (rows, stock) = if is_page {
        let rows = StockedRow::find_by_statement(statement)
            .all(connection)
            .await?;
        let stock = rows.into_iter().map(|row| (row.row, row.stock.0)).unzip();
        let (rows, levels): (Vec<VariantRow>, Vec<Vec<StockRow>>) = stock;
        // The levels of bundles are not their own.
        let is_known = rows.iter().all(|row| !row.bundle);
        let ids = rows.iter().map(|row| row.id);
        let stock = is_known.then(|| ids.zip(levels).collect());
        (rows, OnceCell::new_with(stock))
    } else {
        let rows = VariantRow::find_by_statement(statement)
            .all(connection)
            .await?;
        (rows, OnceCell::new())
    };
    let views = stocked_views(scope.clone(), rows, stock).await?;
    Ok(grouped(views, |view| view.row.product_id))
}

/// The stock of a variant as a column of its own row.
fn stock_column(json: JsonSql) -> SimpleExpr {
    let levels = json.rows(
        &["on_hand", "allocated", "reserved", "safety", "backorder_limit", "expected_at"],
        "SELECT stock_level.* FROM stock_level JOIN warehouse ON warehouse.id = stock_level.warehouse_id \
         WHERE stock_level.variant_id = product_variant.id AND warehouse.active",
    );
    Expr::cust(levels)
}

fn of_products(scope: &Scope, ids: &[Uuid], now: DateTime<Utc>) -> Select<product_variant::Entity> {
    use product_variant::Column;
    let query = select(scope.channel_id, now)
        .filter(Column::ProductId.is_in(ids.iter().copied()))
        .order_by_asc(Column::ProductId)
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id);
    if scope.sees_all {
        query
    } else {
        query.filter(Column::ArchivedAt.is_null())
    }
}

/// Makes views that share a batch, with the prices beside their own.
pub(super) async fn views(scope: Scope, rows: Vec<VariantRow>) -> Result<Vec<Arc<VariantView>>> {
    stocked_views(scope, rows, OnceCell::new()).await
}

async fn stocked_views(
    scope: Scope,
    rows: Vec<VariantRow>,
    stock: OnceCell<ByOwner<StockRow>>,
) -> Result<Vec<Arc<VariantView>>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let bundles = rows.iter().filter(|row| row.bundle);
    let bundles: Vec<Uuid> = bundles.map(|row| row.id).collect();
    let kinds = Kinds {
        lists: rows.iter().any(|row| row.has_price_lists),
        promotions: rows.iter().any(|row| row.has_catalog_promotions),
        flash: rows.iter().any(|row| row.has_flash_sales),
    };
    let mut offers = price_list::offers(scope.connection(), &scope.audience(), &ids, kinds).await?;
    let batch = Arc::new(VariantBatch {
        scope,
        ids,
        bundles,
        stock,
        media: OnceCell::new(),
    });
    Ok(rows
        .into_iter()
        .map(|row| {
            Arc::new(VariantView {
                offers: offers.remove(&row.id).unwrap_or_default(),
                row,
                batch: Arc::clone(&batch),
            })
        })
        .collect())
}

impl VariantView {
    /// Its own price for one unit, `None` when it is not for sale.
    #[must_use]
    pub fn own_price(&self) -> Option<Money> {
        self.row.archived_at.is_none().then_some(())?;
        Some(Money::new(self.row.price_minor?, self.row.currency?.0))
    }

    /// Price of one unit for the viewer with what set it, `None` when it is not for sale.
    #[must_use]
    pub fn unit_price(&self) -> Option<UnitPrice<'_>> {
        let own = self.own_price()?;
        let before = self.row.compare_at_minor;
        let before = before.map(|minor| Money::new(minor, own.currency));
        Some(self.offers.unit_price(own, before, 1))
    }

    /// The choices that make it, such as `M / Blue`; empty for a product's only variant.
    #[must_use]
    pub fn choices(&self) -> String {
        // Stored in the order of the product's options.
        let choices = self.row.selected_options.0.iter();
        let choices: Vec<&str> = choices.map(|choice| choice.value.as_str()).collect();
        choices.join(" / ")
    }

    /// Price of one unit for the viewer, `None` when it is not for sale.
    #[must_use]
    pub fn price(&self) -> Option<Money> {
        Some(self.unit_price()?.price)
    }

    /// Prices of one unit by the number bought; empty when it is not for sale.
    #[must_use]
    pub fn price_steps(&self) -> Vec<PriceStep> {
        self.own_price()
            .map_or_else(Vec::new, |own| self.offers.ladder(own))
    }

    /// Price before reduction, `None` when it is not reduced.
    #[must_use]
    pub fn compare_at_price(&self) -> Option<Money> {
        self.unit_price()?.before
    }

    /// Whether it can be bought now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_available(&self) -> Result<bool> {
        if self.price().is_none() {
            return Ok(false);
        }
        Ok(self.availability().await?.status != StockStatus::OutOfStock)
    }

    /// Whether and how many can be had, over all active warehouses.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn availability(&self) -> Result<Availability> {
        if self.price().is_none() {
            return Ok(Availability {
                status: StockStatus::OutOfStock,
                quantity: 0,
                expected_at: None,
            });
        }
        let stock = self
            .batch
            .stock
            .get_or_try_init(|| Box::pin(self.batch.load_stock()))
            .await?;
        let stock = of_owner(stock, self.row.id);
        let levels: Vec<StockCounters> = stock.iter().map(StockRow::counters).collect();
        let dated: Vec<_> = levels
            .iter()
            .zip(stock)
            .map(|(level, row)| (*level, row.expected_at))
            .collect();
        let now = self.batch.scope.app.clock.now();
        let (status, expected_at) = answer(&dated, self.row.ships_at, now);
        Ok(Availability {
            status,
            quantity: available(&levels),
            expected_at,
        })
    }

    /// The date before which no unit leaves, while it is in a presale.
    #[must_use]
    pub fn ships_at(&self) -> Option<DateTime<Utc>> {
        ahead(self.row.ships_at, self.batch.scope.app.clock.now())
    }

    /// Units that can be bought now; none where there are fewer than must be bought at once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn units_for_sale(&self) -> Result<u32> {
        let units = self.availability().await?.quantity;
        let least = u32::try_from(self.row.min_quantity).unwrap_or_default();
        Ok(if units >= least { units } else { 0 })
    }

    /// Its own pictures and films in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn media(&self) -> Result<&[media::Model]> {
        let all = self
            .batch
            .media
            .get_or_try_init(|| Box::pin(self.batch.load_media()))
            .await?;
        Ok(of_owner(all, self.row.id))
    }
}

impl StockRow {
    /// A level that is worked out.
    pub(super) fn new(counters: StockCounters, expected_at: Option<DateTime<Utc>>) -> Self {
        Self {
            on_hand: counters.on_hand,
            allocated: counters.allocated,
            reserved: counters.reserved,
            safety: counters.safety,
            backorder_limit: counters.backorder_limit,
            expected_at,
        }
    }

    fn counters(&self) -> StockCounters {
        StockCounters {
            on_hand: self.on_hand,
            allocated: self.allocated,
            reserved: self.reserved,
            safety: self.safety,
            backorder_limit: self.backorder_limit,
        }
    }
}

impl VariantBatch {
    async fn load_stock(&self) -> Result<ByOwner<StockRow>> {
        static TEXT: KeptSql = KeptSql::new();
        let ids = padded(&self.ids);
        let values = std::iter::once(true.into()).chain(bound(&ids)).collect();
        let statement = TEXT.statement(self.scope.backend(), ids.len(), values, || stock_of(&ids));
        let rows = Owned::<StockRow>::find_by_statement(statement)
            .all(self.scope.connection())
            .await?;
        let mut stock = Owned::grouped(rows);
        if !self.bundles.is_empty() {
            stock.retain(|id, _| !self.bundles.contains(id));
            for (bundle_id, level) in bundle::load_stock(&self.scope, &self.bundles).await? {
                stock.entry(bundle_id).or_default().push(level);
            }
        }
        Ok(stock)
    }

    async fn load_media(&self) -> Result<ByOwner<media::Model>> {
        let rows = media::Entity::find()
            .filter(media::Column::VariantId.is_in(padded(&self.ids)))
            .order_by_asc(media::Column::Position)
            .order_by_asc(media::Column::Id)
            .all(self.scope.connection())
            .await?;
        Ok(grouped(rows, |row| row.variant_id.unwrap_or_default()))
    }
}

fn stock_of(ids: &[Uuid]) -> Select<stock_level::Entity> {
    use stock_level::Column;
    let house = stock_level::Entity::belongs_to(warehouse::Entity)
        .from(Column::WarehouseId)
        .to(warehouse::Column::Id);
    stock_level::Entity::find()
        .select_only()
        .column_as(Column::VariantId, "owner_id")
        .columns([
            Column::OnHand,
            Column::Allocated,
            Column::Reserved,
            Column::Safety,
            Column::BackorderLimit,
            Column::ExpectedAt,
        ])
        .join(JoinType::InnerJoin, house.into())
        .filter(warehouse::Column::Active.eq(true))
        .filter(Column::VariantId.is_in(ids.iter().copied()))
}
