//! The prices a buyer finds in price lists: one statement whatever the number of variants, and none without lists. Prices
//! for segments cost three more.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::Money;
use domain::money::Currency;
use domain::price_list::ListedPrice;
use entity::{
    member_standing, member_tier, price_list, price_list_entry, price_list_segment, price_list_tier,
};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType,
    QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::rows::padded;
use crate::service::segment;

/// Whose prices are looked for, and when.
#[derive(Clone, Debug)]
pub(in crate::service) struct Audience {
    /// Where they buy.
    pub(in crate::service) channel_id: Uuid,
    /// Currency of the channel.
    pub(in crate::service) currency: Currency,
    /// Who buys; `None` for a guest.
    pub(in crate::service) member_id: Option<Uuid>,
    /// A guest's e-mail, if it is known.
    pub(in crate::service) email: Option<String>,
    /// The instant.
    pub(in crate::service) now: DateTime<Utc>,
}

impl Audience {
    /// Who uses limits up: the member's id, or a guest's e-mail in lower case.
    pub(in crate::service) fn buyer_key(&self) -> Option<String> {
        let member = self.member_id.map(|id| id.to_string());
        member.or_else(|| self.email.clone())
    }
}

#[derive(FromQueryResult)]
struct Row {
    variant_id: Uuid,
    min_quantity: i32,
    price_minor: i64,
    list_id: Uuid,
    label: String,
    version: i32,
    for_tiers: bool,
    for_segments: bool,
    priority: i32,
    /// Whether the buyer may use the list whatever segments they are in.
    is_open: bool,
}

/// Whether a channel has any price list, as a column of another query: so that nobody asks further where there is none.
pub(in crate::service) fn exists(channel_id: Uuid) -> SimpleExpr {
    let lists = Query::select()
        .expr(Expr::cust("1"))
        .from(price_list::Entity)
        .and_where(Expr::col((price_list::Entity, price_list::Column::ChannelId)).eq(channel_id))
        .to_owned();
    Expr::exists(lists)
}

/// Loads the prices of variants in the lists their buyer may use, by variant.
pub(super) async fn listed_prices<C: ConnectionTrait>(
    connection: &C,
    audience: &Audience,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ListedPrice>>> {
    use price_list::Column as List;
    use price_list_entry::Column as Entry;
    let of_list = price_list_entry::Entity::belongs_to(price_list::Entity)
        .from(Entry::PriceListId)
        .to(List::Id);
    let list = price_list::COLUMN;
    let for_all = Condition::all()
        .add(list.for_tiers.eq(false))
        .add(list.for_segments.eq(false));
    let (open, possible) = match audience.member_id {
        None => (for_all.clone(), for_all),
        Some(member_id) => {
            let of_tier = List::Id.in_subquery(of_member(audience.channel_id, member_id));
            let open = Condition::any().add(for_all).add(of_tier);
            (open.clone(), open.add(list.for_segments.eq(true)))
        }
    };
    let mut rows = price_list_entry::Entity::find()
        .select_only()
        .column(Entry::VariantId)
        .column(Entry::MinQuantity)
        .column(Entry::PriceMinor)
        .column_as(List::Id, "list_id")
        .column(List::Label)
        .column(List::Version)
        .column(List::ForTiers)
        .column(List::ForSegments)
        .column(List::Priority)
        .expr_as(Expr::from(open), "is_open")
        .join(JoinType::InnerJoin, of_list.into())
        .filter(
            price_list_entry::COLUMN
                .variant_id
                .is_in(padded(variant_ids)),
        )
        .filter(list.channel_id.eq(audience.channel_id))
        .filter(list.active.eq(true))
        .filter(
            Condition::any()
                .add(list.starts_at.is_null())
                .add(list.starts_at.lte(audience.now)),
        )
        .filter(
            Condition::any()
                .add(list.ends_at.is_null())
                .add(list.ends_at.gt(audience.now)),
        )
        .filter(possible)
        .into_model::<Row>()
        .all(connection)
        .await?;
    let doubtful = rows.iter().filter(|row| !row.is_open);
    let doubtful: BTreeSet<Uuid> = doubtful.map(|row| row.list_id).collect();
    let by_segment = lists_by_segment(connection, audience, doubtful).await?;
    rows.retain(|row| row.is_open || by_segment.contains(&row.list_id));
    let mut listed: HashMap<Uuid, Vec<ListedPrice>> = HashMap::new();
    for row in rows {
        listed.entry(row.variant_id).or_default().push(ListedPrice {
            list_id: row.list_id,
            label: row.label,
            list_version: row.version,
            is_for_tiers: row.for_tiers && row.is_open,
            is_for_members: row.for_tiers || row.for_segments,
            priority: row.priority,
            min_quantity: u32::try_from(row.min_quantity).map_err(Error::internal)?,
            price: Money::new(row.price_minor, audience.currency),
        });
    }
    Ok(listed)
}

/// Finds those of the lists that name a segment the buyer is in; asks nothing when there are none.
async fn lists_by_segment<C: ConnectionTrait>(
    connection: &C,
    audience: &Audience,
    list_ids: BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>> {
    let Some(member_id) = audience.member_id.filter(|_| !list_ids.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let named = price_list_segment::Entity::find()
        .filter(price_list_segment::COLUMN.price_list_id.is_in(list_ids))
        .all(connection)
        .await?;
    let segment_ids = named.iter().map(|row| row.segment_id).collect();
    let (channel_id, now) = (audience.channel_id, audience.now);
    let held = segment::held(connection, channel_id, member_id, &segment_ids, now).await?;
    let named = named.into_iter();
    Ok(named
        .filter(|row| held.contains(&row.segment_id))
        .map(|row| row.price_list_id)
        .collect())
}

/// Selects the lists for the tier a member is in.
fn of_member(channel_id: Uuid, member_id: Uuid) -> SelectStatement {
    let of_standing = price_list_tier::Entity::belongs_to(member_standing::Entity)
        .from(price_list_tier::Column::TierId)
        .to(member_standing::Column::TierId);
    let of_tier = price_list_tier::Entity::belongs_to(member_tier::Entity)
        .from(price_list_tier::Column::TierId)
        .to(member_tier::Column::Id);
    price_list_tier::Entity::find()
        .select_only()
        .column(price_list_tier::Column::PriceListId)
        .join(JoinType::InnerJoin, of_standing.into())
        .join(JoinType::InnerJoin, of_tier.into())
        .filter(member_standing::COLUMN.member_id.eq(member_id))
        .filter(member_standing::COLUMN.channel_id.eq(channel_id))
        .filter(member_tier::COLUMN.active.eq(true))
        .into_query()
}
