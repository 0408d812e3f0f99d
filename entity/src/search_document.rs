//! What the built-in search engine reads of a product in one language; texts are split into words by blanks.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What the built-in search engine reads of a product in one language; texts are split into words by blanks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_document")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub locale: String,
    /// Words of the title.
    pub title: String,
    /// Words of everything else.
    pub body: String,
    /// SKUs, model numbers and barcodes.
    pub skus: String,
    /// When it was last written.
    pub updated_at: DateTime<Utc>,
    /// When a search server confirmed it as it is; null until then, and without one.
    pub indexed_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
