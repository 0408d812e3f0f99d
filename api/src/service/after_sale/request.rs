//! A case is opened: by the buyer in time, or by staff for a buyer. Small wishes may be granted at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::after_sale::{
    AfterSaleEvent, AfterSaleKind, AfterSaleReason, AfterSaleStatus, Asked, LineClaims, MAX_PHOTOS,
};
use domain::id::OrderId;
use entity::after_sale::{ActiveModel, Column, Entity, Model};
use entity::column::Text;
use entity::order::Model as Order;
use entity::{after_sale_line, after_sale_photo, order_line, product_variant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait,
    PaginatorTrait, QueryFilter, QuerySelect,
};
use serde::{Serialize, Serializer};
use url::Url;
use uuid::Uuid;

use super::access::require_opener;
use super::claims;
use super::error::AfterSaleError;
use super::lock::{self, Done};
use super::words::words;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::catalog::content_type;
use crate::service::idempotency;
use crate::service::order::history::SYSTEM;
use crate::service::order::{Access, row, units};
use crate::service::payment::CaseRefund;
use crate::state::AppState;

/// Longest address of a photo, in bytes.
const MAX_URL: usize = 2_048;
/// Longest text instead of a photo, in characters.
const MAX_ALT: usize = 255;

/// Units somebody wants made good.
#[derive(Clone, Debug, Serialize)]
pub struct WantedLine {
    /// The order line.
    pub order_line_id: Uuid,
    /// Units.
    pub quantity: u32,
    /// Wanted instead, for an exchange; the same variant if left out.
    pub replacement_variant_id: Option<Uuid>,
}

/// A picture of what is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Photo {
    /// Its address.
    #[serde(serialize_with = "as_text")]
    pub url: Url,
    /// Text instead of it.
    pub alt: Option<String>,
}

fn as_text<S: Serializer>(url: &Url, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_str().serialize(serializer)
}

