//! Reads carts that were left.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{AbandonedCartId, TypedId as _};
use domain::permission::Permission;
use entity::abandoned_cart::{COLUMN, Column, Entity, Model};
use entity::{cart, cart_line};
use sea_orm::sea_query::Expr;
use sea_orm::{
    EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use super::{ADDRESS, NOT_MERGED, STANDS, may_be_reminded, with_buyer};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest, SortKey};
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// Which carts that were left.
#[derive(Clone, Copy, Debug, Default)]
pub struct AbandonedCartFilter {
    /// Left from this instant on.
    pub left_from: Option<DateTime<Utc>>,
    /// Left before this instant.
    pub left_until: Option<DateTime<Utc>>,
    /// Those of which something was ever told, or not.
    pub told: Option<bool>,
    /// Those that became an order that was not called off, or not.
    pub ordered: Option<bool>,
}

/// The cart behind one that was left.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Behind {
    /// The cart.
    pub cart_id: Uuid,
    /// What its buyer knows it by.
    pub public_id: String,
    /// The member it belongs to.
    pub member_id: Option<Uuid>,
    /// Where its buyer is written to, if they may be: the account's address, or the one a guest entered.
    pub email: Option<String>,
    /// The buyer's language.
    pub locale: String,
    /// Whether the buyer may be reminded of it.
    pub may_be_reminded: bool,
}

/// Carts of the channel that were left, those left last first.
///
/// # Errors
/// [`Error::Forbidden`] without `ORDER_WRITE`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: AbandonedCartFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::OrderWrite)?;
    let ordered = Expr::cust(format!(
        "EXISTS (SELECT 1 FROM \"order\" own WHERE own.cart_id = abandoned_cart.cart_id AND own.{STANDS})"
    ));
    let query = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(Expr::cust(NOT_MERGED))
        .apply_if(filter.left_from, |query, from| {
            query.filter(COLUMN.left_at.gte(from))
        })
        .apply_if(filter.left_until, |query, until| {
            query.filter(COLUMN.left_at.lt(until))
        })
        .apply_if(filter.told, |query, told| {
            let never = COLUMN.told_at.is_null();
            query.filter(if told { never.not() } else { never })
        })
        .apply_if(filter.ordered, |query, is_ordered| {
            query.filter(if is_ordered { ordered } else { ordered.not() })
        });
    let connection = app.database.read();
    let total = if page.with_total {
        Some(query.clone().count(connection).await?)
    } else {
        None
    };
    let (left_at, id) = page.position::<(DateTime<Utc>, Uuid)>()?.unzip();
    let keys = vec![
        SortKey::desc(Column::LeftAt, left_at),
        SortKey::desc(Column::Id, id),
    ];
    let rows = page.apply(query, keys).all(connection).await?;
    page.page(rows, total, |row| (row.left_at, row.id))
}

/// A cart of the channel that was left.
///
/// # Errors
/// [`Error::Forbidden`] without `ORDER_WRITE`; [`Error::NotFound`] when there is none of that id in the channel.
pub async fn find(app: &AppState, viewer: &Viewer, id: AbandonedCartId) -> Result<Model> {
    viewer.require(Permission::OrderWrite)?;
    let row = Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .one(app.database.read())
        .await?;
    row.ok_or(Error::NotFound("abandoned cart"))
}

/// The carts behind, for loaders; the caller decides who may see them. Where a buyer may not be reminded, the address stays here.
///
/// # Errors
/// When the database does not answer.
pub async fn behind(app: &AppState, carts: &[Uuid]) -> Result<Vec<Behind>> {
    let mut rows = with_buyer()
        .select_only()
        .column(Column::CartId)
        .columns([cart::Column::PublicId, cart::Column::MemberId])
        .expr_as(Expr::cust(ADDRESS), "email")
        .expr_as(Expr::cust("COALESCE(member.locale, cart.locale)"), "locale")
        .expr_as(may_be_reminded(), "may_be_reminded")
        .filter(COLUMN.cart_id.is_in(padded(carts)))
        .into_model::<Behind>()
        .all(app.database.read())
        .await?;
    for row in &mut rows {
        row.email = row.email.take().filter(|_| row.may_be_reminded);
    }
    Ok(rows)
}

/// What is in carts, oldest first, for loaders; the caller decides who may see it.
///
/// # Errors
/// When the database does not answer.
pub async fn lines_by_carts(
    app: &AppState,
    carts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<cart_line::Model>>> {
    let rows = cart_line::Entity::find()
        .filter(cart_line::COLUMN.cart_id.is_in(padded(carts)))
        .order_by_asc(cart_line::Column::Position)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |line| line.cart_id))
}
