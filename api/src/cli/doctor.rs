//! `vitrine doctor`: prints the findings; fails when one must be mended.

use super::CliError;
use crate::config::Config;
use crate::{doctor, output};

pub(super) async fn run(config: Result<Config, CliError>) -> Result<(), CliError> {
    let findings = match config {
        Ok(config) => doctor::examine(config).await,
        Err(CliError::Config(error)) => error
            .problems
            .iter()
            .map(doctor::Finding::configuration)
            .collect(),
        Err(other) => return Err(other),
    };
    for finding in &findings {
        output::line(&finding.to_string());
    }
    if findings.iter().any(doctor::Finding::must_be_mended) {
        Err(CliError::Silent)
    } else {
        Ok(())
    }
}
