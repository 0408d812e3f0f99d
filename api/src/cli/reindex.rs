//! `vitrine reindex`.

use std::sync::Mutex;

use super::CliError;
use crate::auth::Viewer;
use crate::config::Config;
use crate::service::search::{self, Progress};
use crate::{output, start};

pub(super) async fn run(config: Config) -> Result<(), CliError> {
    let app = start::open(config).await?;
    let viewer = Viewer::system(app.channels.find(None)?, app.clock.new_id());
    // One bar per stage and language; the report may come from any task.
    let bars: Mutex<Option<(&'static str, output::Progress)>> = Mutex::new(None);
    let report = |progress: Progress| {
        let Ok(mut bar) = bars.lock() else { return };
        match progress {
            Progress::Written { done, of } => show(&mut bar, "writing documents", done, of),
            Progress::Sent {
                locale: _,
                done,
                of,
            } => show(&mut bar, "sending documents", done, of),
            Progress::Swapped { locale } => {
                *bar = None;
                output::line(&format!("the new index of {locale} is in place"));
            }
        }
    };
    search::reindex(&app, &viewer, &report).await?;
    output::line("the search index is up to date");
    app.database.close().await;
    Ok(())
}

fn show(
    shown: &mut Option<(&'static str, output::Progress)>,
    label: &'static str,
    done: u64,
    of: u64,
) {
    shown.take_if(|(other, _)| *other != label);
    let (_, bar) = shown.get_or_insert_with(|| (label, output::Progress::begin(label, Some(of))));
    bar.set(done);
}
