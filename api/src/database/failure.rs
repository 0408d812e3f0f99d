//! What a database failure means for the caller.

use sea_orm::{DbErr, RuntimeErr};

use crate::error::{BUSY, Error};

/// A class of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A race was lost (serialization, deadlock, lock timeout, busy): the whole transaction may be run again.
    Transient,
    /// No connection could be had in time, or the database refuses to write for now (read-only, disk full).
    Unreachable,
    /// Anything else: a bug or broken data.
    Other,
}

/// Errors that know whether the transaction may simply be run again.
pub trait IsTransient {
    /// Whether a race was lost.
    fn is_transient(&self) -> bool;
}

impl IsTransient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(BUSY))
    }
}

/// Classes a database error.
#[must_use]
pub fn classify(error: &DbErr) -> Failure {
    if let DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) =
        error
    {
        classify_sqlx(inner)
    } else if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        Failure::Unreachable
    } else {
        Failure::Other
    }
}

fn classify_sqlx(error: &sqlx::Error) -> Failure {
    let is_unreachable = matches!(
        error,
        sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed
    );
    if is_unreachable {
        return Failure::Unreachable;
    }
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.map_or(Failure::Other, |code| classify_code(&code))
}

/// Codes of both databases: five characters are PostgreSQL's SQLSTATE, fewer SQLite's extended result codes.
fn classify_code(code: &str) -> Failure {
    match code {
        // serialization failure, deadlock, lock not available; SQLITE_BUSY with its kinds, SQLITE_LOCKED
        "40001" | "40P01" | "55P03" | "5" | "261" | "517" | "773" | "6" | "262" => {
            Failure::Transient
        }
        // shutting down, cannot connect now, too many connections, statement or idle timeout, read-only, disk full;
        // SQLITE_READONLY, SQLITE_FULL, SQLITE_CANTOPEN
        "57P01" | "57P02" | "57P03" | "53300" | "57014" | "25P03" | "25006" | "53100" | "8"
        | "13" | "14" => Failure::Unreachable,
        _ => Failure::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_races_are_told_from_outages_and_from_bugs() {
        for (code, expected) in [
            ("40P01", Failure::Transient),
            ("517", Failure::Transient),
            ("53300", Failure::Unreachable),
            ("13", Failure::Unreachable),
            ("23505", Failure::Other),
            ("2067", Failure::Other),
        ] {
            assert_eq!(classify_code(code), expected, "{code}");
        }
        assert_eq!(
            classify(&DbErr::Conn(RuntimeErr::Internal(String::new()))),
            Failure::Unreachable
        );
    }
}
