//! What became of the units of orders' lines, gathered from parcels, cases and refunds.

use std::collections::{HashMap, HashSet};

use domain::after_sale::{LineClaims, SentUnits};
use domain::order::{FulfillmentStatus, RefundStatus};
use entity::column::Text;
use entity::{
    after_sale, after_sale_line, fulfillment, fulfillment_line, order_line, refund, refund_line,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Claims by line of an order, by order. Orders of which nothing has left are not in it.
pub(crate) type Claims = HashMap<Uuid, HashMap<Uuid, LineClaims>>;

/// Gathers the claims on many orders at once.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn of_orders<C: ConnectionTrait>(
    connection: &C,
    order_ids: &[Uuid],
) -> Result<Claims> {
    let claimable = FulfillmentStatus::all_that(FulfillmentStatus::can_be_claimed);
    let parcels = fulfillment::Entity::find()
        .filter(fulfillment::Column::OrderId.is_in(order_ids.iter().copied()))
        .filter(fulfillment::Column::Status.is_in(claimable.into_iter().map(Text)))
        .all(connection)
        .await?;
    if parcels.is_empty() {
        return Ok(Claims::new());
    }
    let sent: HashSet<Uuid> = parcels.iter().map(|parcel| parcel.order_id).collect();
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.is_in(sent.iter().copied()))
        .all(connection)
        .await?;
    let mut by_line: HashMap<Uuid, LineClaims> = HashMap::new();
    for line in &lines {
        let claims = LineClaims {
            ordered: count(line.quantity)?,
            is_returnable: line.shippable,
            ..LineClaims::default()
        };
        by_line.insert(line.id, claims);
    }
    add_parcels(connection, &parcels, &mut by_line).await?;
    add_cases_and_refunds(connection, &sent, &mut by_line).await?;
    let mut claims = Claims::new();
    for line in lines {
        if let Some(own) = by_line.remove(&line.id) {
            claims
                .entry(line.order_id)
                .or_default()
                .insert(line.id, own);
        }
    }
    Ok(claims)
}

async fn add_parcels<C: ConnectionTrait>(
    connection: &C,
    parcels: &[fulfillment::Model],
    lines: &mut HashMap<Uuid, LineClaims>,
) -> Result<()> {
    let contents = fulfillment_line::Entity::find()
        .filter(
            fulfillment_line::Column::FulfillmentId.is_in(parcels.iter().map(|parcel| parcel.id)),
        )
        .all(connection)
        .await?;
    for content in contents {
        let parcel = parcels
            .iter()
            .find(|parcel| parcel.id == content.fulfillment_id);
        if let (Some(parcel), Some(line)) = (parcel, lines.get_mut(&content.order_line_id)) {
            line.sent.push(SentUnits {
                units: count(content.quantity)?,
                delivered_at: parcel.delivered_at,
            });
        }
    }
    Ok(())
}

async fn add_cases_and_refunds<C: ConnectionTrait>(
    connection: &C,
    order_ids: &HashSet<Uuid>,
    lines: &mut HashMap<Uuid, LineClaims>,
) -> Result<()> {
    let cases = after_sale::Entity::find()
        .filter(after_sale::Column::OrderId.is_in(order_ids.iter().copied()))
        .all(connection)
        .await?;
    if !cases.is_empty() {
        let asked = after_sale_line::Entity::find()
            .filter(after_sale_line::Column::AfterSaleId.is_in(cases.iter().map(|case| case.id)))
            .all(connection)
            .await?;
        for row in asked {
            let case = cases.iter().find(|case| case.id == row.after_sale_id);
            if let (Some(case), Some(line)) = (case, lines.get_mut(&row.order_line_id)) {
                let (asked, accepted) = (count(row.quantity)?, count(row.accepted_quantity)?);
                let claimed = case.status.0.claims(asked, accepted);
                line.claimed = line.claimed.saturating_add(claimed);
            }
        }
    }
    let of_cases: HashSet<Uuid> = cases.iter().filter_map(|case| case.refund_id).collect();
    let refunds = refund::Entity::find()
        .filter(refund::Column::OrderId.is_in(order_ids.iter().copied()))
        .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
        .all(connection)
        .await?;
    let apart = refunds.iter().map(|refund| refund.id);
    let apart: Vec<Uuid> = apart.filter(|id| !of_cases.contains(id)).collect();
    if apart.is_empty() {
        return Ok(());
    }
    let back = refund_line::Entity::find()
        .filter(refund_line::Column::RefundId.is_in(apart))
        .all(connection)
        .await?;
    for row in back {
        if let Some(line) = lines.get_mut(&row.order_line_id) {
            line.refunded_apart = line.refunded_apart.saturating_add(count(row.quantity)?);
        }
    }
    Ok(())
}

/// A column of units as the domain counts them.
///
/// # Errors
/// [`Error::Internal`] for a negative one.
pub(super) fn count(quantity: i32) -> Result<u32> {
    u32::try_from(quantity).map_err(Error::internal)
}
