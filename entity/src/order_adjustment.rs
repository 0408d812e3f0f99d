//! One signed step in an order's price.

use domain::pricing::AdjustmentKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One signed step in an order's price.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_adjustment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The line it falls on; null for the whole.
    pub order_line_id: Option<Uuid>,
    /// Where it comes from.
    pub kind: Text<AdjustmentKind>,
    /// Text to show.
    pub label: String,
    /// Signed amount; a discount is negative.
    pub amount_minor: i64,
    /// Whether prices contain it already.
    pub included: bool,
    /// Public id of the promotion, coupon, rate or method behind it.
    pub source_id: Option<String>,
    /// Version of the promotion behind it, be it by coupon; null for steps before versions were kept.
    pub promotion_version: Option<i32>,
    /// The surcharge it is the tax on; null for every other step.
    pub surcharge_id: Option<Uuid>,
    /// Place among the steps.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
