//! What a row may hold that the domain does not accept.

use uuid::Uuid;

/// A row contradicts the rules of the domain: it was changed by hand or by a fault. Internal, never the caller's doing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}.{column} of row {id} holds an inconsistent value")]
pub struct Corrupt {
    /// Name of the table.
    pub table: &'static str,
    /// Name of the column.
    pub column: &'static str,
    /// Id of the row, or the first part of its key.
    pub id: Uuid,
}
