//! Something the shop sells, in one or more variants.

use chrono::{DateTime, Utc};
use domain::catalog::{ProductOption, ProductStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// Something the shop sells, in one or more variants.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Draft, published or archived.
    pub status: Text<ProductStatus>,
    /// Maker or label.
    pub brand: Option<String>,
    /// Key in the shop's source system; unique.
    pub external_ref: Option<String>,
    /// Choices such as size and colour.
    pub options: Json<Vec<ProductOption>>,
    /// Class by which its tax rate is found.
    pub tax_class: String,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
