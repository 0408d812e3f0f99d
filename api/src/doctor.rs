//! What `vitrine doctor` looks at; each finding that is not fine says how to mend it.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl, Mode, Problem};
use crate::database::{Database, migrate};
use crate::search::Meilisearch;
use crate::service::inventory;

/// Longest wait for anything outside.
const PATIENCE: Duration = Duration::from_secs(5);
/// Difference between our clock and the database's that is worth a word, and one that breaks deadlines.
const NOTABLE_SKEW: TimeDelta = TimeDelta::seconds(2);
const BREAKING_SKEW: TimeDelta = TimeDelta::seconds(30);
/// Free bytes below which the disk is nearly full, and below which writes are about to fail.
const LOW_DISK: u64 = 1 << 30;
const NO_DISK: u64 = 100 << 20;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// As it should be.
    Fine,
    /// Works, but look at it.
    Warning,
    /// Does not work.
    Broken,
}

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How grave it is.
    pub grade: Grade,
    /// What was found.
    pub found: String,
    /// How to mend it; null when it is fine.
    pub mend: Option<String>,
}

impl Finding {
    fn fine(subject: &'static str, found: impl Into<String>) -> Self {
        Self {
            subject,
            grade: Grade::Fine,
            found: found.into(),
            mend: None,
        }
    }

    fn warning(subject: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            subject,
            grade: Grade::Warning,
            found: found.into(),
            mend: Some(mend.into()),
        }
    }

    fn broken(subject: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            subject,
            grade: Grade::Broken,
            found: found.into(),
            mend: Some(mend.into()),
        }
    }

    /// A problem of the configuration.
    #[must_use]
    pub fn configuration(problem: &Problem) -> Self {
        Self::broken(
            "configuration",
            problem.to_string(),
            "change it in the flags, the environment or .env",
        )
    }

    /// Whether the shop cannot run like this.
    #[must_use]
    pub fn must_be_mended(&self) -> bool {
        self.grade == Grade::Broken
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Fine => "ok     ",
            Grade::Warning => "warning",
            Grade::Broken => "BROKEN ",
        };
        write!(out, "{grade} {}: {}", self.subject, self.found)?;
        if let Some(mend) = &self.mend {
            write!(out, "\n        mend: {mend}")?;
        }
        Ok(())
    }
}

/// Looks at everything. Nothing is changed but the data folder, which is created when it is not there.
pub async fn examine(config: Config) -> Vec<Finding> {
    let mut findings = vec![Finding::fine(
        "configuration",
        format!("{} mode", config.mode.as_str()),
    )];
    findings.extend(mail(&config));
    findings.push(disk(config.data_dir.path()));
    findings.extend(database(&config).await);
    findings.push(search_engine(&config).await);
    findings
}

fn mail(config: &Config) -> Option<Finding> {
    let is_missing = config.mode == Mode::Production && config.smtp.is_none();
    is_missing.then(|| {
        Finding::warning(
            "mail",
            "no mail server; mails stay in the data folder, so members cannot verify their address",
            "set VITRINE_SMTP_URL",
        )
    })
}

async fn database(config: &Config) -> Vec<Finding> {
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        let found = format!("{} does not exist yet", path.display());
        return vec![Finding::warning(
            "database",
            found,
            "start the server or run `vitrine migrate`",
        )];
    }
    let mend = "check that the server runs and that DATABASE_URL is right";
    match tokio::time::timeout(PATIENCE, Database::open(config)).await {
        Ok(Ok(database)) => {
            let migrations = migrations(&database).await;
            let is_current = migrations.grade == Grade::Fine;
            let mut findings = vec![
                integrity(&database).await,
                migrations,
                clock(&database).await,
            ];
            if is_current {
                findings.push(stock(&database).await);
            }
            database.close().await;
            findings
        }
        Ok(Err(error)) => vec![Finding::broken("database", error.to_string(), mend)],
        Err(_elapsed) => vec![Finding::broken("database", "no answer within 5 s", mend)],
    }
}

async fn integrity(database: &Database) -> Finding {
    let looked = async {
        Ok::<_, crate::error::Error>((database.describe().await?, database.find_damage().await?))
    };
    match looked.await {
        Ok((version, None)) => Finding::fine("database", version),
        Ok((version, Some(damage))) => Finding::broken(
            "database",
            format!("{version}: {damage}"),
            "restore the last backup",
        ),
        Err(error) => Finding::broken(
            "database",
            error.to_string(),
            "check that its disk works and is not full",
        ),
    }
}

async fn migrations(database: &Database) -> Finding {
    match migrate::pending(database).await {
        Ok(pending) if pending.is_empty() => Finding::fine("migrations", "up to date"),
        Ok(pending) => {
            let found = format!(
                "{} not applied, first {}",
                pending.len(),
                pending.first().map_or("", String::as_str)
            );
            Finding::warning(
                "migrations",
                found,
                "run `vitrine migrate`, or start the server, which does it",
            )
        }
        Err(error) => Finding::broken(
            "migrations",
            error.to_string(),
            "run the version of Vitrine that made this database",
        ),
    }
}

