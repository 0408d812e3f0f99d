//! Gifts of promotions: lines no row of a cart stands for, found anew with every price.

use domain::Money;
use domain::pricing::{GiftOffer, PricedCart};
use domain::promotion::{Promotion, Reward};
use entity::cart_line;
use uuid::{Builder, Uuid};

use super::facts::LineFacts;
use crate::error::{Error, Result};

/// A gift a promotion could give in this cart.
pub(super) struct PossibleGift {
    promotion_id: Uuid,
    line: LineFacts,
}

/// Makes a row for each gift the promotions name, with the promotion. They are never saved.
pub(super) fn rows<'a>(
    cart_id: Uuid,
    promotions: impl Iterator<Item = &'a Promotion>,
) -> Vec<(Uuid, cart_line::Model)> {
    let mut rows = Vec::new();
    for promotion in promotions {
        for gift in promotion.rewards.iter().filter_map(Reward::gift) {
            let row = cart_line::Model {
                id: line_id(cart_id, promotion.id, gift.variant_id),
                cart_id,
                variant_id: gift.variant_id,
                quantity: 0,
                seen_unit_price_minor: 0,
                position: 0,
            };
            rows.push((promotion.id, row));
        }
    }
    rows
}

/// The id of the line a gift becomes: the same with every price, and the order's line keeps it.
fn line_id(cart_id: Uuid, promotion_id: Uuid, variant_id: Uuid) -> Uuid {
    let mixed = cart_id.as_u128() ^ promotion_id.as_u128() ^ variant_id.as_u128();
    Builder::from_custom_bytes(mixed.to_be_bytes()).into_uuid()
}

impl PossibleGift {
    pub(super) fn new(promotion_id: Uuid, line: LineFacts) -> Self {
        Self { promotion_id, line }
    }

    /// What is left of it for a gift when the lines of the cart got theirs.
    pub(super) fn offer(&self, lines: &[LineFacts]) -> Result<GiftOffer> {
        let variant_id = self.line.row.variant_id;
        let mut available = if self.line.sale.is_archived() {
            0
        } else {
            self.line.available()
        };
        for line in lines
            .iter()
            .filter(|line| line.row.variant_id == variant_id)
        {
            available = available.saturating_sub(line.quantity()?);
        }
        Ok(GiftOffer {
            key: self.line.row.id,
            promotion_id: self.promotion_id,
            variant_id,
            available,
        })
    }
}

/// Gives the lines of the gifts that are added.
pub(super) fn given(possible: Vec<PossibleGift>, priced: &PricedCart) -> Result<Vec<LineFacts>> {
    let mut lines = Vec::new();
    for PossibleGift { mut line, .. } in possible {
        let added = priced.lines.iter().find(|added| added.key == line.row.id);
        let Some(added) = added else { continue };
        line.row.quantity = i32::try_from(added.quantity).map_err(Error::internal)?;
        line.compare_at = Some(line.unit_price);
        line.unit_price = Money::zero(line.unit_price.currency);
        line.flash = None;
        line.is_gift = true;
        lines.push(line);
    }
    Ok(lines)
}
