//! Reads carts that were left.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{AbandonedCartId, TypedId as _};
use domain::permission::Permission;
use entity::abandoned_cart::{COLUMN, Column, Entity, Model};
use entity::{cart, cart_line};
use sea_orm::sea_query::Expr;
use sea_orm::{
    EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{MAY_BE_REMINDED, with_buyer};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// Which carts that were left.
#[derive(Clone, Copy, Debug, Default)]
pub struct AbandonedCartFilter {
    /// Left from this instant on.
    pub left_from: Option<DateTime<Utc>>,
    /// Left before this instant.
    pub left_until: Option<DateTime<Utc>>,
    /// Those of which something was told, or not.
    pub told: Option<bool>,
    /// Those that became an order, or not.
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
    /// Where its buyer is written to: the account's address, or the one a guest entered.
    pub email: Option<String>,
    /// The buyer's language.
    pub locale: String,
    /// Whether the buyer may be reminded of it.
    pub may_be_reminded: bool,
}

/// Carts of the channel that were left, those noted last first.
///
/// # Errors
/// [`Error::Forbidden`] without `ORDER_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: AbandonedCartFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::OrderRead)?;
    let ordered = || {
        Expr::cust(
            "EXISTS (SELECT 1 FROM \"order\" own WHERE own.cart_id = abandoned_cart.cart_id AND own.status <> 'DRAFT')",
        )
    };
    let query = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
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
            query.filter(if is_ordered {
                ordered()
            } else {
                ordered().not()
            })
        });
    page.newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// A cart of the channel that was left.
///
/// # Errors
/// [`Error::Forbidden`] without `ORDER_READ`; [`Error::NotFound`] when there is none of that id in the channel.
pub async fn find(app: &AppState, viewer: &Viewer, id: AbandonedCartId) -> Result<Model> {
    viewer.require(Permission::OrderRead)?;
    let row = Entity::find_by_id(id.uuid())
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .one(app.database.read())
        .await?;
    row.ok_or(Error::NotFound("abandoned cart"))
}

/// The carts behind, for loaders; the caller decides who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn behind(app: &AppState, carts: &[Uuid]) -> Result<Vec<Behind>> {
    let rows = with_buyer()
        .select_only()
        .column(Column::CartId)
        .columns([
            cart::Column::PublicId,
            cart::Column::MemberId,
            cart::Column::Locale,
        ])
        .expr_as(Expr::cust("COALESCE(member.email, cart.email)"), "email")
        .expr_as(Expr::cust(MAY_BE_REMINDED), "may_be_reminded")
        .filter(COLUMN.cart_id.is_in(padded(carts)))
        .into_model::<Behind>()
        .all(app.database.read())
        .await?;
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
