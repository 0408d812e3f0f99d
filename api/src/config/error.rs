//! What is wrong with the configuration, in words that say how to mend it.

use std::fmt;

use super::source::Origin;
use super::variable::Variable;
use crate::data_dir::DataDirError;

/// One thing to mend before the program can start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A name nobody reads.
    #[error("{name} ({origin}) is not a setting of Vitrine{}", suggest(*.meant))]
    UnknownName {
        /// The name as found.
        name: String,
        /// Where it was found.
        origin: Origin,
        /// The closest real name.
        meant: Option<&'static str>,
    },
    /// A value that cannot be read.
    #[error("{name}={shown} ({origin}) cannot be used: {expected}", name = .variable.name())]
    BadValue {
        /// The setting.
        variable: Variable,
        /// The value, or a placeholder when it is secret.
        shown: String,
        /// Where it was found.
        origin: Origin,
        /// What was meant, with an example.
        expected: String,
    },
    /// A line of `.env` that is not `NAME=value`.
    #[error(".env line {line}: {reason}")]
    BadLine {
        /// Line number from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A setting that is readable but unsafe or incomplete in this mode.
    #[error("{name}: {reason}", name = .variable.name())]
    Refused {
        /// The setting to change.
        variable: Variable,
        /// Why, and what to do.
        reason: String,
    },
}

impl Problem {
    /// The data folder cannot be used.
    pub(super) fn data_dir(error: &DataDirError) -> Self {
        Self::Refused {
            variable: Variable::DataDir,
            reason: error.to_string(),
        }
    }
}

fn suggest(meant: Option<&str>) -> String {
    meant.map_or_else(
        || "; see .env.example for all of them".to_owned(),
        |name| format!("; did you mean {name}?"),
    )
}

/// Everything that is wrong, in the order it was found; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The problems.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}
