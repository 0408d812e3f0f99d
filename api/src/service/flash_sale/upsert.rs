//! Staff write flash sales by code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::Money;
use domain::permission::Permission;
use entity::flash_sale::{ActiveModel, COLUMN, Entity, Model};
use entity::{flash_sale_entry, product_variant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::quota::count_live;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::price_list::{PriceChange, PriceOf, record, record_sale};
use crate::service::promotion::PromotionError;
use crate::service::rows::INSERT_CHUNK;
use crate::service::settings::{assign, code, distinct, name};
use crate::state::AppState;

/// Most prices of one sale, and of one request.
const MAX_ENTRIES: usize = 500;

/// A flash sale to create or change: what is left out stays.
#[derive(Clone, Debug)]
pub struct FlashSalePatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Text for buyers; the name if left out when new.
    pub label: Option<String>,
    /// When it starts; needed when new.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends; needed when new.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether it is in force.
    pub active: Option<bool>,
    /// Prices to set or take away.
    pub entries: Vec<FlashEntryPatch>,
}

/// A price to set or take away; with it, its limits are set anew.
#[derive(Clone, Copy, Debug)]
pub struct FlashEntryPatch {
    /// The variant.
    pub variant_id: Uuid,
    /// Price of one unit; `None` takes it away.
    pub price: Option<Money>,
    /// Units for all buyers; `None` without limit.
    pub quota: Option<i32>,
    /// Units for one buyer; `None` without limit.
    pub per_buyer: Option<i32>,
}

/// Creates or changes flash sales by code, all or none.
///
/// # Errors
/// [`Error::Forbidden`] without `PROMOTION_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    sales: &[FlashSalePatch],
) -> Result<Vec<Model>, PromotionError> {
    viewer.require(Permission::PromotionWrite)?;
    distinct("flashSales", sales.iter().map(|sale| sale.code.as_str()))?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut saved = Vec::with_capacity(sales.len());
            for (index, sale) in sales.iter().enumerate() {
                let write = Write {
                    app,
                    viewer,
                    transaction: &transaction,
                    index: index.to_string(),
                };
                let row = write.save(sale).await?;
                write.entries(&row, &sale.entries).await?;
                saved.push(row);
            }
            transaction.commit().await?;
            Ok(saved)
        })
        .await
}

/// One sale of the request while it is written.
struct Write<'a> {
    app: &'a AppState,
    viewer: &'a Viewer,
    transaction: &'a DatabaseTransaction,
    /// Its place in the request.
    index: String,
}

