//! RSA2: what is signed is the parameters in the order of their names, `name=value` joined by `&`, without the empty ones.

use std::collections::BTreeMap;

use url::form_urlencoded;

use crate::payment::WebhookError;
use crate::payment::rsa::VerifyingKey;

/// Parameters by name.
pub(super) type Parameters = BTreeMap<String, String>;

/// Parameters that are not part of what a notification signs.
const UNSIGNED: [&str; 2] = ["sign", "sign_type"];

/// The text that a request signs.
pub(super) fn request_text(parameters: &Parameters) -> String {
    text(parameters, &["sign"])
}

/// Reads a notification, whoever sent it.
pub(super) fn read(body: &str) -> Parameters {
    form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

/// Checks that a notification is Alipay's.
pub(super) fn verify(parameters: &Parameters, key: &VerifyingKey) -> Result<(), WebhookError> {
    let signature = parameters.get("sign").map_or("", String::as_str);
    let is_rsa2 = parameters
        .get("sign_type")
        .is_some_and(|kind| kind == "RSA2");
    if is_rsa2 && key.verifies(text(parameters, &UNSIGNED).as_bytes(), signature) {
        Ok(())
    } else {
        Err(WebhookError::BadSignature)
    }
}

fn text(parameters: &Parameters, without: &[&str]) -> String {
    let signed: Vec<String> = parameters
        .iter()
        .filter(|(name, value)| !without.contains(&name.as_str()) && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    signed.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_signed_by_name_and_decoded() {
        let read = read("b=2%2B2&a=%E7%81%AF&empty=&sign=x&sign_type=RSA2");
        assert_eq!(text(&read, &UNSIGNED), "a=灯&b=2+2");
        assert_eq!(request_text(&read), "a=灯&b=2+2&sign_type=RSA2");
    }
}
