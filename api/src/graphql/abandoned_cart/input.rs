use async_graphql::InputObject;

use crate::graphql::money::DateTimeRangeInput;
use crate::service::abandoned_cart as service;

/// Narrows carts that were left.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct AbandonedCartFilter {
    /// Left in this span.
    pub left_at: Option<DateTimeRangeInput>,
    /// Only those of which something was ever told, or not.
    pub told: Option<bool>,
    /// Only those that became an order that was not called off, or not.
    pub ordered: Option<bool>,
}

impl From<AbandonedCartFilter> for service::AbandonedCartFilter {
    fn from(input: AbandonedCartFilter) -> Self {
        let (from, until) = input
            .left_at
            .map_or((None, None), |span| (span.from, span.until));
        Self {
            left_from: from.map(|from| from.0),
            left_until: until.map(|until| until.0),
            told: input.told,
            ordered: input.ordered,
        }
    }
}
