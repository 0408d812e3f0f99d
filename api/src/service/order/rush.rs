//! In a rush for something sold out, a request is refused by what the database told others within the last second: without a
//! transaction, a lock or a write, and after one read for all who come while another read is under way. Then one is let through
//! to ask the database again, and the others go on to be refused for half a second at most, should nobody tell what it said.
//!
//! It is a hint and never the judge: it only refuses, and a request that it lets pass is judged as ever. Like any refusal
//! it is not kept under the request's key, so that the buyer may ask again with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::cart::{CartProblem, CartStatus};
use entity::column::Text;
use entity::{cart, cart_line, stock_reservation};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::error::OrderError;
use super::lanes::Lanes;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::cart::{PricedCartFacts, is_public_id};
use crate::service::rows::padded;
use crate::state::AppState;

/// Most carts that are looked up by one read.
const MOST: usize = 128;

/// Longest wait for that.
const PATIENCE: Duration = Duration::from_millis(250);

/// Carts that wait to be looked up.
#[derive(Debug, Default)]
pub struct Rush(Lanes<(), Waiting>);

#[derive(Debug)]
struct Waiting {
    cart_id: String,
    tell: oneshot::Sender<Arc<Carts>>,
}

/// Carts by their public ids.
type Carts = HashMap<String, Vec<Line>>;

/// A line of a cart that is not ordered and holds no stock.
#[derive(Debug)]
struct Line {
    channel_id: Uuid,
    member_id: Option<Uuid>,
    id: Uuid,
    variant_id: Uuid,
    quantity: i32,
}

/// Refuses a cart that wants more of something in a rush than there was; unless it holds stock, or it is its turn to ask again.
/// One that was ordered is let pass: the same request gets its order again.
///
/// # Errors
/// [`OrderError::CartHasProblems`], as the database would say.
pub(super) async fn check(
    app: &AppState,
    viewer: &Viewer,
    cart_id: &str,
) -> Result<(), OrderError> {
    // Before the cart is read: an order that took what others were refused for is seen by that read.
    let rushed = app.sold_out.rushed(app.clock.now());
    if rushed.is_empty() || !is_public_id(cart_id) {
        return Ok(());
    }
    let carts = look_up(app, cart_id).await?;
    let owner = viewer.member_id().map(|id| id.0);
    let is_own = |line: &&Line| {
        line.channel_id == viewer.channel.id && line.member_id.is_none_or(|id| Some(id) == owner)
    };
    let lines = carts.get(cart_id).into_iter().flatten().filter(is_own);
    let short: Vec<(&Line, u32)> = lines
        .filter_map(|line| Some((line, *rushed.get(&line.variant_id)?)))
        .filter(|(line, left)| i64::from(line.quantity) > i64::from(*left))
        .collect();
    let now = app.clock.now();
    let asks_again = |(line, _): &(&Line, u32)| app.sold_out.asks_again(line.variant_id, now);
    if short.is_empty() || short.iter().any(asks_again) {
        return Ok(());
    }
    let problem = |(line, available): (&Line, u32)| CartProblem::InsufficientStock {
        line: line.id,
        available,
    };
    let problems = short.into_iter().map(problem).collect();
    Err(OrderError::CartHasProblems(problems))
}

/// Remembers what the database had too little of for a cart that holds nothing. Where there are bundles, the cart's own lines
/// may have left too little for each other.
pub(super) fn remember(app: &AppState, facts: &PricedCartFacts) {
    if facts.lines.iter().any(|line| line.goods.is_bundle()) {
        return;
    }
    let short = facts.lines.iter().filter(|line| {
        let is_short = |problem: &CartProblem| {
            matches!(problem, CartProblem::InsufficientStock { line: id, .. } if *id == line.row.id)
        };
        line.held == 0 && facts.problems.iter().any(is_short)
    });
    for line in short {
        let variant_id = line.sale.variant_id;
        app.sold_out
            .remember(variant_id, line.available(), app.clock.now());
    }
}

/// Looks a cart up together with those that others ask about. When that fails or takes too long, nothing is known of it: it is
/// judged as ever.
async fn look_up(app: &AppState, cart_id: &str) -> Result<Arc<Carts>> {
    let (tell, told) = oneshot::channel();
    let waiting = Waiting {
        cart_id: cart_id.to_owned(),
        tell,
    };
    if app.rush.0.enter(&[()], waiting)?.is_some() {
        // A task of its own: it goes on for the others when this request is given up.
        tokio::spawn(lead(app.clone()));
    }
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(carts)) => Ok(carts),
        Ok(Err(_)) | Err(_) => Ok(Arc::default()),
    }
}

/// Looks up carts until nobody asks.
async fn lead(app: AppState) {
    let mut leader = app.rush.0.lead(());
    while let Some(batch) = leader.next(|all| all.len().min(MOST)) {
        let ids: Vec<String> = batch
            .iter()
            .map(|waiting| waiting.cart_id.clone())
            .collect();
        match read(&app, &ids).await {
            Ok(carts) => {
                let carts = Arc::new(carts);
                for waiting in batch {
                    let _unheard = waiting.tell.send(Arc::clone(&carts));
                }
            }
            Err(error) => tracing::warn!(%error, "carts in a rush cannot be looked up"),
        }
    }
}

async fn read(app: &AppState, ids: &[String]) -> Result<Carts> {
    let of_cart = cart_line::Entity::belongs_to(cart::Entity)
        .from(cart_line::Column::CartId)
        .to(cart::Column::Id);
    let is_holding = Query::select()
        .expr(Expr::value(1))
        .from(stock_reservation::Entity)
        .and_where(
            Expr::col((stock_reservation::Entity, stock_reservation::Column::CartId))
                .eq(Expr::col((cart::Entity, cart::Column::Id))),
        )
        .take();
    let rows: Vec<(String, Uuid, Option<Uuid>, Uuid, Uuid, i32)> = cart_line::Entity::find()
        .select_only()
        .columns([
            cart::Column::PublicId,
            cart::Column::ChannelId,
            cart::Column::MemberId,
        ])
        .columns([
            cart_line::Column::Id,
            cart_line::Column::VariantId,
            cart_line::Column::Quantity,
        ])
        .join(JoinType::InnerJoin, of_cart.into())
        .filter(cart::Column::PublicId.is_in(padded(ids)))
        .filter(cart::Column::Status.eq(Text(CartStatus::Active)))
        .filter(Expr::exists(is_holding).not())
        .into_tuple()
        .all(app.database.read())
        .await?;
    let mut carts = Carts::new();
    for (cart_id, channel_id, member_id, id, variant_id, quantity) in rows {
        carts.entry(cart_id).or_default().push(Line {
            channel_id,
            member_id,
            id,
            variant_id,
            quantity,
        });
    }
    Ok(carts)
}
