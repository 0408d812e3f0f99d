//! The contract's own scalars. Numbers that must be exact travel as strings.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident, $graphql:literal, $inner:ty, $parse:expr, $print:expr $(, $url:literal)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        $(#[$doc])*
        #[Scalar(name = $graphql $(, specified_by_url = $url)?)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = value else {
                    return Err(InputValueError::expected_type(value));
                };
                #[allow(clippy::redundant_closure_call, clippy::allow_attributes_without_reason, clippy::allow_attributes)]
                let parsed: Option<$inner> = ($parse)(text.as_str());
                parsed.map(Self).ok_or_else(|| InputValueError::custom(concat!("not a ", $graphql)))
            }

            fn to_value(&self) -> Value {
                Value::String(($print)(&self.0))
            }
        }
    };
}

text_scalar!(
    /// Exact decimal number sent as a string, such as 12.30; never a float.
    Decimal, "Decimal", rust_decimal::Decimal,
    |text: &str| plain_decimal(text), |value: &rust_decimal::Decimal| value.to_string()
);
text_scalar!(
    /// Instant in RFC 3339, always UTC, such as 2026-11-11T00:00:00Z.
    DateTime, "DateTime", chrono::DateTime<chrono::Utc>,
    |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok().map(|instant| chrono::SubsecRound::trunc_subsecs(instant.to_utc(), 6)),
    |value: &chrono::DateTime<chrono::Utc>| value.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
    "https://www.rfc-editor.org/rfc/rfc3339"
);
text_scalar!(
    /// Calendar day, such as 1990-05-31.
    Date, "Date", chrono::NaiveDate,
    |text: &str| text.parse().ok(), |value: &chrono::NaiveDate| value.to_string()
);
text_scalar!(
    /// ISO 4217 currency code, such as EUR.
    CurrencyCode, "CurrencyCode", domain::money::Currency,
    |text: &str| domain::money::Currency::parse(text).ok(), |value: &domain::money::Currency| value.code().to_owned()
);
text_scalar!(
    /// ISO 3166-1 alpha-2 country code, such as DE.
    CountryCode, "CountryCode", domain::address::CountryCode,
    |text: &str| domain::address::CountryCode::parse(text).ok(), |value: &domain::address::CountryCode| value.to_string()
);
text_scalar!(
    /// BCP 47 language tag, such as en or zh-Hans.
    Locale, "Locale", domain::locale::Locale,
    |text: &str| domain::locale::Locale::parse(text).ok(), |value: &domain::locale::Locale| value.as_str().to_owned(),
    "https://www.rfc-editor.org/rfc/rfc5646"
);
text_scalar!(
    /// Absolute http or https address.
    Url, "URL", url::Url,
    |text: &str| url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
    |value: &url::Url| value.to_string()
);

impl Decimal {
    /// A percentage, without zeros at its end.
    #[must_use]
    pub fn percent(percent: domain::percent::Percent) -> Self {
        Self(rust_decimal::Decimal::new(i64::from(percent.ppm()), 4).normalize())
    }
}

/// Reads digits with an optional sign and point; no exponent, no blanks, at most 28 digits.
fn plain_decimal(text: &str) -> Option<rust_decimal::Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !digits.starts_with('.');
    if plain {
        rust_decimal::Decimal::from_str_exact(text).ok()
    } else {
        None
    }
}

/// Any JSON value; used only where someone else owns the shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value; used only where someone else owns the shape.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
