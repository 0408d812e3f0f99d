//! `vitrine migrate`.

use super::CliError;
use crate::config::Config;
use crate::{database, output, start};

pub(super) async fn run(config: Config) -> Result<(), CliError> {
    let applied = database::migrate::up(&config)
        .await
        .map_err(start::StartError::from)?;
    for name in &applied {
        output::line(&format!("applied {name}"));
    }
    output::line(&format!(
        "the database is up to date ({} applied)",
        applied.len()
    ));
    Ok(())
}