/// A case to be opened.
#[derive(Clone, Debug, Serialize)]
pub struct RequestAfterSale {
    /// The order.
    pub order_id: Uuid,
    /// What is wanted.
    pub kind: AfterSaleKind,
    /// Why.
    pub reason: AfterSaleReason,
    /// Units.
    pub lines: Vec<WantedLine>,
    /// Words to add.
    pub note: Option<String>,
    /// What is wrong.
    pub photos: Vec<Photo>,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl RequestAfterSale {
    fn units(&self) -> Vec<(Uuid, u32)> {
        self.lines
            .iter()
            .map(|line| (line.order_line_id, line.quantity))
            .collect()
    }
}

/// Opens a case; tells in what capacity.
///
/// # Errors
/// [`Error::NotFound`] for a stranger's order; [`Error::Invalid`]; [`AfterSaleError::Claim`] for units that were not sent,
/// are claimed or paid back already, arrived too long ago or can never come back.
pub async fn request(
    app: &AppState,
    viewer: &Viewer,
    command: RequestAfterSale,
) -> Result<(Model, Access), AfterSaleError> {
    check(&command)?;
    let note = words("note", command.note.as_deref())?;
    let command = RequestAfterSale { note, ..command };
    let opened = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    app.wake.wake();
    Ok(opened)
}

fn check(command: &RequestAfterSale) -> Result<()> {
    if command.lines.is_empty() {
        return Err(Error::invalid(
            &["lines"],
            "a case is about one line at least",
        ));
    }
    units::check_named("orderLineId", &command.units())?;
    for (index, line) in command.lines.iter().enumerate() {
        if line.replacement_variant_id.is_some() && command.kind != AfterSaleKind::Exchange {
            let field = ["lines", &index.to_string(), "replacementVariantId"];
            return Err(Error::invalid(&field, "only for an exchange"));
        }
    }
    if command.photos.len() > MAX_PHOTOS {
        let message = format!("at most {MAX_PHOTOS} photos");
        return Err(Error::invalid(&["photos"], message));
    }
    for (index, photo) in command.photos.iter().enumerate() {
        let place = index.to_string();
        let url = &photo.url;
        let is_public =
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        if !is_public || url.as_str().len() > MAX_URL {
            let message = format!("an https address of at most {MAX_URL} bytes, without a user");
            return Err(Error::invalid(&["photos", &place, "url"], message));
        }
        let alt = photo.alt.as_deref().unwrap_or_default();
        if alt.chars().count() > MAX_ALT {
            let message = format!("at most {MAX_ALT} characters");
            return Err(Error::invalid(&["photos", &place, "alt"], message));
        }
    }
    Ok(())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RequestAfterSale,
) -> Result<(Model, Access), AfterSaleError> {
    let transaction = app.database.begin().await?;
    let mut order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    let token = command.order_token.as_deref();
    let access = require_opener(viewer, &order, token)?;
    let actor_key = viewer.idempotency_actor(token.unwrap_or_default());
    let key = idempotency::Request::try_new(
        &actor_key,
        "afterSaleRequest",
        &command.idempotency_key,
        command,
    )?;
    let done = Done {
        after_sale_id: app.clock.new_id(),
    };
    if let Some(first) = key.claim(&transaction, &app.clock, &done).await? {
        let case = lock::find(&transaction, first.after_sale_id).await?;
        return Ok((case, access));
    }
    let now = app.clock.now();
    check_claims(app, &transaction, &order, command, access, now).await?;
    check_replacements(&transaction, command).await?;
    let is_granted = is_granted_at_once(app, &transaction, &order, command).await?;
    let case = write(app, &transaction, &order, command, done.after_sale_id).await?;
    lock::bring_returns_in_line(&transaction, &mut order).await?;
    lock::tell(
        app,
        &transaction,
        &order,
        &case,
        viewer.actor(),
        !is_granted,
    )
    .await?;
    let case = if is_granted {
        let yes = approval(app, &order, &case)?;
        lock::take(app, &transaction, &mut order, &case, yes).await?
    } else {
        row::save(&transaction, &app.clock, &mut order).await?;
        case
    };
    transaction.commit().await?;
    Ok((case, access))
}

async fn check_claims(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    command: &RequestAfterSale,
    access: Access,
    now: DateTime<Utc>,
) -> Result<(), AfterSaleError> {
    let mut claims = claims::of_orders(transaction, &[order.id]).await?;
    let claims = claims.remove(&order.id).unwrap_or_default();
    let ids: Vec<Uuid> = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::Id)
        .filter(order_line::Column::OrderId.eq(order.id))
        .into_tuple()
        .all(transaction)
        .await?;
    let policy = &app
        .channels
        .find_by_id(order.channel_id)?
        .after_sale_policy
        .0;
    // Staff may be generous; the timeline says that it was them.
    let window = access
        .is_buyer()
        .then(|| policy.window(command.kind, command.reason));
    let unsent = LineClaims::default();
    for (index, (line_id, quantity)) in command.units().into_iter().enumerate() {
        if !ids.contains(&line_id) {
            let field = ["lines", &index.to_string(), "orderLineId"];
            return Err(Error::invalid(&field, "this is no line of the order").into());
        }
        let line = claims.get(&line_id).unwrap_or(&unsent);
        let goods = command.kind.wants_goods_back() && !line.sent.is_empty();
        line.check(quantity, goods, window, now)
            .map_err(|error| AfterSaleError::Claim { index, error })?;
    }
    Ok(())
}

/// What is wanted instead is another variant of the same product.
async fn check_replacements(
    transaction: &DatabaseTransaction,
    command: &RequestAfterSale,
) -> Result<(), AfterSaleError> {
    let wanted: Vec<(usize, Uuid, Uuid)> = command
        .lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((index, line.order_line_id, line.replacement_variant_id?)))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let sold: HashMap<Uuid, Uuid> = order_line::Entity::find()
        .filter(order_line::Column::Id.is_in(wanted.iter().map(|(_, line_id, _)| *line_id)))
        .all(transaction)
        .await?
        .into_iter()
        .map(|line| (line.id, line.variant_id))
        .collect();
    let variants = sold
        .values()
        .copied()
        .chain(wanted.iter().map(|(_, _, variant_id)| *variant_id));
    let variants: HashMap<Uuid, product_variant::Model> = product_variant::Entity::find()
        .filter(product_variant::Column::Id.is_in(variants))
        .all(transaction)
        .await?
        .into_iter()
        .map(|variant| (variant.id, variant))
        .collect();
    for (index, line_id, variant_id) in wanted {
        let sold = sold.get(&line_id).and_then(|id| variants.get(id));
        let instead = variants
            .get(&variant_id)
            .filter(|variant| variant.archived_at.is_none());
        let is_same_product = sold
            .zip(instead)
            .is_some_and(|(sold, instead)| sold.product_id == instead.product_id);
        if !is_same_product {
            let field = ["lines", &index.to_string(), "replacementVariantId"];
            return Err(Error::invalid(&field, "a variant of the same product").into());
        }
    }
    Ok(())
}

