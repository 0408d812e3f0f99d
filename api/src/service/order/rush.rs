//! In a rush for something sold out, a request is refused by what the database told others within the last second: after
//! one read, without a transaction, a lock or a write.
//!
//! It is a hint and never the judge: it only refuses, and a request that it lets pass is judged as ever. Like any refusal
//! it is not kept under the request's key, so that the buyer may ask again with it.

use std::collections::HashMap;

use domain::cart::{CartProblem, CartStatus};
use entity::column::Text;
use entity::{cart, cart_line, idempotency_record, stock_reservation};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::error::OrderError;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::cart::PricedCartFacts;
use crate::state::AppState;

/// Refuses a cart that wants more of something in a rush than there was; unless it holds stock, or its order was placed
/// under this key already.
///
/// # Errors
/// [`OrderError::CartHasProblems`], as the database would say.
pub(super) async fn check(
    app: &AppState,
    viewer: &Viewer,
    cart_id: &str,
    idempotency_key: &str,
) -> Result<(), OrderError> {
    // Before the cart is read: an order that took what others were refused for is seen by that read.
    let rushed = app.sold_out.rushed(app.clock.now());
    if rushed.is_empty() {
        return Ok(());
    }
    let actor = viewer.idempotency_actor(cart_id);
    let lines = wanted(app, viewer, cart_id, (&actor, idempotency_key)).await?;
    let problems = too_many(&lines, &rushed);
    if problems.is_empty() {
        return Ok(());
    }
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

fn too_many(lines: &[(Uuid, Uuid, i32)], rushed: &HashMap<Uuid, u32>) -> Vec<CartProblem> {
    let short = lines.iter().filter_map(|(line, variant_id, quantity)| {
        let available = *rushed.get(variant_id)?;
        (i64::from(*quantity) > i64::from(available)).then_some(CartProblem::InsufficientStock {
            line: *line,
            available,
        })
    });
    short.collect()
}

/// The lines of a cart that can be ordered by the viewer, holds no stock, and was not ordered by this actor and key.
async fn wanted(
    app: &AppState,
    viewer: &Viewer,
    cart_id: &str,
    (actor, key): (&str, &str),
) -> Result<Vec<(Uuid, Uuid, i32)>> {
    use idempotency_record::Column as Record;
    let owner = viewer.member_id().map(|id| id.0);
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
    let is_ordered = Query::select()
        .expr(Expr::value(1))
        .from(idempotency_record::Entity)
        .and_where(Record::ActorKey.eq(actor))
        .and_where(Record::Operation.eq(super::place::OPERATION))
        .and_where(Record::Key.eq(key))
        .take();
    let lines = cart_line::Entity::find()
        .select_only()
        .column(cart_line::Column::Id)
        .column(cart_line::Column::VariantId)
        .column(cart_line::Column::Quantity)
        .join(JoinType::InnerJoin, of_cart.into())
        .filter(cart::Column::PublicId.eq(cart_id))
        .filter(cart::Column::ChannelId.eq(viewer.channel.id))
        .filter(cart::Column::Status.eq(Text(CartStatus::Active)))
        .filter(
            Condition::any()
                .add(cart::Column::MemberId.is_null())
                .add(cart::Column::MemberId.eq(owner)),
        )
        .filter(Expr::exists(is_holding).not())
        .filter(Expr::exists(is_ordered).not())
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(lines)
}
