//! A rule as a condition on the table of members.

use chrono::{DateTime, TimeDelta, Utc};
use domain::order::{OrderStatus, RefundStatus};
use domain::segment::{Days, OrderAmount, OrderCount, Purchase, Rule};
use entity::column::Text;
use entity::member::{COLUMN, Column, Entity};
use entity::{
    member_group_member, member_standing, order, order_line, product, product_variant, refund,
    refund_line,
};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::service::catalog::in_categories;

/// Orders that count: paid and agreed to.
const COUNTED: [OrderStatus; 2] = [OrderStatus::Confirmed, OrderStatus::Completed];

/// Which members a rule is about, in a channel at an instant.
pub(super) fn condition(rule: &Rule, channel_id: Uuid, now: DateTime<Utc>) -> Condition {
    let all = Condition::all();
    let inner = |rule: &Rule| condition(rule, channel_id, now);
    match rule {
        Rule::All(rules) => rules.iter().fold(all, |all, rule| all.add(inner(rule))),
        Rule::Any(rules) => rules
            .iter()
            .fold(Condition::any(), |any, rule| any.add(inner(rule))),
        Rule::Not(rule) => all.add(inner(rule)).not(),
        Rule::Registered(days) => all
            .add_option(days.min.map(|min| COLUMN.created_at.lte(ago(now, min))))
            .add_option(days.max.map(|max| COLUMN.created_at.gte(ago(now, max)))),
        Rule::LastOrder(days) => last_order(*days, channel_id, now),
        Rule::Orders(orders) => order_count(*orders, channel_id, now),
        Rule::Spent(spent) => order_amount(*spent, channel_id, now),
        Rule::Tiers(ids) => all.add(Expr::exists(standing(ids.iter().copied(), channel_id))),
        Rule::Groups(ids) => all.add(Expr::exists(grouped(ids.iter().copied()))),
        Rule::Bought(purchase) => all.add(Expr::exists(bought(purchase, channel_id, now))),
        Rule::Locales(locales) => {
            all.add(COLUMN.locale.is_in(locales.iter().map(ToString::to_string)))
        }
        Rule::AcceptsMarketing(accepts) => all.add(COLUMN.accepts_marketing.eq(*accepts)),
        Rule::BirthdayMonths(months) => months.iter().fold(Condition::any(), |any, month| {
            // Both databases write a day as 1990-05-31.
            let pattern = format!("____-{month:02}-__");
            any.add(birthday_text().like(pattern))
        }),
    }
}

