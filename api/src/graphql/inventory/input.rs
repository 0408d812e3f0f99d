use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::WarehouseId;

use crate::error::Error;
use crate::graphql::address::AddressInput;
use crate::graphql::input::{id_in, patch};
use crate::graphql::money::DateTimeRangeInput;
use crate::graphql::scalar::DateTime;
use crate::service::warehouse::{
    AdjustStock, Adjustment, Backorder, LevelFigures, Presale, SetBackorders, SetPresales,
    SetStock, StockFilter as Filter, WarehousePatch,
};

/// Narrows stock.
#[derive(Clone, Debug, InputObject)]
pub struct StockFilter {
    /// Any of these SKUs.
    pub skus: Option<Vec<String>>,
    /// Any of these warehouses.
    pub warehouse_ids: Option<Vec<ID>>,
    /// Changed in this span.
    pub changed_at: Option<DateTimeRangeInput>,
    /// Only at or below safety stock.
    pub low: Option<bool>,
}

impl TryFrom<StockFilter> for Filter {
    type Error = Error;

    fn try_from(input: StockFilter) -> Result<Self, Error> {
        let ids = |ids: Vec<ID>| {
            ids.iter()
                .enumerate()
                .map(|(index, id)| {
                    id_in::<WarehouseId>(id, &["filter", "warehouseIds", &index.to_string()])
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let span = input.changed_at;
        Ok(Self {
            skus: input.skus,
            warehouse_ids: input.warehouse_ids.map(ids).transpose()?,
            changed_from: span
                .as_ref()
                .and_then(|span| span.from.as_ref())
                .map(|instant| instant.0),
            changed_until: span
                .as_ref()
                .and_then(|span| span.until.as_ref())
                .map(|instant| instant.0),
            low: input.low.unwrap_or(false),
        })
    }
}

/// Writable fields of a warehouse.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WarehouseInput {
    /// Short code, unique.
    pub code: String,
    /// Name; needed when new.
    pub name: Option<String>,
    /// Where it is.
    pub address: MaybeUndefined<AddressInput>,
    /// Lower numbers ship first.
    pub priority: Option<i32>,
    /// Whether buyers may collect here.
    pub pickup: Option<bool>,
    /// Whether it ships.
    pub active: Option<bool>,
}

/// Input of warehousesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WarehousesUpsertInput {
    /// Warehouses, matched by code.
    pub warehouses: Vec<WarehouseInput>,
}

impl From<WarehousesUpsertInput> for Vec<WarehousePatch> {
    fn from(input: WarehousesUpsertInput) -> Self {
        let warehouses = input
            .warehouses
            .into_iter()
            .map(|warehouse| WarehousePatch {
                code: warehouse.code,
                name: warehouse.name,
                address: patch(warehouse.address).map(|address| address.map(Into::into)),
                priority: warehouse.priority,
                pickup: warehouse.pickup,
                active: warehouse.active,
            });
        warehouses.collect()
    }
}

/// Units to add or take.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockAdjustmentInput {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Signed units.
    pub quantity: i32,
}

/// Input of stockAdjust.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockAdjustInput {
    /// Up to 500 rows; all or none are written.
    pub adjustments: Vec<StockAdjustmentInput>,
    /// Why.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl From<StockAdjustInput> for AdjustStock {
    fn from(input: StockAdjustInput) -> Self {
        let adjustments = input.adjustments.into_iter().map(|row| Adjustment {
            sku: row.sku,
            warehouse_code: row.warehouse_code,
            quantity: row.quantity,
        });
        Self {
            adjustments: adjustments.collect(),
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        }
    }
}

/// Figures to take over.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockLevelInput {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Units in the house.
    pub on_hand: i32,
    /// Units on the way in.
    pub incoming: Option<i32>,
    /// Units never sold.
    pub safety: Option<i32>,
    /// Counter of the source.
    pub source_version: i32,
}

/// Input of stockSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockSetInput {
    /// Up to 500 rows.
    pub levels: Vec<StockLevelInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl From<StockSetInput> for SetStock {
    fn from(input: StockSetInput) -> Self {
        let levels = input.levels.into_iter().map(|row| LevelFigures {
            sku: row.sku,
            warehouse_code: row.warehouse_code,
            on_hand: row.on_hand,
            incoming: row.incoming,
            safety: row.safety,
            source_version: row.source_version.into(),
        });
        Self {
            levels: levels.collect(),
            idempotency_key: input.idempotency_key,
        }
    }
}

/// What may be backordered.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockBackorderInput {
    /// SKU.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Units that may be promised beyond those in the house, 0 for none.
    pub limit: i32,
    /// When they should arrive; leave it out when nobody knows.
    pub expected_at: Option<DateTime>,
}

/// Input of stockBackorderSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockBackorderSetInput {
    /// Up to 500 rows; all or none are written.
    pub backorders: Vec<StockBackorderInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl From<StockBackorderSetInput> for SetBackorders {
    fn from(input: StockBackorderSetInput) -> Self {
        let backorders = input.backorders.into_iter().map(|row| Backorder {
            sku: row.sku,
            warehouse_code: row.warehouse_code,
            limit: row.limit,
            expected_at: row.expected_at.map(|date| date.0),
        });
        Self {
            backorders: backorders.collect(),
            idempotency_key: input.idempotency_key,
        }
    }
}

/// From when on a variant may leave.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockPresaleInput {
    /// SKU.
    pub sku: String,
    /// No unit leaves before this, from whatever warehouse; null ends the presale.
    pub ships_at: Option<DateTime>,
}

/// Input of stockPresaleSet.
#[derive(Clone, Debug, InputObject)]
pub(super) struct StockPresaleSetInput {
    /// Up to 500 rows; all or none are written.
    pub presales: Vec<StockPresaleInput>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl From<StockPresaleSetInput> for SetPresales {
    fn from(input: StockPresaleSetInput) -> Self {
        let presales = input.presales.into_iter().map(|row| Presale {
            sku: row.sku,
            ships_at: row.ships_at.map(|date| date.0),
        });
        Self {
            presales: presales.collect(),
            idempotency_key: input.idempotency_key,
        }
    }
}
