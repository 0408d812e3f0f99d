//! What a buyer intends to buy.

use chrono::{DateTime, Utc};
use domain::address::Address;
use domain::cart::CartStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// What a buyer intends to buy.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cart")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What guests know it by: 128 random bits as text; unique.
    pub public_id: String,
    /// The channel.
    pub channel_id: Uuid,
    /// The member it belongs to; null for a guest.
    pub member_id: Option<Uuid>,
    /// Where it stands.
    pub status: Text<CartStatus>,
    /// E-mail for the order.
    pub email: Option<String>,
    /// Phone for the order.
    pub phone: Option<String>,
    /// Message to the shop.
    pub note: Option<String>,
    /// Where to send it.
    pub shipping_address: Option<Json<Address>>,
    /// Where to bill it, if elsewhere.
    pub billing_address: Option<Json<Address>>,
    /// The way to ship.
    pub shipping_method_id: Option<Uuid>,
    /// The way to pay, for promotions that ask for one.
    pub payment_method_id: Option<Uuid>,
    /// Variants wished for where a gift can be chosen, the dearest first.
    pub gift_wishes: Json<Vec<Uuid>>,
    /// Points to spend.
    pub points_to_spend: i32,
    /// Store credit to pay with, at most.
    pub store_credit_minor: i64,
    /// Gift cards to pay with, in the order in which they were entered.
    pub gift_card_ids: Json<Vec<Uuid>>,
    /// Whether a guest may be reminded of it.
    pub accepts_reminders: bool,
    /// The buyer's language.
    pub locale: String,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// The full hour in which it last changed: set anew only when another one began, so that PostgreSQL need not touch the index on it.
    pub active_hour: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
