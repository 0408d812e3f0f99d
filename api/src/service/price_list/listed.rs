//! The prices a buyer finds in price lists: one statement whatever the number of variants, and none without lists.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::money::Currency;
use domain::price_list::ListedPrice;
use entity::{member_standing, member_tier, price_list, price_list_entry, price_list_tier};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType,
    QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::rows::padded;

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
    for_tiers: bool,
    priority: i32,
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
    let mut for_them = Condition::any().add(list.for_tiers.eq(false));
    if let Some(member_id) = audience.member_id {
        for_them = for_them.add(List::Id.in_subquery(of_member(audience.channel_id, member_id)));
    }
    let rows = price_list_entry::Entity::find()
        .select_only()
        .column(Entry::VariantId)
        .column(Entry::MinQuantity)
        .column(Entry::PriceMinor)
        .column_as(List::Id, "list_id")
        .column(List::Label)
        .column(List::ForTiers)
        .column(List::Priority)
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
        .filter(for_them)
        .into_model::<Row>()
        .all(connection)
        .await?;
    let mut listed: HashMap<Uuid, Vec<ListedPrice>> = HashMap::new();
    for row in rows {
        listed.entry(row.variant_id).or_default().push(ListedPrice {
            list_id: row.list_id,
            label: row.label,
            is_for_tiers: row.for_tiers,
            priority: row.priority,
            min_quantity: u32::try_from(row.min_quantity).map_err(Error::internal)?,
            price: Money::new(row.price_minor, audience.currency),
        });
    }
    Ok(listed)
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
