//! A cart holds the stock of its lines, from when on and how long as the channel says. Rules: `domain::stock`.

use chrono::TimeDelta;
use domain::stock::{Goods, ReservationPolicy, TooFew, Wish};
use entity::{cart, cart_line};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::error::CartError;
use crate::auth::Viewer;
use crate::error::{Error, FieldPath, Result};
use crate::service::inventory::{self, Holder};
use crate::state::AppState;

/// A line the buyer just asked for, whose units must be there.
pub(super) struct Asked {
    /// The variant.
    pub(super) variant_id: Uuid,
    /// Where its units were asked for.
    pub(super) field: FieldPath,
}

/// Lets a changed, locked cart hold what is in it now, and what a locked cart poured into it held. Called last: stock is
/// locked after everything else.
///
/// # Errors
/// [`CartError::InsufficientStock`] when somebody else was faster with what was `asked` for; the caller rolls back.
pub(super) async fn hold(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    cart: &cart::Model,
    from: Option<Uuid>,
    asked: &[Asked],
) -> Result<(), CartError> {
    let policy = viewer.channel.reservation_policy.0;
    if policy == ReservationPolicy::None {
        return Ok(()); // what an earlier policy held lapses by itself
    }
    let is_in_checkout = cart.shipping_method_id.is_some() || cart.payment_method_id.is_some();
    let wishes = if policy.holds(is_in_checkout) {
        wishes(transaction, cart, asked).await?
    } else {
        Vec::new()
    };
    let holder = Holder {
        cart_id: cart.id,
        from,
        routing: viewer.channel.routing_policy.0,
        lifetime: TimeDelta::minutes(viewer.channel.reservation_minutes.into()),
    };
    let held = inventory::hold(transaction, &app.clock, holder, &wishes).await?;
    held.map_err(|too_few| refusal(asked, too_few))
}

async fn wishes(
    transaction: &DatabaseTransaction,
    cart: &cart::Model,
    asked: &[Asked],
) -> Result<Vec<Wish>> {
    let lines = cart_line::Entity::find()
        .filter(cart_line::Column::CartId.eq(cart.id))
        .all(transaction)
        .await?;
    let mut goods =
        inventory::load_goods(transaction, lines.iter().map(|line| line.variant_id)).await?;
    lines
        .iter()
        .map(|line| {
            let single = || Goods::Single(line.variant_id);
            Ok(Wish {
                variant_id: line.variant_id,
                goods: goods.remove(&line.variant_id).unwrap_or_else(single),
                quantity: u32::try_from(line.quantity).map_err(Error::internal)?,
                is_strict: asked
                    .iter()
                    .any(|asked| asked.variant_id == line.variant_id),
            })
        })
        .collect()
}

fn refusal(asked: &[Asked], too_few: TooFew) -> CartError {
    let place = asked
        .iter()
        .find(|asked| asked.variant_id == too_few.variant_id);
    match place {
        Some(Asked { field, .. }) => CartError::InsufficientStock {
            field: field.clone(),
            available: too_few.available,
        },
        None => Error::internal(too_few).into(),
    }
}
