//! The listening loop: poem's server behind an acceptor of ours.

use std::io;
use std::time::Duration;

use poem::http::uri::Scheme;
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{IntoEndpoint, Server};
use tokio::net::{TcpListener, TcpStream};

/// A connection without a byte for so long is closed; longer than the keep-alive of common proxies.
const IDLE: Duration = Duration::from_secs(75);
/// Pause after a failed accept: without it a process out of file descriptors spins.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections and switches off Nagle's delay, which poem 3.1 leaves on.
struct NoDelay(TcpListener);

impl Acceptor for NoDelay {
    type Io = TcpStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0
            .local_addr()
            .map(|address| LocalAddr(address.into()))
            .into_iter()
            .collect()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        match self.0.accept().await {
            Ok((stream, peer)) => {
                stream.set_nodelay(true)?;
                let local = stream.local_addr()?;
                Ok((
                    stream,
                    LocalAddr(local.into()),
                    RemoteAddr(peer.into()),
                    Scheme::HTTP,
                ))
            }
            Err(error) => {
                tokio::time::sleep(PAUSE).await;
                Err(error)
            }
        }
    }
}

/// Serves until `stop` ends, then lets requests under way finish for at most `grace`.
///
/// # Errors
/// The listener breaks.
pub async fn until<E>(
    endpoint: E,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send,
    grace: Duration,
) -> io::Result<()>
where
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    Server::new_with_acceptor(NoDelay(listener))
        .idle_timeout(IDLE)
        .run_with_graceful_shutdown(endpoint, stop, Some(grace))
        .await
}
