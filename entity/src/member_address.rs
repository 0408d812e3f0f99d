//! An address in a member's book.

use chrono::{DateTime, Utc};
use domain::address::Address;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// An address in a member's book.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_address")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// The address.
    pub address: Json<Address>,
    /// Whether goods go here unless said otherwise; at most one per member.
    pub default_shipping: bool,
    /// Whether bills go here unless said otherwise; at most one per member.
    pub default_billing: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
