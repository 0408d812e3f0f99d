//! A date that moved reaches the orders that wait for it: their lines, their parcels, their buyers.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::id::OrderId;
use domain::order::{FulfillmentStatus, OrderStatus};
use domain::stock::{PRESALE_SETTLES, ahead, waits_until};
use domain::text_enum::TextEnum as _;
use entity::column::Text;
use entity::{fulfillment, fulfillment_line, order, order_line, order_line_component, presale};
use sea_orm::sea_query::{Expr, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait,
    EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::dates::{day, of_lines, write};
use crate::error::Result;
use crate::service::order::history::{self, Happening, SYSTEM};
use crate::service::order::row;
use crate::state::AppState;

/// Orders read at once.
const BATCH: u64 = 100;
/// Orders looked at for one date in one turn of the timer; the rest follow at the next.
const MOST: usize = 5_000;

/// Tells the orders that wait for a date that moved; answers how many were told. They are passed over again and again until the date
/// has settled: one that was being placed as it moved may have any id.
///
/// # Errors
/// When the database does not answer.
pub async fn follow_moved(app: &AppState) -> Result<usize> {
    let moved = presale::Entity::find()
        .filter(presale::Column::IsTold.eq(false))
        .order_by_asc(presale::Column::MovedAt)
        .all(app.database.read())
        .await?;
    let mut told = 0;
    for presale in moved {
        told += pass(app, presale).await?;
    }
    if told > 0 {
        app.wake.wake();
    }
    Ok(told)
}

/// Goes on with the present pass over the orders that wait for a date, or begins one.
async fn pass(app: &AppState, mut presale: presale::Model) -> Result<usize> {
    let now = app.clock.db_now(app.database.read()).await?;
    if presale.told_up_to.is_none() {
        presale.pass_began_at = Some(now);
    }
    let (mut seen, mut told) = (0, 0);
    while seen < MOST {
        let orders = waiting(app, &presale).await?;
        let Some(last) = orders.last() else {
            let settled = presale.moved_at + PRESALE_SETTLES;
            presale.is_told = presale.pass_began_at.is_some_and(|began| began > settled);
            presale.told_up_to = None;
            break;
        };
        for id in Goods::load(app.database.read(), &orders, now).await?.late() {
            match app.database.retry(|| tell(app, id)).await {
                Ok(is_new) => told += usize::from(is_new),
                Err(error) => {
                    presale.pass_began_at = None; // another pass tries again
                    tracing::error!(order.id = %id, error = %error, "an order could not be told its new date");
                }
            }
        }
        seen += orders.len();
        presale.told_up_to = Some(*last);
    }
    keep(app, &presale).await?;
    Ok(told)
}

/// Keeps how far a pass has got, unless the date has moved again.
async fn keep(app: &AppState, presale: &presale::Model) -> Result<()> {
    use presale::{Column, Entity};
    let transaction = app.database.begin().await?;
    Entity::update_many()
        .col_expr(Column::IsTold, Expr::value(presale.is_told))
        .col_expr(Column::PassBeganAt, Expr::value(presale.pass_began_at))
        .col_expr(Column::ToldUpTo, Expr::value(presale.told_up_to))
        .filter(Column::VariantId.eq(presale.variant_id))
        .filter(Column::MovedAt.eq(presale.moved_at))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The next orders under way that still have units of the variant to send, whether by themselves or in a bundle.
async fn waiting(app: &AppState, presale: &presale::Model) -> Result<Vec<Uuid>> {
    use order_line::Column;
    let under_way = OrderStatus::ALL
        .iter()
        .filter(|status| status.is_under_way());
    let orders = Query::select()
        .column(order::Column::Id)
        .from(order::Entity)
        .and_where(order::Column::Status.is_in(under_way.copied().map(Text)))
        .to_owned();
    let sent = Expr::col(Column::CancelledQuantity).add(Expr::col(Column::FulfilledQuantity));
    Ok(order_line::Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Id.in_subquery(lines_of(presale.variant_id)))
        .filter(Expr::col(Column::Quantity).gt(sent))
        .filter(Column::OrderId.gt(presale.told_up_to.unwrap_or_default()))
        .filter(Column::OrderId.in_subquery(orders))
        .group_by(Column::OrderId)
        .order_by_asc(Column::OrderId)
        .limit(BATCH)
        .into_tuple()
        .all(app.database.read())
        .await?)
}

fn lines_of(variant_id: Uuid) -> SelectStatement {
    use order_line_component::Column;
    let in_bundles = Query::select()
        .column(Column::OrderLineId)
        .from(order_line_component::Entity)
        .and_where(Column::VariantId.eq(variant_id))
        .to_owned();
    Query::select()
        .column(order_line::Column::Id)
        .from(order_line::Entity)
        .and_where(order_line::Column::VariantId.eq(variant_id))
        .union(UnionType::All, in_bundles)
        .to_owned()
}

/// Tells one order, unless it knows already.
async fn tell(app: &AppState, id: Uuid) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(id)).await?;
    let now = app.clock.db_now(&transaction).await?;
    let goods = Goods::load(&transaction, &[id], now).await?;
    if !order.status.0.is_under_way() || goods.late().is_empty() {
        return Ok(false);
    }
    let mut is_new = false;
    for (line, date) in goods.moved_lines() {
        write(&transaction, line.id, date).await?;
        is_new = true;
    }
    for (parcel, date) in goods.moved_parcels() {
        let row = fulfillment::ActiveModel {
            id: Unchanged(parcel.id),
            // One that need not wait any more is released by the timer of all that are due.
            scheduled_at: Set(Some(date.unwrap_or(now))),
            ..Default::default()
        };
        row.update(&transaction).await?;
    }
    row::save(&transaction, &app.clock, &mut order).await?;
    if is_new {
        let day = day(app, &transaction, &order).await?;
        let happened = [Happening::Rescheduled(day)];
        history::record(&transaction, &app.clock, &order, SYSTEM, &happened).await?;
    }
    transaction.commit().await?;
    Ok(is_new)
}

