//! Gifts of promotions: lines no row of a cart stands for, found anew with every price.

use domain::Money;
use domain::pricing::{GiftOffer, PricedCart};
use domain::promotion::{Gift, Promotion, Reward};
use entity::cart_line;
use uuid::{Builder, Uuid};

use super::facts::LineFacts;
use crate::error::{Error, Result};

/// A gift a promotion could give in this cart.
pub(super) struct PossibleGift {
    giver: Giver,
    line: LineFacts,
}

/// A reward that gives something: of what it names, one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Giver {
    promotion_id: Uuid,
    /// Its place among the rewards of the promotion.
    reward: usize,
}

/// Makes a row for each gift the promotions name, with the reward. They are never saved.
pub(super) fn rows<'a>(
    cart_id: Uuid,
    promotions: impl Iterator<Item = &'a Promotion>,
) -> Vec<(Giver, cart_line::Model)> {
    let mut rows = Vec::new();
    for promotion in promotions {
        for (reward, gift) in promotion.rewards.iter().map(Reward::gift).enumerate() {
            let giver = Giver {
                promotion_id: promotion.id,
                reward,
            };
            for variant_id in gift.into_iter().flat_map(Gift::variant_ids) {
                let row = cart_line::Model {
                    id: line_id(cart_id, promotion.id, variant_id),
                    cart_id,
                    variant_id,
                    quantity: 0,
                    seen_unit_price_minor: 0,
                    position: 0,
                };
                rows.push((giver, row));
            }
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
    pub(super) fn new(giver: Giver, line: LineFacts) -> Self {
        Self { giver, line }
    }

    /// What is left of it for a gift when the lines of the cart got theirs.
    pub(super) fn offer(&self, lines: &[LineFacts], wishes: &[Uuid]) -> Result<GiftOffer> {
        let variant_id = self.line.row.variant_id;
        let mut available = if self.line.sale.is_archived() {
            0
        } else {
            self.line.available()
        };
        for line in lines {
            available = available.saturating_sub(self.taken_by(line)?);
        }
        Ok(GiftOffer {
            key: self.line.row.id,
            promotion_id: self.giver.promotion_id,
            variant_id,
            available,
            wish: wishes.iter().position(|wish| *wish == variant_id),
        })
    }
}

impl PossibleGift {
    /// Units of it for which a line of the cart leaves too little.
    fn taken_by(&self, line: &LineFacts) -> Result<u32> {
        let mut most = 0;
        for (variant_id, taken) in line.goods.units(line.quantity()?) {
            for (needed, each) in self.line.goods.units(1) {
                if needed == variant_id {
                    most = most.max(taken.div_ceil(each.max(1)));
                }
            }
        }
        Ok(most)
    }
}

/// Gives the lines of the gifts that are added.
pub(super) fn given(
    possible: &[PossibleGift],
    offers: &[GiftOffer],
    priced: &PricedCart,
) -> Result<Vec<LineFacts>> {
    let mut lines = Vec::new();
    for gift in possible {
        let mut all = priced.lines.iter();
        let Some(added) = all.find(|added| added.key == gift.line.row.id) else {
            continue;
        };
        let mut line = gift.line.clone();
        line.row.quantity = i32::try_from(added.quantity).map_err(Error::internal)?;
        line.compare_at = Some(line.unit_price);
        line.unit_price = Money::zero(line.unit_price.currency);
        line.flash = None;
        line.is_gift = true;
        line.gift_choices = choices(gift.giver, possible, offers);
        lines.push(line);
    }
    Ok(lines)
}

/// Lists what is left of what a reward gives to choose from; nothing when there is no choice.
fn choices(giver: Giver, possible: &[PossibleGift], offers: &[GiftOffer]) -> Vec<Uuid> {
    let named = possible.iter().zip(offers);
    let choices: Vec<Uuid> = named
        .filter(|(gift, offer)| gift.giver == giver && offer.available > 0)
        .map(|(_, offer)| offer.variant_id)
        .collect();
    if choices.len() > 1 {
        choices
    } else {
        Vec::new()
    }
}
