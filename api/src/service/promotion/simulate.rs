//! What a cart would cost, and why: nothing is written.

use chrono::{DateTime, Utc};
use domain::cart::MAX_COUPONS;
use domain::coupon::CouponCode;
use domain::id::{MemberId, PaymentMethodId};
use domain::permission::Permission;
use domain::pricing::{self, Simulation};
use domain::promotion::{Outcome, PromotionStage, PromotionStatus};
use entity::column::Text;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::error::PromotionError;
use super::facts;
use super::reference::check_references;
use super::write::{PromotionPatch, draft};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::cart::{self, Basket, Case, LineWish, Tried};
use crate::state::AppState;

/// The case to try.
#[derive(Clone, Debug, Default)]
pub struct SimulatePromotions {
    /// Public id of a cart to start from.
    pub cart_id: Option<String>,
    /// Or lines to start from.
    pub lines: Option<Vec<LineWish>>,
    /// Coupons to try beside those of the cart.
    pub coupon_codes: Vec<String>,
    /// Who buys; the owner of the cart, or a guest, if left out.
    pub member_id: Option<MemberId>,
    /// How it is paid; as the cart says if left out.
    pub payment_method_id: Option<PaymentMethodId>,
    /// When; now if left out.
    pub at: Option<DateTime<Utc>>,
    /// A promotion to try beside those of the shop.
    pub promotion: Option<PromotionPatch>,
}

/// Prices a cart as if it were ordered, with the whole way to its price. The promotion to try counts like one that was
/// saved last and runs by itself; the result does not name it.
///
/// # Errors
/// Without permission `PROMOTION_READ`; [`Error::Invalid`] for unknown or contradictory input; a rule that is none.
pub async fn simulate(
    app: &AppState,
    viewer: &Viewer,
    command: SimulatePromotions,
) -> Result<Simulation, PromotionError> {
    viewer.require(Permission::PromotionRead)?;
    let connection = app.database.read();
    let now = command.at.unwrap_or_else(|| app.clock.now());
    let is_made_up = command.lines.is_some();
    let mut basket = basket(connection, app, viewer, &command).await?;
    let tried = match command.promotion {
        Some(patch) => Some(try_out(connection, app, viewer, patch).await?),
        None => None,
    };
    let tried_id = tried.as_ref().map(Tried::id);
    basket.tried = tried;
    let case = Case::load(connection, &viewer.channel, basket, &viewer.locale, now).await?;
    if is_made_up && case.lacks_price() {
        let message = "a variant has no price in this channel";
        return Err(Error::invalid(&["lines"], message).into());
    }
    let mut simulation =
        pricing::simulate(&case.draft, &case.rules, now).map_err(Error::internal)?;
    if let Some(id) = tried_id {
        forget(&mut simulation, id);
    }
    Ok(simulation)
}

async fn basket<C: ConnectionTrait>(
    connection: &C,
    app: &AppState,
    viewer: &Viewer,
    command: &SimulatePromotions,
) -> Result<Basket> {
    let mut basket = match (&command.cart_id, &command.lines) {
        (Some(cart_id), None) => {
            let mut cart = cart::find_for_staff(connection, viewer, cart_id)
                .await?
                .ok_or_else(|| Error::invalid(&["cartId"], "no cart has this id"))?;
            if let Some(member_id) = command.member_id {
                cart.member_id = Some(member_id.0);
                cart::fill_from_member(connection, &mut cart, member_id).await?;
            }
            Basket::load(connection, cart).await?
        }
        (None, Some(wishes)) => {
            let mut cart = cart::blank(app, viewer, command.member_id)?;
            if let Some(member_id) = command.member_id {
                cart::fill_from_member(connection, &mut cart, member_id).await?;
            }
            Basket {
                lines: cart::made_up(connection, app, cart.id, wishes).await?,
                coupon_codes: Vec::new(),
                tried: None,
                cart,
            }
        }
        (Some(_), Some(_)) | (None, None) => {
            let message = "either `cartId` or `lines` is needed";
            return Err(Error::invalid(&[], message));
        }
    };
    if let Some(id) = command.payment_method_id {
        basket.cart.payment_method_id = Some(id.0);
    }
    for (index, text) in command.coupon_codes.iter().enumerate() {
        let code = CouponCode::parse(text).map_err(|error| {
            Error::invalid(&["couponCodes", &index.to_string()], error.to_string())
        })?;
        if !basket.coupon_codes.contains(&code) {
            basket.coupon_codes.push(code);
        }
    }
    if basket.coupon_codes.len() > MAX_COUPONS {
        let message = format!("a cart holds at most {MAX_COUPONS} coupons");
        return Err(Error::invalid(&["couponCodes"], message));
    }
    Ok(basket)
}

/// Reads a promotion as if it were saved and activated.
async fn try_out<C: ConnectionTrait>(
    connection: &C,
    app: &AppState,
    viewer: &Viewer,
    patch: PromotionPatch,
) -> Result<Tried, PromotionError> {
    let mut row = draft(app, viewer, patch)?;
    row.status = Text(PromotionStatus::Active);
    check_references(connection, &row).await?;
    Ok(match row.stage.0 {
        PromotionStage::Cart => {
            let promotion = facts::promotion(row, &viewer.channel, &viewer.locale, 0)?;
            Tried::Cart(Box::new(promotion))
        }
        PromotionStage::Catalog => Tried::Catalog(Box::new(row)),
    })
}

/// Takes the id of a promotion that was never saved out of a result: it leads nowhere.
fn forget(simulation: &mut Simulation, id: Uuid) {
    let clear = |known: &mut Option<Uuid>| {
        known.take_if(|known| *known == id);
    };
    for step in &mut simulation.trace {
        clear(&mut step.promotion_id);
    }
    for evaluation in &mut simulation.priced.evaluations {
        clear(&mut evaluation.promotion_id);
        if let Outcome::Refused(refusal) = &mut evaluation.outcome {
            clear(&mut refusal.lost_to);
        }
    }
    let id = domain::id::PromotionId(id).to_string();
    for adjustment in &mut simulation.priced.adjustments {
        adjustment.source_id.take_if(|source| **source == *id);
    }
}
