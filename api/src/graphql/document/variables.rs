//! Variables are judged for every request, before anything is resolved.
//!
//! Strict validation looks at variables only through the arguments they are used in, and fast validation not at all; a
//! document that is already known must refuse bad variables with the same words as an unknown one. So this follows
//! "Coercing Variable Values" of the specification, and puts the defaults in.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql::{Name, Number, Pos, Value, Variables};

use crate::graphql::limits::index::{InputFacts, SchemaIndex};

/// A variable that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct VariableError {
    /// What was expected.
    pub message: String,
    /// Where the variable is defined in the document.
    pub position: Pos,
}

/// Checks the variables of a request against an operation's definitions. Unknown ones are dropped, defaults put in.
///
/// # Errors
/// Every variable that is missing or does not fit its type, in the order of their definitions.
pub fn coerce(
    operation: &OperationDefinition,
    mut given: Variables,
    index: &SchemaIndex,
) -> Result<Variables, Vec<VariableError>> {
    let mut coerced = Variables::default();
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        match coerce_one(&definition.node, given.remove(name), index) {
            Ok(Some(value)) => {
                coerced.insert(name.clone(), value);
            }
            Ok(None) => {}
            Err(message) => errors.push(VariableError {
                message,
                position: definition.pos,
            }),
        }
    }
    if errors.is_empty() {
        Ok(coerced)
    } else {
        Err(errors)
    }
}

fn coerce_one(
    definition: &VariableDefinition,
    given: Option<Value>,
    index: &SchemaIndex,
) -> Result<Option<Value>, String> {
    let name = &definition.name.node;
    let ty = &definition.var_type.node;
    let Some(value) = given else {
        return match &definition.default_value {
            Some(default) => Ok(Some(default.node.clone())),
            None if ty.nullable => Ok(None),
            None => Err(format!(
                "Variable \"${name}\" of required type \"{ty}\" was not provided."
            )),
        };
    };
    if let Err(problem) = fits(&value, ty, index) {
        let place = if problem.path.is_empty() {
            String::new()
        } else {
            format!(" at \"{name}{}\"", problem.path)
        };
        return Err(format!(
            "Variable \"${name}\" got an invalid value{place}; {}",
            problem.message
        ));
    }
    Ok(Some(value))
}

struct Problem {
    path: String,
    message: String,
}

impl Problem {
    fn new(message: String) -> Self {
        Self {
            path: String::new(),
            message,
        }
    }

    fn below(self, segment: &str) -> Self {
        Self {
            path: format!("{segment}{}", self.path),
            ..self
        }
    }
}

fn fits(value: &Value, ty: &Type, index: &SchemaIndex) -> Result<(), Problem> {
    if *value == Value::Null {
        return if ty.nullable {
            Ok(())
        } else {
            Err(Problem::new(format!("expected a non-null \"{ty}\".")))
        };
    }
    match (&ty.base, value) {
        (BaseType::List(item), Value::List(values)) => {
            values.iter().enumerate().try_for_each(|(i, value)| {
                fits(value, item, index).map_err(|problem| problem.below(&format!("[{i}]")))
            })
        }
        // A single value stands for a list of one.
        (BaseType::List(item), single) => fits(single, item, index),
        (BaseType::Named(name), value) => fits_named(value, name, index),
    }
}

fn fits_named(value: &Value, name: &Name, index: &SchemaIndex) -> Result<(), Problem> {
    match index.input(name) {
        // Validation reports a type that is unknown.
        None => Ok(()),
        Some(InputFacts::Scalar) => fits_scalar(value, name),
        Some(InputFacts::Enum(values)) => {
            let is_known = matches!(value, Value::String(text) if values.contains(text.as_str()))
                || matches!(value, Value::Enum(text) if values.contains(text.as_str()));
            if is_known {
                Ok(())
            } else {
                Err(Problem::new(format!(
                    "expected a value of the enum \"{name}\"."
                )))
            }
        }
        Some(InputFacts::Object { fields, one_of }) => {
            let Value::Object(given) = value else {
                return Err(Problem::new(format!(
                    "expected an object of type \"{name}\"."
                )));
            };
            for (key, value) in given {
                let Some(field) = fields.get(key.as_str()) else {
                    return Err(Problem::new(format!(
                        "type \"{name}\" has no field \"{key}\"."
                    )));
                };
                fits(value, &field.ty, index)
                    .map_err(|problem| problem.below(&format!(".{key}")))?;
            }
            let missing = fields.iter().filter(|(key, field)| {
                !field.ty.nullable && !field.has_default && !given.contains_key(key.as_ref())
            });
            if let Some(key) = missing.map(|(key, _)| key).min() {
                return Err(Problem::new(format!(
                    "field \"{key}\" of type \"{name}\" is required."
                )));
            }
            if *one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
                return Err(Problem::new(format!(
                    "exactly one field of \"{name}\" must be given, and not null."
                )));
            }
            Ok(())
        }
    }
}

fn fits_scalar(value: &Value, name: &Name) -> Result<(), Problem> {
    if holds_nul(value) {
        // PostgreSQL has no place for it.
        let message = "expected text without the character U+0000.";
        return Err(Problem::new(message.to_owned()));
    }
    let good = match name.as_str() {
        "Int" => matches!(value, Value::Number(number) if is_int(number)),
        "Float" => matches!(value, Value::Number(_)),
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => {
            matches!(value, Value::String(_))
                || matches!(value, Value::Number(number) if number.is_i64() || number.is_u64())
        }
        // The shop's own scalars judge their values when arguments are read.
        _ => true,
    };
    if good {
        Ok(())
    } else {
        Err(Problem::new(format!(
            "expected a value of type \"{name}\"."
        )))
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) | Value::Binary(_) => {
            false
        }
    }
}

