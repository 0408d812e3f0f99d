//! A sales channel: its currency, languages, countries and order policy.

use chrono::{DateTime, Utc};
use domain::after_sale::AfterSalePolicy;
use domain::order::{ApprovalLevel, ConfirmationPolicy, ConfirmationTimeout};
use domain::stock::{ReservationPolicy, RoutingPolicy};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// A sales channel: its currency, languages, countries and order policy.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Short name of the channel, as in the header `Vitrine-Channel`; unique.
    pub slug: String,
    /// Name to show.
    pub name: String,
    /// Currency of all its prices.
    pub currency: CurrencyCode,
    /// Whether its prices contain tax.
    pub tax_included: bool,
    /// Language that answers where a text is missing.
    pub default_locale: String,
    /// Languages with content.
    pub locales: Json<Vec<String>>,
    /// Countries it ships to.
    pub country_codes: Json<Vec<String>>,
    /// IANA time zone of the shop's days.
    pub timezone: String,
    /// Whether the back office confirms each order.
    pub confirmation_policy: Text<ConfirmationPolicy>,
    /// Minutes until an unpaid order expires.
    pub payment_due_minutes: i32,
    /// Days after delivery until an order completes by itself.
    pub auto_complete_days: i32,
    /// Minutes the back office has to answer.
    pub confirmation_deadline_minutes: i32,
    /// What order numbers begin with.
    pub order_prefix: String,
    /// So many points …; 0 when points buy nothing.
    pub points_redeem_points: i32,
    /// … are worth this, in minor units of `currency`.
    pub points_redeem_minor: i64,
    /// Fewest points one order may spend.
    pub points_redeem_min: i32,
    /// Most of the goods' price that points may pay, in millionths.
    pub points_redeem_max_ppm: i32,
    /// Most points one of the staff adjusts alone.
    pub points_adjust_limit: i32,
    /// Days before points lapse that members are told; 0 for never.
    pub points_notice_days: i32,
    /// Whether promotions start only when a second person agrees.
    pub promotion_approval: bool,
    /// What becomes of an order the back office did not answer for in time.
    pub confirmation_timeout: Text<ConfirmationTimeout>,
    /// Hours a buyer has to answer a counter-proposal.
    pub proposal_deadline_hours: i32,
    /// How returns, exchanges and claims are treated.
    pub after_sale_policy: Json<AfterSalePolicy>,
    /// Orders of which size need how many people's approval.
    pub order_approval_levels: Json<Vec<ApprovalLevel>>,
    /// Refunds from which amounts on need one more person's approval each, in minor units of `currency`.
    pub refund_approval_levels: Json<Vec<i64>>,
    /// From when on carts hold stock.
    pub reservation_policy: Text<ReservationPolicy>,
    /// Minutes for which carts hold stock when nothing happens in them.
    pub reservation_minutes: i32,
    /// Which warehouses orders are taken from.
    pub routing_policy: Text<RoutingPolicy>,
    /// Page of the storefront where a buyer goes on with a cart; `{cartId}` in it stands for the cart's id.
    pub cart_url: Option<String>,
    /// Whether it answers requests that name no channel.
    pub is_default: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
