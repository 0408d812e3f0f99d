use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::{MemberTierId, ProductVariantId, SegmentId, TypedId};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::input::patch;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::DateTime;
use crate::service::price_list::{EntryPatch, PriceListPatch};

/// Writable fields of a price list; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PriceListInput {
    /// Short code, unique.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Text for buyers; the name if left out when new.
    pub label: Option<String>,
    /// Lower numbers come first: of the lists that name a variant, the first counts.
    pub priority: Option<i32>,
    /// When it starts.
    pub starts_at: MaybeUndefined<DateTime>,
    /// When it ends.
    pub ends_at: MaybeUndefined<DateTime>,
    /// Tiers it is for; with no segments either, everybody.
    pub member_tier_ids: Option<Vec<ID>>,
    /// Segments it is for: whoever is in one of them or of the tiers.
    pub segment_ids: Option<Vec<ID>>,
    /// Whether it is in force.
    pub active: Option<bool>,
    /// Prices to set or take away, up to 5,000; others stay.
    pub entries: Option<Vec<PriceListEntryInput>>,
}

/// A price of a list.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PriceListEntryInput {
    /// The variant, which needs a price of its own to be for sale.
    pub variant_id: ID,
    /// Units from which it counts.
    #[graphql(default = 1)]
    pub min_quantity: i32,
    /// Price of one unit; null takes it away.
    pub price: Option<MoneyInput>,
}

/// Input of priceListsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PriceListsUpsertInput {
    /// Price lists, matched by code.
    pub price_lists: Vec<PriceListInput>,
}

impl TryFrom<PriceListsUpsertInput> for Vec<PriceListPatch> {
    type Error = Error;

    fn try_from(input: PriceListsUpsertInput) -> Result<Self, Error> {
        let lists = input.price_lists.into_iter().enumerate();
        lists
            .map(|(index, list)| list.read(&["priceLists", &index.to_string()]))
            .collect()
    }
}

impl PriceListInput {
    fn read(self, place: &[&str]) -> Result<PriceListPatch, Error> {
        let entries = self.entries.unwrap_or_default().into_iter().enumerate();
        Ok(PriceListPatch {
            code: self.code,
            name: self.name,
            label: self.label,
            priority: self.priority,
            starts_at: patch(self.starts_at).map(|at| at.map(|at| at.0)),
            ends_at: patch(self.ends_at).map(|at| at.map(|at| at.0)),
            tier_ids: parse_all::<MemberTierId>(self.member_tier_ids, place, "memberTierIds")?,
            segment_ids: parse_all::<SegmentId>(self.segment_ids, place, "segmentIds")?,
            active: self.active,
            entries: entries
                .map(|(index, entry)| entry.read(place, &index.to_string()))
                .collect::<Result<_, Error>>()?,
        })
    }
}

impl PriceListEntryInput {
    fn read(self, place: &[&str], index: &str) -> Result<EntryPatch, Error> {
        let variant = ["entries", index, "variantId"];
        let price = self.price.map(|price| {
            price.try_into().map_err(|error: domain::MoneyError| {
                let field = [place, &["entries", index, "price"]].concat();
                Error::invalid(&field, error.to_string())
            })
        });
        Ok(EntryPatch {
            variant_id: parse::<ProductVariantId>(&self.variant_id, place, &variant)?,
            min_quantity: self.min_quantity,
            price: price.transpose()?,
        })
    }
}

fn parse_all<T: TypedId>(
    ids: Option<Vec<ID>>,
    place: &[&str],
    field: &str,
) -> Result<Option<BTreeSet<Uuid>>, Error> {
    let read = |(index, id): (usize, ID)| parse::<T>(&id, place, &[field, &index.to_string()]);
    ids.map(|ids| ids.into_iter().enumerate().map(read).collect())
        .transpose()
}

fn parse<T: TypedId>(id: &ID, place: &[&str], field: &[&str]) -> Result<Uuid, Error> {
    T::parse(id)
        .map(TypedId::uuid)
        .map_err(|error| Error::invalid(&[place, field].concat(), error.to_string()))
}
