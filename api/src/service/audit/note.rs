//! What is written down of a mutation.

use domain::audit::{is_secret, subject_key};
use entity::audit_entry::Model;
use entity::column::{Json, Text};
use serde_json::{Value, json};

use crate::auth::{Account, Viewer};
use crate::clock::Clock;

/// Longest input that is kept, in bytes of JSON; of a longer one only its length is.
const LONGEST: usize = 64 * 1024;

/// The entry of a mutation; none unless staff or a program with a key asks for it.
#[must_use]
pub fn note(clock: &Clock, viewer: &Viewer, action: &str, input: Value) -> Option<Model> {
    match viewer.account {
        Account::Staff(_) | Account::ApiKey(_) => {}
        Account::Guest | Account::Member(_) | Account::System => return None,
    }
    let (actor_kind, actor_id) = viewer.actor();
    Some(Model {
        id: clock.new_id(),
        actor_kind: Text(actor_kind),
        actor_id: actor_id?,
        action: action.to_owned(),
        subject_id: subject(action, &input),
        after: Some(Json(shortened(without_secrets(action, input)))),
        ip: viewer.ip.map(|ip| ip.to_string()),
        request_id: viewer.request_id,
        occurred_at: clock.now(),
    })
}

fn subject(action: &str, input: &Value) -> Option<String> {
    let fields = input.as_object()?;
    let key = subject_key(action, fields.keys().map(String::as_str))?;
    fields.get(key)?.as_str().map(str::to_owned)
}

fn without_secrets(action: &str, value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(key, _)| !is_secret(action, key))
            .map(|(key, value)| (key, without_secrets(action, value)))
            .collect(),
        Value::Array(values) => values
            .into_iter()
            .map(|value| without_secrets(action, value))
            .collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

fn shortened(value: Value) -> Value {
    let length = value.to_string().len();
    if length > LONGEST {
        return json!({ "bytesLeftOut": length });
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONGEST, shortened, without_secrets};

    #[test]
    fn secrets_are_left_out_at_every_depth() {
        let input = json!({ "staff": [{ "email": "a@example.com", "password": "x" }], "token": "y", "note": null });
        assert_eq!(
            without_secrets("staffCreate", input),
            json!({ "staff": [{ "email": "a@example.com" }], "note": null })
        );
    }

    #[test]
    fn of_a_long_input_its_length_is_kept() {
        assert_eq!(shortened(json!("short")), json!("short"));
        let long = "x".repeat(LONGEST);
        assert_eq!(
            shortened(json!(long)),
            json!({ "bytesLeftOut": LONGEST + 2 })
        );
    }
}
