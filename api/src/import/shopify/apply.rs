//! One product of the file against the shop: nothing, a change or a new product; then its status and its stock.

use std::sync::Arc;

use domain::catalog::ProductStatus;
use domain::id::ProductId;

use super::Options;
use super::fields::{is_present, product_fields};
use super::product::{FileProduct, Refusal, Status};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::catalog::{
    self, ArchiveProduct, CatalogError, CreateProduct, ProductFields, ProductView, PublishProduct,
    UpdateProduct,
};
use crate::service::warehouse::{self, ImportStock, ImportedFigure, StockError, WarehousePatch};
use crate::state::AppState;

/// Warehouse made for a shop that has none.
const FIRST_WAREHOUSE: &str = "main";

/// What became of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Refused,
}

/// Writes products of a file.
pub(super) struct Importer<'a> {
    app: &'a AppState,
    viewer: &'a Viewer,
    options: Options,
    /// The warehouse that ships first gets the file's stock.
    warehouse: String,
}

impl<'a> Importer<'a> {
    /// Looks up the warehouse, making one in a shop that has none.
    pub(super) async fn new(
        app: &'a AppState,
        viewer: &'a Viewer,
        options: Options,
    ) -> Result<Self> {
        let warehouses = warehouse::list_warehouses(app, viewer).await?;
        let first = warehouses
            .into_iter()
            .find(|warehouse| warehouse.active)
            .map(|warehouse| warehouse.code);
        let is_missing = first.is_none();
        let importer = Self {
            app,
            viewer,
            options,
            warehouse: first.unwrap_or_else(|| FIRST_WAREHOUSE.to_owned()),
        };
        if is_missing && !options.dry_run {
            importer.make_warehouse().await?;
        }
        Ok(importer)
    }

