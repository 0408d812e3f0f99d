//! Around every endpoint: cross-origin rules, security headers, and a last stop for panics.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use poem::http::header;
use poem::http::{HeaderMap, HeaderValue, Method, StatusCode};
use poem::{Endpoint, Request, Response};

use crate::config::Config;

/// Which pages may call the API from a browser. Tokens travel in headers, so cookies are never allowed along.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    exact: Vec<String>,
    loopback: bool,
}

impl Origins {
    /// The configured ones and our own; in development also pages of any port of this machine.
    pub(super) fn new(config: &Config) -> Self {
        let own = config.public_url.origin().ascii_serialization();
        let configured = config
            .cors_origins
            .iter()
            .map(|origin| origin.as_str().to_owned());
        Self {
            exact: configured.chain([own]).collect(),
            loopback: !config.mode.is_production(),
        }
    }

    fn allows(&self, origin: &str) -> bool {
        self.exact.iter().any(|known| known == origin) || (self.loopback && is_loopback(origin))
    }
}

fn is_loopback(origin: &str) -> bool {
    let Some(host) = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))
    else {
        return false;
    };
    let without_port = match host.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            name
        }
        Some(_) | None => host,
    };
    matches!(without_port, "localhost" | "127.0.0.1" | "[::1]")
}

/// Wraps the whole site.
pub(super) struct Guard<E> {
    inner: E,
    origins: Origins,
    is_https: bool,
}

impl<E: Endpoint> Guard<E> {
    /// Wraps the routes of a shop.
    pub(super) fn new(inner: E, config: &Config) -> Self {
        Self {
            inner,
            origins: Origins::new(config),
            is_https: config.public_url.scheme() == "https",
        }
    }
}

impl<E: Endpoint> Endpoint for Guard<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let allowed = origin.filter(|origin| {
            origin
                .to_str()
                .is_ok_and(|origin| self.origins.allows(origin))
        });
        let is_preflight = *request.method() == Method::OPTIONS
            && request
                .headers()
                .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let mut response = if is_preflight {
            preflight(allowed.is_some())
        } else {
            let answer = AssertUnwindSafe(self.inner.get_response(request))
                .catch_unwind()
                .await;
            answer.unwrap_or_else(|_panic| StatusCode::INTERNAL_SERVER_ERROR.into())
        };
        let headers = response.headers_mut();
        if let Some(origin) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        self.secure(headers);
        Ok(response)
    }
}

const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id, retry-after");
const ALLOWED_HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, accept-language, vitrine-channel");
const NO_CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

fn preflight(is_allowed: bool) -> Response {
    if !is_allowed {
        return StatusCode::FORBIDDEN.into();
    }
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("86400"),
    );
    response
}

impl<E> Guard<E> {
    fn secure(&self, headers: &mut HeaderMap) {
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            headers.insert(header::CONTENT_SECURITY_POLICY, NO_CONTENT_POLICY);
        }
        if self.is_https {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Origins, is_loopback};

    #[test]
    fn an_origin_must_be_listed_to_the_letter() {
        let origins = Origins {
            exact: vec!["https://shop.example".to_owned()],
            loopback: false,
        };
        assert!(origins.allows("https://shop.example"));
        for origin in [
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example.evil",
            "null",
            "http://localhost:3000",
        ] {
            assert!(!origins.allows(origin), "{origin}");
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for origin in [
            "http://localhost",
            "http://localhost:3000",
            "https://127.0.0.1:8443",
            "http://[::1]:5173",
        ] {
            assert!(is_loopback(origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil",
            "http://127.0.0.1.evil:80",
            "localhost",
            "http://localhost:3000.evil",
            "null",
        ] {
            assert!(!is_loopback(origin), "{origin}");
        }
    }
}
