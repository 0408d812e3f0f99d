//! The call itself. A name is looked up by us and the call goes to the very addresses that were judged, so that a name which
//! leads elsewhere the next moment gains nothing. Redirects are not followed, proxies of the environment not used, and the
//! body of an answer is not read.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::webhook::ANSWER_WITHIN;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use super::address::{AddressError, Allowed, Way};
use crate::error::{Error, Result};
use crate::payment::signature::{ID_HEADER, OutgoingMessage, SIGNATURE_HEADER, TIMESTAMP_HEADER};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address may not be called.
    #[error(transparent)]
    Refused(#[from] AddressError),
    /// Nobody answered in time.
    #[error("no answer within {} s", ANSWER_WITHIN.num_seconds())]
    Late,
    /// The connection failed.
    #[error("no connection")]
    Unreachable,
}

/// Calls the addresses of others.
#[derive(Debug)]
pub struct Outbound {
    allowed: Arc<Allowed>,
    public: reqwest::Client,
    inside: reqwest::Client,
}

impl Outbound {
    /// Makes the clients.
    ///
    /// # Errors
    /// When the system has no certificates of authorities.
    pub fn try_new(allowed: Allowed) -> Result<Self> {
        let allowed = Arc::new(allowed);
        let client = |way| {
            let resolver = Judged {
                allowed: Arc::clone(&allowed),
                way,
            };
            reqwest::Client::builder()
                .dns_resolver(Arc::new(resolver))
                .redirect(Policy::none())
                .no_proxy()
                .timeout(ANSWER_WITHIN.to_std().map_err(Error::internal)?)
                .user_agent(concat!("Vitrine/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(Error::internal)
        };
        Ok(Self {
            public: client(Way::Public)?,
            inside: client(Way::Inside)?,
            allowed,
        })
    }

    /// Judges an address as it stands now; it is judged again at each call.
    ///
    /// # Errors
    /// Each [`AddressError`].
    pub async fn judge(&self, url: &Url) -> Result<(), AddressError> {
        let way = self.allowed.way(url)?;
        match url.host() {
            Some(Host::Domain(name)) => look_up(&self.allowed, way, name).await.map(|_| ()),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => Ok(()),
        }
    }

    /// Sends a message; answers the status of the receiver's answer.
    ///
    /// # Errors
    /// [`SendError`] when there is none.
    pub async fn post(&self, url: Url, message: OutgoingMessage) -> Result<u16, SendError> {
        let client = match self.allowed.way(&url)? {
            Way::Public => &self.public,
            Way::Inside => &self.inside,
        };
        let answer = client
            .post(url)
            .header("content-type", "application/json")
            .header(ID_HEADER, message.id)
            .header(TIMESTAMP_HEADER, message.timestamp)
            .header(SIGNATURE_HEADER, message.signature)
            .body(message.body)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) if error.is_timeout() => Err(SendError::Late),
            Err(error) => Err(refused(&error).map_or(SendError::Unreachable, SendError::Refused)),
        }
    }
}

/// What our own look-up said, somewhere below the client's words for it.
fn refused(error: &reqwest::Error) -> Option<AddressError> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<AddressError>() {
            return Some(*refusal);
        }
        cause = error.source();
    }
    None
}

/// Looks names up and gives only what may be called.
#[derive(Debug)]
struct Judged {
    allowed: Arc<Allowed>,
    way: Way,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, way) = (Arc::clone(&self.allowed), self.way);
        Box::pin(async move {
            let found = look_up(&allowed, way, name.as_str()).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

async fn look_up(allowed: &Allowed, way: Way, name: &str) -> Result<Vec<SocketAddr>, AddressError> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0))
        .await
        .map_err(|_no_such_name| AddressError::Unreachable)?
        .collect();
    if found.is_empty() {
        return Err(AddressError::Unreachable);
    }
    let judged: Vec<SocketAddr> = found
        .into_iter()
        .filter(|address| allowed.lets(address.ip(), way))
        .collect();
    if judged.is_empty() {
        return Err(AddressError::Private);
    }
    Ok(judged)
}
