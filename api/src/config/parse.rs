//! From text to value, one function per kind of setting; a refusal says what was meant.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use url::{Host, Url};

use super::error::Problem;
use super::network::{IpNetwork, TrustedProxies};
use super::secret::Secret;
use super::source::Sources;
use super::variable::Variable;
use super::{Mode, SECRET_MIN_BYTES};

/// What a parser answers: the value, or what was expected.
pub(super) type Parsed<T> = Result<T, String>;

/// Reads settings one by one and remembers what went wrong.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(sources: &'a Sources, problems: &'a mut Vec<Problem>) -> Self {
        Self { sources, problems }
    }

    /// The value of a setting; null when it was left out or is wrong.
    pub(super) fn optional<T>(
        &mut self,
        variable: Variable,
        parse: fn(&str) -> Parsed<T>,
    ) -> Option<T> {
        let (text, origin) = self.sources.find(variable)?;
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(expected) => {
                let shown = if variable.is_secret() {
                    "(hidden)".to_owned()
                } else {
                    text.to_owned()
                };
                self.problems.push(Problem::BadValue {
                    variable,
                    shown,
                    origin,
                    expected,
                });
                None
            }
        }
    }

    /// Remembers that a setting does not fit the others.
    pub(super) fn refuse(&mut self, variable: Variable, reason: &str) {
        self.problems.push(Problem::Refused {
            variable,
            reason: reason.to_owned(),
        });
    }

    /// The value of a setting, or its default.
    pub(super) fn or_default<T>(
        &mut self,
        variable: Variable,
        parse: fn(&str) -> Parsed<T>,
        default: T,
    ) -> T {
        self.optional(variable, parse).unwrap_or(default)
    }
}

/// Which database, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server, as its URL.
    Postgres(Secret),
}

impl DatabaseUrl {
    /// The address as the database library reads it; may hold a password.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            // The library takes the path for a part of a URL.
            Self::Sqlite(path) => {
                let path = path.display().to_string();
                format!(
                    "sqlite:{}",
                    path.replace('%', "%25")
                        .replace('?', "%3F")
                        .replace('#', "%23")
                )
            }
            Self::Postgres(url) => url.expose().to_owned(),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(_) => formatter.write_str("postgres://(hidden)"),
        }
    }
}

/// Scheme, host and port of a page, as browsers send it in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The text browsers send.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mail server and the sender to use.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Address with user and password, without the sender.
    pub url: Secret,
    /// Host, for messages and checks.
    pub host: String,
    /// Whether the connection is encrypted from its first byte or must become so before anything is sent.
    pub encrypted: bool,
    /// Sender from `?from=`; null for `no-reply@` the public host.
    pub from: Option<String>,
}

pub(super) fn mode(text: &str) -> Parsed<Mode> {
    match text {
        "development" => Ok(Mode::Development),
        "production" => Ok(Mode::Production),
        _ => Err("expected development or production".to_owned()),
    }
}

pub(super) fn listen(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_error: std::net::AddrParseError| {
        "expected an address and a port, such as 127.0.0.1:8000 or [::]:8000".to_owned()
    })
}

pub(super) fn path(text: &str) -> Parsed<PathBuf> {
    // The system ends a path at this character, so what follows it would be dropped in silence.
    if text.contains('\0') {
        Err("expected a path without NUL characters".to_owned())
    } else {
        Ok(PathBuf::from(text))
    }
}

pub(super) fn switch(text: &str) -> Parsed<bool> {
    match text {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("expected 1 or 0".to_owned()),
    }
}

pub(super) fn connections(text: &str) -> Parsed<u32> {
    text.parse()
        .ok()
        .filter(|count| (2..=1_000).contains(count))
        .ok_or_else(|| "expected a number of connections from 2 to 1000".to_owned())
}

pub(super) fn http_url(text: &str) -> Parsed<Url> {
    let expected = || "expected an http or https address, such as http://127.0.0.1:7700".to_owned();
    let url = Url::parse(text).map_err(|error| format!("{}: {error}", expected()))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err(expected())
    }
}

pub(super) fn public_url(text: &str) -> Parsed<Url> {
    let url = http_url(text)?;
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(
            "expected an address without user, query or fragment, such as https://shop.example.com"
                .to_owned(),
        );
    }
    Ok(url)
}

