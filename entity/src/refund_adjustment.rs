//! One signed step of a refund: the part of a step of the order's price that goes back, or one of its own.

use domain::order::refund::RefundStepOrigin;
use domain::pricing::AdjustmentKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One signed step of a refund: the part of a step of the order's price that goes back, or one of its own.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_adjustment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The refund.
    pub refund_id: Uuid,
    /// Whether it is a part of the order's price, or what else it is.
    pub origin: Text<RefundStepOrigin>,
    /// The step of the order's price it is a part of.
    pub order_adjustment_id: Option<Uuid>,
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
    /// Place among the steps.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
