//! Somebody asks to be told when a variant can be had again.

use std::sync::Arc;

use domain::email::EmailAddress;
use domain::id::{MemberId, ProductVariantId};
use domain::stock::{MAX_ALERTS, MAX_GUEST_ALERTS};
use entity::member;
use entity::stock_alert::{COLUMN, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter,
};

use super::error::StockAlertError;
use crate::auth::{Attempt, Viewer};
use crate::error::{Error, Result};
use crate::service::catalog::{self, VariantKey, VariantView};
use crate::state::AppState;

/// Who waits for what.
#[derive(Clone, Debug)]
pub struct Subscribe {
    /// What is sold out.
    pub variant_id: ProductVariantId,
    /// Where to tell. Members are told at their own address.
    pub email: Option<String>,
}

/// What is waited for.
#[derive(Clone)]
pub struct Subscribed {
    /// The variant.
    pub variant: Arc<VariantView>,
    /// The entry in a member's list; none for others, who could learn what is waited for at an address that is not theirs.
    pub alert: Option<Model>,
}

/// Has somebody told when a variant can be had again. Who waits for it already goes on to wait.
///
/// # Errors
/// [`Error::NotFound`] for an unknown variant or one that left the range, [`StockAlertError::InStock`], [`Error::Invalid`] for
/// an address that is missing or none, or for too many variants of a member, [`Error::RateLimited`] after too many requests. Of too
/// many at the address of a guest nothing is said and nothing comes.
pub async fn subscribe(
    app: &AppState,
    viewer: &Viewer,
    command: Subscribe,
) -> Result<Subscribed, StockAlertError> {
    app.throttle.check(Attempt::StockAlert { ip: viewer.ip })?;
    let owner = viewer.member_id();
    let given = given_address(owner, command.email.as_deref())?;
    let key = VariantKey::Id(command.variant_id);
    let variant = catalog::find_variant(app, viewer, &key).await?;
    let variant = variant
        .filter(|variant| variant.row.archived_at.is_none())
        .ok_or(Error::NotFound("product variant"))?;
    if variant.units_for_sale().await? > 0 {
        return Err(StockAlertError::InStock);
    }
    let attempt = || attempt(app, viewer, &variant, given.as_ref());
    let row = app.database.retry(attempt).await?;
    Ok(Subscribed {
        variant,
        alert: owner.and(row),
    })
}

/// The address of somebody who is no member.
fn given_address(owner: Option<MemberId>, email: Option<&str>) -> Result<Option<EmailAddress>> {
    match (owner, email) {
        (Some(_), None) => Ok(None),
        (Some(_), Some(_)) => {
            let message = "members are told at their own address";
            Err(Error::invalid(&["email"], message))
        }
        (None, None) => Err(Error::invalid(&["email"], "an e-mail address is needed")),
        (None, Some(email)) => EmailAddress::parse(email)
            .map(Some)
            .map_err(|error| Error::invalid(&["email"], error.to_string())),
    }
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    variant: &VariantView,
    given: Option<&EmailAddress>,
) -> Result<Option<Model>, StockAlertError> {
    let transaction = app.database.begin().await?;
    let member_id = viewer.member_id().map(|id| id.0);
    let email = match given {
        Some(email) => email.as_str().to_owned(),
        None => address_of(&transaction, viewer).await?,
    };
    let of_address = || {
        Entity::find()
            .filter(COLUMN.channel_id.eq(viewer.channel.id))
            .filter(COLUMN.email.eq(&email))
    };
    let all_waiting = || of_address().filter(COLUMN.told_at.is_null());
    let waiting = || all_waiting().filter(COLUMN.variant_id.eq(variant.row.id));
    if let Some(mut row) = waiting().one(&transaction).await? {
        if row.member_id.is_none() && member_id.is_some() {
            // Somebody gave the address of a member, perhaps the member before logging in.
            let mut own = row.clone().into_active_model();
            own.member_id = Set(member_id);
            row = own.update(&transaction).await?;
            transaction.commit().await?;
        }
        return Ok(Some(row));
    }
    if given.is_none() {
        if all_waiting().count(&transaction).await? >= MAX_ALERTS {
            let message = format!("at most {MAX_ALERTS} variants can be waited for at once");
            return Err(Error::invalid(&["variantId"], message).into());
        }
    } else if of_address().count(&transaction).await? >= MAX_GUEST_ALERTS {
        return Ok(None); // a refusal would tell what is waited for at the address of somebody else
    }
    let row = Model {
        id: app.clock.new_id(),
        channel_id: viewer.channel.id,
        variant_id: variant.row.id,
        member_id,
        email: email.clone(),
        locale: viewer.locale.to_string(),
        created_at: app.clock.now(),
        told_at: None,
    };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction)
        .await?;
    // Two requests at once leave one row, perhaps the other's.
    let row = waiting().one(&transaction).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Where the member who asks is told.
async fn address_of(transaction: &DatabaseTransaction, viewer: &Viewer) -> Result<String> {
    let member_id = viewer.require_member()?;
    let row = member::Entity::find_by_id(member_id.0)
        .one(transaction)
        .await?;
    Ok(row.ok_or(Error::Unauthenticated)?.email)
}