async fn clock(database: &Database) -> Finding {
    let clock = Clock::default();
    match clock.db_now(database.read()).await {
        Ok(theirs) => skew(clock.now(), theirs),
        Err(error) => Finding::broken("clock", error.to_string(), "check the database first"),
    }
}

/// Looks at stock as the hourly check does, but keeps nothing.
async fn stock(database: &Database) -> Finding {
    let looked = async {
        let now = Clock::default().db_now(database.read()).await?;
        inventory::find_drifts(database, now).await
    };
    match looked.await {
        Ok(drifts) => drift(drifts.len()),
        Err(error) => Finding::broken("stock", error.to_string(), "check the database first"),
    }
}

fn drift(total: usize) -> Finding {
    if total == 0 {
        return Finding::fine("stock", "agrees with its movements, holds and orders");
    }
    Finding::warning(
        "stock",
        format!("{total} counters disagree with their movements, holds or orders"),
        "look at `stockCheck`, count the shelves, and report what led to it; nothing is mended by itself",
    )
}

fn skew(ours: DateTime<Utc>, theirs: DateTime<Utc>) -> Finding {
    let skew = (ours - theirs).abs();
    let found = format!("{} ms apart from the database's", skew.num_milliseconds());
    let mend = "synchronise both machines' clocks, for example with systemd-timesyncd or chrony";
    if skew >= BREAKING_SKEW {
        Finding::broken("clock", found, mend)
    } else if skew >= NOTABLE_SKEW {
        Finding::warning("clock", found, mend)
    } else {
        Finding::fine("clock", found)
    }
}

async fn search_engine(config: &Config) -> Finding {
    let Some(meili) = &config.meili else {
        return Finding::fine("search", "built-in");
    };
    match tokio::time::timeout(PATIENCE, Meilisearch::new(meili, &config.data_dir).check()).await {
        Ok(Ok(())) => Finding::fine("search", format!("Meilisearch at {}", meili.url)),
        Ok(Err(error)) => Finding::warning(
            "search",
            format!(
                "Meilisearch at {} fails: {error}; the built-in search answers meanwhile",
                meili.url
            ),
            "check that it runs and that MEILI_URL and MEILI_MASTER_KEY are right",
        ),
        Err(_elapsed) => Finding::warning(
            "search",
            format!(
                "Meilisearch at {} does not answer; the built-in search answers meanwhile",
                meili.url
            ),
            "check that it runs and that MEILI_URL is right",
        ),
    }
}

#[cfg(unix)]
fn disk(folder: &Path) -> Finding {
    match rustix::fs::statvfs(folder) {
        Ok(status) => free_space(folder, status.f_bavail.saturating_mul(status.f_frsize)),
        Err(error) => Finding::warning(
            "disk",
            error.to_string(),
            "check that VITRINE_DATA_DIR can be read",
        ),
    }
}

#[cfg(not(unix))]
fn disk(folder: &Path) -> Finding {
    Finding::fine(
        "disk",
        format!(
            "{} exists; free space is not measured on this system",
            folder.display()
        ),
    )
}

fn free_space(folder: &Path, free: u64) -> Finding {
    let found = format!("{} MiB free at {}", free >> 20, folder.display());
    let mend = "free some space or move VITRINE_DATA_DIR";
    if free < NO_DISK {
        Finding::broken("disk", found, mend)
    } else if free < LOW_DISK {
        Finding::warning("disk", found, mend)
    } else {
        Finding::fine("disk", found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_a_little() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let grade = |millis| skew(now, now + TimeDelta::milliseconds(millis)).grade;
        assert_eq!(
            [0, 1_999, 2_000, -29_999, 30_000].map(grade),
            [
                Grade::Fine,
                Grade::Fine,
                Grade::Warning,
                Grade::Warning,
                Grade::Broken
            ]
        );
    }

    #[test]
    fn a_full_disk_is_called_broken_before_it_is() {
        let grade = |free| free_space(Path::new("data"), free).grade;
        assert_eq!(
            [u64::MAX, LOW_DISK, LOW_DISK - 1, NO_DISK - 1].map(grade),
            [Grade::Fine, Grade::Fine, Grade::Warning, Grade::Broken]
        );
    }

    #[test]
    fn stock_that_disagrees_is_worth_a_word() {
        assert_eq!(
            [0, 1].map(|total| drift(total).grade),
            [Grade::Fine, Grade::Warning]
        );
    }

    #[test]
    fn a_finding_says_how_to_mend_it() {
        let finding = Finding::warning("mail", "no mail server", "set VITRINE_SMTP_URL");
        assert_eq!(
            finding.to_string(),
            "warning mail: no mail server\n        mend: set VITRINE_SMTP_URL"
        );
    }
}