async fn is_granted_at_once(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    command: &RequestAfterSale,
) -> Result<bool, AfterSaleError> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    let policy = &channel.after_sale_policy.0;
    if policy.auto_approval.is_none() {
        return Ok(false);
    }
    let asked = Asked {
        units: command.units(),
        is_shops_fault: command.reason.is_shops_fault(),
    };
    let worth = CaseRefund::plan(transaction, order, &asked).await?.total();
    let wants_other = command
        .lines
        .iter()
        .any(|line| line.replacement_variant_id.is_some());
    Ok(policy.approves(command.reason, worth.minor, wants_other))
}

/// The shop's yes, said by itself.
fn approval(app: &AppState, order: &Order, case: &Model) -> Result<lock::Step, AfterSaleError> {
    Ok(lock::Step {
        status: case.status.0.apply(case.kind.0, AfterSaleEvent::Approved)?,
        change: approved(app, order, case)?,
        notify: true,
        actor: SYSTEM,
    })
}

/// What changes in a case's row with the shop's yes.
///
/// # Errors
/// When the order's channel is gone.
pub(super) fn approved(app: &AppState, order: &Order, case: &Model) -> Result<ActiveModel> {
    let channel = app.channels.find_by_id(order.channel_id)?;
    let until = app.clock.now() + channel.after_sale_policy.0.time_to_ship();
    Ok(ActiveModel {
        return_before: Set(case.kind.0.wants_goods_back().then_some(until)),
        ..Default::default()
    })
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    command: &RequestAfterSale,
    id: Uuid,
) -> Result<Model, AfterSaleError> {
    let before = Entity::find()
        .filter(Column::OrderId.eq(order.id))
        .count(transaction)
        .await?;
    let now = app.clock.now();
    let case = ActiveModel {
        id: Set(id),
        order_id: Set(order.id),
        number: Set(format!("{}-{}", order.number, before + 1)),
        kind: Set(Text(command.kind)),
        status: Set(Text(AfterSaleStatus::Requested)),
        reason: Set(Text(command.reason)),
        note: Set(command.note.clone()),
        answer: Set(None),
        resolution: Set(None),
        warehouse_id: Set(None),
        carrier: Set(None),
        tracking_number: Set(None),
        tracking_url: Set(None),
        refund_id: Set(None),
        replacement_order_id: Set(None),
        return_before: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let case = case.insert(transaction).await?;
    let lines = command
        .lines
        .iter()
        .map(|line| {
            let quantity = i32::try_from(line.quantity).map_err(Error::internal)?;
            // Where no goods come back there is nothing to examine.
            let accepted = if command.kind.wants_goods_back() {
                0
            } else {
                quantity
            };
            Ok(after_sale_line::ActiveModel {
                id: Set(app.clock.new_id()),
                after_sale_id: Set(id),
                order_line_id: Set(line.order_line_id),
                quantity: Set(quantity),
                received_quantity: Set(0),
                accepted_quantity: Set(accepted),
                restocked_quantity: Set(0),
                condition: Set(None),
                replacement_variant_id: Set(line.replacement_variant_id),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    after_sale_line::Entity::insert_many(lines)
        .exec_without_returning(transaction)
        .await?;
    let photos = command.photos.iter().zip(0_i32..);
    let photos: Vec<_> = photos
        .map(|(photo, position)| after_sale_photo::ActiveModel {
            id: Set(app.clock.new_id()),
            after_sale_id: Set(id),
            position: Set(position),
            url: Set(photo.url.to_string()),
            alt: Set(photo.alt.clone()),
            content_type: Set(content_type(photo.url.path()).to_owned()),
        })
        .collect();
    if !photos.is_empty() {
        after_sale_photo::Entity::insert_many(photos)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(case)
}
