//! Adding, changing and removing lines.

use domain::cart::MAX_LINES;
use domain::id::{CartLineId, ProductVariantId, TypedId as _};
use domain::quantity::Quantity;
use entity::cart_line::{ActiveModel, COLUMN, Entity, Model};
use entity::{cart, channel, product_variant};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::Problem;
use super::access::{lock_active, touch};
use super::error::CartError;
use super::facts::{LineFacts, with_facts};
use super::hold::{Asked, hold};
use super::price::{PricedCartFacts, line_problems};
use super::query::reload;
use crate::auth::Viewer;
use crate::error::{Error, FieldPath, Result};
use crate::state::AppState;

/// Units of a variant to add.
#[derive(Clone, Copy, Debug)]
pub struct LineWish {
    /// What is bought.
    pub variant_id: ProductVariantId,
    /// How many.
    pub quantity: i32,
}

/// A line to change.
#[derive(Clone, Copy, Debug)]
pub struct LineChange {
    /// The line.
    pub line_id: CartLineId,
    /// New quantity; 0 removes.
    pub quantity: i32,
}

/// Adds units; a variant already in the cart grows. All wishes or none.
///
/// # Errors
/// [`CartError::Unavailable`], [`CartError::InsufficientStock`], [`CartError::QuantityLimit`], [`CartError::TooMany`],
/// [`CartError::Closed`], and the common refusals.
pub async fn add_lines(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    wishes: &[LineWish],
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            let asked = add_to(&transaction, app, viewer, &cart, wishes, &["lines"]).await?;
            touch(&transaction, &app.clock, &mut cart).await?;
            hold(&transaction, app, viewer, &cart, None, &asked).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Sets the quantities of lines; 0 removes. All changes or none. Reads nothing of the lines that stay as they are.
///
/// # Errors
/// [`Error::NotFound`] for a line of another cart, else those of [`add_lines`].
pub async fn update_lines(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    changes: &[LineChange],
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            let asked = change(&transaction, app, viewer, &cart, changes).await?;
            touch(&transaction, &app.clock, &mut cart).await?;
            hold(&transaction, app, viewer, &cart, None, &asked).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Removes lines, all or none.
///
/// # Errors
/// [`Error::NotFound`] for a line of another cart, [`CartError::Closed`].
pub async fn remove_lines(
    app: &AppState,
    viewer: &Viewer,
    public_id: &str,
    line_ids: &[CartLineId],
) -> Result<PricedCartFacts, CartError> {
    let cart_id = app
        .database
        .retry(|| async move {
            let transaction = app.database.begin().await?;
            let mut cart = lock_active(&transaction, viewer, public_id).await?;
            let ids: Vec<Uuid> = line_ids.iter().map(|id| id.uuid()).collect();
            let own: Vec<Uuid> = Entity::find()
                .select_only()
                .column(entity::cart_line::Column::Id)
                .filter(COLUMN.cart_id.eq(cart.id))
                .into_tuple()
                .all(&transaction)
                .await?;
            if ids.iter().any(|id| !own.contains(id)) {
                return Err(Error::NotFound("cart line").into());
            }
            delete(&transaction, ids).await?;
            touch(&transaction, &app.clock, &mut cart).await?;
            hold(&transaction, app, viewer, &cart, None, &[]).await?;
            transaction.commit().await?;
            Ok::<_, CartError>(cart.id)
        })
        .await?;
    reload(app, viewer, cart_id).await
}

/// Adds wishes to a locked cart; `path` says where they stand in `input`. Gives what was asked for, for the cart to hold.
pub(super) async fn add_to(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    cart: &cart::Model,
    wishes: &[LineWish],
    path: &[&str],
) -> Result<Vec<Asked>, CartError> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    if wishes.len() > MAX_LINES {
        return Err(CartError::TooMany {
            what: "lines",
            most: MAX_LINES,
        });
    }
    if let Some(index) = first_unknown(transaction, wishes).await? {
        // Unknown and unpublished read the same, so that drafts cannot be found out.
        return Err(CartError::Unavailable {
            field: field(path, index, "variantId"),
        });
    }
    let mut rows = Entity::find()
        .filter(COLUMN.cart_id.eq(cart.id))
        .all(transaction)
        .await?;
    let known = rows.len();
    let touched = grow(app, cart.id, &mut rows, wishes, path)?;
    if rows.len() > MAX_LINES {
        return Err(CartError::TooMany {
            what: "lines",
            most: MAX_LINES,
        });
    }
    let changed: Vec<Model> = touched
        .iter()
        .filter_map(|(place, _)| rows.get(*place).cloned())
        .collect();
    let now = app.clock.now();
    let facts = with_facts(transaction, &viewer.channel, changed, cart, now).await?;
    let mut asked = Vec::with_capacity(facts.len());
    for (line, (place, index)) in facts.iter().zip(&touched) {
        let at = field(path, *index, "quantity");
        let variant_field = field(path, *index, "variantId");
        check(&viewer.channel, line, variant_field, at.clone())?;
        write(transaction, line, *place >= known).await?;
        asked.push(Asked {
            variant_id: line.row.variant_id,
            field: at,
        });
    }
    Ok(asked)
}

/// Adds wishes to the rows of a cart, of which each variant has one. Gives the place of every row that grew, with the
/// place of the last wish for it.
fn grow(
    app: &AppState,
    cart_id: Uuid,
    rows: &mut Vec<Model>,
    wishes: &[LineWish],
    path: &[&str],
) -> Result<Vec<(usize, usize)>> {
    let next = rows
        .iter()
        .map(|row| row.position.saturating_add(1))
        .max()
        .unwrap_or_default();
    let mut touched: Vec<(usize, usize)> = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let at = field(path, index, "quantity");
        let units = Quantity::try_new(wish.quantity).map_err(|error| Error::Invalid {
            field: at.clone(),
            message: error.to_string(),
        })?;
        let variant_id = wish.variant_id.uuid();
        let place = rows
            .iter()
            .position(|row| row.variant_id == variant_id)
            .unwrap_or(rows.len());
        match rows.get_mut(place) {
            Some(row) => {
                let sum = Quantity::try_new(i64::from(row.quantity) + i64::from(units.to_i32()))
                    .map_err(|error| Error::Invalid {
                        field: at,
                        message: error.to_string(),
                    })?;
                row.quantity = sum.to_i32();
            }
            None => rows.push(Model {
                id: app.clock.new_id(),
                cart_id,
                variant_id,
                quantity: units.to_i32(),
                seen_unit_price_minor: 0,
                position: next.saturating_add(i32::try_from(index).map_err(Error::internal)?),
            }),
        }
        touched.retain(|(other, _)| *other != place);
        touched.push((place, index));
    }
    Ok(touched)
}

