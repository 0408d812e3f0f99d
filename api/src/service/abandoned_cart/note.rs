//! Notes which carts were left, and what they came to.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::cart::abandoned::{FORGOTTEN_AFTER, STEPS, active_hour};
use domain::locale::Locale;
use entity::abandoned_cart::{ActiveModel, Column, Entity, Model};
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
/// Carts noted in one turn; the rest waits for the next, so that other work is not kept waiting.
const TURN: usize = 2_000;

/// Notes carts that have not changed since the first step. Answers how many.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn note_due(app: &AppState) -> Result<usize> {
    let mut after = (active_hour(app.clock.now() - FORGOTTEN_AFTER), Uuid::nil());
    let mut noted = 0;
    while noted < TURN {
        let carts = left(app, after).await?;
        let Some(last) = carts.last() else {
            break;
        };
        after = (last.active_hour, last.id);
        noted += note(app, carts).await?;
    }
    Ok(noted)
}

/// The next carts with goods that were left and are not noted since, by hour and id, as the index has them.
async fn left(app: &AppState, (hour, id): (DateTime<Utc>, Uuid)) -> Result<Vec<cart::Model>> {
    let now = app.clock.now();
    let first = STEPS.into_iter().min().unwrap_or_default();
    let until = now - TimeDelta::hours(first.into());
    let in_hour = cart::COLUMN
        .active_hour
        .eq(hour)
        .and(cart::COLUMN.id.gt(id));
    let carts = cart::Entity::find()
        // As the index says it: with a parameter PostgreSQL might not use it.
        .filter(Expr::cust("cart.status = 'ACTIVE'"))
        .filter(cart::COLUMN.active_hour.gte(hour))
        .filter(cart::COLUMN.active_hour.gt(hour).or(in_hour))
        .filter(cart::COLUMN.active_hour.lte(active_hour(until)))
        .filter(cart::COLUMN.updated_at.gt(now - FORGOTTEN_AFTER))
        .filter(cart::COLUMN.updated_at.lte(until))
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

async fn note(app: &AppState, mut carts: Vec<cart::Model>) -> Result<usize> {
    // Noting locks the carts a little: in the order in which everybody locks several.
    carts.sort_by_key(|cart| cart.id);
    let mut rows = Vec::with_capacity(carts.len());
    for cart in carts {
        rows.push(row(app, cart).await?.into_active_model().reset_all());
    }
    app.database.retry(|| write(app, rows.clone())).await?;
    Ok(rows.len())
}

/// Writes notes. Only a later leaving takes the place of what is known: a step that was told since is not forgotten.
async fn write(app: &AppState, rows: Vec<ActiveModel>) -> Result<()> {
    let anew = OnConflict::column(Column::CartId)
        .update_columns([
            Column::LeftAt,
            Column::Currency,
            Column::TotalMinor,
            Column::ToldHours,
        ])
        .action_and_where(Expr::cust("abandoned_cart.left_at < excluded.left_at"))
        .to_owned();
    let transaction = app.database.begin().await?;
    Entity::insert_many(rows)
        .on_conflict(anew)
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn row(app: &AppState, cart: cart::Model) -> Result<Model> {
    let channel = app.channels.find_by_id(cart.channel_id)?;
    let (cart_id, left_at) = (cart.id, cart.updated_at);
    let total = match total(app, &channel, cart).await {
        // One that cannot be priced is told like the others.
        Err(Error::Internal(error)) => {
            tracing::error!(cart.id = %cart_id, error = %error, "a cart that was left cannot be priced");
            Money::zero(channel.currency.0)
        }
        priced => priced?,
    };
    Ok(Model {
        id: app.clock.new_id(),
        cart_id,
        channel_id: channel.id,
        left_at,
        currency: total.currency.into(),
        total_minor: total.minor,
        told_hours: 0,
        told_at: None,
        told_to: None,
    })
}

async fn total(app: &AppState, channel: &channel::Model, cart: cart::Model) -> Result<Money> {
    let locale = Locale::parse(&cart.locale).map_err(Error::internal)?;
    let now = app.clock.now();
    let facts = load_priced(app.database.read(), channel, cart, &locale, now).await?;
    Ok(facts.priced.total)
}
