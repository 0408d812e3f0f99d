//! One side of a transaction; the sides of each sum to zero. Rows are never changed or deleted.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One side of a transaction; the sides of each sum to zero. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_posting")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The transaction.
    pub transaction_id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// Signed points.
    pub points: i64,
}

impl ActiveModelBehavior for ActiveModel {}