    async fn make_warehouse(&self) -> Result<()> {
        let patch = WarehousePatch {
            code: FIRST_WAREHOUSE.to_owned(),
            name: Some("Main warehouse".to_owned()),
            address: None,
            priority: Some(1),
            pickup: Some(false),
            active: Some(true),
        };
        match warehouse::upsert_warehouses(self.app, self.viewer, &[patch]).await {
            Ok(_) => Ok(()),
            Err(StockError::Common(error)) => Err(error),
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Brings the shop to what the file says of a product.
    pub(super) async fn apply(
        &self,
        product: FileProduct,
        refusals: &mut Vec<Refusal>,
    ) -> Result<Outcome> {
        match self.try_apply(&product, refusals).await {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Row(reason)) => {
                refusals.push(Refusal {
                    row: product.row,
                    handle: product.handle,
                    reason,
                });
                Ok(Outcome::Refused)
            }
            Err(Failure::Shop(error)) => Err(error),
        }
    }

    async fn try_apply(
        &self,
        product: &FileProduct,
        refusals: &mut Vec<Refusal>,
    ) -> Result<Outcome, Failure> {
        let present = self.find(product).await?;
        let fields = product_fields(product, present.as_deref(), refusals).await?;
        if fields.variants.is_empty() {
            return Err(Failure::Row(
                "no variant of this product can be used".to_owned(),
            ));
        }
        let is_same = match &present {
            Some(view) => is_present(view, product, &fields).await?,
            None => false,
        };
        let outcome = match &present {
            None => Outcome::Created,
            Some(view) if is_same && !needs_switch(view.row.status.0, product.status) => {
                Outcome::Unchanged
            }
            Some(_) => Outcome::Updated,
        };
        if self.options.dry_run {
            return Ok(outcome);
        }
        let view = match present {
            Some(view) if is_same => view,
            present => self.write(present, fields).await?,
        };
        self.switch(&view, product.status).await?;
        let is_stocked = self.stock(product, &view).await?;
        Ok(if is_stocked && outcome == Outcome::Unchanged {
            Outcome::Updated
        } else {
            outcome
        })
    }

    /// By its key in the source system; a product that was made by hand is found by its slug.
    async fn find(&self, product: &FileProduct) -> Result<Option<Arc<ProductView>>> {
        if let Some(found) =
            catalog::find_product_by_external_ref(self.app, self.viewer, &product.handle).await?
        {
            return Ok(Some(found));
        }
        let by_slug =
            catalog::find_product(self.app, self.viewer, None, Some(&product.handle)).await?;
        Ok(by_slug.filter(|view| view.row.external_ref.is_none()))
    }

    async fn write(
        &self,
        present: Option<Arc<ProductView>>,
        fields: ProductFields,
    ) -> Result<Arc<ProductView>, Failure> {
        Ok(match present {
            Some(view) => {
                let product_id = ProductId::from(view.row.id);
                let command = UpdateProduct {
                    product_id,
                    fields,
                    expected_version: Some(view.row.version),
                };
                catalog::update_product(self.app, self.viewer, command).await?
            }
            None => {
                catalog::create_product(self.app, self.viewer, CreateProduct { fields }).await?
            }
        })
    }

    async fn switch(&self, view: &ProductView, wanted: Status) -> Result<(), Failure> {
        let present = view.row.status.0;
        if !needs_switch(present, wanted) {
            return Ok(());
        }
        let product_id = ProductId::from(view.row.id);
        match wanted {
            Status::Active => {
                let command = PublishProduct {
                    product_id,
                    publish_at: None,
                };
                catalog::publish_product(self.app, self.viewer, command).await?;
            }
            Status::Archived => {
                catalog::archive_product(self.app, self.viewer, ArchiveProduct { product_id })
                    .await?;
            }
            Status::Draft => {
                return Err(Failure::Row(
                    "it is a draft in the file, but was published here; archive it instead"
                        .to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// Brings the stock to the file's figures; answers whether any unit moved. The same file counts once: what was sold
    /// since an import does not come back when the file is imported again.
    async fn stock(&self, product: &FileProduct, view: &ProductView) -> Result<bool, Failure> {
        let mut figures = Vec::new();
        for wanted in &product.variants {
            let (Some(on_hand), Some(known)) =
                (wanted.on_hand, view.variant(&wanted.selected).await?)
            else {
                continue;
            };
            figures.push(ImportedFigure {
                sku: known.row.sku.clone(),
                warehouse_code: self.warehouse.clone(),
                on_hand: i32::try_from(on_hand).unwrap_or(i32::MAX),
            });
        }
        let command = ImportStock {
            figures,
            reason: "Shopify import",
        };
        match warehouse::import_stock(self.app, self.viewer, &command).await {
            Ok(is_moved) => Ok(is_moved),
            Err(StockError::Common(error)) => Err(error.into()),
            Err(error) => Err(Failure::Row(error.to_string())),
        }
    }
}

/// Whether a status of the file asks for more than the shop's.
fn needs_switch(present: ProductStatus, wanted: Status) -> bool {
    match (present, wanted) {
        (ProductStatus::Draft, Status::Draft)
        | (ProductStatus::Published, Status::Active)
        | (ProductStatus::Archived, Status::Archived) => false,
        (ProductStatus::Draft, Status::Active | Status::Archived)
        | (ProductStatus::Published, Status::Draft | Status::Archived)
        | (ProductStatus::Archived, Status::Draft | Status::Active) => true,
    }
}

/// Why a product was not written.
enum Failure {
    /// It is refused; the others go on.
    Row(String),
    /// The shop does not answer; the import stops.
    Shop(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::Internal(_) => Self::Shop(error),
            Error::NotFound(_)
            | Error::Conflict(_)
            | Error::Invalid { .. }
            | Error::IdempotencyKeyReused
            | Error::Unauthenticated
            | Error::Forbidden(_)
            | Error::RateLimited { .. } => Self::Row(error.to_string()),
        }
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        if let CatalogError::Common(error) = error {
            error.into()
        } else {
            Self::Row(error.to_string())
        }
    }
}
