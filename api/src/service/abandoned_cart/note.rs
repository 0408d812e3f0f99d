//! Notes which carts were left, and what they came to.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::cart::abandoned::{FORGOTTEN_AFTER, STEPS, active_hour};
use domain::locale::Locale;
use entity::abandoned_cart::{Column, Entity, Model};
use entity::{cart, channel};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, EntityTrait, ExprTrait as _, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::cart::load_priced;
use crate::state::AppState;

/// Carts looked at together.
const BATCH: u64 = 100;

/// Notes the carts, in every channel, that have not changed since the first step. Answers how many.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn note_due(app: &AppState) -> Result<usize> {
    let mut noted = 0;
    for channel in app.channels.all()? {
        let mut after = (active_hour(app.clock.now() - FORGOTTEN_AFTER), Uuid::nil());
        loop {
            let carts = left(app, &channel, after).await?;
            let Some(last) = carts.last() else {
                break;
            };
            after = (last.active_hour, last.id);
            noted += note(app, &channel, carts).await?;
        }
    }
    Ok(noted)
}

/// The next carts with goods that were left and are not noted since, by hour and id, as the index has them.
async fn left(
    app: &AppState,
    channel: &channel::Model,
    (hour, id): (DateTime<Utc>, Uuid),
) -> Result<Vec<cart::Model>> {
    let now = app.clock.now();
    let first = STEPS.into_iter().min().unwrap_or_default();
    let in_hour = cart::COLUMN
        .active_hour
        .eq(hour)
        .and(cart::COLUMN.id.gt(id));
    let carts = cart::Entity::find()
        // As the index says it: with a parameter PostgreSQL might not use it.
        .filter(Expr::cust("cart.status = 'ACTIVE'"))
        .filter(cart::COLUMN.channel_id.eq(channel.id))
        .filter(cart::COLUMN.active_hour.gte(hour))
        .filter(cart::COLUMN.active_hour.gt(hour).or(in_hour))
        .filter(cart::COLUMN.updated_at.gt(now - FORGOTTEN_AFTER))
        .filter(
            cart::COLUMN
                .updated_at
                .lte(now - TimeDelta::hours(first.into())),
        )
        .filter(Expr::cust(
            "EXISTS (SELECT 1 FROM cart_line WHERE cart_line.cart_id = cart.id)",
        ))
        .filter(Expr::cust(
            "NOT EXISTS (SELECT 1 FROM abandoned_cart noted \
             WHERE noted.cart_id = cart.id AND noted.left_at = cart.updated_at)",
        ))
        .order_by_asc(cart::Column::ActiveHour)
        .order_by_asc(cart::Column::Id)
        .limit(BATCH)
        .all(app.database.read())
        .await?;
    Ok(carts)
}

async fn note(
    app: &AppState,
    channel: &Arc<channel::Model>,
    carts: Vec<cart::Model>,
) -> Result<usize> {
    let mut rows = Vec::with_capacity(carts.len());
    for cart in carts {
        let id = cart.id;
        match row(app, channel, cart, app.clock.now()).await {
            Ok(row) => rows.push(row.into_active_model().reset_all()),
            // One that cannot be priced does not keep the others from being told.
            Err(Error::Internal(error)) => {
                tracing::error!(cart.id = %id, error = %error, "a cart that was left cannot be priced");
            }
            Err(error) => return Err(error),
        }
    }
    let noted = rows.len();
    if noted > 0 {
        let known = OnConflict::column(Column::CartId)
            .update_columns([
                Column::LeftAt,
                Column::Currency,
                Column::TotalMinor,
                Column::Hours,
            ])
            .to_owned();
        let transaction = app.database.begin().await?;
        Entity::insert_many(rows)
            .on_conflict(known)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(noted)
}

async fn row(
    app: &AppState,
    channel: &channel::Model,
    cart: cart::Model,
    now: DateTime<Utc>,
) -> Result<Model> {
    let locale = Locale::parse(&cart.locale).map_err(Error::internal)?;
    let facts = load_priced(app.database.read(), channel, cart, &locale, now).await?;
    let total = facts.priced.total;
    Ok(Model {
        id: app.clock.new_id(),
        cart_id: facts.cart.id,
        channel_id: channel.id,
        left_at: facts.cart.updated_at,
        currency: total.currency.into(),
        total_minor: total.minor,
        hours: 0,
        told_at: None,
    })
}
