//! Slots: a buyer's n-th use takes slot n, and a unique index lets each be taken once.

use std::collections::HashSet;

/// Finds the lowest free slot below `most`; `None` when all are taken.
pub(crate) fn first_free(most: i32, taken: &HashSet<i32>) -> Option<i32> {
    (0..most).find(|slot| !taken.contains(slot))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::first_free;

    #[test]
    fn the_lowest_free_slot_is_next() {
        assert_eq!(first_free(2, &HashSet::new()), Some(0));
        assert_eq!(first_free(3, &HashSet::from([0, 2])), Some(1));
        assert_eq!(first_free(2, &HashSet::from([0, 1])), None);
        assert_eq!(first_free(0, &HashSet::new()), None);
    }
}
