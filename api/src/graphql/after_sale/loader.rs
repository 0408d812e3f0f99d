use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};
use entity::{after_sale, after_sale_line, after_sale_photo};
use uuid::Uuid;

use super::types::AfterSale;
use crate::error::Error;
use crate::graphql::context::{Batch, Reach};
use crate::graphql::error::top_level_shared;
use crate::graphql::order::{grouped, ids};
use crate::service::after_sale::query::{self, CaseView};
use crate::service::order::Access;

type Loaded<K, V> = std::result::Result<HashMap<K, V>, Arc<Error>>;

/// Key of an order's cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CasesOf(pub(super) Uuid);

/// Key of the units a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CaseLinesOf(pub(super) Uuid);

/// Key of a case's photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PhotosOf(pub(super) Uuid);

/// Key of what a case's next steps depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ViewOf(pub(super) Uuid);

/// Key of the units of an order that may come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ReturnableOf(Uuid);

/// An order's cases, newest first.
///
/// # Errors
/// When they cannot be loaded.
pub(in crate::graphql) async fn after_sales_of(
    ctx: &Context<'_>,
    order_id: Uuid,
    access: Access,
) -> Result<Vec<AfterSale>> {
    let rows = ctx
        .loaders()?
        .load_one(CasesOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let show = |row: &after_sale::Model| AfterSale::new(row.clone(), access);
    Ok(rows.unwrap_or_default().iter().map(show).collect())
}

/// Units of a line of an order that the buyer may still send back.
///
/// # Errors
/// When they cannot be loaded.
pub(in crate::graphql) async fn returnable_of(
    ctx: &Context<'_>,
    order_id: Uuid,
    line_id: Uuid,
) -> Result<u32> {
    let units = ctx
        .loaders()?
        .load_one(ReturnableOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let units = units.and_then(|units| units.get(&line_id).copied());
    Ok(units.unwrap_or_default())
}

impl Loader<CasesOf> for Batch {
    type Value = Arc<Vec<after_sale::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CasesOf]) -> Loaded<CasesOf, Self::Value> {
        let rows = query::by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| CasesOf(row.order_id)))
    }
}

impl Loader<CaseLinesOf> for Batch {
    type Value = Arc<Vec<after_sale_line::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CaseLinesOf]) -> Loaded<CaseLinesOf, Self::Value> {
        let rows = query::lines_by_case_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| CaseLinesOf(row.after_sale_id)))
    }
}

impl Loader<PhotosOf> for Batch {
    type Value = Arc<Vec<after_sale_photo::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PhotosOf]) -> Loaded<PhotosOf, Self::Value> {
        let rows = query::photos_by_case_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| PhotosOf(row.after_sale_id)))
    }
}

impl Loader<ViewOf> for Batch {
    type Value = Arc<CaseView>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ViewOf]) -> Loaded<ViewOf, Self::Value> {
        let views = query::views_by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(views
            .into_iter()
            .map(|(id, view)| (ViewOf(id), Arc::new(view)))
            .collect())
    }
}

impl Loader<ReturnableOf> for Batch {
    type Value = Arc<HashMap<Uuid, u32>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ReturnableOf]) -> Loaded<ReturnableOf, Self::Value> {
        let units = query::returnable_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(units
            .into_iter()
            .map(|(id, units)| (ReturnableOf(id), Arc::new(units)))
            .collect())
    }
}
