//! Carries the test provider's messages to the shop.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::payment::signature::{ID_HEADER, OutgoingMessage, SIGNATURE_HEADER, TIMESTAMP_HEADER};

/// Longest wait for the shop's answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// Why a message was not taken; it is to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message was not taken: {0}")]
pub struct CourierError(pub String);

/// Brings messages to the shop's webhook address.
pub trait Courier: Send + Sync {
    /// Delivers one message; it was taken when this returns `Ok`.
    fn deliver(&self, message: OutgoingMessage) -> BoxFuture<'_, Result<(), CourierError>>;
}

/// Posts to the server's own port on loopback, as a provider on the Internet would to its public address.
pub struct Loopback {
    address: String,
    client: reqwest::Client,
}

impl Loopback {
    /// Makes the courier of a server that listens here.
    #[must_use]
    pub fn new(listening: SocketAddr) -> Self {
        let ip = match listening.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
        };
        let address = format!(
            "http://{}/webhooks/test",
            SocketAddr::new(ip, listening.port())
        );
        Self {
            address,
            client: reqwest::Client::new(),
        }
    }
}

impl Courier for Loopback {
    fn deliver(&self, message: OutgoingMessage) -> BoxFuture<'_, Result<(), CourierError>> {
        let request = self
            .client
            .post(&self.address)
            .timeout(DEADLINE)
            .header("content-type", "application/json")
            .header(ID_HEADER, message.id)
            .header(TIMESTAMP_HEADER, message.timestamp)
            .header(SIGNATURE_HEADER, message.signature)
            .body(message.body)
            .send();
        async move {
            let answer = request
                .await
                .map_err(|error| CourierError(error.to_string()))?;
            if answer.status().is_success() {
                Ok(())
            } else {
                Err(CourierError(format!("answered {}", answer.status())))
            }
        }
        .boxed()
    }
}
