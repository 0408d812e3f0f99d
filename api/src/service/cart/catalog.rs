//! Promotions of the catalog, as the price of a cart tells about them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::pricing::CatalogOffer;
use domain::promotion::PromotionStatus;
use entity::promotion::Model;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::facts::LineFacts;
use crate::error::Result;
use crate::service::promotion;

/// Lists the promotions of the catalog that run and are about a line of the cart.
pub(super) fn catalog_offers(lines: &[LineFacts]) -> Vec<CatalogOffer> {
    let mut offers: BTreeMap<Uuid, CatalogOffer> = BTreeMap::new();
    for line in lines {
        for reduction in line.reductions() {
            let offer = offers
                .entry(reduction.promotion_id)
                .or_insert_with(|| CatalogOffer {
                    promotion_id: reduction.promotion_id,
                    promotion_version: reduction.promotion_version,
                    label: reduction.label.clone(),
                    status: PromotionStatus::Active,
                    lines: BTreeSet::new(),
                });
            offer.lines.insert(line.row.id);
        }
    }
    offers.into_values().collect()
}

/// Lets a promotion of the catalog that is not saved take part in the prices of lines, if it runs at the instant.
pub(super) async fn try_out<C: ConnectionTrait>(
    connection: &C,
    tried: Model,
    lines: &mut [LineFacts],
    now: DateTime<Utc>,
) -> Result<CatalogOffer> {
    let variant_ids: Vec<Uuid> = lines.iter().map(|line| line.sale.variant_id).collect();
    let mut offer = CatalogOffer {
        promotion_id: tried.id,
        promotion_version: tried.version,
        label: tried.label.clone(),
        status: tried.status.0.at(tried.starts_at, tried.ends_at, now),
        lines: BTreeSet::new(),
    };
    if offer.status != PromotionStatus::Active {
        return Ok(offer);
    }
    let reductions = promotion::reductions_by(connection, &[tried], &variant_ids).await?;
    for line in lines {
        if let Some(own) = reductions
            .get(&line.sale.variant_id)
            .filter(|own| !own.is_empty())
        {
            line.lower(own)?;
            offer.lines.insert(line.row.id);
        }
    }
    Ok(offer)
}