/// What orders still have to send, and from when on it may leave.
struct Goods {
    lines: Vec<order_line::Model>,
    /// Scheduled ones, with the lines in each.
    parcels: Vec<(fulfillment::Model, Vec<Uuid>)>,
    dates: HashMap<Uuid, DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl Goods {
    async fn load<C: ConnectionTrait>(
        connection: &C,
        orders: &[Uuid],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let orders = || orders.iter().copied();
        let lines = order_line::Entity::find()
            .filter(order_line::Column::OrderId.is_in(orders()))
            .all(connection)
            .await?;
        let to_send = |line: &order_line::Model| {
            line.quantity > line.cancelled_quantity + line.fulfilled_quantity
        };
        let lines: Vec<_> = lines.into_iter().filter(to_send).collect();
        let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
        let parcels = fulfillment::Entity::find()
            .filter(fulfillment::Column::OrderId.is_in(orders()))
            .filter(fulfillment::Column::Status.eq(Text(FulfillmentStatus::Scheduled)))
            .all(connection)
            .await?;
        let contents = fulfillment_line::Entity::find()
            .filter(
                fulfillment_line::Column::FulfillmentId
                    .is_in(parcels.iter().map(|parcel| parcel.id)),
            )
            .all(connection)
            .await?;
        let with_lines = |parcel: fulfillment::Model| {
            let inside = contents
                .iter()
                .filter(|content| content.fulfillment_id == parcel.id);
            let inside = inside.map(|content| content.order_line_id).collect();
            (parcel, inside)
        };
        Ok(Self {
            parcels: parcels.into_iter().map(with_lines).collect(),
            dates: of_lines(connection, &ids, now).await?,
            lines,
            now,
        })
    }

    /// Lines whose buyer was told another date, or none, with the date now.
    fn moved_lines(&self) -> impl Iterator<Item = (&order_line::Model, Option<DateTime<Utc>>)> {
        let date = |line: &order_line::Model| self.dates.get(&line.id).copied();
        let lines = self.lines.iter().map(move |line| (line, date(line)));
        lines.filter(|(line, date)| ahead(line.ships_at, self.now) != *date)
    }

    /// Parcels that wait for another date than they should.
    fn moved_parcels(&self) -> impl Iterator<Item = (&fulfillment::Model, Option<DateTime<Utc>>)> {
        let date = |(parcel, lines): &(fulfillment::Model, Vec<Uuid>)| {
            let dates = lines.iter().filter_map(|line| self.dates.get(line));
            waits_until(parcel.chosen_at, dates.max().copied(), self.now)
        };
        let parcels = self
            .parcels
            .iter()
            .map(move |parcel| (&parcel.0, date(parcel)));
        parcels.filter(|(parcel, date)| ahead(parcel.scheduled_at, self.now) != *date)
    }

    /// The orders that have to be told.
    fn late(&self) -> BTreeSet<Uuid> {
        let lines = self.moved_lines().map(|(line, _)| line.order_id);
        let parcels = self.moved_parcels().map(|(parcel, _)| parcel.order_id);
        lines.chain(parcels).collect()
    }
}
