//! A wire that can fail: it falls silent, so that what is sent on it vanishes and nobody is told, or it loses one request or
//! its answer at a [`Trap`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::trap::{Loss, Trap};

/// A listener that hands connections on to a port of this machine.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) port: u16,
    wire: Wire,
}

/// What may happen to the bytes.
#[derive(Clone)]
struct Wire {
    is_silent: Arc<AtomicBool>,
    trap: Arc<Trap>,
    counts: fn(&[u8]) -> bool,
}

impl Proxy {
    /// Starts handing on.
    pub(crate) async fn start(target: u16) -> Self {
        Self::trapped(target, Arc::default(), |_bytes| false).await
    }

    /// The same with a trap; `counts` tells which bytes of the client are a request it counts.
    pub(crate) async fn trapped(target: u16, trap: Arc<Trap>, counts: fn(&[u8]) -> bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let wire = Wire {
            is_silent: Arc::default(),
            trap,
            counts,
        };
        let shared = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(shared.clone().connect(client, target));
            }
        });
        Self { port, wire }
    }

    /// Swallows every byte from now on, also of new connections. Connections that lose one stay mute for good.
    pub(crate) fn fall_silent(&self) {
        self.wire.is_silent.store(true, Ordering::SeqCst);
    }

    /// Hands on again what comes by connections that lost nothing.
    pub(crate) fn speak(&self) {
        self.wire.is_silent.store(false, Ordering::SeqCst);
    }
}

impl Wire {
    async fn connect(self, client: TcpStream, target: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
            return;
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let is_last = Arc::new(AtomicBool::new(false));
        let (asking, answering) = ((self.clone(), Arc::clone(&is_last)), (self, is_last));
        tokio::spawn(hand_on(from_server, to_client, move |_bytes| {
            let (wire, is_last) = &answering;
            wire.loses_answer(is_last)
        }));
        hand_on(from_client, to_server, move |bytes| {
            let (wire, is_last) = &asking;
            wire.loses_request(bytes, is_last)
        })
        .await;
    }

    fn loses_request(&self, bytes: &[u8], is_last: &AtomicBool) -> bool {
        let loss = if (self.counts)(bytes) {
            self.trap.count()
        } else {
            None
        };
        match loss {
            Some(Loss::Request) => self.trap.spring(),
            Some(Loss::Answer) => is_last.store(true, Ordering::SeqCst),
            None => return self.is_silent.load(Ordering::SeqCst),
        }
        loss == Some(Loss::Request)
    }

    fn loses_answer(&self, is_last: &AtomicBool) -> bool {
        if is_last.load(Ordering::SeqCst) {
            self.trap.spring();
            return true;
        }
        self.is_silent.load(Ordering::SeqCst)
    }
}

/// Hands bytes on until one end closes; once bytes were lost, it only keeps the connection open.
async fn hand_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut loses: impl FnMut(&[u8]) -> bool,
) {
    let mut buffer = vec![0; 16 << 10];
    let mut is_mute = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        is_mute = is_mute || loses(&buffer[..count]);
        if !is_mute && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
