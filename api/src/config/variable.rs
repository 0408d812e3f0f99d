//! The one list of settings: names, flags, help. `.env.example` follows its order and a test compares the two.

use clap::Arg;

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    /// Development or production.
    Mode,
    /// Address and port to listen on.
    Listen,
    /// Address seen from outside.
    PublicUrl,
    /// Folder for everything kept on disk.
    DataDir,
    /// Database.
    DatabaseUrl,
    /// Size of the database pool.
    DbMaxConnections,
    /// Meilisearch server.
    MeiliUrl,
    /// Meilisearch master key.
    MeiliMasterKey,
    /// Key that signs access tokens.
    JwtSecret,
    /// Origins of browser pages that may call.
    CorsOrigins,
    /// Proxies whose forwarded address is believed.
    TrustedProxies,
    /// Mail server.
    SmtpUrl,
    /// Key of the test payment provider.
    TestPaymentSecret,
    /// Secret key of the account at Stripe.
    StripeSecretKey,
    /// Key that browsers use at Stripe.
    StripePublishableKey,
    /// Keys that sign Stripe's webhooks.
    StripeWebhookSecrets,
    /// When money promised over Stripe is taken.
    StripeCapture,
    /// Where Stripe is.
    StripeUrl,
    /// Whether production mode may use test keys of Stripe.
    StripeTestKeys,
    /// File that names a merchant at Alipay.
    AlipayFile,
    /// File that names a merchant at WeChat Pay.
    WechatPayFile,
    /// Private networks that webhooks may reach.
    WebhookNetworks,
    /// Whether the explorer is served.
    Explorer,
}

/// All settings in the order of `.env.example`.
pub const VARIABLES: [Variable; 23] = [
    Variable::Mode,
    Variable::Listen,
    Variable::PublicUrl,
    Variable::DataDir,
    Variable::DatabaseUrl,
    Variable::DbMaxConnections,
    Variable::MeiliUrl,
    Variable::MeiliMasterKey,
    Variable::JwtSecret,
    Variable::CorsOrigins,
    Variable::TrustedProxies,
    Variable::SmtpUrl,
    Variable::TestPaymentSecret,
    Variable::StripeSecretKey,
    Variable::StripePublishableKey,
    Variable::StripeWebhookSecrets,
    Variable::StripeCapture,
    Variable::StripeUrl,
    Variable::StripeTestKeys,
    Variable::AlipayFile,
    Variable::WechatPayFile,
    Variable::WebhookNetworks,
    Variable::Explorer,
];

