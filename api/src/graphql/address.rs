//! Postal addresses at the edge. Rules: `domain::address`.

use async_graphql::{InputObject, SimpleObject};
use domain::address::AddressDraft;

use super::scalar::CountryCode;

/// A postal address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Address {
    /// Who receives.
    pub full_name: String,
    /// Company.
    pub company: Option<String>,
    /// Street and number.
    pub street_line1: String,
    /// Flat, floor, c/o.
    pub street_line2: Option<String>,
    /// Town.
    pub city: String,
    /// State or region.
    pub province: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country_code: CountryCode,
    /// Phone for the carrier.
    pub phone: Option<String>,
}

impl From<domain::address::Address> for Address {
    fn from(address: domain::address::Address) -> Self {
        Self {
            full_name: address.full_name,
            company: address.company,
            street_line1: address.street_line1,
            street_line2: address.street_line2,
            city: address.city,
            province: address.province,
            postal_code: address.postal_code,
            country_code: CountryCode(address.country_code),
            phone: address.phone,
        }
    }
}

/// A postal address.
#[derive(Clone, Debug, InputObject)]
pub struct AddressInput {
    /// Who receives.
    pub full_name: String,
    /// Company.
    pub company: Option<String>,
    /// Street and number.
    pub street_line1: String,
    /// Flat, floor, c/o.
    pub street_line2: Option<String>,
    /// Town.
    pub city: String,
    /// State or region.
    pub province: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country_code: CountryCode,
    /// Phone for the carrier.
    pub phone: Option<String>,
}

impl From<AddressInput> for AddressDraft {
    fn from(input: AddressInput) -> Self {
        Self {
            full_name: input.full_name,
            company: input.company,
            street_line1: input.street_line1,
            street_line2: input.street_line2,
            city: input.city,
            province: input.province,
            postal_code: input.postal_code,
            country_code: input.country_code.0.to_string(),
            phone: input.phone,
        }
    }
}