/// Makes up the lines of a cart that is never saved.
///
/// # Errors
/// [`Error::Invalid`] for a variant nobody knows, no quantity, or too many lines.
pub(in crate::service) async fn made_up<C: ConnectionTrait>(
    connection: &C,
    app: &AppState,
    cart_id: Uuid,
    wishes: &[LineWish],
) -> Result<Vec<Model>> {
    if wishes.len() > MAX_LINES {
        let message = format!("a cart holds at most {MAX_LINES} lines");
        return Err(Error::invalid(&["lines"], message));
    }
    if let Some(index) = first_unknown(connection, wishes).await? {
        return Err(Error::Invalid {
            field: field(&["lines"], index, "variantId"),
            message: "no variant has this id".to_owned(),
        });
    }
    let mut rows = Vec::new();
    grow(app, cart_id, &mut rows, wishes, &["lines"])?;
    Ok(rows)
}

async fn change(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    cart: &cart::Model,
    changes: &[LineChange],
) -> Result<Vec<Asked>, CartError> {
    let path = &["lines"];
    if changes.len() > MAX_LINES {
        return Err(CartError::TooMany {
            what: "lines",
            most: MAX_LINES,
        });
    }
    let ids = changes.iter().map(|change| change.line_id.uuid());
    let rows = Entity::find()
        .filter(COLUMN.cart_id.eq(cart.id))
        .filter(COLUMN.id.is_in(ids))
        .all(transaction)
        .await?;
    let now = app.clock.now();
    let mut lines = with_facts(transaction, &viewer.channel, rows, cart, now).await?;
    let mut removed = Vec::new();
    let mut asked = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let line = lines
            .iter_mut()
            .find(|line| line.row.id == change.line_id.uuid())
            .ok_or(Error::NotFound("cart line"))?;
        if change.quantity == 0 {
            removed.push(line.row.id);
            continue;
        }
        let at = field(path, index, "quantity");
        let units = Quantity::try_new(change.quantity).map_err(|error| Error::Invalid {
            field: at.clone(),
            message: error.to_string(),
        })?;
        line.set_quantity(units);
        let variant_field = field(path, index, "lineId");
        check(&viewer.channel, line, variant_field, at.clone())?;
        write(transaction, line, false).await?;
        asked.push(Asked {
            variant_id: line.row.variant_id,
            field: at,
        });
    }
    delete(transaction, removed).await?;
    Ok(asked)
}

