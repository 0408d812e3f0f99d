//! Configuration: flags over environment over `.env` over defaults; read once at start, then passed by value.
//!
//! `variable.rs` is the one list of settings, `source.rs` layers where they come from, `parse.rs` turns text into
//! values, `safety.rs` holds what is refused at start. No other room reads the environment.

mod dotenv;
mod error;
mod limits;
mod network;
mod parse;
mod payment;
mod safety;
mod secret;
mod source;
mod variable;

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use crate::data_dir::DataDir;

pub use error::{ConfigError, Problem};
pub use limits::Limits;
pub use network::{IpNetwork, TrustedProxies};
pub use parse::{DatabaseUrl, Origin, SmtpServer};
pub use payment::{AlipayConfig, CaptureTime, StripeConfig, WechatPayConfig};
pub use secret::Secret;
pub use source::Sources;
pub use variable::{VARIABLES, Variable};

/// Shortest secret accepted for signing, in bytes: the block an HMAC-SHA256 key should fill at least half.
pub const SECRET_MIN_BYTES: usize = 32;

/// What the process is run for; decides which conveniences are on and what is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On a developer's machine: generated secrets, demo seed, explorer, mail shown at `/dev/mail`.
    Development,
    /// Serving buyers: nothing is generated or seeded, unsafe settings are refused.
    Production,
}

impl Mode {
    /// Tells whether buyers are served.
    #[must_use]
    pub const fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }

    /// The word used in `VITRINE_MODE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// Where Meilisearch is and with which key its narrower keys are made.
#[derive(Debug, Clone)]
pub struct MeiliConfig {
    /// Base address.
    pub url: Url,
    /// Master key; null when the narrower keys already lie in the data folder or the server runs without keys.
    pub master_key: Option<Secret>,
}

/// Every setting of a running process, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the process is run for.
    pub mode: Mode,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Address buyers and providers reach the server at, without a trailing slash in its path.
    pub public_url: Url,
    /// Folder of everything the process keeps on disk.
    pub data_dir: DataDir,
    /// Database to use.
    pub database: DatabaseUrl,
    /// Most database connections at a time; null for two per core and one.
    pub db_max_connections: Option<u32>,
    /// Meilisearch; null for the built-in engine.
    pub meili: Option<MeiliConfig>,
    /// Key that signs access tokens.
    pub jwt_secret: Secret,
    /// Origins whose pages may call the API from a browser.
    pub cors_origins: Vec<Origin>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Mail server; null for the file outbox in the data folder.
    pub smtp: Option<SmtpServer>,
    /// Key of the test payment provider; null when that provider is off.
    pub test_payment_secret: Option<Secret>,
    /// Account at Stripe; null when that provider is off.
    pub stripe: Option<StripeConfig>,
    /// Merchant at Alipay; null when that provider is off.
    pub alipay: Option<AlipayConfig>,
    /// Merchant at WeChat Pay; null when that provider is off.
    pub wechat_pay: Option<WechatPayConfig>,
    /// Private networks that webhooks may reach; none of them by default.
    pub webhook_networks: Vec<IpNetwork>,
    /// Whether the explorer is served at `/`.
    pub explorer: bool,
    /// Bounds on one GraphQL request.
    pub limits: Limits,
}

impl Config {
    /// Reads and checks every setting; creates the data folder and, in development, the secrets it lacks.
    ///
    /// # Errors
    /// All problems found, not only the first: unknown names, unreadable values, unsafe combinations.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut problems = sources.unknown_names();
        let mut read = parse::Reader::new(sources, &mut problems);

        let mode = read.or_default(Variable::Mode, parse::mode, Mode::Development);
        let listen = read.or_default(
            Variable::Listen,
            parse::listen,
            SocketAddr::from(([127, 0, 0, 1], 8000)),
        );
        let data_path = read.or_default(Variable::DataDir, parse::path, PathBuf::from("data"));
        let public_url = read.optional(Variable::PublicUrl, parse::public_url);
        let database = read.optional(Variable::DatabaseUrl, parse::database_url);
        let db_max_connections = read.optional(Variable::DbMaxConnections, parse::connections);
        let meili_url = read.optional(Variable::MeiliUrl, parse::http_url);
        let master_key = read.optional(Variable::MeiliMasterKey, parse::master_key);
        let jwt_secret = read.optional(Variable::JwtSecret, parse::signing_secret);
        let cors_origins = read.or_default(Variable::CorsOrigins, parse::origins, Vec::new());
        let trusted_proxies = read.or_default(
            Variable::TrustedProxies,
            parse::proxies,
            TrustedProxies::default(),
        );
        let smtp = read.optional(Variable::SmtpUrl, parse::smtp_url);
        let payment_secret = read.optional(Variable::TestPaymentSecret, parse::signing_secret);
        let stripe = payment::stripe(&mut read);
        let alipay = read.optional(Variable::AlipayFile, payment::alipay);
        let wechat_pay = read.optional(Variable::WechatPayFile, payment::wechat_pay);
        let webhook_networks =
            read.or_default(Variable::WebhookNetworks, parse::networks, Vec::new());
        let explorer = read.or_default(Variable::Explorer, parse::switch, !mode.is_production());
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }

        let data_dir = DataDir::open(&data_path).map_err(|error| Problem::data_dir(&error))?;
        let mut config = Self {
            mode,
            listen,
            public_url: public_url.map_or_else(|| parse::local_url(listen), Ok)?,
            database: database
                .unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.path().join("vitrine.db"))),
            db_max_connections,
            meili: meili_url.map(|url| MeiliConfig { url, master_key }),
            jwt_secret: jwt_secret.unwrap_or_default(),
            cors_origins,
            trusted_proxies,
            smtp,
            test_payment_secret: payment_secret,
            stripe,
            alipay,
            wechat_pay,
            webhook_networks,
            explorer,
            limits: Limits::default(),
            data_dir,
        };
        let mut problems = safety::settle_secrets(&mut config);
        problems.extend(safety::check(&config));
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError { problems })
        }
    }

    /// Address under the public one, for links that are printed or mailed.
    #[must_use]
    pub fn public_address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
