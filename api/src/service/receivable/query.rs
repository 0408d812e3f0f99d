//! Reading what orders owe.

use chrono::NaiveDate;
use domain::Money;
use domain::id::{MemberId, TypedId};
use domain::permission::Permission;
use domain::receivable::{AgeTotal, ReceivableAge, by_age, days_overdue};
use domain::time_zone::TimeZone;
use entity::channel;
use entity::order::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Which orders that owe money.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReceivableFilter {
    /// Those of one member.
    pub member_id: Option<MemberId>,
    /// Those that have owed for so long.
    pub age: Option<ReceivableAge>,
    /// Those whose day to pay is past, or not.
    pub overdue: Option<bool>,
    /// Those that stand on account, or whose goods wait for the money.
    pub on_account: Option<bool>,
}

/// What a channel's orders owe, by age.
#[derive(Clone, Debug)]
pub struct Ageing {
    /// All of it.
    pub total: Money,
    /// Each age, youngest first.
    pub ages: Vec<AgeTotal>,
}

/// Orders of the channel that owe money, the oldest first.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: ReceivableFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::PaymentRead)?;
    let today = today(app, &viewer.channel)?;
    let query = narrowed(&viewer.channel, filter, today);
    page.oldest_first(app.database.read(), query, Column::Id, |order| order.id)
        .await
}

/// Adds up what orders of the channel owe, by age.
///
/// # Errors
/// [`Error::Forbidden`] without `PAYMENT_READ`.
pub async fn ageing(app: &AppState, viewer: &Viewer, filter: ReceivableFilter) -> Result<Ageing> {
    viewer.require(Permission::PaymentRead)?;
    let channel = &viewer.channel;
    let today = today(app, channel)?;
    let rows: Vec<(Option<NaiveDate>, i64, i64)> = narrowed(channel, filter, today)
        .select_only()
        .column(Column::TermsDueOn)
        .expr(Expr::col(Column::OwedMinor).sum().cast_as("bigint"))
        .expr(Column::Id.count())
        .group_by(Column::TermsDueOn)
        .into_tuple()
        .all(app.database.read())
        .await?;
    let currency = channel.currency.0;
    let owed = rows
        .into_iter()
        .map(|(due_on, minor, orders)| {
            let orders = u64::try_from(orders).map_err(Error::internal)?;
            Ok((due_on, Money::new(minor, currency), orders))
        })
        .collect::<Result<Vec<_>>>()?;
    let ages = by_age(&owed, currency, today).map_err(Error::internal)?;
    let total = Money::sum(ages.iter().map(|age| age.owed), currency);
    Ok(Ageing {
        total: total.map_err(Error::internal)?,
        ages,
    })
}

/// Counts the days since an order was to be paid, on its shop's calendar; none when nothing of it is past due.
///
/// # Errors
/// When the order's channel is gone.
pub fn overdue_days(app: &AppState, order: &Model) -> Result<u32> {
    if order.owed_minor == 0 || order.terms_due_on.is_none() {
        return Ok(0);
    }
    let channel = app.channels.find_by_id(order.channel_id)?;
    Ok(days_overdue(order.terms_due_on, today(app, &channel)?))
}

fn today(app: &AppState, channel: &channel::Model) -> Result<NaiveDate> {
    let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
    Ok(zone.day(app.clock.now()))
}

/// Amounts are added up, so orders in a currency the channel had before are not among them.
fn narrowed(
    channel: &channel::Model,
    filter: ReceivableFilter,
    today: NaiveDate,
) -> Select<Entity> {
    Entity::find()
        .filter(Column::ChannelId.eq(channel.id))
        .filter(Column::Currency.eq(channel.currency))
        .filter(Column::OwedMinor.gt(0))
        .apply_if(filter.member_id, |query, id| {
            query.filter(Column::MemberId.eq(id.uuid()))
        })
        .apply_if(filter.age, |query, age| query.filter(of_age(age, today)))
        .apply_if(filter.overdue, |query, overdue| {
            let not_due = of_age(ReceivableAge::NotDue, today);
            query.filter(if overdue { not_due.not() } else { not_due })
        })
        .apply_if(filter.on_account, |query, on_account| {
            let stands = Column::OnAccountMinor.gt(0);
            query.filter(if on_account { stands } else { stands.not() })
        })
}

fn of_age(age: ReceivableAge, today: NaiveDate) -> Condition {
    let (from, until) = age.due_between(today);
    let within = Condition::all()
        .add_option(from.map(|from| Column::TermsDueOn.gte(from)))
        .add_option(until.map(|until| Column::TermsDueOn.lte(until)));
    match age {
        ReceivableAge::NotDue => Condition::any()
            .add(Column::TermsDueOn.is_null())
            .add(within),
        ReceivableAge::UpTo30Days
        | ReceivableAge::UpTo60Days
        | ReceivableAge::UpTo90Days
        | ReceivableAge::Over90Days => within,
    }
}
