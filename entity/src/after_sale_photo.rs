//! A picture by which a buyer shows what is wrong.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A picture by which a buyer shows what is wrong.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "after_sale_photo")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case.
    pub after_sale_id: Uuid,
    /// Place among its siblings, from 0.
    pub position: i32,
    /// Its address.
    pub url: String,
    /// Text instead of it.
    pub alt: Option<String>,
    /// Its media type.
    pub content_type: String,
}

impl ActiveModelBehavior for ActiveModel {}
