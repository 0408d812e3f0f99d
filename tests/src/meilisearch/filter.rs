//! The filter language of Meilisearch as far as a shop needs it: comparisons, `IN`, `EXISTS`, `TO`, `AND`, `OR`, `NOT`.

use std::{cmp::Ordering, iter::Peekable, vec::IntoIter};

use serde_json::Value;

/// A parsed filter; the empty one lets everything pass.
#[derive(Debug)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare {
        attribute: String,
        operator: Operator,
        value: String,
    },
    In {
        attribute: String,
        values: Vec<String>,
    },
    Between {
        attribute: String,
        from: String,
        to: String,
    },
    Exists(String),
    IsNull(String),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(String),
}

impl Filter {
    /// Reads a filter expression, or the array form (outer AND, inner OR).
    pub(super) fn parse(filter: &Value) -> Result<Self, String> {
        match filter {
            Value::Null => Ok(Self::All(Vec::new())),
            Value::String(text) if text.trim().is_empty() => Ok(Self::All(Vec::new())),
            Value::String(text) => {
                let mut tokens = tokens(text)?.into_iter().peekable();
                let filter = any(&mut tokens)?;
                tokens.next().map_or(Ok(filter), |rest| {
                    Err(format!("unexpected {rest:?} in filter {text}"))
                })
            }
            Value::Array(parts) => {
                let part = |part: &Value| match part {
                    Value::Array(choices) => choices
                        .iter()
                        .map(Self::parse)
                        .collect::<Result<_, _>>()
                        .map(Self::Any),
                    other => Self::parse(other),
                };
                parts
                    .iter()
                    .map(part)
                    .collect::<Result<_, _>>()
                    .map(Self::All)
            }
            other => Err(format!("not a filter: {other}")),
        }
    }

    /// Attributes the filter names.
    pub(super) fn attributes(&self) -> Vec<String> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::attributes).collect()
            }
            Self::Not(inner) => inner.attributes(),
            Self::Compare { attribute, .. }
            | Self::In { attribute, .. }
            | Self::Between { attribute, .. }
            | Self::Exists(attribute)
            | Self::IsNull(attribute) => vec![attribute.clone()],
        }
    }

    pub(super) fn matches(&self, document: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(document)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(document)),
            Self::Not(inner) => !inner.matches(document),
            Self::Compare {
                attribute,
                operator,
                value,
            } => {
                let found = values(document, attribute);
                match operator {
                    Operator::Equal => found.iter().any(|found| same(found, value)),
                    Operator::NotEqual => !found.iter().any(|found| same(found, value)),
                    Operator::Less => found
                        .iter()
                        .any(|found| order(found, value) == Some(Ordering::Less)),
                    Operator::Greater => found
                        .iter()
                        .any(|found| order(found, value) == Some(Ordering::Greater)),
                    Operator::LessOrEqual => found
                        .iter()
                        .any(|found| order(found, value).is_some_and(Ordering::is_le)),
                    Operator::GreaterOrEqual => found
                        .iter()
                        .any(|found| order(found, value).is_some_and(Ordering::is_ge)),
                }
            }
            Self::In {
                attribute,
                values: wanted,
            } => values(document, attribute)
                .iter()
                .any(|found| wanted.iter().any(|value| same(found, value))),
            Self::Between {
                attribute,
                from,
                to,
            } => values(document, attribute).iter().any(|found| {
                order(found, from).is_some_and(Ordering::is_ge)
                    && order(found, to).is_some_and(Ordering::is_le)
            }),
            Self::Exists(attribute) => !values(document, attribute).is_empty(),
            Self::IsNull(attribute) => document.get(attribute).is_some_and(Value::is_null),
        }
    }
}

/// Values of an attribute, lists and dotted paths opened up.
pub(super) fn values<'a>(document: &'a Value, attribute: &str) -> Vec<&'a Value> {
    fn open<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
        match value {
            Value::Null => {}
            Value::Array(inner) => inner.iter().for_each(|value| open(value, into)),
            other => into.push(other),
        }
    }
    let mut found = Vec::new();
    if let Some(value) = document.get(attribute) {
        open(value, &mut found);
    } else if let Some((head, rest)) = attribute.split_once('.') {
        let mut heads = Vec::new();
        if let Some(value) = document.get(head) {
            open(value, &mut heads);
        }
        found.extend(heads.into_iter().flat_map(|value| values(value, rest)));
    }
    found
}

/// Order of two attribute values: numbers before texts, missing last.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
    }
}

fn same(found: &Value, wanted: &str) -> bool {
    match found {
        Value::String(text) => text.to_lowercase() == wanted.to_lowercase(),
        other => {
            let text = other.to_string();
            text == wanted || order(other, wanted) == Some(Ordering::Equal)
        }
    }
}

fn order(found: &Value, wanted: &str) -> Option<Ordering> {
    Some(found.as_f64()?.total_cmp(&wanted.parse().ok()?))
}

type Tokens = Peekable<IntoIter<Token>>;

fn any(tokens: &mut Tokens) -> Result<Filter, String> {
    let mut parts = vec![all(tokens)?];
    while eat_word(tokens, "OR") {
        parts.push(all(tokens)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        Filter::Any(parts)
    })
}

