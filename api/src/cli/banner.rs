//! What the program says once it is ready: addresses, stand-ins, the first log-in, a request to copy.

use std::fmt;
use std::time::Duration;

use crate::config::{Config, DatabaseUrl, Mode};
use crate::service::staff::SetupToken;

/// The text printed at start.
pub(super) struct Banner<'a> {
    config: &'a Config,
    first_staff: Option<SetupToken>,
    took: Duration,
}

impl<'a> Banner<'a> {
    pub(super) const fn new(
        config: &'a Config,
        first_staff: Option<SetupToken>,
        took: Duration,
    ) -> Self {
        Self {
            config,
            first_staff,
            took,
        }
    }

    /// One line per part that stands in for a real one.
    fn stand_ins(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.config.meili.is_none() {
            lines.push("search: built-in; set MEILI_URL for Meilisearch".to_owned());
        }
        if matches!(self.config.database, DatabaseUrl::Sqlite(_)) {
            lines.push("database: SQLite; set DATABASE_URL for PostgreSQL".to_owned());
        }
        if self.config.test_payment_secret.is_some() {
            lines.push("payments: test provider".to_owned());
        }
        if self.config.smtp.is_none() {
            let folder = self.config.data_dir.mail();
            lines.push(format!(
                "mail: files in {}; set VITRINE_SMTP_URL to send them",
                folder.display()
            ));
        }
        lines
    }
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |path: &str| self.config.public_address(path);
        let graphql = address("/graphql");
        writeln!(
            out,
            "\nVitrine {} is ready ({} mode, after {} ms)\n",
            env!("CARGO_PKG_VERSION"),
            self.config.mode.as_str(),
            self.took.as_millis()
        )?;
        writeln!(out, "  GraphQL   {graphql}")?;
        if self.config.explorer {
            writeln!(out, "  Explorer  {}", address("/"))?;
        }
        writeln!(out, "  Health    {}", address("/healthz"))?;
        if self.config.mode == Mode::Development && self.config.smtp.is_none() {
            writeln!(out, "  Mails     {}", address("/dev/mail"))?;
        }
        writeln!(out)?;
        for line in self.stand_ins() {
            writeln!(out, "  {line}")?;
        }
        writeln!(
            out,
            "\n  Try it:\n\n    curl {graphql} -H 'Content-Type: application/json' \\\n      \
             --data '{{\"query\":\"{{ products(first: 3) {{ nodes {{ name slug }} }} }}\"}}'\n"
        )?;
        if let Some(SetupToken { email, token }) = &self.first_staff {
            writeln!(
                out,
                "  No staff member has a password yet. This one-time token sets the one of {email}:\n\n    {token}\n\n    \
                 curl {graphql} -H 'Content-Type: application/json' \\\n      --data '{{\"query\":\"mutation($input: \
                 PasswordResetInput!) {{ passwordReset(input: $input) {{ accepted userErrors {{ message }} }} }}\",\
                 \"variables\":{{\"input\":{{\"token\":\"{token}\",\"password\":\"CHOOSE-A-PASSWORD\"}}}}}}'\n"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn config(folder: &std::path::Path, more: &[(&str, &str)]) -> Config {
        let data = folder.display().to_string();
        let mut pairs = vec![("VITRINE_DATA_DIR", data.as_str())];
        pairs.extend_from_slice(more);
        Config::load(&Sources::from_pairs(pairs)).unwrap()
    }

    #[test]
    fn a_newcomer_reads_every_address_and_every_stand_in() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), &[]);
        let first = SetupToken {
            email: "owner@vitrine.test".to_owned(),
            token: "one-time".to_owned(),
        };
        let text = Banner::new(&config, Some(first), Duration::from_millis(7)).to_string();
        for expected in [
            "http://127.0.0.1:8000/graphql",
            "http://127.0.0.1:8000/\n",
            "http://127.0.0.1:8000/healthz",
            "search: built-in; set MEILI_URL for Meilisearch\n",
            "database: SQLite; set DATABASE_URL for PostgreSQL\n",
            "payments: test provider\n",
            "\n    one-time\n",
            "--data '{\"query\":\"{ products(first: 3) { nodes { name slug } } }\"}'",
        ] {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
    }

    #[test]
    fn what_is_real_is_not_called_a_stand_in() {
        let folder = tempfile::tempdir().unwrap();
        let more = [
            ("DATABASE_URL", "postgres://shop:pw@localhost/shop"),
            ("MEILI_URL", "http://127.0.0.1:7700"),
            ("VITRINE_SMTP_URL", "smtp://localhost"),
        ];
        let text = Banner::new(&config(folder.path(), &more), None, Duration::ZERO).to_string();
        for absent in ["search:", "database:", "mail:", "staff", "/dev/mail"] {
            assert!(!text.contains(absent), "{absent} is in:\n{text}");
        }
    }
}
