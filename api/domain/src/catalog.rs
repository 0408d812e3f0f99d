//! Products and their variants: options, limits, names.

use serde::{Deserialize, Serialize};

use crate::text_enum;

/// Most options of one product.
pub const MAX_OPTIONS: usize = 5;
/// Most values of one option.
pub const MAX_OPTION_VALUES: usize = 100;
/// Most variants of one product.
pub const MAX_VARIANTS: usize = 250;
/// Longest name of an option or a value, in characters.
pub const MAX_OPTION_TEXT: usize = 100;

text_enum! {
    /// Life of a product.
    pub enum ProductStatus {
        /// Being prepared, hidden from buyers.
        Draft = "DRAFT",
        /// Visible from `publishedAt` on.
        Published = "PUBLISHED",
        /// Off sale for good.
        Archived = "ARCHIVED",
    }
}

/// One way in which variants differ, such as size, with its values in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOption {
    /// Name to show, unique in the product.
    pub name: String,
    /// Values in the order to show, unique in the option.
    pub values: Vec<ProductOptionValue>,
}

/// One value of an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOptionValue {
    /// Text to show, such as Blue.
    pub name: String,
    /// Colour such as `#1b4f9c`, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swatch: Option<String>,
}

/// The value a variant has for one option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedOption {
    /// Name of the option.
    pub name: String,
    /// Name of the value.
    pub value: String,
}

/// Units of a variant that one cart may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityLimits {
    min: u32,
    max: u32,
    step: u32,
}

/// Why options, variants or quantities are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// More options than allowed.
    #[error("a product may have at most {MAX_OPTIONS} options")]
    TooManyOptions,
    /// An option has no value or more than allowed.
    #[error("option {option:?} must have 1 to {MAX_OPTION_VALUES} values")]
    ValueCount {
        /// The option.
        option: String,
    },
    /// More variants than allowed.
    #[error("a product may have at most {MAX_VARIANTS} variants")]
    TooManyVariants,
    /// A name is empty, too long or holds a line break.
    #[error("names of options and values have 1 to {MAX_OPTION_TEXT} characters in a single line")]
    BadName,
    /// Two options, or two values of one option, have one name.
    #[error("{name:?} is there twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A colour is not written as `#` and six hexadecimal digits.
    #[error("{swatch:?} is no colour such as #1b4f9c")]
    BadSwatch {
        /// What was given.
        swatch: String,
    },
    /// A variant leaves an option open.
    #[error("choose a value of option {option:?}")]
    OptionMissing {
        /// The option.
        option: String,
    },
    /// A variant names an option the product does not have.
    #[error("the product has no option {option:?}")]
    UnknownOption {
        /// The option.
        option: String,
    },
    /// A variant names a value the option does not have.
    #[error("option {option:?} has no value {value:?}")]
    UnknownValue {
        /// The option.
        option: String,
        /// The value.
        value: String,
    },
    /// The limits contradict each other.
    #[error(
        "the least quantity is at least 1, the most not below it, and the step at least 1 and reachable"
    )]
    BadLimits,
}

/// Checks the options of a product.
///
/// # Errors
///
/// [`CatalogError`]: too many options or values, an empty option, a bad or repeated name, a bad colour.
pub fn validate_options(options: &[ProductOption]) -> Result<(), CatalogError> {
    if options.len() > MAX_OPTIONS {
        return Err(CatalogError::TooManyOptions);
    }
    check_names(options.iter().map(|option| option.name.as_str()))?;
    for option in options {
        if option.values.is_empty() || option.values.len() > MAX_OPTION_VALUES {
            return Err(CatalogError::ValueCount {
                option: option.name.clone(),
            });
        }
        check_names(option.values.iter().map(|value| value.name.as_str()))?;
        for swatch in option
            .values
            .iter()
            .filter_map(|value| value.swatch.as_ref())
        {
            if !is_colour(swatch) {
                return Err(CatalogError::BadSwatch {
                    swatch: swatch.clone(),
                });
            }
        }
    }
    Ok(())
}

