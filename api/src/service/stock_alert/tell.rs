//! Tells those who wait that something can be had again. What they are told is what the shop shows at that moment, whatever made
//! it so: a delivery, a count, an order called off, a hold that lapsed, a product that is shown again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::stock::{ALERT_TURN, alerts_due};
use entity::channel;
use entity::stock_alert::{COLUMN, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::job::{self, Job, MailJob};
use crate::service::catalog::{self, ProductView, VariantView};
use crate::state::AppState;

/// Variants looked at together.
const VARIANTS: u64 = 200;
/// Buyers told in one transaction.
const BUYERS: u64 = 200;

/// Something that is back.
struct Back {
    viewer: Viewer,
    variant: Arc<VariantView>,
    product: Arc<ProductView>,
    available: u32,
}

/// Tells buyers, in every channel, of what can be had again. Answers how many.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn tell_due(app: &AppState) -> Result<u64> {
    let mut told = 0;
    for channel in app.channels.all()? {
        let mut after = Uuid::nil();
        loop {
            let variants = waited_for(app, &channel, after).await?;
            let Some(last) = variants.last().copied() else {
                break;
            };
            for back in back(app, &channel, &variants).await? {
                told += tell_of(app, &back).await?;
            }
            after = last;
        }
    }
    Ok(told)
}

/// The next variants somebody waits for, by id.
async fn waited_for(app: &AppState, channel: &channel::Model, after: Uuid) -> Result<Vec<Uuid>> {
    let variants = Entity::find()
        .select_only()
        .column(Column::VariantId)
        .distinct()
        .filter(COLUMN.channel_id.eq(channel.id))
        .filter(COLUMN.told_at.is_null())
        .filter(COLUMN.variant_id.gt(after))
        .order_by_asc(Column::VariantId)
        .limit(VARIANTS)
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(variants)
}

/// Those of the variants that everybody can buy now.
async fn back(
    app: &AppState,
    channel: &Arc<channel::Model>,
    variants: &[Uuid],
) -> Result<Vec<Back>> {
    let viewer = Viewer::guest(Arc::clone(channel), app.clock.new_id());
    let variants = catalog::variants_by_ids(app, &viewer, variants).await?;
    let mut available = Vec::new();
    for variant in variants.into_values() {
        let units = variant.units_for_sale().await?;
        if units > 0 {
            available.push((variant, units));
        }
    }
    let products: Vec<Uuid> = available
        .iter()
        .map(|(variant, _)| variant.row.product_id)
        .collect();
    let products = catalog::products_by_ids(app, &viewer, &products).await?;
    let back = available.into_iter().filter_map(|(variant, available)| {
        let product = products.get(&variant.row.product_id)?;
        Some(Back {
            viewer: viewer.clone(),
            product: Arc::clone(product),
            variant,
            available,
        })
    });
    Ok(back.collect())
}

async fn tell_of(app: &AppState, back: &Back) -> Result<u64> {
    let mut told = 0;
    loop {
        let some = app.database.retry(|| tell_some(app, back)).await?;
        told += some;
        if some < BUYERS {
            return Ok(told);
        }
    }
}

/// Tells those who asked first, and no more within the turn than suit the units there are.
async fn tell_some(app: &AppState, back: &Back) -> Result<u64> {
    let now = app.clock.now();
    let next = next(app, back, now).await?;
    if next.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = next.iter().map(|alert| alert.id).collect();
    let mails = mails(back, next).await?;
    let transaction = app.database.begin().await?;
    let marked = Entity::update_many()
        .col_expr(Column::ToldAt, Expr::value(now))
        .filter(COLUMN.id.is_in(ids))
        .filter(COLUMN.told_at.is_null())
        .exec(&transaction)
        .await?;
    if usize::try_from(marked.rows_affected).ok() != Some(mails.len()) {
        return Ok(0); // another server tells them, or somebody waits no longer: the next turn sees
    }
    job::push_all(&transaction, &app.clock, &mails).await?;
    transaction.commit().await?;
    app.wake.wake();
    Ok(marked.rows_affected)
}

/// Whose turn it is.
async fn next(app: &AppState, back: &Back, now: DateTime<Utc>) -> Result<Vec<Model>> {
    let of_variant = || Entity::find().filter(COLUMN.variant_id.eq(back.variant.row.id));
    let connection = app.database.read();
    // In all channels: they share the stock.
    let told_lately = of_variant()
        .filter(COLUMN.told_at.gt(now - ALERT_TURN))
        .count(connection)
        .await?;
    let next = of_variant()
        .filter(COLUMN.channel_id.eq(back.viewer.channel.id))
        .filter(COLUMN.told_at.is_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(alerts_due(back.available, told_lately).min(BUYERS))
        .all(connection)
        .await?;
    Ok(next)
}

/// What is sent to each, in the language they asked in.
async fn mails(back: &Back, alerts: Vec<Model>) -> Result<Vec<Job>> {
    let mut mails = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let names = back
            .product
            .names(&back.viewer, Some(&alert.locale))
            .await?;
        let parts = [names.name().to_owned(), back.variant.choices()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        mails.push(Job::Mail(MailJob::BackInStock {
            to: alert.email,
            locale: alert.locale,
            goods: parts.join(", "),
        }));
    }
    Ok(mails)
}
