//! Small things every batched read needs.

use std::collections::HashMap;

use uuid::Uuid;

/// Repeats the last id until the list is as long as a power of two.
///
/// A list of any length becomes one of few lengths, hence one of few statements: those stay prepared.
#[must_use]
pub(crate) fn padded(ids: &[Uuid]) -> Vec<Uuid> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}

/// Gathers rows by owner, keeping their order.
pub(crate) fn grouped<T>(rows: Vec<T>, owner: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(owner(&row)).or_default().push(row);
    }
    groups
}

/// Most rows one INSERT takes: SQLite binds at most 32,766 values in a statement.
pub(crate) const INSERT_CHUNK: usize = 500;

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::padded;

    #[test]
    fn lists_get_few_lengths_and_keep_their_ids() {
        let ids: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
        let longer = padded(&ids);
        assert_eq!(longer.len(), 8);
        assert!(longer.iter().all(|id| ids.contains(id)));
        assert!(padded(&[]).is_empty());
    }
}
