//! Staff write price lists by code.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::Money;
use domain::permission::Permission;
use entity::price_list::{ActiveModel, COLUMN, Entity, Model};
use entity::{
    member_tier, price_list_entry, price_list_segment, price_list_tier, product_variant, segment,
};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, Condition, DatabaseTransaction, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::history::{PriceChange, PriceOf, record, record_list};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::catalog::CatalogError;
use crate::service::rows::INSERT_CHUNK;
use crate::service::settings::{assign, code, distinct, name};
use crate::state::AppState;

/// Most prices one request writes into a list, and most a list holds.
const MAX_ENTRIES: usize = 5_000;
/// Most units a step of a ladder may ask for.
const MAX_MIN_QUANTITY: i32 = 1_000_000;

/// A price list to create or change: what is left out stays.
#[derive(Clone, Debug)]
pub struct PriceListPatch {
    /// Short code, unique in the channel.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Text for buyers; the name if left out when new.
    pub label: Option<String>,
    /// Lower numbers come first.
    pub priority: Option<i32>,
    /// When it starts.
    pub starts_at: Option<Option<DateTime<Utc>>>,
    /// When it ends.
    pub ends_at: Option<Option<DateTime<Utc>>>,
    /// Tiers it is for.
    pub tier_ids: Option<BTreeSet<Uuid>>,
    /// Segments it is for beside the tiers; everybody when both are empty.
    pub segment_ids: Option<BTreeSet<Uuid>>,
    /// Whether it is in force.
    pub active: Option<bool>,
    /// Prices to set or take away.
    pub entries: Vec<EntryPatch>,
}

/// A price to set or take away.
#[derive(Clone, Copy, Debug)]
pub struct EntryPatch {
    /// The variant.
    pub variant_id: Uuid,
    /// Units from which it counts.
    pub min_quantity: i32,
    /// Price of one unit; `None` takes it away.
    pub price: Option<Money>,
}

/// Creates or changes price lists by code, all or none.
///
/// # Errors
/// [`Error::Forbidden`] without `PRODUCT_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert(
    app: &AppState,
    viewer: &Viewer,
    lists: &[PriceListPatch],
) -> Result<Vec<Model>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    distinct("priceLists", lists.iter().map(|list| list.code.as_str()))?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut saved = Vec::with_capacity(lists.len());
            for (index, list) in lists.iter().enumerate() {
                let write = Write {
                    app,
                    viewer,
                    transaction: &transaction,
                    index: index.to_string(),
                };
                let row = write.save(list).await?;
                write.tiers(&row, list).await?;
                write.segments(&row, list).await?;
                write.entries(&row, &list.entries).await?;
                saved.push(row);
            }
            transaction.commit().await?;
            Ok(saved)
        })
        .await
}

