//! What is written down of a change somebody made: what it was about, and which parts of it nobody may read later.

/// Which of a mutation's keys names the object it changes: the one its name begins with, such as `orderId` of `orderCancel`,
/// or the only one there is. None when something new is made.
#[must_use]
pub fn subject_key<'a>(action: &str, keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let ids: Vec<&str> = keys.filter(|key| key.ends_with("Id")).collect();
    let named = ids
        .iter()
        .copied()
        .filter(|key| action.starts_with(key.trim_end_matches("Id")))
        .max_by_key(|key| key.len());
    named.or(match ids.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

/// Whether a value of a mutation's input opens something to whoever reads it.
#[must_use]
pub fn is_secret(action: &str, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["password", "token", "secret"]
        .iter()
        .any(|end| key.ends_with(end))
        || (action.starts_with("cartGiftCard") && key == "code")
}

#[cfg(test)]
mod tests {
    use super::{is_secret, subject_key};

    #[test]
    fn the_object_of_a_change_is_the_one_it_is_named_after() {
        for (action, keys, expected) in [
            ("orderCancel", &["orderId", "reason"][..], Some("orderId")),
            (
                "orderConfirmationRespond",
                &["orderConfirmationRequestId"],
                Some("orderConfirmationRequestId"),
            ),
            ("webhookTest", &["webhookId", "kind"], Some("webhookId")),
            ("refundCreate", &["orderId", "lines"], Some("orderId")),
            ("fulfillmentCreate", &["orderId", "warehouseId"], None),
            (
                "orderCancellationRespond",
                &["orderId", "orderCancellationId"],
                Some("orderCancellationId"),
            ),
            ("productCreate", &["product"], None),
            ("rolesUpsert", &["roles"], None),
        ] {
            assert_eq!(
                subject_key(action, keys.iter().copied()),
                expected,
                "{action}"
            );
        }
    }

    #[test]
    fn what_opens_something_is_left_out() {
        for (action, key) in [
            ("staffLogin", "password"),
            ("passwordChange", "currentPassword"),
            ("sessionRefresh", "refreshToken"),
            ("orderReceive", "orderToken"),
            ("cartGiftCardApply", "code"),
        ] {
            assert!(is_secret(action, key), "{action} {key}");
        }
        for (action, key) in [
            ("warehousesUpsert", "code"),
            ("stockSet", "sku"),
            ("orderCancel", "note"),
        ] {
            assert!(!is_secret(action, key), "{action} {key}");
        }
    }
}
