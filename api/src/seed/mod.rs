//! The demo shop: fills an empty shop through the same use cases the GraphQL API offers; no SQL of its own.
//!
//! `data.rs` reads what is sold, `picture.rs` draws it, `shop.rs`, `catalog.rs` and `offers.rs` write it.

mod catalog;
mod data;
mod offers;
pub mod picture;
mod shop;

use std::fmt;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service;
use crate::service::page::PageRequest;
use crate::state::AppState;
use data::Demo;

/// The demo's member, who has points to spend. Only ever made in development mode, which is not reachable from outside.
pub const MEMBER_EMAIL: &str = "demo@vitrine.test";
/// Password of the demo's member.
pub const MEMBER_PASSWORD: &str = "lantern-and-leaf";
/// A coupon of the demo: ten percent off, for everybody.
pub const COUPON_CODE: &str = "WELCOME10";

/// Steps apart from one per product.
const OTHER_STEPS: u64 = 5;

/// Why the demo shop could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {source}")]
pub struct SeedError {
    step: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl SeedError {
    /// Names the step a use case failed in.
    fn at<E: std::error::Error + Send + Sync + 'static>(step: &'static str) -> impl Fn(E) -> Self {
        move |source| Self {
            step,
            source: Box::new(source),
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Products.
    pub products: usize,
    /// Their variants.
    pub variants: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} products with {} variants; member {MEMBER_EMAIL} with password {MEMBER_PASSWORD}; coupon {COUPON_CODE}",
            self.products, self.variants
        )
    }
}

/// Steps of [`run`], for its progress.
#[must_use]
pub fn steps() -> u64 {
    OTHER_STEPS + u64::try_from(Demo::load().products.len()).unwrap_or(0)
}

/// Tells whether the shop has no product in any state.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_empty(app: &AppState) -> Result<bool> {
    let page = PageRequest::try_new(Some(1), None, None, None)?;
    let viewer = viewer(app)?;
    let anywhere = service::catalog::ProductsIn::Shop;
    let filter = service::catalog::ProductFilter::default();
    let products =
        service::catalog::list_products(app, &viewer, anywhere, &filter, None, &page).await?;
    Ok(products.rows.is_empty())
}

/// Writes the demo shop; `report` hears how many steps are done.
///
/// # Errors
/// The step that failed and why; what was written before stays.
pub async fn run(
    app: &AppState,
    report: &mut (dyn FnMut(u64) + Send),
) -> Result<Summary, SeedError> {
    let demo = Demo::load();
    let mut done = 0;
    let mut step = |report: &mut (dyn FnMut(u64) + Send)| {
        done += 1;
        report(done);
    };
    shop::write(app, &viewer(app).map_err(SeedError::at("shop"))?, demo).await?;
    // The channel changed, and a viewer carries the channel it was made with.
    let viewer = viewer(app).map_err(SeedError::at("shop"))?;
    step(report);
    let places = catalog::write_places(app, &viewer, demo).await?;
    step(report);
    let mut product_ids = Vec::with_capacity(demo.products.len());
    for product in &demo.products {
        product_ids.push(catalog::write_product(app, &viewer, product, &places).await?);
        step(report);
    }
    catalog::write_stock(app, &viewer, demo).await?;
    catalog::write_presale(app, &viewer).await?;
    step(report);
    offers::write(app, &viewer).await?;
    step(report);
    // The worker would do it a moment later, but whoever tries the shop may be faster.
    service::search::products_changed(app, &product_ids)
        .await
        .map_err(SeedError::at("search"))?;
    step(report);
    app.wake.wake();
    let variants = demo
        .products
        .iter()
        .map(|product| product.variants.len())
        .sum();
    Ok(Summary {
        products: demo.products.len(),
        variants,
    })
}

fn viewer(app: &AppState) -> Result<Viewer> {
    Ok(Viewer::system(app.channels.find(None)?, app.clock.new_id()))
}
