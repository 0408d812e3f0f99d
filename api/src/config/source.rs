//! Where values come from, and which place wins.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use clap::ArgMatches;

use super::dotenv;
use super::error::{ConfigError, Problem};
use super::variable::{VARIABLES, Variable, closest};

/// The place a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag on the command line.
    Flag,
    /// The environment.
    Environment,
    /// A line of `.env`.
    DotEnv {
        /// Line number from 1.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("given as a flag"),
            Self::Environment => formatter.write_str("in the environment"),
            Self::DotEnv { line } => write!(formatter, "in .env line {line}"),
        }
    }
}

/// Values of all places, before they are read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    flags: BTreeMap<Variable, String>,
    environment: BTreeMap<String, String>,
    dotenv: dotenv::Entries,
}

impl Sources {
    /// Collects flags, the process environment and the `.env` file of a folder, if there is one.
    ///
    /// # Errors
    /// Lines of `.env` that cannot be read, or the file itself.
    pub fn collect(matches: &ArgMatches, folder: &Path) -> Result<Self, ConfigError> {
        let flags = VARIABLES
            .into_iter()
            .filter_map(|variable| {
                Some((
                    variable,
                    matches.get_one::<String>(variable.flag())?.clone(),
                ))
            })
            .collect();
        // Names and values that are not Unicode cannot be ours; a mangled value is then refused by its parser.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    name.into_string().ok()?,
                    value.to_string_lossy().into_owned(),
                ))
            })
            .collect();
        let dotenv = match std::fs::read_to_string(folder.join(".env")) {
            Ok(text) => dotenv::read(&text).map_err(|problems| ConfigError { problems })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => dotenv::Entries::new(),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(Problem::BadLine {
                    line: 1,
                    reason: "the file is not UTF-8 text",
                }
                .into());
            }
            Err(_) => {
                return Err(Problem::BadLine {
                    line: 1,
                    reason: "the file cannot be read",
                }
                .into());
            }
        };
        Ok(Self {
            flags,
            environment,
            dotenv,
        })
    }

    /// Values as if given by the environment alone, for tests and embedding.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let environment = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            environment,
            ..Self::default()
        }
    }

    /// Adds the text of a `.env` file, for tests and embedding.
    ///
    /// # Errors
    /// Lines that cannot be read.
    pub fn with_dotenv(mut self, text: &str) -> Result<Self, ConfigError> {
        self.dotenv = dotenv::read(text).map_err(|problems| ConfigError { problems })?;
        Ok(self)
    }

    /// Adds a flag, for tests and embedding.
    #[must_use]
    pub fn with_flag(mut self, variable: Variable, value: &str) -> Self {
        self.flags.insert(variable, value.to_owned());
        self
    }

    /// The winning value of a setting. An empty text counts as left out, as `NAME=` in a compose file means.
    pub(super) fn find(&self, variable: Variable) -> Option<(&str, Origin)> {
        let flag = self
            .flags
            .get(&variable)
            .map(|value| (value.as_str(), Origin::Flag));
        let environment = || {
            Some((
                self.environment.get(variable.name())?.as_str(),
                Origin::Environment,
            ))
        };
        let dotenv = || {
            let (value, line) = self.dotenv.get(variable.name())?;
            Some((value.as_str(), Origin::DotEnv { line: *line }))
        };
        let present = |found: &(&str, Origin)| !found.0.trim().is_empty();
        flag.filter(present)
            .or_else(|| environment().filter(present))
            .or_else(|| dotenv().filter(present))
    }

    /// Names that look like ours and are not.
    ///
    /// In `.env` a near miss of any of our names counts as well: that file is written for this program.
    pub(super) fn unknown_names(&self) -> Vec<Problem> {
        let ours = |name: &str| Variable::by_name(name).is_none() && name.starts_with("VITRINE_");
        let environment = self
            .environment
            .keys()
            .filter(|name| ours(name))
            .map(|name| Problem::UnknownName {
                name: name.clone(),
                origin: Origin::Environment,
                meant: closest(name, 6),
            });
        let dotenv = self.dotenv.iter().filter_map(|(name, (_, line))| {
            let near = Variable::by_name(name)
                .is_none()
                .then(|| closest(name, 2))
                .flatten();
            (ours(name) || near.is_some()).then(|| Problem::UnknownName {
                name: name.clone(),
                origin: Origin::DotEnv { line: *line },
                meant: closest(name, 6),
            })
        });
        environment.chain(dotenv).collect()
    }
}
