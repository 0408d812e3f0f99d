//! A way to pay.

use std::collections::BTreeMap;

use domain::order::payment::PaymentProvider;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// A way to pay.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_method")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Who moves the money.
    pub provider: Text<PaymentProvider>,
    /// Name to show, in the channel's default language.
    pub name: String,
    /// Names by language.
    pub name_translations: Json<BTreeMap<String, String>>,
    /// What the buyer must do, such as where to transfer to.
    pub instructions: Option<String>,
    /// Place in lists.
    pub position: i32,
    /// Whether it is offered.
    pub active: bool,
}

impl ActiveModelBehavior for ActiveModel {}