impl Write<'_> {
    fn refuse(&self, field: &[&str], message: impl Into<String>) -> Error {
        Error::invalid(
            &[&["flashSales", self.index.as_str()], field].concat(),
            message,
        )
    }

    fn field<'a>(&'a self, name: &'a str) -> [&'a str; 3] {
        ["flashSales", self.index.as_str(), name]
    }

    async fn save(&self, patch: &FlashSalePatch) -> Result<Model> {
        let code = code(&patch.code, &self.field("code"))?;
        let text = |given: &Option<String>, field| {
            let given = given.as_deref();
            given.map(|text| name(text, &self.field(field))).transpose()
        };
        let (title, label) = (text(&patch.name, "name")?, text(&patch.label, "label")?);
        let existing = Entity::find()
            .filter(COLUMN.channel_id.eq(self.viewer.channel.id))
            .filter(COLUMN.code.eq(code.as_str()))
            .lock_exclusive()
            .one(self.transaction)
            .await?;
        let now = self.app.clock.now();
        let is_new = existing.is_none();
        let mut row = if let Some(row) = existing {
            ActiveModel {
                version: Set(row.version.saturating_add(1)),
                ..row.into_active_model().reset_all()
            }
        } else {
            let needed = |field| self.refuse(&[field], "a new sale needs it");
            let title = title.clone().ok_or_else(|| needed("name"))?;
            ActiveModel {
                id: Set(self.app.clock.new_id()),
                channel_id: Set(self.viewer.channel.id),
                code: Set(code),
                name: Set(title.clone()),
                label: Set(title),
                starts_at: Set(patch.starts_at.ok_or_else(|| needed("startsAt"))?),
                ends_at: Set(patch.ends_at.ok_or_else(|| needed("endsAt"))?),
                active: Set(true),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            }
        };
        assign(&mut row.name, title);
        assign(&mut row.label, label);
        assign(&mut row.starts_at, patch.starts_at);
        assign(&mut row.ends_at, patch.ends_at);
        assign(&mut row.active, patch.active);
        row.updated_at = Set(now);
        if row.ends_at.as_ref() <= row.starts_at.as_ref() {
            return Err(self.refuse(&["endsAt"], "must be after `startsAt`"));
        }
        let sale = if is_new {
            row.insert(self.transaction).await?
        } else {
            row.update(self.transaction).await?
        };
        record_sale(self.transaction, &sale).await?;
        Ok(sale)
    }

    async fn entries(&self, sale: &Model, patches: &[FlashEntryPatch]) -> Result<()> {
        let wanted = self.checked(patches)?;
        if wanted.is_empty() {
            return Ok(());
        }
        self.check_variants(&wanted).await?;
        // No order takes of them while their limits change.
        let stored: HashMap<Uuid, flash_sale_entry::Model> = flash_sale_entry::Entity::find()
            .filter(flash_sale_entry::COLUMN.flash_sale_id.eq(sale.id))
            .order_by_asc(flash_sale_entry::Column::Id)
            .lock_exclusive()
            .all(self.transaction)
            .await?
            .into_iter()
            .map(|row| (row.variant_id, row))
            .collect();
        let mut fresh = Vec::new();
        let mut changes = Vec::new();
        for (variant_id, (place, patch)) in &wanted {
            let price_minor = patch.price.map(|price| price.minor);
            let was = stored.get(variant_id).and_then(|row| row.price_minor);
            if was != price_minor {
                changes.push(PriceChange {
                    variant_id: *variant_id,
                    of: PriceOf::FlashSale(sale.id),
                    min_quantity: 1,
                    price_minor,
                });
            }
            if let Some(row) = stored.get(variant_id) {
                self.change(row, patch, *place).await?;
            } else if price_minor.is_some() {
                fresh.push(flash_sale_entry::ActiveModel {
                    id: Set(self.app.clock.new_id()),
                    flash_sale_id: Set(sale.id),
                    variant_id: Set(*variant_id),
                    price_minor: Set(price_minor),
                    quota: Set(patch.quota),
                    per_buyer: Set(patch.per_buyer),
                    taken: Set(0),
                });
            }
        }
        if stored.len().saturating_add(fresh.len()) > MAX_ENTRIES {
            let message = format!("a sale holds at most {MAX_ENTRIES} prices");
            return Err(self.refuse(&["entries"], message));
        }
        for chunk in fresh.chunks(INSERT_CHUNK) {
            flash_sale_entry::Entity::insert_many(chunk.iter().cloned())
                .exec_without_returning(self.transaction)
                .await?;
        }
        let clock = &self.app.clock;
        record(
            self.transaction,
            clock,
            sale.channel_id,
            clock.now(),
            &changes,
        )
        .await
    }

    async fn change(
        &self,
        row: &flash_sale_entry::Model,
        patch: &FlashEntryPatch,
        place: usize,
    ) -> Result<()> {
        // What was taken while there was no limit was not counted.
        let was_counted = row.quota.is_some() || row.per_buyer.is_some();
        let taken = if was_counted {
            row.taken
        } else {
            count_live(self.transaction, row.id).await?
        };
        if patch.quota.is_some_and(|quota| quota < taken) {
            let place = place.to_string();
            let field = ["entries", place.as_str(), "quota"];
            let message = format!("must not be below the {taken} units taken so far");
            return Err(self.refuse(&field, message));
        }
        let mut row = row.clone().into_active_model();
        row.price_minor = Set(patch.price.map(|price| price.minor));
        row.quota = Set(patch.quota);
        row.per_buyer = Set(patch.per_buyer);
        row.taken = Set(taken);
        row.update(self.transaction).await?;
        Ok(())
    }

    /// Reads the prices of a request by variant, each with its place in the request.
    fn checked<'p>(
        &self,
        patches: &'p [FlashEntryPatch],
    ) -> Result<BTreeMap<Uuid, (usize, &'p FlashEntryPatch)>> {
        if patches.len() > MAX_ENTRIES {
            let message = format!("at most {MAX_ENTRIES} prices at a time");
            return Err(self.refuse(&["entries"], message));
        }
        let currency = self.viewer.channel.currency.0;
        let mut wanted = BTreeMap::new();
        for (index, patch) in patches.iter().enumerate() {
            let place = index.to_string();
            let is_price = |price: Money| price.currency == currency && !price.is_negative();
            if patch.price.is_some_and(|price| !is_price(price)) {
                let field = ["entries", place.as_str(), "price"];
                return Err(self.refuse(&field, format!("an amount in {currency}, not below 0")));
            }
            for (name, units) in [("quota", patch.quota), ("perBuyer", patch.per_buyer)] {
                if units.is_some_and(|units| units < 1) {
                    let field = ["entries", place.as_str(), name];
                    return Err(self.refuse(&field, "must be more than 0"));
                }
            }
            if wanted.insert(patch.variant_id, (index, patch)).is_some() {
                let field = ["entries", place.as_str()];
                return Err(self.refuse(&field, "is given twice"));
            }
        }
        Ok(wanted)
    }

    async fn check_variants(
        &self,
        wanted: &BTreeMap<Uuid, (usize, &FlashEntryPatch)>,
    ) -> Result<()> {
        let ids: BTreeSet<Uuid> = wanted.keys().copied().collect();
        let known = product_variant::Entity::find()
            .filter(product_variant::COLUMN.id.is_in(ids.iter().copied()))
            .count(self.transaction)
            .await?;
        if usize::try_from(known).map_err(Error::internal)? == ids.len() {
            Ok(())
        } else {
            Err(self.refuse(&["entries"], "names a variant that does not exist"))
        }
    }
}
