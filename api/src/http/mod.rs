//! HTTP: finds out who asks, hands the request on, and writes the answer. Rules and writes are in `service`.

mod client;
mod demo;
mod events;
mod explorer;
mod file;
mod graphql;
mod guard;
mod health;
mod mailbox;
mod negotiate;
mod request;
pub mod serve;
mod webhook;

use poem::{Endpoint, EndpointExt, Response, Route, get};

use crate::database;
use crate::error::{Error, Result};
use crate::graphql::execute::Executor;
use crate::state::AppState;
use file::{FileEndpoint, InvoiceEndpoint};
use graphql::GraphqlEndpoint;
use guard::Guard;
use webhook::{TestPage, WebhookEndpoint};

/// The whole site of a shop.
///
/// # Errors
/// When the schema cannot be built.
pub fn site(app: AppState) -> Result<impl Endpoint<Output = Response>> {
    let config = app.config.clone();
    let connections = database::connections(&config);
    let executor = Executor::try_new(config.limits, !config.mode.is_production(), connections)?;
    let mut routes = Route::new()
        .at("/healthz", get(health::alive))
        .at("/readyz", health::Readiness::new(app.clone()))
        .at("/webhooks/:provider", WebhookEndpoint(app.clone()))
        .at("/files/:job", get(FileEndpoint(app.clone())))
        .at("/invoices/:name", get(InvoiceEndpoint(app.clone())));
    if app.payments.test().is_some() {
        routes = routes.at("/test-payment/:reference", TestPage(app.clone()));
    }
    if !config.mode.is_production() {
        routes = routes.at("/demo/:file", get(demo::show));
    }
    if config.explorer {
        let assets = explorer::Assets::try_new().map_err(Error::internal)?;
        routes = routes
            .at("/", get(explorer::page))
            .nest("/explorer", get(assets));
    }
    if config.smtp.is_none() && !config.mode.is_production() {
        routes = routes.at(
            "/dev/mail",
            get(mailbox::Mailbox::new(config.data_dir.mail())),
        );
    }
    let routes = routes.at("/graphql", GraphqlEndpoint::new(app, executor));
    Ok(Guard::new(routes.boxed(), &config))
}
