//! A wire to the database that can fall silent: what is sent on it vanishes, and nobody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A listener that hands connections on to a port of this machine.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) port: u16,
    is_silent: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts handing on.
    pub(crate) async fn start(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let is_silent = Arc::new(AtomicBool::new(false));
        let silence = Arc::clone(&is_silent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, target, Arc::clone(&silence)));
            }
        });
        Self { port, is_silent }
    }

    /// Swallows every byte from now on, also of new connections. Connections that lose one stay mute for good.
    pub(crate) fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::SeqCst);
    }

    /// Hands on again what comes by connections that lost nothing.
    pub(crate) fn speak(&self) {
        self.is_silent.store(false, Ordering::SeqCst);
    }
}

async fn connect(client: TcpStream, target: u16, silence: Arc<AtomicBool>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::spawn(hand_on(from_server, to_client, Arc::clone(&silence)));
    hand_on(from_client, to_server, silence).await;
}

/// Hands bytes on until one end closes; once bytes were lost, it only keeps the connection open.
async fn hand_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silence: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 << 10];
    let mut is_mute = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        is_mute |= silence.load(Ordering::SeqCst);
        if !is_mute && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
