//! Order numbers, taken from the channel's counter in blocks: so that no two orders wait for each other's commit over the
//! counter's row. A number is used once; a restart may leave a gap of at most one block.

use std::collections::{BTreeSet, HashMap};

use domain::order::order_number;
use entity::channel;
use entity::order::Model;
use entity::order_counter::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::error::OrderError;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Numbers taken at once.
const BLOCK: i64 = 20;

/// Numbers taken and not used yet, by channel.
#[derive(Debug, Default)]
pub struct OrderNumbers {
    free: Mutex<HashMap<Uuid, BTreeSet<u64>>>,
}

/// A number to be used for one order, or given back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    channel_id: Uuid,
    number: u64,
}

impl Running {
    /// The number as shown.
    pub(crate) fn text(self, app: &AppState, channel: &channel::Model) -> String {
        order_number(
            &channel.order_prefix,
            app.clock.now().date_naive(),
            self.number,
        )
    }
}

/// Takes the lowest free number of a channel. To be called before a transaction is open: it may need one of its own.
///
/// # Errors
/// When the counter cannot be moved.
pub(crate) async fn take(app: &AppState, channel_id: Uuid) -> Result<Running> {
    // The lock is held over the database call on purpose: others wait for the same block.
    let mut free = app.order_numbers.free.lock().await;
    let free = free.entry(channel_id).or_default();
    if free.is_empty() {
        let block = app.database.retry(|| reserve(app, channel_id)).await?;
        free.extend(block);
    }
    let number = free
        .pop_first()
        .ok_or_else(|| Error::internal("no order numbers"))?;
    Ok(Running { channel_id, number })
}

/// Gives a number back that became no order.
pub(crate) async fn give_back(app: &AppState, running: Running) {
    app.order_numbers
        .free
        .lock()
        .await
        .entry(running.channel_id)
        .or_default()
        .insert(running.number);
}

/// Makes an order that needs a number. `make` tells whether it used the number, or found what an earlier request had made.
///
/// # Errors
/// As `make`; when the counter cannot be moved.
pub(super) async fn with(
    app: &AppState,
    channel_id: Uuid,
    make: impl AsyncFnOnce(Running) -> Result<(Model, bool), OrderError>,
) -> Result<Model, OrderError> {
    // Taken before the transaction: a fresh block of numbers needs one of its own.
    let running = take(app, channel_id).await?;
    match make(running).await {
        Ok((order, is_new)) => {
            if !is_new {
                give_back(app, running).await;
            }
            Ok(order)
        }
        Err(error) => {
            if error.is_refusal() {
                give_back(app, running).await;
            }
            Err(error)
        }
    }
}

async fn reserve(app: &AppState, channel_id: Uuid) -> Result<std::ops::RangeInclusive<u64>> {
    let row = ActiveModel {
        channel_id: Set(channel_id),
        last_number: Set(BLOCK),
    };
    let grown = OnConflict::column(Column::ChannelId)
        .value(
            Column::LastNumber,
            Expr::col((Entity, Column::LastNumber)).add(BLOCK),
        )
        .to_owned();
    let counter = Entity::insert(row)
        .on_conflict(grown)
        .exec_with_returning(app.database.write())
        .await?;
    let last = u64::try_from(counter.last_number).map_err(Error::internal)?;
    let first = u64::try_from(counter.last_number - BLOCK + 1).map_err(Error::internal)?;
    Ok(first..=last)
}
