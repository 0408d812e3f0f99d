//! A member waits no longer.

use domain::id::StockAlertId;
use entity::stock_alert::{COLUMN, Entity, Model};
use sea_orm::{EntityTrait, QueryFilter};

use super::error::StockAlertError;
use super::query::own;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// An entry of a member's list to take off.
#[derive(Clone, Copy, Debug)]
pub struct CancelAlert {
    /// Which.
    pub alert_id: StockAlertId,
}

/// Takes an entry off the viewer's list.
///
/// # Errors
/// [`Error::NotFound`] for any other, or one that was told; [`Error::Unauthenticated`] for all but members.
pub async fn cancel(
    app: &AppState,
    viewer: &Viewer,
    command: CancelAlert,
) -> Result<Model, StockAlertError> {
    let member_id = viewer.require_member()?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let row = own(viewer, member_id, command.alert_id)
                .one(&transaction)
                .await?
                .ok_or(Error::NotFound("stock alert"))?;
            let gone = Entity::delete_many()
                .filter(COLUMN.id.eq(row.id))
                .filter(COLUMN.told_at.is_null())
                .exec(&transaction)
                .await?;
            if gone.rows_affected == 0 {
                return Err(Error::NotFound("stock alert").into()); // it was told at this moment
            }
            transaction.commit().await?;
            Ok(row)
        })
        .await
}