fn ago(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now.checked_sub_signed(TimeDelta::days(i64::from(days)))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The birthday as text; empty for members who told none, so that "not in May" holds for them.
fn birthday_text() -> Expr {
    let text = Expr::col((Entity, Column::Birthday)).cast_as("text");
    Func::coalesce([text, Expr::val("")]).into()
}

/// Orders of the member that count.
fn orders(channel_id: Uuid, since: Option<DateTime<Utc>>) -> Select<order::Entity> {
    let of_member =
        Expr::col((order::Entity, order::Column::MemberId)).equals((Entity, Column::Id));
    let counted = order::Entity::find()
        .select_only()
        .filter(of_member)
        .filter(order::COLUMN.channel_id.eq(channel_id))
        .filter(order::COLUMN.status.is_in(COUNTED.map(Text)));
    match since {
        Some(since) => counted.filter(order::COLUMN.placed_at.gte(since)),
        None => counted,
    }
}

fn any_order(channel_id: Uuid, since: Option<DateTime<Utc>>) -> Expr {
    let query = orders(channel_id, since).column(order::Column::Id);
    Expr::exists(query.into_query())
}

fn last_order(days: Days, channel_id: Uuid, now: DateTime<Utc>) -> Condition {
    let since = days.max.map(|max| ago(now, max));
    let some = Condition::all().add(any_order(channel_id, since));
    // At least so many days ago means: none since, to the instant.
    some.add_option(days.min.map(|min| {
        let later = orders(channel_id, None)
            .column(order::Column::Id)
            .filter(order::COLUMN.placed_at.gt(ago(now, min)));
        Expr::exists(later.into_query()).not()
    }))
}

fn order_count(wanted: OrderCount, channel_id: Uuid, now: DateTime<Utc>) -> Condition {
    let since = wanted.within_days.map(|days| ago(now, days));
    let count = || {
        let query = orders(channel_id, since).expr(order::COLUMN.id.count());
        Expr::from(query.into_query())
    };
    Condition::all()
        .add_option(wanted.min.map(|min| count().gte(min)))
        .add_option(wanted.max.map(|max| count().lte(max)))
}

fn order_amount(wanted: OrderAmount, channel_id: Uuid, now: DateTime<Utc>) -> Condition {
    let since = wanted.within_days.map(|days| ago(now, days));
    let whole = |sum: Expr| Func::coalesce([Func::sum(sum).into(), Expr::val(0)]);
    let sum = || {
        let paid = Expr::col((order::Entity, order::Column::SubtotalMinor))
            .add(Expr::col((order::Entity, order::Column::DiscountMinor)));
        let paid = orders(channel_id, since).expr(whole(paid)).into_query();
        let back = refunded_lines(channel_id, since)
            .expr(whole(goods_given_back()))
            .into_query();
        Expr::from(paid).sub(Expr::from(back))
    };
    Condition::all()
        .add_option(wanted.min.map(|min| sum().gte(min.minor)))
        .add_option(wanted.max.map(|max| sum().lte(max.minor)))
}

/// Lines of refunds of the member's orders that count.
fn refunded_lines(channel_id: Uuid, since: Option<DateTime<Utc>>) -> Select<order::Entity> {
    let of_order = order::Entity::belongs_to(refund::Entity)
        .from(order::Column::Id)
        .to(refund::Column::OrderId);
    let of_refund = refund::Entity::belongs_to(refund_line::Entity)
        .from(refund::Column::Id)
        .to(refund_line::Column::RefundId);
    orders(channel_id, since)
        .join(JoinType::InnerJoin, of_order.into())
        .join(JoinType::InnerJoin, of_refund.into())
        .filter(refund::COLUMN.status.ne(Text(RefundStatus::Failed)))
}

/// What went back of what was paid for goods; tax counts where prices contain it, as it does in what was paid.
fn goods_given_back() -> Expr {
    let total = || Expr::col((refund_line::Entity, refund_line::Column::TotalMinor));
    let tax = Expr::col((refund_line::Entity, refund_line::Column::TaxMinor));
    CaseStatement::new()
        .case(order::COLUMN.tax_included.eq(true), total())
        .finally(total().sub(tax))
        .into()
}

fn standing(tier_ids: impl Iterator<Item = Uuid>, channel_id: Uuid) -> SelectStatement {
    let of_member = Expr::col((member_standing::Entity, member_standing::Column::MemberId))
        .equals((Entity, Column::Id));
    member_standing::Entity::find()
        .select_only()
        .column(member_standing::Column::MemberId)
        .filter(of_member)
        .filter(member_standing::COLUMN.channel_id.eq(channel_id))
        .filter(member_standing::COLUMN.tier_id.is_in(tier_ids))
        .into_query()
}

fn grouped(group_ids: impl Iterator<Item = Uuid>) -> SelectStatement {
    let of_member = Expr::col((
        member_group_member::Entity,
        member_group_member::Column::MemberId,
    ))
    .equals((Entity, Column::Id));
    member_group_member::Entity::find()
        .select_only()
        .column(member_group_member::Column::MemberId)
        .filter(of_member)
        .filter(member_group_member::COLUMN.group_id.is_in(group_ids))
        .into_query()
}

/// A line of a counted order whose product is one of those wanted.
fn bought(purchase: &Purchase, channel_id: Uuid, now: DateTime<Utc>) -> SelectStatement {
    let since = purchase.within_days.map(|days| ago(now, days));
    let of_order = order::Entity::belongs_to(order_line::Entity)
        .from(order::Column::Id)
        .to(order_line::Column::OrderId);
    let of_line = order_line::Entity::belongs_to(product_variant::Entity)
        .from(order_line::Column::VariantId)
        .to(product_variant::Column::Id);
    let product_id = || product_variant::COLUMN.product_id;
    let mut wanted = Condition::any();
    if !purchase.product_ids.is_empty() {
        wanted = wanted.add(product_id().is_in(purchase.product_ids.iter().copied()));
    }
    if !purchase.category_ids.is_empty() {
        let ids: Vec<Uuid> = purchase.category_ids.iter().copied().collect();
        wanted = wanted.add(product_id().in_subquery(in_categories(&ids)));
    }
    if !purchase.brands.is_empty() {
        let of_brand = product::Entity::find()
            .select_only()
            .column(product::Column::Id)
            .filter(product::COLUMN.brand.is_in(purchase.brands.iter().cloned()));
        wanted = wanted.add(product_id().in_subquery(of_brand.into_query()));
    }
    orders(channel_id, since)
        .column(order::Column::Id)
        .join(JoinType::InnerJoin, of_order.into())
        .join(JoinType::InnerJoin, of_line.into())
        .filter(wanted)
        .into_query()
}
