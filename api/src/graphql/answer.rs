//! Answers: what became of a request, its JSON, and a code on every error.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError, Value};
use serde::Serialize;
use uuid::Uuid;

use super::document::{Refusal, variables};
use super::error::{Code, top_level};
use crate::error::Error;

/// What became of a request, for the transport to choose a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was executed; errors, if any, are of single fields.
    Executed,
    /// It was refused before execution and has no data.
    Refused,
    /// It would write where only reading is allowed.
    ReadOnly,
    /// It failed as a whole by our fault.
    Failed,
    /// Nothing could be read because a part of the shop does not answer.
    Unavailable,
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// What became of the request.
    pub standing: Standing,
    response: Response,
}

/// The answer as it is sent; a refused request has no `data`.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

impl Answer {
    /// A refusal outside the document, such as bad credentials.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Refused::from(Refusal::new(code, message)).into_answer()
    }

    /// The answer to a request that failed before it could be executed.
    #[must_use]
    pub fn failed(error: &Error, request_id: Uuid) -> Self {
        finish(failed_by(error), &request_id.to_string())
    }

    /// The answer as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let data = match self.standing {
            Standing::Executed | Standing::Unavailable | Standing::Failed => {
                Some(&self.response.data)
            }
            Standing::Refused | Standing::ReadOnly => None,
        };
        let body = Body {
            errors: &self.response.errors,
            data,
        };
        serde_json::to_vec(&body).unwrap_or_else(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            br#"{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#.to_vec()
        })
    }
}

/// The response to a request that broke down.
pub(super) fn failed() -> Response {
    whole(Code::InternalServerError.error(OUR_SIDE))
}

/// The response to a request that failed as a whole.
pub(super) fn failed_by(error: &Error) -> Response {
    whole(top_level(error))
}

fn whole(error: async_graphql::Error) -> Response {
    Response::from_errors(vec![ServerError {
        locations: Vec::new(),
        ..error.into_server_error(Pos::default())
    }])
}

/// What is said instead of internal detail.
const OUR_SIDE: &str = "Something went wrong on our side.";

/// Why a request is not executed.
pub(super) enum Refused {
    /// It would write where only reading is allowed.
    ReadOnly,
    /// For these reasons.
    Errors(Vec<ServerError>),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let mut error = ServerError::new(refusal.message, None);
        error.locations = refusal.positions;
        set_code(&mut error, refusal.code);
        Self::Errors(vec![error])
    }
}

impl From<Vec<variables::VariableError>> for Refused {
    fn from(errors: Vec<variables::VariableError>) -> Self {
        let errors = errors.into_iter().map(|problem| {
            let mut error = ServerError::new(problem.message, Some(problem.position));
            set_code(&mut error, Code::BadUserInput);
            error
        });
        Self::Errors(errors.collect())
    }
}

impl Refused {
    pub(super) fn into_answer(self) -> Answer {
        let (standing, errors) = match self {
            Self::Errors(errors) => (Standing::Refused, errors),
            Self::ReadOnly => {
                let mut error =
                    ServerError::new("Only queries are read over GET; send this with POST.", None);
                set_code(&mut error, Code::BadRequest);
                (Standing::ReadOnly, vec![error])
            }
        };
        Answer {
            standing,
            response: Response::from_errors(errors),
        }
    }
}

fn set_code(error: &mut ServerError, code: Code) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set("code", code.as_str());
}

/// Gives every error its code and tells what became of the request.
pub(super) fn finish(mut response: Response, request_id: &str) -> Answer {
    if response.errors.is_empty() {
        return Answer {
            standing: Standing::Executed,
            response,
        };
    }
    for error in &mut response.errors {
        complete(error, request_id);
    }
    let nothing = is_empty(&response.data);
    let unavailable = response
        .errors
        .iter()
        .all(|error| code_of(error) == Some(Code::Unavailable.as_str()));
    let is_whole =
        response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
    let standing = if nothing && unavailable {
        Standing::Unavailable
    } else if !is_whole {
        Standing::Executed
    } else if response.errors.iter().any(is_ours) {
        Standing::Failed
    } else {
        Standing::Refused
    };
    Answer { standing, response }
}

/// Whether an error is our own failure.
fn is_ours(error: &ServerError) -> bool {
    code_of(error) == Some(Code::InternalServerError.as_str())
}

/// Whether no root field has a value.
fn is_empty(data: &Value) -> bool {
    if let Value::Object(fields) = data {
        return fields.values().all(|value| *value == Value::Null);
    }
    *data == Value::Null
}

fn code_of(error: &ServerError) -> Option<&str> {
    let Value::String(code) = error.extensions.as_ref()?.get("code")? else {
        return None;
    };
    Some(code)
}

/// Sets the code an error came without, hides what is not meant for the caller, and names the request in our failures.
fn complete(error: &mut ServerError, request_id: &str) {
    if code_of(error).is_none() {
        let code = if error.path.is_empty() {
            Code::GraphqlValidationFailed
        } else if is_bad_input(&error.message) {
            Code::BadUserInput
        } else {
            tracing::error!(
                error.message,
                request.id = request_id,
                "a resolver failed without a code"
            );
            OUR_SIDE.clone_into(&mut error.message);
            Code::InternalServerError
        };
        set_code(error, code);
    }
    if is_ours(error)
        && let Some(extensions) = &mut error.extensions
    {
        extensions.set("requestId", request_id);
    }
}

/// Whether async-graphql could not read an argument; it gives such errors no code of their own.
fn is_bad_input(message: &str) -> bool {
    [
        "Expected input type ",
        "Failed to parse ",
        "Invalid value for argument ",
    ]
    .iter()
    .any(|beginning| message.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use async_graphql::{Pos, Response, ServerError, Value};

    use super::{Code, Standing, finish};

    fn finished(response: Response) -> (Standing, String) {
        let answer = finish(response, "the-id");
        let json = String::from_utf8(answer.to_json()).expect("JSON is text");
        (answer.standing, json)
    }

    #[test]
    fn a_validation_error_gets_its_code_and_no_data() {
        let error = ServerError::new("Unknown field", None);
        let (standing, json) = finished(Response::from_errors(vec![error]));
        assert_eq!(standing, Standing::Refused);
        assert_eq!(
            json,
            r#"{"errors":[{"message":"Unknown field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}"#
        );
    }

    #[test]
    fn a_shop_that_does_not_answer_is_unavailable_as_a_whole() {
        let unavailable = || {
            Code::Unavailable
                .error("the database is unavailable")
                .into_server_error(Pos::default())
        };
        let mut response = Response::from_errors(vec![unavailable()]);
        response.data =
            Value::from_json(serde_json::json!({ "shop": null })).expect("it is a value");
        assert_eq!(finished(response).0, Standing::Unavailable);
        let mut response = Response::from_errors(vec![unavailable()]);
        response.data = Value::from_json(serde_json::json!({ "shop": null, "viewer": {} }))
            .expect("it is a value");
        assert_eq!(finished(response).0, Standing::Executed);
    }
}
