//! A product's texts in one language.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A product's texts in one language.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_translation")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub locale: String,
    /// Title.
    pub name: String,
    /// Last part of its address, unique over all languages; the default language's counts when null.
    pub slug: Option<String>,
    /// Sanitised HTML.
    pub description: Option<String>,
    /// Page title for search engines.
    pub seo_title: Option<String>,
    /// Page summary for search engines.
    pub seo_description: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
