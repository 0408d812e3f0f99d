//! What the test provider plays.

use domain::text_enum;
use domain::text_enum::TextEnum;
use url::Url;

/// Parameter of the return address that chooses a scenario.
const PARAMETER: &str = "test_payment";

text_enum! {
    /// A rehearsal; the buyer chooses it with `?test_payment=…` in the return address or on the provider's page.
    pub enum Scenario {
        /// The money comes at once.
        Success = "success",
        /// The card is declined.
        Decline = "decline",
        /// The money comes when the order has lapsed.
        Late = "late",
        /// The money comes once, the message twice.
        Duplicate = "duplicate",
        /// The money comes twice.
        Twice = "twice",
        /// The money is promised only; staff take it.
        Authorize = "authorize",
        /// Nothing happens until a button of the provider's page is pressed.
        Wait = "wait",
    }
}

impl Scenario {
    /// Reads the scenario out of a return address; success when it names none.
    #[must_use]
    pub fn of_return_url(url: &Url) -> Self {
        url.query_pairs()
            .find(|(name, _)| name == PARAMETER)
            .and_then(|(_, value)| Self::parse(&value))
            .unwrap_or(Self::Success)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_return_address_chooses() {
        for (address, expected) in [
            ("https://shop.test/back", Scenario::Success),
            (
                "https://shop.test/back?test_payment=decline",
                Scenario::Decline,
            ),
            (
                "https://shop.test/back?order=1&test_payment=twice",
                Scenario::Twice,
            ),
            (
                "https://shop.test/back?test_payment=nonsense",
                Scenario::Success,
            ),
        ] {
            assert_eq!(
                Scenario::of_return_url(&Url::parse(address).unwrap()),
                expected,
                "{address}"
            );
        }
    }
}
