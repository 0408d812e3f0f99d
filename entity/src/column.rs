//! Column types for domain values: an enum as its text, a currency as its code, a value as JSON.
//!
//! A row that cannot be read fails as a whole with the column named; nothing is guessed.

use std::ops::Deref;

use domain::Currency;
use domain::text_enum::TextEnum;
use sea_orm::sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, ColumnType, DbErr, IntoActiveValue, QueryResult, TryGetError, TryGetable,
    TryGetableFromJson, Value,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An enum of the domain, stored as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<E>(pub E);

/// A currency, stored as its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CurrencyCode(pub Currency);

/// A value stored as JSON. Its type has no maps with keys other than texts, so that it can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

/// Writes what every column type needs, given how it becomes a [`Value`] and back.
macro_rules! column_type {
    (
        [$($generics:tt)*] $name:ty, $label:expr, $array:ident, $column:ident, $inner:ty,
        $null:expr, $to_value:expr, $from_value:expr
    ) => {
        impl<$($generics)*> From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl<$($generics)*> Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl<$($generics)*> From<$name> for Value {
            fn from(column: $name) -> Self {
                ($to_value)(column)
            }
        }

        impl<$($generics)*> ValueType for $name {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                ($from_value)(value).ok_or(ValueTypeErr)
            }

            fn type_name() -> String {
                $label.to_owned()
            }

            fn array_type() -> ArrayType {
                ArrayType::$array
            }

            fn column_type() -> ColumnType {
                ColumnType::$column
            }
        }

        impl<$($generics)*> Nullable for $name {
            fn null() -> Value {
                $null
            }
        }

        impl<$($generics)*> IntoActiveValue<$name> for $name {
            fn into_active_value(self) -> ActiveValue<$name> {
                ActiveValue::Set(self)
            }
        }
    };
}

column_type!(
    [E: TextEnum] Text<E>, E::NAME, String, Text, E,
    Value::String(None),
    |column: Text<E>| Value::from(column.0.as_str()),
    |value| text_of(value).and_then(|text| E::parse(&text)).map(Text)
);

column_type!(
    [] CurrencyCode, "Currency", String, Text, Currency,
    Value::String(None),
    |column: CurrencyCode| Value::from(column.0.code()),
    |value| text_of(value).and_then(|code| Currency::parse(&code).ok()).map(CurrencyCode)
);

column_type!(
    [T: Serialize + DeserializeOwned] Json<T>, "Json", Json, JsonBinary, T,
    Value::Json(None),
    // Writing cannot fail for the types used here; if one could, the row would hold a JSON null and fail to be read.
    |column: Json<T>| Value::from(serde_json::to_value(column.0).unwrap_or_default()),
    |value| json_of(value).and_then(|json| serde_json::from_value(json).ok()).map(Json)
);

impl<E: TextEnum> TryGetable for Text<E> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, column)?;
        E::parse(&text)
            .map(Self)
            .ok_or_else(|| unreadable(column, E::NAME))
    }
}

impl TryGetable for CurrencyCode {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        let code = String::try_get_by(row, column)?;
        Currency::parse(&code)
            .map(Self)
            .map_err(|_unknown| unreadable(column, "Currency"))
    }
}

impl<T: Serialize + DeserializeOwned> TryGetableFromJson for Json<T> {}

fn unreadable(column: impl ColIdx, type_name: &str) -> TryGetError {
    TryGetError::DbErr(DbErr::Type(format!(
        "column {column:?} holds no {type_name}"
    )))
}

fn text_of(value: Value) -> Option<String> {
    if let Value::String(text) = value {
        text
    } else {
        None
    }
}

fn json_of(value: Value) -> Option<serde_json::Value> {
    if let Value::Json(json) = value {
        json.map(|json| *json)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;
    use domain::cart::CartStatus;
    use sea_orm::Value;
    use sea_orm::sea_query::ValueType;

    use super::{CurrencyCode, Json, Text};

    #[test]
    fn a_column_reads_back_what_it_wrote() {
        let status = Text(CartStatus::Active);
        assert_eq!(Value::from(status), Value::from("ACTIVE"));
        assert_eq!(
            <Text<CartStatus> as ValueType>::try_from(status.into()).ok(),
            Some(status)
        );
        let currency = CurrencyCode(Currency::parse("JPY").unwrap());
        assert_eq!(
            <CurrencyCode as ValueType>::try_from(currency.into()).ok(),
            Some(currency)
        );
        let tags = Json(vec!["a".to_owned()]);
        assert_eq!(
            <Json<Vec<String>> as ValueType>::try_from(tags.clone().into()).ok(),
            Some(tags)
        );
    }

    #[test]
    fn a_column_refuses_what_the_domain_does_not_know() {
        assert!(<Text<CartStatus> as ValueType>::try_from("active".into()).is_err());
        assert!(<CurrencyCode as ValueType>::try_from("EURO".into()).is_err());
        assert!(<Json<Vec<String>> as ValueType>::try_from("a".into()).is_err());
    }
}