/// One list of the request while it is written.
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
            &[&["priceLists", self.index.as_str()], field].concat(),
            message,
        )
    }

    fn field<'a>(&'a self, name: &'a str) -> [&'a str; 3] {
        ["priceLists", self.index.as_str(), name]
    }

    async fn save(&self, patch: &PriceListPatch) -> Result<Model> {
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
            let title = title.clone();
            let title = title.ok_or_else(|| self.refuse(&["name"], "a new list needs it"))?;
            ActiveModel {
                id: Set(self.app.clock.new_id()),
                channel_id: Set(self.viewer.channel.id),
                code: Set(code),
                name: Set(title.clone()),
                label: Set(title),
                priority: Set(0),
                starts_at: Set(None),
                ends_at: Set(None),
                for_tiers: Set(false),
                for_segments: Set(false),
                active: Set(true),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            }
        };
        assign(&mut row.name, title);
        assign(&mut row.label, label);
        assign(&mut row.priority, patch.priority);
        assign(&mut row.starts_at, patch.starts_at);
        assign(&mut row.ends_at, patch.ends_at);
        assign(&mut row.active, patch.active);
        assign(
            &mut row.for_tiers,
            patch.tier_ids.as_ref().map(|ids| !ids.is_empty()),
        );
        assign(
            &mut row.for_segments,
            patch.segment_ids.as_ref().map(|ids| !ids.is_empty()),
        );
        row.updated_at = Set(now);
        if matches!((row.starts_at.as_ref(), row.ends_at.as_ref()), (Some(start), Some(end)) if end <= start)
        {
            return Err(self.refuse(&["endsAt"], "must be after `startsAt`"));
        }
        let list = if is_new {
            row.insert(self.transaction).await?
        } else {
            row.update(self.transaction).await?
        };
        record_list(self.transaction, &list).await?;
        Ok(list)
    }

    async fn tiers(&self, list: &Model, patch: &PriceListPatch) -> Result<()> {
        let Some(tier_ids) = &patch.tier_ids else {
            return Ok(());
        };
        price_list_tier::Entity::delete_many()
            .filter(price_list_tier::COLUMN.price_list_id.eq(list.id))
            .exec(self.transaction)
            .await?;
        if tier_ids.is_empty() {
            return Ok(());
        }
        let known = member_tier::Entity::find()
            .filter(member_tier::COLUMN.channel_id.eq(list.channel_id))
            .filter(member_tier::COLUMN.id.is_in(tier_ids.iter().copied()))
            .count(self.transaction)
            .await?;
        if !is_as_many(known, tier_ids)? {
            return Err(self.refuse(&["memberTierIds"], "names a tier that does not exist"));
        }
        let rows = tier_ids.iter().map(|tier_id| price_list_tier::ActiveModel {
            price_list_id: Set(list.id),
            tier_id: Set(*tier_id),
        });
        price_list_tier::Entity::insert_many(rows)
            .exec_without_returning(self.transaction)
            .await?;
        Ok(())
    }

    async fn segments(&self, list: &Model, patch: &PriceListPatch) -> Result<()> {
        let Some(segment_ids) = &patch.segment_ids else {
            return Ok(());
        };
        price_list_segment::Entity::delete_many()
            .filter(price_list_segment::COLUMN.price_list_id.eq(list.id))
            .exec(self.transaction)
            .await?;
        if segment_ids.is_empty() {
            return Ok(());
        }
        let known = segment::Entity::find()
            .filter(segment::COLUMN.channel_id.eq(list.channel_id))
            .filter(segment::COLUMN.id.is_in(segment_ids.iter().copied()))
            .count(self.transaction)
            .await?;
        if !is_as_many(known, segment_ids)? {
            return Err(self.refuse(&["segmentIds"], "names a segment that does not exist"));
        }
        let rows = segment_ids
            .iter()
            .map(|segment_id| price_list_segment::ActiveModel {
                price_list_id: Set(list.id),
                segment_id: Set(*segment_id),
            });
        price_list_segment::Entity::insert_many(rows)
            .exec_without_returning(self.transaction)
            .await?;
        Ok(())
    }

    async fn entries(&self, list: &Model, patches: &[EntryPatch]) -> Result<()> {
        let wanted = self.checked(patches)?;
        if wanted.is_empty() {
            return Ok(());
        }
        self.check_variants(&wanted).await?;
        let stored: HashMap<(Uuid, i32), i64> = price_list_entry::Entity::find()
            .filter(price_list_entry::COLUMN.price_list_id.eq(list.id))
            .all(self.transaction)
            .await?
            .into_iter()
            .map(|row| ((row.variant_id, row.min_quantity), row.price_minor))
            .collect();
        let changes: Vec<PriceChange> = wanted
            .iter()
            .filter(|(key, minor)| stored.get(*key).copied() != **minor)
            .map(|((variant_id, min_quantity), minor)| PriceChange {
                variant_id: *variant_id,
                of: PriceOf::List(list.id),
                min_quantity: *min_quantity,
                price_minor: *minor,
            })
            .collect();
        let kept = stored
            .keys()
            .filter(|key| !wanted.contains_key(*key))
            .count();
        let set = wanted.values().flatten().count();
        if kept.saturating_add(set) > MAX_ENTRIES {
            let message = format!("a list holds at most {MAX_ENTRIES} prices");
            return Err(self.refuse(&["entries"], message));
        }
        for chunk in changes.chunks(INSERT_CHUNK) {
            self.write(list.id, chunk).await?;
        }
        let clock = &self.app.clock;
        record(
            self.transaction,
            clock,
            list.channel_id,
            clock.now(),
            &changes,
        )
        .await
    }

    /// Reads the prices of a request by variant and quantity.
    fn checked(&self, patches: &[EntryPatch]) -> Result<BTreeMap<(Uuid, i32), Option<i64>>> {
        if patches.len() > MAX_ENTRIES {
            let message = format!("at most {MAX_ENTRIES} prices at a time");
            return Err(self.refuse(&["entries"], message));
        }
        let currency = self.viewer.channel.currency.0;
        let mut wanted = BTreeMap::new();
        for (place, patch) in patches.iter().enumerate() {
            let place = place.to_string();
            if !(1..=MAX_MIN_QUANTITY).contains(&patch.min_quantity) {
                let field = ["entries", place.as_str(), "minQuantity"];
                return Err(self.refuse(&field, format!("1 to {MAX_MIN_QUANTITY}")));
            }
            let is_price = |price: Money| price.currency == currency && !price.is_negative();
            if patch.price.is_some_and(|price| !is_price(price)) {
                let field = ["entries", place.as_str(), "price"];
                return Err(self.refuse(&field, format!("an amount in {currency}, not below 0")));
            }
            let key = (patch.variant_id, patch.min_quantity);
            let minor = patch.price.map(|price| price.minor);
            if wanted.insert(key, minor).is_some() {
                let field = ["entries", place.as_str()];
                return Err(self.refuse(&field, "is given twice"));
            }
        }
        Ok(wanted)
    }

    async fn check_variants(&self, wanted: &BTreeMap<(Uuid, i32), Option<i64>>) -> Result<()> {
        let ids: BTreeSet<Uuid> = wanted.keys().map(|(variant_id, _)| *variant_id).collect();
        let known = product_variant::Entity::find()
            .filter(product_variant::COLUMN.id.is_in(ids.iter().copied()))
            .count(self.transaction)
            .await?;
        if is_as_many(known, &ids)? {
            Ok(())
        } else {
            Err(self.refuse(&["entries"], "names a variant that does not exist"))
        }
    }

    /// Sets and takes away the prices that changed, in one statement each.
    async fn write(&self, list_id: Uuid, changes: &[PriceChange]) -> Result<()> {
        use price_list_entry::Column;
        let (set, gone): (Vec<&PriceChange>, Vec<&PriceChange>) = changes
            .iter()
            .partition(|change| change.price_minor.is_some());
        if !gone.is_empty() {
            let column = price_list_entry::COLUMN;
            let any = gone.iter().fold(Condition::any(), |any, change| {
                any.add(
                    Condition::all()
                        .add(column.variant_id.eq(change.variant_id))
                        .add(column.min_quantity.eq(change.min_quantity)),
                )
            });
            price_list_entry::Entity::delete_many()
                .filter(column.price_list_id.eq(list_id))
                .filter(any)
                .exec(self.transaction)
                .await?;
        }
        let rows: Vec<price_list_entry::ActiveModel> = set
            .into_iter()
            .filter_map(|change| {
                Some(price_list_entry::ActiveModel {
                    variant_id: Set(change.variant_id),
                    price_list_id: Set(list_id),
                    min_quantity: Set(change.min_quantity),
                    price_minor: Set(change.price_minor?),
                })
            })
            .collect();
        if !rows.is_empty() {
            let key = [Column::VariantId, Column::PriceListId, Column::MinQuantity];
            let replace = OnConflict::columns(key)
                .update_column(Column::PriceMinor)
                .to_owned();
            price_list_entry::Entity::insert_many(rows)
                .on_conflict(replace)
                .exec_without_returning(self.transaction)
                .await?;
        }
        Ok(())
    }
}

/// Whether so many rows were found for as many ids.
fn is_as_many(found: u64, ids: &BTreeSet<Uuid>) -> Result<bool> {
    Ok(usize::try_from(found).map_err(Error::internal)? == ids.len())
}
