//! `vitrine staff create`.

use std::io::{self, BufRead};

use super::CliError;
use crate::config::Config;
use crate::service::staff::OperatorAccount;
use crate::{output, service, start};

pub(super) async fn create(config: Config, email: String, role: String) -> Result<(), CliError> {
    let mut password = String::new();
    io::stdin()
        .lock()
        .read_line(&mut password)
        .map_err(|error| {
            CliError::Said(format!(
                "the password cannot be read from standard input: {error}"
            ))
        })?;
    let password = password.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() {
        return Err(CliError::Said(
            "no password came over standard input".to_owned(),
        ));
    }
    let app = start::open(config).await?;
    let account = OperatorAccount {
        email,
        role,
        password,
    };
    let staff = service::staff::create_by_operator(&app, &account)
        .await
        .map_err(|error| CliError::Said(error.to_string()))?;
    output::line(&format!(
        "{} may log in with the role {}",
        staff.email, account.role
    ));
    app.database.close().await;
    Ok(())
}
