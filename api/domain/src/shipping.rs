//! Ways to ship: which serve a destination, and what they cost.

use uuid::Uuid;

use crate::address::CountryCode;
use crate::money::{Money, MoneyError};

/// A way to ship or to collect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingMethod {
    /// Row of the method.
    pub id: Uuid,
    /// Text to show.
    pub name: String,
    /// Price before discounts, net or gross as the shop enters its prices.
    pub price: Money,
    /// Goods of at least this amount after discounts ship for free.
    pub free_over: Option<Money>,
    /// Countries it serves; empty for all the channel ships to.
    pub countries: Vec<CountryCode>,
    /// Class of its tax.
    pub tax_class: String,
    /// Whether the buyer collects, so that no address is needed.
    pub is_pickup: bool,
    /// Place in the list, lowest first.
    pub position: i32,
}

impl ShippingMethod {
    /// Whether the method serves a destination. `channel_countries` empty means that the channel ships anywhere.
    ///
    /// Without a destination only collecting is possible.
    #[must_use]
    pub fn serves(
        &self,
        channel_countries: &[CountryCode],
        destination: Option<CountryCode>,
    ) -> bool {
        if self.is_pickup {
            return true;
        }
        let Some(country) = destination else {
            return false;
        };
        let ships_there = channel_countries.is_empty() || channel_countries.contains(&country);
        ships_there && (self.countries.is_empty() || self.countries.contains(&country))
    }

    /// Gives the price for goods of this amount after discounts.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] when the method is priced in another currency than the goods.
    pub fn price_for(&self, goods: Money) -> Result<Money, MoneyError> {
        Self::price_of(self.price, self.free_over, goods)
    }

    /// Gives the price of a method that costs nothing from an amount of goods on.
    ///
    /// # Errors
    ///
    /// As [`Self::price_for`].
    pub fn price_of(
        price: Money,
        free_over: Option<Money>,
        goods: Money,
    ) -> Result<Money, MoneyError> {
        let is_free = match free_over {
            Some(limit) => !goods.minus(limit)?.is_negative(),
            None => false,
        };
        Ok(if is_free {
            Money::zero(price.currency)
        } else {
            price
        })
    }
}

/// Lists the methods that serve a destination in the order to show them.
#[must_use]
pub fn eligible<'a>(
    methods: &'a [ShippingMethod],
    channel_countries: &[CountryCode],
    destination: Option<CountryCode>,
) -> Vec<&'a ShippingMethod> {
    let mut eligible: Vec<_> = methods
        .iter()
        .filter(|method| method.serves(channel_countries, destination))
        .collect();
    eligible.sort_by_key(|method| (method.position, method.id));
    eligible
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{ShippingMethod, eligible};
    use crate::address::CountryCode;
    use crate::money::{Currency, Money};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn method(position: i32, countries: &[&str], is_pickup: bool) -> ShippingMethod {
        ShippingMethod {
            id: Uuid::from_u128(u128::from(position.unsigned_abs())),
            name: "Post".to_owned(),
            price: eur(490),
            free_over: Some(eur(5_000)),
            countries: countries.iter().map(|code| country(code)).collect(),
            tax_class: "standard".to_owned(),
            is_pickup,
            position,
        }
    }

    #[test]
    fn methods_serve_their_countries_and_collecting_serves_all() {
        let methods = [
            method(3, &[], false),
            method(1, &["DE"], false),
            method(2, &[], true),
        ];
        let positions = |channel: &[CountryCode], destination| -> Vec<i32> {
            eligible(&methods, channel, destination)
                .iter()
                .map(|method| method.position)
                .collect()
        };
        assert_eq!(positions(&[], Some(country("DE"))), [1, 2, 3]);
        assert_eq!(positions(&[], Some(country("FR"))), [2, 3]);
        assert_eq!(positions(&[country("DE")], Some(country("FR"))), [2]);
        assert_eq!(positions(&[], None), [2]);
    }

    #[test]
    fn enough_goods_ship_for_free() {
        let post = method(1, &[], false);
        assert_eq!(post.price_for(eur(4_999)).unwrap(), eur(490));
        assert_eq!(post.price_for(eur(5_000)).unwrap(), eur(0));
        let always_paid = ShippingMethod {
            free_over: None,
            ..post
        };
        assert_eq!(always_paid.price_for(eur(i64::MAX)).unwrap(), eur(490));
    }
}
