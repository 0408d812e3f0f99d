//! The facts a price is computed from.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::coupon::{Coupon, CouponCode, CouponTemplate};
use crate::money::{Currency, Money};
use crate::points::{EarnRule, RedeemPolicy};
use crate::promotion::{Goods, Promotion, PromotionStatus};
use crate::quantity::Quantity;
use crate::shipping::ShippingMethod;
use crate::slug::Slug;
use crate::tax::{Destination, TaxRate};
use crate::time_zone::TimeZone;
use crate::unit_price::PriceOrigin;

/// What somebody means to buy.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Channel it is bought in.
    pub channel: Slug,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub tax_included: bool,
    /// Lines, in the order to show them. The order does not change any figure.
    pub lines: Vec<DraftLine>,
    /// The way to ship that was chosen and can be had.
    pub shipping: Option<ShippingMethod>,
    /// The way to pay that was chosen.
    pub payment_method_id: Option<Uuid>,
    /// Where it is taxed and shipped.
    pub destination: Option<Destination>,
    /// Who buys.
    pub buyer: Buyer,
    /// Promotions of the catalog that are told about, in any order.
    pub catalog: Vec<CatalogOffer>,
    /// Gifts that promotions here could add.
    pub gifts: Vec<GiftOffer>,
    /// Coupons entered.
    pub coupons: Vec<EnteredCoupon>,
    /// Points the buyer wishes to spend.
    pub points_wished: u32,
}

/// One line.
#[derive(Clone, Debug)]
pub struct DraftLine {
    /// Row of the line; decides where odd cents go, so that the order of lines does not.
    pub key: Uuid,
    /// What it is, as rules of promotions name it.
    pub goods: Goods,
    /// Price of one unit, net or gross as `tax_included` says.
    pub unit_price: Money,
    /// Which rule set that price.
    pub origin: PriceOrigin,
    /// Price of one unit before reduction.
    pub compare_at: Option<Money>,
    /// Units.
    pub quantity: Quantity,
    /// Class of the tax on it.
    pub tax_class: String,
    /// Whether it has to be shipped.
    pub is_shippable: bool,
}

impl DraftLine {
    /// Whether it is sold at a reduced price.
    #[must_use]
    pub fn is_reduced(&self) -> bool {
        self.compare_at
            .is_some_and(|before| before.minor > self.unit_price.minor)
    }
}

/// A promotion of the catalog, with the lines it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogOffer {
    /// The promotion.
    pub promotion_id: Uuid,
    /// Version of its rule.
    pub promotion_version: i32,
    /// Text for buyers.
    pub label: String,
    /// Where it stands at the instant.
    pub status: PromotionStatus,
    /// Keys of the lines it is about.
    pub lines: BTreeSet<Uuid>,
}

/// A gift a promotion names, with what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiftOffer {
    /// Key of the line it becomes.
    pub key: Uuid,
    /// The promotion.
    pub promotion_id: Uuid,
    /// What is given.
    pub variant_id: Uuid,
    /// Units that are left when the lines got theirs.
    pub available: u32,
    /// Its place among the gifts the buyer wishes for, the first the dearest; `None` for one nobody wished for.
    pub wish: Option<usize>,
}

/// Who buys.
#[derive(Clone, Debug, Default)]
pub struct Buyer {
    /// The member; `None` for a guest.
    pub member_id: Option<Uuid>,
    /// Whether the member never ordered before.
    pub is_first_order: bool,
    /// Tier the member is in.
    pub tier_id: Option<Uuid>,
    /// Segments the member is in, as far as rules ask for them.
    pub segment_ids: Vec<Uuid>,
    /// Number or certificate that frees the buyer of tax; `None` for those who owe it.
    pub tax_exemption: Option<String>,
    /// Points the member can spend; 0 for a guest.
    pub points_balance: i64,
    /// The member's tier, if it ships for free.
    pub ships_free: Option<FreeByTier>,
}

/// A tier whose members get shipping for free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeByTier {
    /// The tier.
    pub tier_id: Uuid,
    /// Text for buyers.
    pub label: String,
}

/// A coupon somebody entered, with what is known about it.
#[derive(Clone, Debug)]
pub struct EnteredCoupon {
    /// The code.
    pub code: CouponCode,
    /// The coupon; `None` when no coupon has the code.
    pub facts: Option<CouponFacts>,
}

/// What is known about a coupon.
#[derive(Clone, Debug)]
pub struct CouponFacts {
    /// The coupon.
    pub coupon: Coupon,
    /// When coupons like it can be used.
    pub template: CouponTemplate,
    /// Text for buyers.
    pub label: String,
    /// Uses by this buyer so far.
    pub uses_by_buyer: u32,
    /// What it grants.
    pub promotion: Promotion,
}

/// The shop's rules in force.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Where the shop's clock stands.
    pub time_zone: TimeZone,
    /// Promotions that wait for no coupon.
    pub promotions: Vec<Promotion>,
    /// Tax rates.
    pub tax_rates: Vec<TaxRate>,
    /// How points pay; `None` when they do not.
    pub redeem: Option<RedeemPolicy>,
    /// Text for buyers beside points spent.
    pub points_label: String,
    /// How orders earn points.
    pub earn: Vec<EarnRule>,
}
