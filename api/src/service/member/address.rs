//! A member's address book.

use std::collections::HashMap;

use domain::address::{Address, AddressDraft};
use domain::id::{MemberAddressId, MemberId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel, Order,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::MemberError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Addresses a member may keep.
const MAX_ADDRESSES: u64 = 50;

/// What to write of an address; a field left out stays.
#[derive(Clone, Debug, Default)]
pub struct AddressPatch {
    /// The address as typed.
    pub address: Option<AddressDraft>,
    /// Whether carts ship here at first.
    pub default_shipping: Option<bool>,
    /// Whether carts bill here at first.
    pub default_billing: Option<bool>,
}

/// Adds an address.
#[derive(Clone, Debug)]
pub struct CreateAddress {
    /// Its fields.
    pub fields: AddressPatch,
}

/// Changes an address.
#[derive(Clone, Debug)]
pub struct UpdateAddress {
    /// Which.
    pub address_id: MemberAddressId,
    /// What to change.
    pub fields: AddressPatch,
}

/// Removes an address.
#[derive(Clone, Copy, Debug)]
pub struct DeleteAddress {
    /// Which.
    pub address_id: MemberAddressId,
}

/// Adds an address to the viewer's book. A new default takes the place of the old one.
///
/// # Errors
/// [`Error::Invalid`] for a missing or bad address or a full book, [`Error::Unauthenticated`] for all but members.
pub async fn create_address(
    app: &AppState,
    viewer: &Viewer,
    command: CreateAddress,
) -> Result<entity::member_address::Model, MemberError> {
    let member_id = viewer.require_member()?;
    let draft = command
        .fields
        .address
        .ok_or_else(|| Error::invalid(&["memberAddress", "address"], "an address is needed"))?;
    let address = Address::try_new(draft).map_err(|error| MemberError::address(&error))?;
    let defaults = (
        command.fields.default_shipping.unwrap_or_default(),
        command.fields.default_billing.unwrap_or_default(),
    );
    let attempt = || attempt_create(app, member_id, address.clone(), defaults);
    app.database.retry(attempt).await
}

async fn attempt_create(
    app: &AppState,
    member_id: MemberId,
    address: Address,
    (default_shipping, default_billing): (bool, bool),
) -> Result<entity::member_address::Model, MemberError> {
    let transaction = begin_for(app, member_id).await?;
    let column = entity::member_address::COLUMN;
    let kept = entity::member_address::Entity::find()
        .filter(column.member_id.eq(member_id.0))
        .count(&transaction)
        .await?;
    if kept >= MAX_ADDRESSES {
        return Err(Error::invalid(
            &["memberAddress"],
            format!("the book holds at most {MAX_ADDRESSES} addresses"),
        )
        .into());
    }
    clear_defaults(&transaction, member_id, default_shipping, default_billing).await?;
    let row = entity::member_address::ActiveModel {
        id: Set(app.clock.new_id()),
        member_id: Set(member_id.0),
        address: Set(address.into()),
        default_shipping: Set(default_shipping),
        default_billing: Set(default_billing),
        created_at: Set(app.clock.now()),
    };
    let row = row.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Changes an address in the viewer's book.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`Error::Unauthenticated`].
pub async fn update_address(
    app: &AppState,
    viewer: &Viewer,
    command: UpdateAddress,
) -> Result<entity::member_address::Model, MemberError> {
    let member_id = viewer.require_member()?;
    let fields = command.fields;
    let address = fields
        .address
        .map(Address::try_new)
        .transpose()
        .map_err(|error| MemberError::address(&error))?;
    let change = Change {
        address_id: command.address_id,
        address,
        default_shipping: fields.default_shipping,
        default_billing: fields.default_billing,
    };
    let attempt = || attempt_update(app, member_id, &change);
    app.database.retry(attempt).await
}

/// What changes of an address, looked through.
struct Change {
    address_id: MemberAddressId,
    address: Option<Address>,
    default_shipping: Option<bool>,
    default_billing: Option<bool>,
}

async fn attempt_update(
    app: &AppState,
    member_id: MemberId,
    change: &Change,
) -> Result<entity::member_address::Model, MemberError> {
    let transaction = begin_for(app, member_id).await?;
    let column = entity::member_address::COLUMN;
    let row = entity::member_address::Entity::find_by_id(change.address_id.0)
        .filter(column.member_id.eq(member_id.0))
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("address"))?;
    clear_defaults(
        &transaction,
        member_id,
        change.default_shipping == Some(true),
        change.default_billing == Some(true),
    )
    .await?;
    let mut changed = row.clone().into_active_model();
    if let Some(address) = &change.address {
        changed.address = Set(address.clone().into());
    }
    // Set anew even when unchanged: clearing the defaults may just have unset them.
    changed.default_shipping = Set(change.default_shipping.unwrap_or(row.default_shipping));
    changed.default_billing = Set(change.default_billing.unwrap_or(row.default_billing));
    let row = changed.update(&transaction).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Removes an address from the viewer's book; carts and orders keep their copies.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unauthenticated`].
pub async fn delete_address(
    app: &AppState,
    viewer: &Viewer,
    command: DeleteAddress,
) -> Result<MemberAddressId, MemberError> {
    let member_id = viewer.require_member()?;
    let column = entity::member_address::COLUMN;
    let gone = entity::member_address::Entity::delete_many()
        .filter(column.id.eq(command.address_id.0))
        .filter(column.member_id.eq(member_id.0))
        .exec(app.database.write())
        .await?;
    if gone.rows_affected == 1 {
        Ok(command.address_id)
    } else {
        Err(Error::NotFound("address").into())
    }
}

/// One address of the viewer's book.
///
/// # Errors
/// [`Error::NotFound`] for any other.
pub async fn find_address(
    app: &AppState,
    viewer: &Viewer,
    address_id: MemberAddressId,
) -> Result<entity::member_address::Model> {
    let unknown = || Error::NotFound("address");
    let member_id = viewer.member_id().ok_or_else(unknown)?;
    let column = entity::member_address::COLUMN;
    let row = entity::member_address::Entity::find_by_id(address_id.0)
        .filter(column.member_id.eq(member_id.0))
        .one(app.database.read())
        .await?;
    row.ok_or_else(unknown)
}

/// Address books by member, oldest address first, for loaders; the caller decides who may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn addresses_by_members(
    app: &AppState,
    members: &[Uuid],
) -> Result<HashMap<Uuid, Vec<entity::member_address::Model>>> {
    let column = entity::member_address::COLUMN;
    let rows = entity::member_address::Entity::find()
        .filter(column.member_id.is_in(members.iter().copied()))
        .order_by(entity::member_address::Column::Id, Order::Asc)
        .all(app.database.read())
        .await?;
    let mut books: HashMap<Uuid, Vec<entity::member_address::Model>> = HashMap::new();
    for row in rows {
        books.entry(row.member_id).or_default().push(row);
    }
    Ok(books)
}

/// Begins a change of a member's book; the member's row is locked, so that defaults and the book's size hold.
async fn begin_for(app: &AppState, member_id: MemberId) -> Result<DatabaseTransaction> {
    let transaction = app.database.begin().await?;
    let member = entity::member::Entity::find_by_id(member_id.0)
        .lock_exclusive()
        .one(&transaction)
        .await?;
    member.map(|_| transaction).ok_or(Error::NotFound("member"))
}

async fn clear_defaults(
    transaction: &DatabaseTransaction,
    member_id: MemberId,
    shipping: bool,
    billing: bool,
) -> Result<()> {
    let of_member = || {
        entity::member_address::Entity::update_many()
            .filter(entity::member_address::COLUMN.member_id.eq(member_id.0))
    };
    if shipping {
        of_member()
            .col_expr(
                entity::member_address::Column::DefaultShipping,
                Expr::value(false),
            )
            .exec(transaction)
            .await?;
    }
    if billing {
        of_member()
            .col_expr(
                entity::member_address::Column::DefaultBilling,
                Expr::value(false),
            )
            .exec(transaction)
            .await?;
    }
    Ok(())
}
