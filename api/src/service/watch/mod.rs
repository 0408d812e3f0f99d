//! Things somebody watches. Twice a second, and only while anybody does, one statement for each kind asks how all of them stand, and
//! those who watch something that changed are told. So it is seen whichever server changed it, and a loss of the database delays it.

mod versions;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::error::Error;
use crate::state::AppState;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Pause in the time of a look: however much is watched, looking takes about a tenth of a connection's time.
const PAUSE_PER_LOOK: u32 = 9;
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Longest look.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something that can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// An order with all that happens to it.
    Order(Uuid),
    /// The stock of a variant.
    Stock(Uuid),
    /// Background work.
    Job(Uuid),
}

/// Who watches what in this process.
#[derive(Debug, Default)]
pub struct Watcher(Mutex<Watch>);

#[derive(Debug, Default)]
struct Watch {
    things: HashMap<Thing, Watched>,
    is_looking: bool,
    is_closed: bool,
}

#[derive(Debug, Default)]
struct Watched {
    /// How it stood at the last look.
    version: Option<String>,
    listeners: Vec<Listener>,
}

#[derive(Debug)]
struct Listener {
    change: Arc<Notify>,
    /// Whether nobody looked since it came: what it read before may have changed.
    is_new: bool,
}

/// Somebody's watch, which ends with it.
pub struct Watching {
    app: AppState,
    things: BTreeSet<Thing>,
    change: Arc<Notify>,
}

impl Watching {
    /// Watches things. Whatever changed since they were read before this call is told too, perhaps together with what did not.
    #[must_use]
    pub fn begin(app: &AppState, things: BTreeSet<Thing>) -> Self {
        let change = Arc::new(Notify::new());
        let mut watch = app.watcher.lock();
        for thing in &things {
            let listener = Listener {
                change: Arc::clone(&change),
                is_new: true,
            };
            watch
                .things
                .entry(*thing)
                .or_default()
                .listeners
                .push(listener);
        }
        if watch.is_closed {
            change.notify_one();
        }
        if !watch.is_looking {
            watch.is_looking = true;
            tokio::spawn(look(Looking(app.clone())));
        }
        drop(watch);
        Self {
            app: app.clone(),
            things,
            change,
        }
    }

    /// What is watched.
    #[must_use]
    pub fn things(&self) -> &BTreeSet<Thing> {
        &self.things
    }

    /// Waits until something changed, or may have, since the last time.
    pub async fn changed(&self) {
        self.change.notified().await;
    }

    /// Whether the process is about to stop.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.app.watcher.lock().is_closed
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut watch = self.app.watcher.lock();
        for thing in &self.things {
            if let Some(watched) = watch.things.get_mut(thing) {
                watched
                    .listeners
                    .retain(|listener| !Arc::ptr_eq(&listener.change, &self.change));
                if watched.listeners.is_empty() {
                    watch.things.remove(thing);
                }
            }
        }
    }
}

impl Watcher {
    /// Tells everybody that the process is about to stop.
    pub fn close(&self) {
        let mut watch = self.lock();
        watch.is_closed = true;
        for listener in watch.things.values().flat_map(|watched| &watched.listeners) {
            listener.change.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is watched now. When it is nothing, looking ends until somebody comes.
    fn things(&self) -> Option<Vec<Thing>> {
        let mut watch = self.lock();
        if watch.things.is_empty() {
            watch.is_looking = false;
            return None;
        }
        Some(watch.things.keys().copied().collect())
    }

    /// Tells those whose things stand otherwise than at the last look; `asked` are those that were looked at.
    fn tell(&self, asked: &[Thing], mut versions: HashMap<Thing, String>) {
        let mut watch = self.lock();
        for thing in asked {
            let Some(watched) = watch.things.get_mut(thing) else {
                continue;
            };
            let version = versions.remove(thing).unwrap_or_default();
            let is_changed = watched
                .version
                .as_ref()
                .is_some_and(|known| *known != version);
            watched.version = Some(version);
            for listener in &mut watched.listeners {
                if is_changed || listener.is_new {
                    listener.change.notify_one();
                    listener.is_new = false;
                }
            }
        }
    }
}

/// The task that looks; another may take its place when it breaks down.
struct Looking(AppState);

impl Drop for Looking {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.watcher.lock().is_looking = false;
        }
    }
}

async fn look(looking: Looking) {
    let app = &looking.0;
    let (mut pause, mut is_silent) = (PAUSE, false);
    loop {
        tokio::time::sleep(pause).await;
        let Some(things) = app.watcher.things() else {
            return;
        };
        let began = Instant::now();
        let read = tokio::time::timeout(PATIENCE, versions::read(app, &things)).await;
        match read.unwrap_or(Err(Error::Unavailable("the database"))) {
            Ok(versions) => {
                app.watcher.tell(&things, versions);
                is_silent = false;
                pause = (began.elapsed() * PAUSE_PER_LOOK).clamp(PAUSE, LONGEST_PAUSE);
            }
            Err(error) if !is_silent => {
                tracing::warn!(%error, "what is watched cannot be looked at");
                is_silent = true;
            }
            Err(_) => pause = PAUSE,
        }
    }
}
