//! `vitrine serve`: take the port, open the shop, seed it on a first start, say where everything is, serve.

use std::time::Instant;

use super::CliError;
use super::banner::Banner;
use crate::config::{Config, Mode};
use crate::{output, seed, service, start};

pub(super) async fn run(config: Config) -> Result<(), CliError> {
    let began = Instant::now();
    let listener = start::listen(config.listen).await?;
    let app = start::open(config).await?;
    if app.config.mode == Mode::Development && seed::is_empty(&app).await? {
        let mut progress = output::Progress::begin("seeding the demo shop", Some(seed::steps()));
        let summary = seed::run(&app, &mut |step| progress.set(step)).await?;
        progress.finish(&summary.to_string());
    }
    let first_staff = service::staff::setup_token(&app)
        .await
        .map_err(|error| CliError::Said(error.to_string()))?;
    output::text(&Banner::new(&app.config, first_staff, began.elapsed()).to_string());
    start::run(app, listener, start::asked_to_stop()).await?;
    Ok(())
}