fn all(tokens: &mut Tokens) -> Result<Filter, String> {
    let mut parts = vec![not(tokens)?];
    while eat_word(tokens, "AND") {
        parts.push(not(tokens)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        Filter::All(parts)
    })
}

fn not(tokens: &mut Tokens) -> Result<Filter, String> {
    if eat_word(tokens, "NOT") {
        return Ok(Filter::Not(Box::new(not(tokens)?)));
    }
    if eat_sign(tokens, "(") {
        let inner = any(tokens)?;
        return if eat_sign(tokens, ")") {
            Ok(inner)
        } else {
            Err("a ) is missing".to_owned())
        };
    }
    condition(tokens)
}

fn condition(tokens: &mut Tokens) -> Result<Filter, String> {
    let attribute = value(tokens)?;
    if eat_word(tokens, "NOT") {
        return if eat_word(tokens, "IN") {
            Ok(Filter::Not(Box::new(Filter::In {
                attribute,
                values: list(tokens)?,
            })))
        } else if eat_word(tokens, "EXISTS") {
            Ok(Filter::Not(Box::new(Filter::Exists(attribute))))
        } else {
            Err("IN or EXISTS expected after NOT".to_owned())
        };
    }
    if eat_word(tokens, "IN") {
        return Ok(Filter::In {
            attribute,
            values: list(tokens)?,
        });
    }
    if eat_word(tokens, "EXISTS") {
        return Ok(Filter::Exists(attribute));
    }
    if eat_word(tokens, "IS") {
        let negated = eat_word(tokens, "NOT");
        if !eat_word(tokens, "NULL") {
            return Err("NULL expected after IS".to_owned());
        }
        let filter = Filter::IsNull(attribute);
        return Ok(if negated {
            Filter::Not(Box::new(filter))
        } else {
            filter
        });
    }
    let Some(Token::Sign(sign)) = tokens.peek() else {
        let from = value(tokens)?;
        if !eat_word(tokens, "TO") {
            return Err(format!("an operator is expected after {attribute}"));
        }
        let to = value(tokens)?;
        return Ok(Filter::Between {
            attribute,
            from,
            to,
        });
    };
    let operator = match sign.as_str() {
        "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        other => return Err(format!("{other} is no operator")),
    };
    tokens.next();
    Ok(Filter::Compare {
        attribute,
        operator,
        value: value(tokens)?,
    })
}

fn list(tokens: &mut Tokens) -> Result<Vec<String>, String> {
    if !eat_sign(tokens, "[") {
        return Err("[ expected after IN".to_owned());
    }
    let mut values = Vec::new();
    while !eat_sign(tokens, "]") {
        values.push(value(tokens)?);
        eat_sign(tokens, ",");
    }
    Ok(values)
}

fn value(tokens: &mut Tokens) -> Result<String, String> {
    match tokens.next() {
        Some(Token::Word(text) | Token::Quoted(text)) => Ok(text),
        other => Err(format!("a value is expected, found {other:?}")),
    }
}

fn eat_word(tokens: &mut Tokens, word: &str) -> bool {
    let next = matches!(tokens.peek(), Some(Token::Word(text)) if text == word);
    if next {
        tokens.next();
    }
    next
}

fn eat_sign(tokens: &mut Tokens, sign: &str) -> bool {
    let next = matches!(tokens.peek(), Some(Token::Sign(text)) if text == sign);
    if next {
        tokens.next();
    }
    next
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\n' | '\t' => {}
            '"' | '\'' => {
                let mut quoted = String::new();
                loop {
                    match letters.next() {
                        Some('\\') => quoted.extend(letters.next()),
                        Some(end) if end == letter => break,
                        Some(other) => quoted.push(other),
                        None => return Err(format!("a quote is missing in {text}")),
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            '(' | ')' | '[' | ']' | ',' => tokens.push(Token::Sign(letter.to_string())),
            '=' | '!' | '<' | '>' => {
                let mut sign = letter.to_string();
                if letters.peek() == Some(&'=') {
                    sign.extend(letters.next());
                }
                tokens.push(Token::Sign(sign));
            }
            other => {
                let mut word = other.to_string();
                while let Some(next) = letters.next_if(|next| !" \n\t()[],=!<>\"'".contains(*next))
                {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_mean_what_they_say() {
        let document = json!({"brand": "Ac\"me", "price": 1200, "tags": ["red", "new"], "size": {"name": "M"}, "gone": null});
        let cases = [
            (r#"brand = "Ac\"me""#, true),
            ("price >= 1200 AND price < 1201", true),
            ("price 1000 TO 1100", false),
            ("tags IN [red, blue] AND NOT tags = old", true),
            ("tags NOT IN [red]", false),
            ("(price = 1 OR size.name = M) AND tags EXISTS", true),
            ("gone IS NULL AND brand != other", true),
        ];
        for (text, expected) in cases {
            assert_eq!(
                Filter::parse(&json!(text)).unwrap().matches(&document),
                expected,
                "{text}"
            );
        }
        let nested = Filter::parse(&json!([["price = 1", "price = 1200"], "tags = new"])).unwrap();
        assert!(nested.matches(&document));
        for broken in [
            "price =",
            "price = 1 brand = 2",
            "tags IN red",
            r#"brand = "x"#,
            "(price = 1",
        ] {
            assert!(Filter::parse(&json!(broken)).is_err(), "{broken}");
        }
    }
}
