//! From a configuration to a running shop: database, migrations, parts, listener, worker; and the orderly end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::auth::password::Cost;
use crate::auth::throttle::Limits;
use crate::auth::{Access, Passwords, Throttle, Tokens};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{self, Database};
use crate::error::Error;
use crate::job::worker::{Wake, Worker};
use crate::mail::{self, Mailer};
use crate::payment::Providers;
use crate::search::Search;
use crate::service::inventory::SoldOut;
use crate::service::order::{OrderNumbers, Rush, Together};
use crate::service::watch::Watcher;
use crate::state::{AppState, Channels, Parts};
use crate::webhook::{Allowed, Outbound};

/// Longest wait for requests under way when the process is told to stop.
pub const GRACE: Duration = Duration::from_secs(10);

/// Why the process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken.
    #[error(
        "{0} is in use by another program; choose another with --listen 127.0.0.1:PORT or VITRINE_LISTEN"
    )]
    PortInUse(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The database cannot be opened or brought up to date.
    #[error("the database cannot be used: {0}; check DATABASE_URL, and see `vitrine doctor`")]
    Database(String),
    /// A part refused to start.
    #[error(transparent)]
    Part(#[from] Error),
    /// The server broke down.
    #[error("the server stopped: {0}")]
    Server(io::Error),
}

impl From<sea_orm::DbErr> for StartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.to_string())
    }
}

/// Connects, migrates and puts the parts together.
///
/// # Errors
/// The database cannot be used, or a part refuses its settings.
pub async fn open(config: Config) -> Result<AppState, StartError> {
    let database = Database::open(&config).await?;
    database::migrate::up(&config).await?;
    let mailer = mail::from_config(&config)?;
    assemble(config, database, Clock::default(), mailer).await
}

/// Puts the parts together over a migrated database; tests bring their own clock and mailer.
///
/// # Errors
/// A part refuses its settings, or the channels cannot be read.
pub async fn assemble(
    config: Config,
    database: Database,
    clock: Clock,
    mailer: Arc<dyn Mailer>,
) -> Result<AppState, StartError> {
    let channels = Channels::default();
    channels.reload(&database).await?;
    Ok(AppState::new(Parts {
        tokens: Tokens::new(config.jwt_secret.expose(), clock.clone()),
        passwords: Passwords::try_new(Cost::default())?,
        throttle: Throttle::new(&Limits::default(), clock.clone()),
        access: Access::default(),
        payments: Providers::from_config(&config)?,
        order_numbers: OrderNumbers::default(),
        together: Together::default(),
        rush: Rush::default(),
        sold_out: SoldOut::default(),
        watcher: Watcher::default(),
        outbound: Outbound::try_new(Allowed::new(config.webhook_networks.clone()))?,
        search: Search::new(&config, &database),
        config,
        database,
        clock,
        channels,
        mailer,
        wake: Wake::default(),
    }))
}

/// Takes the port, so that a second start fails before it touches anything.
///
/// # Errors
/// The port is taken or not ours to take.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            StartError::PortInUse(address)
        } else {
            StartError::Listen { address, source }
        }
    })
}

/// Serves until told to stop, then lets requests under way end and hands the worker's leases back.
///
/// # Errors
/// The worker cannot start or the listener breaks.
pub async fn run(
    app: AppState,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let site = crate::http::site(app.clone())?;
    app.payments
        .serve_at(listener.local_addr().map_err(StartError::Server)?);
    let worker = Worker::start(app.clone()).await?;
    let stop = async {
        stop.await;
        app.watcher.close();
    };
    let served = crate::http::serve::until(site, listener, stop, GRACE).await;
    let began = Instant::now();
    worker.stop(GRACE).await;
    app.database.close().await;
    tracing::info!(seconds = began.elapsed().as_secs(), "stopped");
    served.map_err(StartError::Server)
}

/// Ends when the process is asked to stop: Ctrl-C or SIGTERM.
pub async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "SIGTERM cannot be heard; stop with Ctrl-C");
                let _heard = tokio::signal::ctrl_c().await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _heard = tokio::signal::ctrl_c().await;
    }
}
