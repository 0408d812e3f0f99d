//! What is refused at start, and where secrets come from.

use url::Url;

use super::error::Problem;
use super::parse::{self, Origin};
use super::secret::Secret;
use super::variable::Variable;
use super::{Config, DatabaseUrl, Mode};
use crate::data_dir::DataDirError;

/// Files of the data folder that hold generated secrets.
const JWT_SECRET_FILE: &str = "jwt-secret";
const TEST_PAYMENT_SECRET_FILE: &str = "test-payment-secret";
/// Keys the search room makes from the master key.
pub(crate) const MEILI_KEYS_FILE: &str = "meili-keys.json";

/// Fills in secrets that were not given: from the data folder, and in development by making them.
pub(super) fn settle_secrets(config: &mut Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    if config.jwt_secret.is_empty() {
        match stored_secret(config, JWT_SECRET_FILE) {
            // A hand-written file may be as weak as a hand-written variable.
            Ok(Some(secret)) => match parse::signing_secret(secret.expose()) {
                Ok(secret) => config.jwt_secret = secret,
                Err(reason) => problems.push(Problem::Refused {
                    variable: Variable::JwtSecret,
                    reason,
                }),
            },
            Ok(None) => problems.push(missing(Variable::JwtSecret, config, JWT_SECRET_FILE)),
            Err(error) => problems.push(Problem::data_dir(&error)),
        }
    }
    // In production the test provider is off unless its key is given on purpose: a file left over from development
    // must not let buyers pay with nothing.
    if config.test_payment_secret.is_none() && config.mode == Mode::Development {
        match stored_secret(config, TEST_PAYMENT_SECRET_FILE) {
            Ok(secret) => config.test_payment_secret = secret,
            Err(error) => problems.push(Problem::data_dir(&error)),
        }
    }
    problems
}

fn stored_secret(config: &Config, file: &str) -> Result<Option<Secret>, DataDirError> {
    match config.mode {
        Mode::Development => config.data_dir.secret_or_create(file).map(Some),
        Mode::Production => config.data_dir.secret(file),
    }
}

fn missing(variable: Variable, config: &Config, file: &str) -> Problem {
    let path = config.data_dir.secret_path(file);
    let reason = format!(
        "production mode needs it; set it to the output of `openssl rand -hex 32`, or put that into {} (mode 600)",
        path.display()
    );
    Problem::Refused { variable, reason }
}

/// Checks the combination of all settings.
pub(super) fn check(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |variable: Variable, reason: &str| {
        problems.push(Problem::Refused {
            variable,
            reason: reason.to_owned(),
        });
    };
    match config.mode {
        Mode::Development => {
            if !config.listen.ip().is_loopback() {
                refuse(
                    Variable::Listen,
                    "development mode shows mail and set-up tokens to everybody who can connect, so it listens on \
                     127.0.0.1 only; set VITRINE_MODE=production to be reachable",
                );
            }
        }
        Mode::Production => {
            if is_plain_and_remote(&config.public_url) {
                refuse(
                    Variable::PublicUrl,
                    "production mode needs https here: tokens and passwords travel over it",
                );
            }
            if config.cors_origins.iter().any(is_plain_origin) {
                refuse(
                    Variable::CorsOrigins,
                    "production mode accepts http origins only on this machine; use https",
                );
            }
            if config
                .trusted_proxies
                .networks()
                .iter()
                .any(super::IpNetwork::is_everything)
            {
                refuse(
                    Variable::TrustedProxies,
                    "a range of everybody would let each caller choose its own address; name the proxies",
                );
            }
            check_outside(config, &mut refuse);
        }
    }
    problems
}

/// Refusals about the servers we talk to.
fn check_outside(config: &Config, refuse: &mut impl FnMut(Variable, &str)) {
    if let Some(meili) = &config.meili {
        let has_keys = config
            .data_dir
            .secret(MEILI_KEYS_FILE)
            .ok()
            .flatten()
            .is_some();
        if meili.master_key.is_none() && !has_keys {
            refuse(
                Variable::MeiliMasterKey,
                "production mode does not use a Meilisearch without keys; give its master key once, the narrower \
                 keys made from it are kept in the data folder",
            );
        }
    }
    if let Some(smtp) = &config.smtp {
        let is_local = matches!(smtp.host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if !smtp.encrypted && !is_local {
            refuse(
                Variable::SmtpUrl,
                "mails carry log-in tokens, so the connection must be encrypted; use smtps:// or add ?tls=required",
            );
        }
    }
    if config
        .stripe
        .as_ref()
        .is_some_and(|stripe| stripe.is_for_tests() && !stripe.allows_test_keys)
    {
        refuse(
            Variable::StripeSecretKey,
            "a test key takes no money, so goods would leave for nothing; use the live keys, or say \
             VITRINE_STRIPE_TEST_KEYS=1 for a rehearsal",
        );
    }
    let stripe = config.stripe.as_ref().map(|stripe| &stripe.url);
    let alipay = config.alipay.as_ref().map(|alipay| &alipay.gateway);
    let wechat_pay = config.wechat_pay.as_ref().map(|wechat| &wechat.url);
    for (variable, address) in [
        (Variable::StripeUrl, stripe),
        (Variable::AlipayFile, alipay),
        (Variable::WechatPayFile, wechat_pay),
    ] {
        if address.is_some_and(is_plain_and_remote) {
            refuse(
                variable,
                "production mode talks about money over https only",
            );
        }
    }
    if let DatabaseUrl::Postgres(url) = &config.database
        && has_no_password(url)
    {
        refuse(
            Variable::DatabaseUrl,
            "a PostgreSQL server over the network needs a password in production mode",
        );
    }
}

fn is_plain_and_remote(url: &Url) -> bool {
    url.scheme() == "http" && !parse::is_loopback(url)
}

fn is_plain_origin(origin: &Origin) -> bool {
    Url::parse(origin.as_str()).is_ok_and(|url| is_plain_and_remote(&url))
}

fn has_no_password(url: &Secret) -> bool {
    Url::parse(url.expose()).is_ok_and(|url| {
        // A socket folder as host authenticates by the operating system's user.
        let is_socket = url
            .host_str()
            .is_none_or(|host| host.is_empty() || host.starts_with("%2F"));
        let query_host = url
            .query_pairs()
            .any(|(key, value)| key == "host" && value.starts_with('/'));
        url.password().is_none() && !is_socket && !query_host && !parse::is_loopback(&url)
    })
}
