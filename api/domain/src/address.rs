//! Postal addresses.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name, company or street line, in characters.
pub const MAX_LINE: usize = 200;
/// Longest postal code or phone number, in characters.
pub const MAX_SHORT: usize = 40;

/// A country of ISO 3166-1 by its alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(iso_currency::Country);

/// The text is no country code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no country code of ISO 3166-1, such as DE")]
pub struct UnknownCountry(pub String);

/// A postal address, trimmed and within limits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Who receives.
    pub full_name: String,
    /// Company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Street and number.
    pub street_line1: String,
    /// Flat, floor, c/o.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_line2: Option<String>,
    /// Town.
    pub city: String,
    /// State or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    pub country_code: CountryCode,
    /// Phone for the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The fields of an address as somebody typed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressDraft {
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
    pub country_code: String,
    /// Phone for the carrier.
    pub phone: Option<String>,
}

/// Why an address is refused. Fields are named as in the public schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A needed field is empty.
    #[error("{field} must not be empty")]
    Blank {
        /// The field.
        field: &'static str,
    },
    /// A field is longer than allowed.
    #[error("{field} may have at most {max} characters")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Characters allowed.
        max: usize,
    },
    /// A field holds a line break or another control character.
    #[error("{field} must be a single line of text")]
    ControlCharacter {
        /// The field.
        field: &'static str,
    },
    /// The country is unknown.
    #[error(transparent)]
    Country(#[from] UnknownCountry),
}

impl AddressError {
    /// Gives the field at fault, as named in the public schema.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Blank { field }
            | Self::TooLong { field, .. }
            | Self::ControlCharacter { field } => field,
            Self::Country(_) => "countryCode",
        }
    }
}

impl CountryCode {
    /// Finds a country by its alpha-2 code, such as `DE`.
    ///
    /// # Errors
    ///
    /// [`UnknownCountry`] for an unknown code or lower case.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        code.parse::<iso_currency::Country>()
            .ok()
            .filter(|country| *country != iso_currency::Country::Unspecified)
            .map(Self)
            .ok_or_else(|| UnknownCountry(code.to_owned()))
    }
}

impl Address {
    /// Trims and checks what somebody typed. Empty optional fields become absent.
    ///
    /// # Errors
    ///
    /// [`AddressError`], naming the first field at fault.
    pub fn try_new(draft: AddressDraft) -> Result<Self, AddressError> {
        Ok(Self {
            full_name: needed("fullName", draft.full_name, MAX_LINE)?,
            company: optional("company", draft.company, MAX_LINE)?,
            street_line1: needed("streetLine1", draft.street_line1, MAX_LINE)?,
            street_line2: optional("streetLine2", draft.street_line2, MAX_LINE)?,
            city: needed("city", draft.city, MAX_LINE)?,
            province: optional("province", draft.province, MAX_LINE)?,
            postal_code: optional("postalCode", draft.postal_code, MAX_SHORT)?,
            country_code: CountryCode::parse(draft.country_code.trim())?,
            phone: optional("phone", draft.phone, MAX_SHORT)?,
        })
    }
}

fn needed(field: &'static str, text: String, max: usize) -> Result<String, AddressError> {
    optional(field, Some(text), max)?.ok_or(AddressError::Blank { field })
}

fn optional(
    field: &'static str,
    text: Option<String>,
    max: usize,
) -> Result<Option<String>, AddressError> {
    let Some(text) = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    if text.chars().any(char::is_control) {
        return Err(AddressError::ControlCharacter { field });
    }
    if text.chars().count() > max {
        return Err(AddressError::TooLong { field, max });
    }
    Ok(Some(text))
}

impl std::fmt::Display for CountryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl std::fmt::Debug for CountryCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl Serialize for CountryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CountryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressDraft, AddressError, CountryCode, UnknownCountry};

    fn draft() -> AddressDraft {
        AddressDraft {
            full_name: " Ada Lovelace ".to_owned(),
            company: Some("  ".to_owned()),
            street_line1: "Marktstraße 1".to_owned(),
            city: "Köln".to_owned(),
            postal_code: Some("50667".to_owned()),
            country_code: "DE".to_owned(),
            ..AddressDraft::default()
        }
    }

    #[test]
    fn fields_are_trimmed_and_empty_ones_absent() {
        let address = Address::try_new(draft()).unwrap();
        assert_eq!(address.full_name, "Ada Lovelace");
        assert_eq!(address.company, None);
        assert_eq!(address.country_code.to_string(), "DE");
        let json = serde_json::to_string(&address).unwrap();
        assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let blank = AddressDraft {
            city: " ".to_owned(),
            ..draft()
        };
        assert_eq!(
            Address::try_new(blank),
            Err(AddressError::Blank { field: "city" })
        );
        let long = AddressDraft {
            phone: Some("1".repeat(41)),
            ..draft()
        };
        assert_eq!(
            Address::try_new(long),
            Err(AddressError::TooLong {
                field: "phone",
                max: 40
            })
        );
        let broken = AddressDraft {
            full_name: "Ada\nBcc: all".to_owned(),
            ..draft()
        };
        assert_eq!(
            Address::try_new(broken),
            Err(AddressError::ControlCharacter { field: "fullName" })
        );
        let nowhere = Address::try_new(AddressDraft {
            country_code: "XX".to_owned(),
            ..draft()
        });
        assert_eq!(
            nowhere.as_ref().map_err(AddressError::field),
            Err("countryCode")
        );
    }

    #[test]
    fn countries_are_those_of_the_standard() {
        for code in ["DE", "CN", "US", "SS", "XK"] {
            assert_eq!(CountryCode::parse(code).is_ok(), code != "XK", "{code}");
        }
        for code in ["", "de", "DEU", "Unspecified"] {
            assert_eq!(
                CountryCode::parse(code),
                Err(UnknownCountry(code.to_owned()))
            );
        }
    }
}
