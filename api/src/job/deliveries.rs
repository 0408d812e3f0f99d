//! Sends events to webhooks: one task for each webhook that has something due, so that a slow receiver delays nobody but
//! itself.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::service::webhook;
use crate::state::AppState;

/// Runs until told to stop, then lets what is under way end.
pub(super) async fn send_until(
    app: AppState,
    mut stopped: watch::Receiver<bool>,
    mut woken: watch::Receiver<()>,
    poll: Duration,
) {
    let mut tasks: JoinSet<Uuid> = JoinSet::new();
    let mut busy: HashSet<Uuid> = HashSet::new();
    while !*stopped.borrow() {
        match webhook::due(&app).await {
            Ok(due) => {
                for id in due {
                    if busy.insert(id) {
                        tasks.spawn(drain(app.clone(), id, stopped.clone(), poll));
                    }
                }
            }
            Err(error) => tracing::warn!(error = %error, "deliveries cannot be read"),
        }
        tokio::select! {
            Some(ended) = tasks.join_next() => match ended {
                Ok(id) => {
                    busy.remove(&id);
                }
                // Which one it was is not told; those that still run only lose their mark, and leases keep them apart.
                Err(error) => {
                    tracing::error!(error = %error, "a delivery panicked");
                    busy.clear();
                }
            },
            _ = woken.changed() => {}
            () = tokio::time::sleep(poll) => {}
            _ = stopped.changed() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// Sends what is due to one webhook, a few at a time, until nothing is. Where the clocks of server and database differ, or
/// another server was faster, nothing is there to begin with: then it waits before it is asked again.
async fn drain(app: AppState, id: Uuid, stopped: watch::Receiver<bool>, poll: Duration) -> Uuid {
    let mut has_sent = false;
    while !*stopped.borrow() {
        match webhook::deliver_to(&app, id).await {
            Ok(0) if has_sent => break,
            Ok(0) => {
                tokio::time::sleep(poll).await;
                break;
            }
            Ok(_) => has_sent = true,
            Err(error) => {
                tracing::warn!(webhook.id = %id, error = %error, "deliveries cannot be written down");
                tokio::time::sleep(poll).await;
                break;
            }
        }
    }
    id
}