fn is_int(number: &Number) -> bool {
    number
        .as_i64()
        .is_some_and(|number| i32::try_from(number).is_ok())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{Value, Variables, value};

    use super::coerce;
    use crate::graphql::limits::index::SchemaIndex;

    const SDL: &str = "
        scalar Decimal
        enum Sort { NEWEST NAME }
        input Range { min: Decimal max: Decimal }
        input Filter { ids: [ID!] sort: Sort range: Range size: Int! = 3 name: String! }
        input By @oneOf { id: ID slug: String }
        type Query { a: Int }
    ";

    fn coerced(definitions: &str, given: Value) -> Result<Value, Vec<String>> {
        let index = SchemaIndex::from_sdl(SDL).expect("the SDL parses");
        let document =
            parse_query(format!("query Q({definitions}) {{ a }}")).expect("the document parses");
        let (_, operation) = document
            .operations
            .iter()
            .next()
            .expect("there is one operation");
        coerce(&operation.node, Variables::from_value(given), &index)
            .map(Variables::into_value)
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn good_values_pass_with_defaults_put_in_and_strangers_dropped() {
        for (definitions, given, expected) in [
            ("$a: Int", value!({}), value!({})),
            (
                "$a: Int",
                value!({ "a": null, "z": 1 }),
                value!({ "a": null }),
            ),
            ("$a: Int = 3", value!({}), value!({ "a": 3 })),
            ("$a: Int! = 3", value!({ "a": 4 }), value!({ "a": 4 })),
            ("$a: [ID!]!", value!({ "a": "x" }), value!({ "a": "x" })),
            (
                "$a: [ID!]!",
                value!({ "a": ["x", 7] }),
                value!({ "a": ["x", 7] }),
            ),
            ("$a: Float", value!({ "a": 1 }), value!({ "a": 1 })),
            ("$a: Sort", value!({ "a": "NAME" }), value!({ "a": "NAME" })),
            (
                "$a: Decimal",
                value!({ "a": "1.20" }),
                value!({ "a": "1.20" }),
            ),
            (
                "$a: By",
                value!({ "a": { "slug": "x" } }),
                value!({ "a": { "slug": "x" } }),
            ),
            (
                "$a: Filter",
                value!({ "a": { "name": "n" } }),
                value!({ "a": { "name": "n" } }),
            ),
            ("$a: Unknown", value!({ "a": 1 }), value!({ "a": 1 })),
        ] {
            assert_eq!(coerced(definitions, given), Ok(expected), "{definitions}");
        }
    }

    #[test]
    fn bad_values_are_refused_with_their_place() {
        for (definitions, given, expected) in [
            (
                "$a: Int!",
                value!({}),
                "Variable \"$a\" of required type \"Int!\" was not provided.",
            ),
            (
                "$a: Int! = 3",
                value!({ "a": null }),
                "Variable \"$a\" got an invalid value; expected a non-null \"Int!\".",
            ),
            (
                "$a: Int",
                value!({ "a": "1" }),
                "Variable \"$a\" got an invalid value; expected a value of type \"Int\".",
            ),
            (
                "$a: Int",
                value!({ "a": 2_147_483_648_i64 }),
                "Variable \"$a\" got an invalid value; expected a value of type \"Int\".",
            ),
            (
                "$a: Int",
                value!({ "a": 1.5 }),
                "Variable \"$a\" got an invalid value; expected a value of type \"Int\".",
            ),
            (
                "$a: String",
                value!({ "a": 1 }),
                "Variable \"$a\" got an invalid value; expected a value of type \"String\".",
            ),
            (
                "$a: String",
                value!({ "a": "x\0" }),
                "Variable \"$a\" got an invalid value; expected text without the character U+0000.",
            ),
            (
                "$a: Decimal",
                value!({ "a": [{ "b": "\0" }] }),
                "Variable \"$a\" got an invalid value; expected text without the character U+0000.",
            ),
            (
                "$a: Boolean",
                value!({ "a": 1 }),
                "Variable \"$a\" got an invalid value; expected a value of type \"Boolean\".",
            ),
            (
                "$a: [ID!]",
                value!({ "a": ["x", null] }),
                "Variable \"$a\" got an invalid value at \"a[1]\"; expected a non-null \"ID!\".",
            ),
            (
                "$a: Sort",
                value!({ "a": "OLDEST" }),
                "Variable \"$a\" got an invalid value; expected a value of the enum \"Sort\".",
            ),
            (
                "$a: Filter",
                value!({ "a": {} }),
                "Variable \"$a\" got an invalid value; field \"name\" of type \"Filter\" is required.",
            ),
            (
                "$a: Filter",
                value!({ "a": { "name": "n", "x": 1 } }),
                "Variable \"$a\" got an invalid value; type \"Filter\" has no field \"x\".",
            ),
            (
                "$a: Filter",
                value!({ "a": { "name": "n", "ids": [[1]] } }),
                "Variable \"$a\" got an invalid value at \"a.ids[0]\"; expected a value of type \"ID\".",
            ),
            (
                "$a: By",
                value!({ "a": { "slug": "x", "id": "y" } }),
                "Variable \"$a\" got an invalid value; exactly one field of \"By\" must be given, and not null.",
            ),
            (
                "$a: By",
                value!({ "a": { "slug": null } }),
                "Variable \"$a\" got an invalid value; exactly one field of \"By\" must be given, and not null.",
            ),
        ] {
            assert_eq!(
                coerced(definitions, given),
                Err(vec![expected.to_owned()]),
                "{definitions}"
            );
        }
    }
}
