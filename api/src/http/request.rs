//! From an HTTP request to what it asks: the parameters of GraphQL over HTTP, in a body or in the address.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graphql::execute::Variables;

/// The parameters of a GraphQL request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters<'a> {
    #[serde(borrow)]
    pub(super) query: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) operation_name: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) variables: Option<Variables>,
    /// Read for its type only: no extension is built in, and unknown ones are to be ignored.
    #[serde(default, rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// Why a request is not one of GraphQL; the text is for people.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadRequest(String);

impl<'a> Parameters<'a> {
    /// Reads a JSON body. A batch of requests is not taken: limits are per request.
    pub(super) fn from_body(body: &'a [u8]) -> Result<Self, BadRequest> {
        // Serde would read an array as the fields in order.
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(BadRequest("The body must be one JSON object.".to_owned()));
        }
        serde_json::from_slice(body)
            .map_err(|error| BadRequest(format!("The body is not a GraphQL request: {error}.")))
    }

    /// Reads the address of a GET request.
    pub(super) fn from_address(query: &'a str) -> Result<Self, BadRequest> {
        let mut parameters: HashMap<Cow<'_, str>, Cow<'a, str>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if parameters.contains_key(&name) {
                return Err(BadRequest(format!(
                    "The parameter `{name}` is given twice."
                )));
            }
            parameters.insert(name, value);
        }
        Ok(Self {
            query: parameters
                .remove("query")
                .ok_or_else(|| BadRequest("The parameter `query` is missing.".to_owned()))?,
            operation_name: parameters.remove("operationName"),
            variables: json(&parameters, "variables")?,
            _extensions: json(&parameters, "extensions")?,
        })
    }
}

/// A parameter that holds a JSON object or null.
fn json<T: for<'de> Deserialize<'de>>(
    parameters: &HashMap<Cow<'_, str>, Cow<'_, str>>,
    name: &str,
) -> Result<Option<T>, BadRequest> {
    let Some(text) = parameters.get(name) else {
        return Ok(None);
    };
    serde_json::from_str(text).map_err(|error| {
        BadRequest(format!(
            "The parameter `{name}` is not a JSON object: {error}."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn a_body_gives_its_parameters() {
        let body = br#" {"query":"{ a }","operationName":"Q","variables":{"x":[1,null]},"extensions":{"y":{}},"z":1}"#;
        let parameters = Parameters::from_body(body).expect("it is a request");
        assert_eq!(parameters.query, "{ a }");
        assert_eq!(parameters.operation_name.as_deref(), Some("Q"));
        assert_eq!(
            parameters
                .variables
                .map(|variables| variables.to_string())
                .as_deref(),
            Some("{x: [1, null]}")
        );
        let nulls = br#"{"query":"{ a }","operationName":null,"variables":null,"extensions":null}"#;
        assert!(Parameters::from_body(nulls).is_ok());
    }

    #[test]
    fn a_body_that_is_no_request_is_refused() {
        for body in [
            "",
            "{",
            "null",
            "[]",
            r#"["{ a }", null, null, null]"#,
            r#"[{"query":"{ a }"}]"#,
            "{}",
            r#"{"query":1}"#,
            r#"{"query":null}"#,
            r#"{"query":"{ a }","operationName":1}"#,
            r#"{"query":"{ a }","variables":[]}"#,
            r#"{"query":"{ a }","variables":"{}"}"#,
            r#"{"query":"{ a }","extensions":[]}"#,
            r#"{"query":"{ a }","query":"{ b }"}"#,
        ] {
            assert!(Parameters::from_body(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn an_address_gives_its_parameters() {
        let parameters = Parameters::from_address(
            "query=%7B+a+%7D&operationName=Q&variables=%7B%22x%22%3A1%7D&other=1",
        )
        .expect("it is a request");
        assert_eq!(parameters.query, "{ a }");
        assert_eq!(parameters.operation_name.as_deref(), Some("Q"));
        assert_eq!(
            parameters
                .variables
                .map(|variables| variables.to_string())
                .as_deref(),
            Some("{x: 1}")
        );
    }

    #[test]
    fn an_address_that_is_no_request_is_refused() {
        for query in [
            "",
            "operationName=Q",
            "query=a&query=b",
            "query=a&variables=1",
            "query=a&variables=%5B%5D",
            "query=a&extensions=x",
        ] {
            assert!(Parameters::from_address(query).is_err(), "{query}");
        }
    }
}
