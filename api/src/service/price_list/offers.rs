//! What a buyer may pay for variants beside their own prices.

use std::collections::HashMap;

use domain::unit_price::Offers;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::listed::{Audience, listed_prices};
use crate::error::Result;
use crate::service::flash_sale::flash_prices;

/// What a channel has beside the variants' own prices.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct Kinds {
    /// Price lists.
    pub(in crate::service) lists: bool,
    /// Flash sales that are not over.
    pub(in crate::service) flash: bool,
}

/// Loads the prices of variants beside their own, by variant: one statement for each kind there is.
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
    if kinds.flash {
        for (id, flash) in flash_prices(connection, audience, variant_ids).await? {
            offers.entry(id).or_default().flash = flash;
        }
    }
    Ok(offers)
}