pub(super) fn database_url(text: &str) -> Parsed<DatabaseUrl> {
    let expected = "expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";
    if let Some(rest) = text.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if path.is_empty() || path.contains(":memory:") {
            return Err(format!(
                "{expected}; readers and writers share a file, so it cannot be in memory"
            ));
        }
        return Ok(DatabaseUrl::Sqlite(PathBuf::from(path)));
    }
    let url = Url::parse(text).map_err(|error| format!("{expected} ({error})"))?;
    let named = url.path().trim_start_matches('/');
    if !matches!(url.scheme(), "postgres" | "postgresql") || named.is_empty() {
        return Err(expected.to_owned());
    }
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    Ok(DatabaseUrl::Postgres(Secret::new(format!(
        "postgres://{rest}"
    ))))
}

pub(super) fn signing_secret(text: &str) -> Parsed<Secret> {
    let enough = format!(
        "expected at least {SECRET_MIN_BYTES} random bytes, such as the output of: openssl rand -hex 32"
    );
    let lower = text.to_lowercase();
    let is_placeholder = [
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "your-secret",
    ]
    .iter()
    .any(|word| lower.contains(word));
    let distinct = text
        .chars()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    if text.len() < SECRET_MIN_BYTES || is_placeholder || distinct < 8 {
        Err(enough)
    } else {
        Ok(Secret::new(text))
    }
}

pub(super) fn master_key(text: &str) -> Parsed<Secret> {
    // Meilisearch itself refuses shorter ones outside its development mode.
    if text.len() < 16 {
        Err("expected the master key of at least 16 bytes".to_owned())
    } else {
        Ok(Secret::new(text))
    }
}

pub(super) fn origins(text: &str) -> Parsed<Vec<Origin>> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(origin)
        .collect()
}

fn origin(text: &str) -> Parsed<Origin> {
    let expected = || format!("expected origins such as https://shop.example.com, found {text:?}");
    let url = Url::parse(text).map_err(|_error: url::ParseError| expected())?;
    let serialised = url.origin().ascii_serialization();
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if matches!(url.scheme(), "http" | "https") && is_bare {
        Ok(Origin(serialised))
    } else {
        Err(expected())
    }
}

pub(super) fn proxies(text: &str) -> Parsed<TrustedProxies> {
    networks(text).map(TrustedProxies::new)
}

pub(super) fn networks(text: &str) -> Parsed<Vec<IpNetwork>> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNetwork>().map_err(|()| {
                format!("expected addresses or networks such as 10.0.0.0/8, found {part:?}")
            })
        })
        .collect()
}

pub(super) fn smtp_url(text: &str) -> Parsed<SmtpServer> {
    let expected = "expected smtps://USER:PASSWORD@HOST:465?from=shop@example.com \
                    or smtp://USER:PASSWORD@HOST:587?tls=required&from=shop@example.com";
    let mut url = Url::parse(text).map_err(|error| format!("{expected} ({error})"))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    if !matches!(url.scheme(), "smtp" | "smtps") || host.is_empty() {
        return Err(expected.to_owned());
    }
    let mut from = None;
    let mut tls = None;
    for (key, value) in url.query_pairs() {
        match key.as_ref() {
            "from" if value.contains('@') => from = Some(value.into_owned()),
            "tls" if matches!(value.as_ref(), "required" | "opportunistic") => {
                tls = Some(value.into_owned());
            }
            _ => return Err(expected.to_owned()),
        }
    }
    let encrypted = url.scheme() == "smtps" || tls.as_deref() == Some("required");
    url.set_query(tls.map(|tls| format!("tls={tls}")).as_deref());
    Ok(SmtpServer {
        url: Secret::new(url.as_str()),
        host,
        encrypted,
        from,
    })
}

/// The address of a listener as seen from the same machine.
pub(super) fn local_url(listen: SocketAddr) -> Result<Url, Problem> {
    let address = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(_) | IpAddr::V6(_) => listen.ip(),
    };
    let url = format!("http://{}", SocketAddr::new(address, listen.port()));
    Url::parse(&url).map_err(|error| Problem::Refused {
        variable: Variable::Listen,
        reason: error.to_string(),
    })
}

/// Tells whether an address names this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
