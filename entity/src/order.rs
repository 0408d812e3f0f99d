//! A purchase as it was placed.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use domain::address::Address;
use domain::after_sale::OrderReturnStatus;
use domain::order::fulfillment::OrderFulfillmentStatus;
use domain::order::payment::OrderPaymentStatus;
use domain::order::state::OrderStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// A purchase as it was placed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number to show; unique in the channel.
    pub number: String,
    /// The channel.
    pub channel_id: Uuid,
    /// The cart it came from; one order at most.
    pub cart_id: Option<Uuid>,
    /// The member; null for a guest.
    pub member_id: Option<Uuid>,
    /// Where the purchase stands.
    pub status: Text<OrderStatus>,
    /// Where the money stands.
    pub payment_status: Text<OrderPaymentStatus>,
    /// Where the goods stand.
    pub fulfillment_status: Text<OrderFulfillmentStatus>,
    /// Where returns stand.
    pub return_status: Text<OrderReturnStatus>,
    /// The buyer's e-mail.
    pub email: Option<String>,
    /// The buyer's phone.
    pub phone: Option<String>,
    /// Message to the shop.
    pub note: Option<String>,
    /// The buyer's language.
    pub locale: String,
    /// Where it goes.
    pub shipping_address: Option<Json<Address>>,
    /// Where it is billed, if elsewhere.
    pub billing_address: Option<Json<Address>>,
    /// The way to ship.
    pub shipping_method_id: Option<Uuid>,
    /// Its name then.
    pub shipping_method_name: Option<String>,
    /// Currency of all amounts.
    pub currency: CurrencyCode,
    /// Whether prices contained tax.
    pub tax_included: bool,
    /// Number or certificate that freed the buyer of tax; prices are net then.
    pub tax_exemption: Option<String>,
    /// Lines before any adjustment.
    pub subtotal_minor: i64,
    /// All discounts, zero or negative.
    pub discount_minor: i64,
    /// Shipping after its discounts.
    pub shipping_minor: i64,
    /// Tax, whether included or added.
    pub tax_minor: i64,
    /// What is to be paid.
    pub total_minor: i64,
    /// Ways to pay that its discounts bind the buyer to; null when any will do.
    pub payment_method_ids: Option<Json<BTreeSet<Uuid>>>,
    /// Points spent.
    pub points_spent: i32,
    /// Points earned.
    pub points_earned: i32,
    /// Money received.
    pub paid_minor: i64,
    /// Money given back.
    pub refunded_minor: i64,
    /// Paid with gift cards and store credit.
    pub tendered_minor: i64,
    /// Given back on gift cards and as store credit.
    pub credited_minor: i64,
    /// Owed: what stands on account, and what changes added since it was certain.
    pub owed_minor: i64,
    /// How much of it stands on account, so that goods leave before it is paid.
    pub on_account_minor: i64,
    /// Days to pay, from when goods leave; null unless it was taken on account.
    pub terms_days: Option<i32>,
    /// Day by which it is to be paid; null unless taken on account, and before goods leave.
    pub terms_due_on: Option<NaiveDate>,
    /// What went back by lowering what was owed; no money moved.
    pub set_off_minor: i64,
    /// Hash of the guest's key; unique.
    pub token_hash: Option<String>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// It expires when not paid before.
    pub payment_due_at: Option<DateTime<Utc>>,
    /// When the back office confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it should ship.
    pub promised_ship_at: Option<DateTime<Utc>>,
    /// When all had arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was completed, cancelled, rejected or expired.
    pub closed_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
