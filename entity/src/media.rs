//! A picture or film at an address.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A picture or film at an address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The product it shows, if it belongs to one.
    pub product_id: Option<Uuid>,
    /// The variant it shows, if it belongs to one.
    pub variant_id: Option<Uuid>,
    /// Place among its siblings, from 0.
    pub position: i32,
    /// Its address.
    pub url: String,
    /// Text instead of it.
    pub alt: Option<String>,
    /// Its media type.
    pub content_type: String,
    /// Width in pixels.
    pub width: Option<i32>,
    /// Height in pixels.
    pub height: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
