//! One line of a document about an order's money.

use domain::invoice::SubjectKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One line of a document about an order's money.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_line")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub invoice_id: Uuid,
    /// Place in it, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What it is about.
    pub subject_kind: Text<SubjectKind>,
    /// The order line or surcharge; null for what an order has once.
    pub subject_id: Option<Uuid>,
    /// Text to show.
    pub description: String,
    /// SKU of goods.
    pub sku: Option<String>,
    /// Units; negative when credited.
    pub units: i64,
    /// Tax rate in millionths.
    pub tax_rate_ppm: i32,
    /// Tax, in the total.
    pub tax_minor: i64,
    /// With tax and every discount.
    pub total_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