/// Gives the text that is equal for equal choices, whatever the order they are listed in.
///
/// It is the values' names in the order of the product's options, each preceded by its length so that no choice of
/// names can be mistaken for another. A product without options has the empty key, hence one variant.
///
/// # Errors
///
/// [`CatalogError`]: an option without a value or with two, or an option or value the product does not have.
pub fn options_key(
    options: &[ProductOption],
    selected: &[SelectedOption],
) -> Result<String, CatalogError> {
    if let Some(unknown) = selected
        .iter()
        .find(|choice| options.iter().all(|option| option.name != choice.name))
    {
        return Err(CatalogError::UnknownOption {
            option: unknown.name.clone(),
        });
    }
    let mut key = String::new();
    for option in options {
        let mut choices = selected.iter().filter(|choice| choice.name == option.name);
        let choice = choices.next().ok_or_else(|| CatalogError::OptionMissing {
            option: option.name.clone(),
        })?;
        if choices.next().is_some() {
            return Err(CatalogError::Duplicate {
                name: option.name.clone(),
            });
        }
        if option.values.iter().all(|value| value.name != choice.value) {
            return Err(CatalogError::UnknownValue {
                option: option.name.clone(),
                value: choice.value.clone(),
            });
        }
        for part in [&choice.value.len().to_string(), ":", &choice.value, ";"] {
            key.push_str(part);
        }
    }
    Ok(key)
}

/// Gives the name of a variant by its choices in the order of the product's options, such as `M / Blue`.
///
/// Empty for the only variant of a product without options.
#[must_use]
pub fn variant_name(options: &[ProductOption], selected: &[SelectedOption]) -> String {
    options
        .iter()
        .filter_map(|option| selected.iter().find(|choice| choice.name == option.name))
        .map(|choice| choice.value.as_str())
        .collect::<Vec<_>>()
        .join(" / ")
}

/// Gives the text by which a manufacturer's model number is found: upper case, without spaces and dashes.
///
/// `None` when nothing is left.
#[must_use]
pub fn model_key(model_number: &str) -> Option<String> {
    let key: String = model_number
        .chars()
        .filter(|character| !character.is_whitespace() && !is_dash(*character))
        .flat_map(char::to_uppercase)
        .collect();
    (!key.is_empty()).then_some(key)
}

impl QuantityLimits {
    /// Takes the least and the most units of a cart line and the step between allowed quantities.
    ///
    /// Allowed are `min`, `min + step`, `min + 2·step` and so on up to `max`.
    ///
    /// # Errors
    ///
    /// [`CatalogError::BadLimits`] when a figure is zero or `max` is below `min`.
    pub fn try_new(min: u32, max: u32, step: u32) -> Result<Self, CatalogError> {
        if min == 0 || step == 0 || max < min {
            return Err(CatalogError::BadLimits);
        }
        Ok(Self { min, max, step })
    }

    /// Whether a cart line may have this many units.
    #[must_use]
    pub fn allows(self, quantity: u32) -> bool {
        quantity >= self.min
            && quantity <= self.max
            && (quantity - self.min).is_multiple_of(self.step)
    }

    /// Gives the least units of a cart line.
    #[must_use]
    pub fn min(self) -> u32 {
        self.min
    }

    /// Gives the most units of a cart line.
    #[must_use]
    pub fn max(self) -> u32 {
        self.max
    }

    /// Gives the difference between two allowed quantities.
    #[must_use]
    pub fn step(self) -> u32 {
        self.step
    }

    /// Gives the largest allowed quantity that is no more than `quantity`, `None` below the least.
    #[must_use]
    pub fn at_most(self, quantity: u32) -> Option<u32> {
        let over = quantity.min(self.max).checked_sub(self.min)?;
        Some(self.min + over - over % self.step)
    }
}

fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), CatalogError> {
    let mut seen = Vec::new();
    for name in names {
        let length = name.chars().count();
        if name.trim() != name
            || length == 0
            || length > MAX_OPTION_TEXT
            || name.chars().any(char::is_control)
        {
            return Err(CatalogError::BadName);
        }
        if seen.contains(&name) {
            return Err(CatalogError::Duplicate {
                name: name.to_owned(),
            });
        }
        seen.push(name);
    }
    Ok(())
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::{
        CatalogError, ProductOption, ProductOptionValue, QuantityLimits, SelectedOption, model_key,
        options_key, validate_options, variant_name,
    };

    fn option(name: &str, values: &[&str]) -> ProductOption {
        ProductOption {
            name: name.to_owned(),
            values: values
                .iter()
                .map(|value| ProductOptionValue {
                    name: (*value).to_owned(),
                    swatch: None,
                })
                .collect(),
        }
    }

    fn choice(name: &str, value: &str) -> SelectedOption {
        SelectedOption {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    fn shirt() -> Vec<ProductOption> {
        vec![
            option("Size", &["M", "L"]),
            option("Colour", &["Blue", "Red"]),
        ]
    }

    #[test]
    fn a_choice_has_one_key_in_any_order() {
        let one = options_key(&shirt(), &[choice("Size", "M"), choice("Colour", "Blue")]).unwrap();
        let other =
            options_key(&shirt(), &[choice("Colour", "Blue"), choice("Size", "M")]).unwrap();
        assert_eq!(one, "1:M;4:Blue;");
        assert_eq!(one, other);
        assert_eq!(options_key(&[], &[]).unwrap(), "");
    }

    #[test]
    fn a_choice_names_each_option_once_and_only_known_values() {
        let size = choice("Size", "M");
        let blue = choice("Colour", "Blue");
        for (selected, expected) in [
            (
                vec![size.clone()],
                CatalogError::OptionMissing {
                    option: "Colour".to_owned(),
                },
            ),
            (
                vec![size.clone(), blue.clone(), size.clone()],
                CatalogError::Duplicate {
                    name: "Size".to_owned(),
                },
            ),
            (
                vec![size.clone(), blue, choice("Fit", "Slim")],
                CatalogError::UnknownOption {
                    option: "Fit".to_owned(),
                },
            ),
            (
                vec![size, choice("Colour", "Green")],
                CatalogError::UnknownValue {
                    option: "Colour".to_owned(),
                    value: "Green".to_owned(),
                },
            ),
        ] {
            assert_eq!(options_key(&shirt(), &selected), Err(expected));
        }
    }

    #[test]
    fn options_are_checked() {
        assert_eq!(validate_options(&shirt()), Ok(()));
        assert_eq!(
            validate_options(&vec![option("A", &["1"]); 6]),
            Err(CatalogError::TooManyOptions)
        );
        assert_eq!(
            validate_options(&[option("Size", &[])]),
            Err(CatalogError::ValueCount {
                option: "Size".to_owned()
            })
        );
        assert_eq!(
            validate_options(&[option("Size", &["M", "M"])]),
            Err(CatalogError::Duplicate {
                name: "M".to_owned()
            })
        );
        assert_eq!(
            validate_options(&[option(" Size", &["M"])]),
            Err(CatalogError::BadName)
        );
        let mut painted = shirt();
        painted[1].values[0].swatch = Some("blue".to_owned());
        assert_eq!(
            validate_options(&painted),
            Err(CatalogError::BadSwatch {
                swatch: "blue".to_owned()
            })
        );
        painted[1].values[0].swatch = Some("#1b4F9c".to_owned());
        assert_eq!(validate_options(&painted), Ok(()));
    }

    #[test]
    fn a_variant_is_named_by_its_values() {
        assert_eq!(
            variant_name(&shirt(), &[choice("Colour", "Blue"), choice("Size", "M")]),
            "M / Blue"
        );
        assert_eq!(variant_name(&[], &[]), "");
    }

    #[test]
    fn model_numbers_are_found_however_they_are_typed() {
        for text in ["ab-12 c", "AB12C", " a b_1\u{2013}2c "] {
            assert_eq!(model_key(text).as_deref(), Some("AB12C"), "{text}");
        }
        assert_eq!(model_key(" - "), None);
    }

    #[test]
    fn quantities_go_in_steps_from_the_least() {
        let limits = QuantityLimits::try_new(2, 10, 3).unwrap();
        let allowed: Vec<u32> = (0..=12)
            .filter(|quantity| limits.allows(*quantity))
            .collect();
        assert_eq!(allowed, [2, 5, 8]);
        assert_eq!(limits.at_most(1), None);
        assert_eq!(limits.at_most(7), Some(5));
        assert_eq!(limits.at_most(u32::MAX), Some(8));
        for (min, max, step) in [(0, 1, 1), (1, 1, 0), (2, 1, 1)] {
            assert_eq!(
                QuantityLimits::try_new(min, max, step),
                Err(CatalogError::BadLimits)
            );
        }
    }
}
