//! `vitrine seed`.

use super::CliError;
use crate::config::{Config, Mode};
use crate::job::worker;
use crate::{output, seed, start};

pub(super) async fn run(config: Config) -> Result<(), CliError> {
    if config.mode == Mode::Production {
        return Err(CliError::Said(
            "production mode is never seeded: the demo shop holds made-up accounts".to_owned(),
        ));
    }
    let app = start::open(config).await?;
    if !seed::is_empty(&app).await? {
        return Err(CliError::Said(
            "the shop has products already; the demo shop goes into an empty one".to_owned(),
        ));
    }
    let mut progress = output::Progress::begin("seeding the demo shop", Some(seed::steps()));
    let summary = seed::run(&app, &mut |step| progress.set(step)).await?;
    progress.finish(&summary.to_string());
    worker::run_until_idle(&app).await?;
    app.database.close().await;
    Ok(())
}
