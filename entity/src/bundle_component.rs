//! Units of a variant that one unit of a bundle is made of.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a variant that one unit of a bundle is made of.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bundle_component")]
pub struct Model {
    /// The variant that is the bundle.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bundle_id: Uuid,
    /// The variant it is made of; no bundle itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub component_id: Uuid,
    /// Place among the components, from 1.
    pub position: i32,
    /// Units in one unit of the bundle.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
