//! Creates or changes warehouses by code.

use domain::address::{Address, AddressDraft};
use domain::permission::Permission;
use entity::warehouse;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};

use super::error::StockError;
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::settings::{Patch, assign, code, distinct, name};
use crate::state::AppState;

/// A warehouse to create or change.
#[derive(Clone, Debug)]
pub struct WarehousePatch {
    /// Short code, unique.
    pub code: String,
    /// Name to show; needed when new.
    pub name: Option<String>,
    /// Where it is.
    pub address: Patch<AddressDraft>,
    /// Lower numbers ship first.
    pub priority: Option<i32>,
    /// Whether buyers may collect there.
    pub pickup: Option<bool>,
    /// Whether it ships.
    pub active: Option<bool>,
}

/// Creates or changes warehouses; all or none are written.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`, [`Error::Invalid`] for a bad or missing value.
pub async fn upsert_warehouses(
    app: &AppState,
    viewer: &Viewer,
    warehouses: &[WarehousePatch],
) -> Result<Vec<warehouse::Model>, StockError> {
    viewer.require(Permission::StockWrite)?;
    distinct(
        "warehouses",
        warehouses.iter().map(|warehouse| warehouse.code.as_str()),
    )?;
    app.database
        .retry(|| async {
            let transaction = app.database.begin().await?;
            let mut written = Vec::with_capacity(warehouses.len());
            for (index, patch) in warehouses.iter().enumerate() {
                written.push(upsert(app, &transaction, index, patch.clone()).await?);
            }
            transaction.commit().await?;
            Ok(written)
        })
        .await
}

async fn upsert(
    app: &AppState,
    transaction: &DatabaseTransaction,
    index: usize,
    patch: WarehousePatch,
) -> Result<warehouse::Model, StockError> {
    let index = index.to_string();
    let field = |name| ["warehouses", index.as_str(), name];
    let code = code(&patch.code, &field("code"))?;
    let existing = warehouse::Entity::find()
        .filter(warehouse::COLUMN.code.eq(code.as_str()))
        .one(transaction)
        .await?;
    let address = patch
        .address
        .map(|draft| draft.map(|draft| address(draft, &index)).transpose())
        .transpose()?;
    let address = address.map(|address| address.map(Into::into));
    let now = app.clock.now();
    if let Some(row) = existing {
        let mut changed = row.into_active_model();
        assign(
            &mut changed.name,
            patch
                .name
                .map(|text| name(&text, &field("name")))
                .transpose()?,
        );
        assign(&mut changed.address, address);
        assign(&mut changed.priority, patch.priority);
        assign(&mut changed.pickup, patch.pickup);
        assign(&mut changed.active, patch.active);
        changed.updated_at = Set(now);
        return Ok(changed.update(transaction).await?);
    }
    let text = patch
        .name
        .ok_or_else(|| Error::invalid(&field("name"), "a new one needs a name"))?;
    let row = warehouse::ActiveModel {
        id: Set(app.clock.new_id()),
        code: Set(code),
        name: Set(name(&text, &field("name"))?),
        address: Set(address.flatten()),
        priority: Set(patch.priority.unwrap_or(0)),
        pickup: Set(patch.pickup.unwrap_or(false)),
        active: Set(patch.active.unwrap_or(true)),
        created_at: Set(now),
        updated_at: Set(now),
    };
    Ok(row.insert(transaction).await?)
}

fn address(draft: AddressDraft, index: &str) -> Result<Address, Error> {
    Address::try_new(draft).map_err(|error| {
        Error::invalid(
            &["warehouses", index, "address", error.field()],
            error.to_string(),
        )
    })
}
