//! A role somebody has.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A role somebody has.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_role")]
pub struct Model {
    /// Who has it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// The role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