impl Variable {
    /// Name in the environment and in `.env`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mode => "VITRINE_MODE",
            Self::Listen => "VITRINE_LISTEN",
            Self::PublicUrl => "VITRINE_PUBLIC_URL",
            Self::DataDir => "VITRINE_DATA_DIR",
            Self::DatabaseUrl => "DATABASE_URL",
            Self::DbMaxConnections => "VITRINE_DB_MAX_CONNECTIONS",
            Self::MeiliUrl => "MEILI_URL",
            Self::MeiliMasterKey => "MEILI_MASTER_KEY",
            Self::JwtSecret => "VITRINE_JWT_SECRET",
            Self::CorsOrigins => "VITRINE_CORS_ORIGINS",
            Self::TrustedProxies => "VITRINE_TRUSTED_PROXIES",
            Self::SmtpUrl => "VITRINE_SMTP_URL",
            Self::TestPaymentSecret => "VITRINE_TEST_PAYMENT_SECRET",
            Self::StripeSecretKey => "VITRINE_STRIPE_SECRET_KEY",
            Self::StripePublishableKey => "VITRINE_STRIPE_PUBLISHABLE_KEY",
            Self::StripeWebhookSecrets => "VITRINE_STRIPE_WEBHOOK_SECRETS",
            Self::StripeCapture => "VITRINE_STRIPE_CAPTURE",
            Self::StripeUrl => "VITRINE_STRIPE_URL",
            Self::StripeTestKeys => "VITRINE_STRIPE_TEST_KEYS",
            Self::AlipayFile => "VITRINE_ALIPAY_FILE",
            Self::WechatPayFile => "VITRINE_WECHAT_PAY_FILE",
            Self::WebhookNetworks => "VITRINE_WEBHOOK_NETWORKS",
            Self::Explorer => "VITRINE_EXPLORER",
        }
    }

    /// Long flag on the command line.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Mode => "mode",
            Self::Listen => "listen",
            Self::PublicUrl => "public-url",
            Self::DataDir => "data-dir",
            Self::DatabaseUrl => "database-url",
            Self::DbMaxConnections => "db-max-connections",
            Self::MeiliUrl => "meili-url",
            Self::MeiliMasterKey => "meili-master-key",
            Self::JwtSecret => "jwt-secret",
            Self::CorsOrigins => "cors-origins",
            Self::TrustedProxies => "trusted-proxies",
            Self::SmtpUrl => "smtp-url",
            Self::TestPaymentSecret => "test-payment-secret",
            Self::StripeSecretKey => "stripe-secret-key",
            Self::StripePublishableKey => "stripe-publishable-key",
            Self::StripeWebhookSecrets => "stripe-webhook-secrets",
            Self::StripeCapture => "stripe-capture",
            Self::StripeUrl => "stripe-url",
            Self::StripeTestKeys => "stripe-test-keys",
            Self::AlipayFile => "alipay-file",
            Self::WechatPayFile => "wechat-pay-file",
            Self::WebhookNetworks => "webhook-networks",
            Self::Explorer => "explorer",
        }
    }

    /// What it sets, for `--help`.
    const fn help(self) -> &'static str {
        match self {
            Self::Mode => "development or production",
            Self::Listen => "Address and port to listen on [default: 127.0.0.1:8000]",
            Self::PublicUrl => "Address seen from outside [default: the one listened on]",
            Self::DataDir => "Folder for the database, secrets and mail [default: data]",
            Self::DatabaseUrl => {
                "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: SQLite in the data folder]"
            }
            Self::DbMaxConnections => "Most database connections [default: two per core and one]",
            Self::MeiliUrl => "Meilisearch server [default: the built-in search]",
            Self::MeiliMasterKey => "Meilisearch master key, to make narrower keys from",
            Self::JwtSecret => "Key that signs access tokens, at least 32 bytes",
            Self::CorsOrigins => "Origins of browser pages that may call, separated by commas",
            Self::TrustedProxies => {
                "Addresses or networks of proxies in front, separated by commas"
            }
            Self::SmtpUrl => "Mail server, smtps://USER:PASSWORD@HOST?from=SENDER",
            Self::TestPaymentSecret => "Key of the test payment provider, at least 32 bytes",
            Self::StripeSecretKey => "Secret key of the account at Stripe [default: no Stripe]",
            Self::StripePublishableKey => "Stripe key that browsers use",
            Self::StripeWebhookSecrets => {
                "Stripe webhook secrets, two while one is replaced, separated by a comma"
            }
            Self::StripeCapture => {
                "When Stripe takes money, confirmation or payment [default: confirmation]"
            }
            Self::StripeUrl => "Address of Stripe [default: https://api.stripe.com]",
            Self::StripeTestKeys => {
                "Whether production mode may use test keys of Stripe, 1 or 0 [default: 0]"
            }
            Self::AlipayFile => "JSON file that names a merchant at Alipay [default: no Alipay]",
            Self::WechatPayFile => {
                "JSON file that names a merchant at WeChat Pay [default: no WeChat Pay]"
            }
            Self::WebhookNetworks => {
                "Private addresses or networks that webhooks may reach, separated by commas [default: none]"
            }
            Self::Explorer => {
                "1 serves the explorer at /, 0 does not [default: only in development]"
            }
        }
    }

    /// Tells whether its value must never be shown.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::DatabaseUrl
            | Self::MeiliMasterKey
            | Self::JwtSecret
            | Self::SmtpUrl
            | Self::TestPaymentSecret
            | Self::StripeSecretKey
            | Self::StripeWebhookSecrets => true,
            Self::Mode
            | Self::Listen
            | Self::PublicUrl
            | Self::DataDir
            | Self::DbMaxConnections
            | Self::MeiliUrl
            | Self::CorsOrigins
            | Self::TrustedProxies
            | Self::StripePublishableKey
            | Self::StripeCapture
            | Self::StripeUrl
            | Self::StripeTestKeys
            | Self::AlipayFile
            | Self::WechatPayFile
            | Self::WebhookNetworks
            | Self::Explorer => false,
        }
    }

    /// The setting of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        VARIABLES
            .into_iter()
            .find(|variable| variable.name() == name)
    }

    /// Its flag for the command line, valid with every command.
    #[must_use]
    pub fn argument(self) -> Arg {
        let help = if self.is_secret() {
            format!(
                "{} [env: {}; prefer it, others can read flags]",
                self.help(),
                self.name()
            )
        } else {
            format!("{} [env: {}]", self.help(), self.name())
        };
        Arg::new(self.flag())
            .long(self.flag())
            .value_name("VALUE")
            .help(help)
            .global(true)
            .help_heading("Configuration")
            .allow_hyphen_values(false)
    }
}

/// The real name closest to a mistyped one, a beginning of it first; null when none is close.
pub(super) fn closest(name: &str, at_most: usize) -> Option<&'static str> {
    VARIABLES
        .into_iter()
        .map(|variable| {
            (
                !variable.name().starts_with(name),
                edit_distance(name, variable.name()),
                variable.name(),
            )
        })
        .filter(|(_, distance, _)| *distance <= at_most)
        .min_by_key(|(is_other, distance, _)| (*is_other, *distance))
        .map(|(_, _, name)| name)
}

/// Fewest inserted, removed or changed letters that turn one text into the other.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut before = index + 1;
        next.push(before);
        for ((diagonal, above), other) in row.iter().zip(row.iter().skip(1)).zip(&right) {
            before = (diagonal + usize::from(letter != *other))
                .min(above + 1)
                .min(before + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_is_suggested() {
        assert_eq!(closest("VITRINE_LISTN", 6), Some("VITRINE_LISTEN"));
        assert_eq!(closest("VITRINE_SMTP", 6), Some("VITRINE_SMTP_URL"));
        assert_eq!(closest("DATABSE_URL", 2), Some("DATABASE_URL"));
        assert_eq!(closest("VITRINE_NOTHING_LIKE_THIS_AT_ALL", 6), None);
    }

    #[test]
    fn the_example_file_lists_every_variable_in_order_with_a_comment() {
        let example = include_str!("../../../.env.example");
        let mut names = Vec::new();
        let mut commented = false;
        for line in example.lines() {
            let setting = line
                .trim_start_matches("# ")
                .split_once('=')
                .map(|(name, _)| name);
            match setting.filter(|name| {
                name.chars()
                    .all(|letter| letter.is_ascii_uppercase() || letter == '_')
            }) {
                Some(name) => {
                    assert!(commented, "{name} has no comment above it");
                    names.push(name);
                    commented = false;
                }
                None => commented = line.starts_with("# "),
            }
        }
        assert_eq!(names, VARIABLES.map(Variable::name));
    }
}
