//! `vitrine import`.

use std::path::Path;

use super::CliError;
use crate::config::Config;
use crate::import::shopify;
use crate::job::worker;
use crate::{output, start};

pub(super) async fn run(config: Config, path: &Path, dry_run: bool) -> Result<(), CliError> {
    let cannot_read = |error: std::io::Error| {
        CliError::Said(format!("{} cannot be read: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(cannot_read)?;
    let app = start::open(config).await?;
    let mut progress = output::Progress::begin("importing products", None);
    let options = shopify::Options { dry_run };
    let report =
        shopify::import(&app, file, options, &mut |products| progress.set(products)).await?;
    progress.finish(&report.summary(options));
    for refusal in &report.refusals {
        output::line(&refusal.to_string());
    }
    if !dry_run {
        worker::run_until_idle(&app).await?;
    }
    app.database.close().await;
    if report.refusals.is_empty() {
        Ok(())
    } else {
        Err(CliError::Silent)
    }
}
