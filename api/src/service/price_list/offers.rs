//! What a buyer may pay for variants beside their own prices. Which of it counts is decided in `domain::unit_price`.

use std::collections::HashMap;

use domain::unit_price::Offers;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::listed::{Audience, listed_prices};
use crate::error::Result;
use crate::service::flash_sale::flash_prices;
use crate::service::promotion::reductions;

/// What a channel has beside the variants' own prices.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct Kinds {
    /// Price lists.
    pub(in crate::service) lists: bool,
    /// Promotions of the catalog that may run.
    pub(in crate::service) promotions: bool,
    /// Flash sales that are not over.
    pub(in crate::service) flash: bool,
}

/// Loads the prices of variants beside their own, by variant; nothing is asked for a kind there is not.
pub(in crate::service) async fn offers<C: ConnectionTrait>(
    connection: &C,
    audience: &Audience,
    variant_ids: &[Uuid],
    kinds: Kinds,
) -> Result<HashMap<Uuid, Offers>> {
    let mut offers: HashMap<Uuid, Offers> = HashMap::new();
    if kinds.lists {
        for (id, listed) in listed_prices(connection, audience, variant_ids).await? {
            offers.entry(id).or_default().listed = listed;
        }
    }
    if kinds.promotions {
        for (id, reductions) in reductions(connection, audience, variant_ids).await? {
            offers.entry(id).or_default().reductions = reductions;
        }
    }
    if kinds.flash {
        for (id, flash) in flash_prices(connection, audience, variant_ids).await? {
            offers.entry(id).or_default().flash = flash;
        }
    }
    Ok(offers)
}
