//! Goods arrive at a warehouse; what is accepted is decided when they are examined.

use domain::after_sale::{AfterSaleCondition, AfterSaleEvent, receive as check_arrival};
use domain::permission::Permission;
use entity::after_sale::{ActiveModel, Model};
use entity::column::Text;
use entity::{after_sale_line, warehouse};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait};
use serde::Serialize;
use uuid::Uuid;

use super::claims::count;
use super::error::AfterSaleError;
use super::lock::{self, Locked, Opened, Request, Step, Who};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// Units of a line that arrived.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Arrived {
    /// The case's line.
    pub line_id: Uuid,
    /// Units.
    pub quantity: u32,
    /// What they look like at first sight.
    pub condition: Option<AfterSaleCondition>,
}

/// Goods that arrived.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiveAfterSale {
    /// The case.
    pub after_sale_id: Uuid,
    /// What arrived; a line left out did not.
    pub lines: Vec<Arrived>,
    /// Where.
    pub warehouse_id: Uuid,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Records what arrived.
///
/// # Errors
/// [`Error::NotFound`]; [`AfterSaleError::Finding`] for lines of another case or more units than were asked for;
/// [`AfterSaleError::InvalidTransition`].
pub async fn receive(
    app: &AppState,
    viewer: &Viewer,
    command: ReceiveAfterSale,
) -> Result<Model, AfterSaleError> {
    viewer.require(Permission::AfterSaleWrite)?;
    let received = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(received)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &ReceiveAfterSale,
) -> Result<Model, AfterSaleError> {
    let request = Request {
        operation: "afterSaleReceive",
        key: &command.idempotency_key,
        command,
    };
    let locked = match lock::open(app, viewer, Who::Office, command.after_sale_id, request).await? {
        Opened::Before(case) => return Ok(*case),
        Opened::Now(locked) => locked,
    };
    let case = &locked.case;
    let status = case.status.0.apply(case.kind.0, AfterSaleEvent::Received)?;
    let house = warehouse::Entity::find_by_id(command.warehouse_id)
        .one(&locked.transaction)
        .await?;
    if house.is_none() {
        return Err(Error::NotFound("warehouse").into());
    }
    write_lines(&locked, command).await?;
    let step = Step {
        status,
        change: ActiveModel {
            warehouse_id: Set(Some(command.warehouse_id)),
            ..Default::default()
        },
        notify: true,
        actor: viewer.actor(),
    };
    locked.finish(app, step).await
}

async fn write_lines(locked: &Locked, command: &ReceiveAfterSale) -> Result<(), AfterSaleError> {
    let asked = locked
        .lines
        .iter()
        .map(|line| Ok((line.id, count(line.quantity)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let arrived: Vec<(Uuid, u32)> = command
        .lines
        .iter()
        .map(|line| (line.line_id, line.quantity))
        .collect();
    for (line_id, units) in check_arrival(&asked, &arrived)? {
        let said = command.lines.iter().find(|line| line.line_id == line_id);
        let row = after_sale_line::ActiveModel {
            id: Unchanged(line_id),
            received_quantity: Set(i32::try_from(units).map_err(Error::internal)?),
            condition: Set(said.and_then(|line| line.condition).map(Text)),
            ..Default::default()
        };
        row.update(&locked.transaction).await?;
    }
    Ok(())
}