/// Refuses what could not be ordered right now. A changed price is no reason: the buyer sees the new one.
///
/// # Errors
/// [`CartError::Unavailable`], [`CartError::InsufficientStock`], [`CartError::QuantityLimit`].
pub(in crate::service) fn check(
    channel: &channel::Model,
    line: &LineFacts,
    variant_field: FieldPath,
    quantity_field: FieldPath,
) -> Result<(), CartError> {
    for problem in line_problems(line, channel)? {
        match problem {
            Problem::Unavailable { .. } => {
                return Err(CartError::Unavailable {
                    field: variant_field,
                });
            }
            Problem::InsufficientStock { available, .. } => {
                return Err(CartError::InsufficientStock {
                    field: quantity_field,
                    available,
                });
            }
            Problem::QuantityLimit { allowed, .. } => {
                return Err(CartError::QuantityLimit {
                    field: quantity_field,
                    allowed,
                });
            }
            Problem::PriceChanged { .. }
            | Problem::CouponNotApplicable { .. }
            | Problem::InsufficientPoints { .. }
            | Problem::NotShippable
            | Problem::ShippingMethodUnavailable
            | Problem::Incomplete(_) => {}
        }
    }
    Ok(())
}

/// Writes a line at the price of this moment, which the buyer is about to see.
async fn write(transaction: &DatabaseTransaction, line: &LineFacts, is_new: bool) -> Result<()> {
    let mut row: ActiveModel = line.row.clone().into();
    row.seen_unit_price_minor = Set(line.unit_price.minor);
    let row = row.reset_all();
    if is_new {
        Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
    } else {
        row.update(transaction).await?;
    }
    Ok(())
}

pub(super) async fn delete(transaction: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<()> {
    if !ids.is_empty() {
        Entity::delete_many()
            .filter(COLUMN.id.is_in(ids))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Gives the place of the first wish for a variant nobody knows.
async fn first_unknown<C: ConnectionTrait>(
    connection: &C,
    wishes: &[LineWish],
) -> Result<Option<usize>> {
    let known: Vec<Uuid> = product_variant::Entity::find()
        .select_only()
        .column(product_variant::Column::Id)
        .filter(
            product_variant::COLUMN
                .id
                .is_in(wishes.iter().map(|wish| wish.variant_id.uuid())),
        )
        .into_tuple()
        .all(connection)
        .await?;
    Ok(wishes
        .iter()
        .position(|wish| !known.contains(&wish.variant_id.uuid())))
}

fn field(path: &[&str], index: usize, name: &str) -> FieldPath {
    let mut field: FieldPath = path.iter().map(|part| (*part).to_owned()).collect();
    field.push(index.to_string());
    field.push(name.to_owned());
    field
}
