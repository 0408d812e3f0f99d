//! Who sends a request, as its headers and its connection tell.

use std::net::IpAddr;

use poem::Request;
use poem::http::HeaderName;
use poem::http::header;

use crate::auth::Credentials;
use crate::config::TrustedProxies;

/// Names the sales channel a request is for.
pub(super) const CHANNEL: HeaderName = HeaderName::from_static("vitrine-channel");

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What a request says about its sender, to be judged again and again.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    authorization: Option<String>,
    channel: Option<String>,
    accept_language: Option<String>,
    user_agent: Option<String>,
    /// Address the request came from, proxies seen through.
    pub(super) ip: Option<IpAddr>,
}

impl Sender {
    /// The sender of a request.
    pub(super) fn of(request: &Request, proxies: &TrustedProxies) -> Self {
        let Credentials {
            authorization,
            channel,
            accept_language,
            ip,
            user_agent,
        } = credentials(request, proxies);
        Self {
            authorization: authorization.map(str::to_owned),
            channel: channel.map(str::to_owned),
            accept_language: accept_language.map(str::to_owned),
            user_agent: user_agent.map(str::to_owned),
            ip,
        }
    }

    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            authorization: self.authorization.as_deref(),
            channel: self.channel.as_deref(),
            accept_language: self.accept_language.as_deref(),
            ip: self.ip,
            user_agent: self.user_agent.as_deref(),
        }
    }
}

/// What a request says about its sender.
pub(super) fn credentials<'a>(request: &'a Request, proxies: &TrustedProxies) -> Credentials<'a> {
    Credentials {
        authorization: request.header(header::AUTHORIZATION),
        channel: request.header(CHANNEL),
        accept_language: request.header(header::ACCEPT_LANGUAGE),
        ip: ip(request, proxies),
        user_agent: request.header(header::USER_AGENT),
    }
}

/// The client's address, behind the proxies we trust.
pub(super) fn ip(request: &Request, proxies: &TrustedProxies) -> Option<IpAddr> {
    let peer = request.remote_addr().as_socket_addr()?.ip();
    // Several headers count as one list; a value that is not text is nobody's address and ends the chain.
    let hops: Vec<&str> = request
        .headers()
        .get_all(FORWARDED_FOR)
        .iter()
        .map(|value| value.to_str().unwrap_or("unknown"))
        .collect();
    if hops.is_empty() {
        return Some(proxies.client_ip(peer, None));
    }
    Some(proxies.client_ip(peer, Some(&hops.join(","))))
}
