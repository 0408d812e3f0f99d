//! A gift card or store credit that pays an order.

use chrono::{DateTime, Utc};
use domain::credit::{TenderKind, TenderStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// A gift card or store credit that pays an order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_tender")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// What it is.
    pub kind: Text<TenderKind>,
    /// The card, or the member.
    pub owner_id: Uuid,
    /// How much.
    pub amount_minor: i64,
    /// How much of it is back.
    pub returned_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Where it stands.
    pub status: Text<TenderStatus>,
    /// Place in the order in which they pay.
    pub position: i32,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
