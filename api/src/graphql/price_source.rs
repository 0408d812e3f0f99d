//! Which rule set a price: of a variant, of a line in a cart, of a line in an order. Rules: `domain::unit_price`.

use async_graphql::{Enum, ID, SimpleObject};
use domain::id::{FlashSaleId, PriceListId, PromotionId};
use domain::permission::Permission;
use domain::unit_price;
use uuid::Uuid;

use super::error::say;
use super::scalar::DateTime;
use crate::auth::Viewer;

/// Which rule set a price.
#[derive(Clone, Debug, SimpleObject)]
pub struct PriceSource {
    /// Kind of rule.
    pub kind: PriceSourceKind,
    /// Global id of the rule, if you may see it.
    pub rule_id: Option<ID>,
    /// Version of the rule, if you may see it.
    pub rule_version: Option<i32>,
    /// Name to show.
    pub label: String,
    /// Until when, if that is known.
    pub ends_at: Option<DateTime>,
    /// Units you can still get at this price, null without limit.
    pub units_left: Option<i32>,
}

/// Kinds of rules that set a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::unit_price::PriceSourceKind")]
pub enum PriceSourceKind {
    /// The variant's own price.
    Base,
    /// A price list.
    PriceList,
    /// A price for your tier.
    MemberTier,
    /// A promotion.
    Promotion,
    /// A flash sale.
    FlashSale,
}

impl PriceSource {
    /// Shows the source of a price; of the rule behind it, id and version.
    #[must_use]
    pub fn new(
        viewer: &Viewer,
        kind: unit_price::PriceSourceKind,
        rule: Option<(Uuid, i32)>,
        label: &str,
    ) -> Self {
        use unit_price::PriceSourceKind as Kind;
        let permission = match kind {
            Kind::Base | Kind::PriceList | Kind::MemberTier => Permission::ProductRead,
            Kind::Promotion | Kind::FlashSale => Permission::PromotionRead,
        };
        let rule = rule.filter(|_| viewer.may(permission));
        let rule_id = rule.and_then(|(id, _)| match kind {
            Kind::Base => None,
            Kind::PriceList | Kind::MemberTier => Some(PriceListId(id).to_string().into()),
            Kind::Promotion => Some(PromotionId(id).to_string().into()),
            Kind::FlashSale => Some(FlashSaleId(id).to_string().into()),
        });
        Self {
            kind: kind.into(),
            rule_id,
            rule_version: rule.map(|(_, version)| version),
            label: match kind {
                Kind::Base => say(&viewer.locale, "Price", "价格"),
                Kind::PriceList | Kind::MemberTier | Kind::Promotion | Kind::FlashSale => {
                    label.to_owned()
                }
            },
            ends_at: None,
            units_left: None,
        }
    }

    /// Shows where a price comes from.
    #[must_use]
    pub fn of(viewer: &Viewer, origin: &unit_price::PriceOrigin) -> Self {
        let rule = origin.rule_id.zip(origin.rule_version);
        Self::new(viewer, origin.kind, rule, &origin.label)
    }
}
