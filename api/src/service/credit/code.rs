//! Codes of gift cards as secrets.

use aws_lc_rs::hmac;
use domain::credit::GiftCardCode;
use uuid::Uuid;

/// The code of a card: derived from the shop's secret and the card's id, so that the request that made it can be repeated
/// although only a digest is stored. Under a new secret cards keep their codes; only they cannot be told again.
pub(super) fn code_of(shop_secret: &str, card_id: Uuid) -> GiftCardCode {
    let key = hmac::Key::new(hmac::HMAC_SHA256, shop_secret.as_bytes());
    let tag = hmac::sign(&key, format!("gift card {card_id}").as_bytes());
    let random = tag.as_ref().iter().take(16);
    GiftCardCode::generated(random.fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::code_of;

    #[test]
    fn each_card_of_each_shop_has_its_own_code() {
        let one = code_of("secret", Uuid::from_u128(1));
        assert_eq!(one, code_of("secret", Uuid::from_u128(1)));
        assert_ne!(one, code_of("secret", Uuid::from_u128(2)));
        assert_ne!(one, code_of("other", Uuid::from_u128(1)));
    }
}
