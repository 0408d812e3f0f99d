//! Those who would wait for each other gather in a lane and are served together: while some are served, the next gather. Whoever
//! finds nobody at work is served at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// The lanes that are busy, with those who wait there.
#[derive(Debug)]
pub(super) struct Lanes<K, T>(Mutex<HashMap<K, Vec<T>>>);

/// Who serves a lane until nobody waits there. Should it panic, those who wait are turned away: what they wait with is dropped.
#[derive(Debug)]
pub(super) struct Leader<'a, K: Copy + Eq + Hash, T> {
    lanes: &'a Lanes<K, T>,
    lane: K,
    is_over: bool,
}

impl<K, T> Default for Lanes<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, T> Lanes<K, T> {
    /// Lets somebody wait in a busy lane of those that would do, else in the first of them; gives the lane if it was opened for
    /// this and has no leader yet.
    ///
    /// # Errors
    /// [`Error::Internal`] when no lane would do.
    pub(super) fn enter(&self, any_of: &[K], waiting: T) -> Result<Option<K>> {
        let mut lanes = self.lock();
        let busy = any_of.iter().find(|lane| lanes.contains_key(lane));
        let Some(lane) = busy.or(any_of.first()).copied() else {
            return Err(Error::internal("nothing to wait for"));
        };
        let is_new = busy.is_none();
        lanes.entry(lane).or_default().push(waiting);
        Ok(is_new.then_some(lane))
    }

    /// A panic in between leaves every lane whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Vec<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leads a lane that was just opened.
    pub(super) fn lead(&self, lane: K) -> Leader<'_, K, T> {
        Leader {
            lanes: self,
            lane,
            is_over: false,
        }
    }
}

impl<K: Copy + Eq + Hash, T> Leader<'_, K, T> {
    /// Takes those who waited longest, as many as `how_many` says of all; closes the lane when there is nobody.
    pub(super) fn next(&mut self, how_many: impl FnOnce(&[T]) -> usize) -> Option<Vec<T>> {
        let mut lanes = self.lanes.lock();
        let waiting = lanes.get_mut(&self.lane)?;
        if waiting.is_empty() {
            lanes.remove(&self.lane);
            self.is_over = true;
            return None;
        }
        let next = how_many(waiting).clamp(1, waiting.len());
        Some(waiting.drain(..next).collect())
    }
}

impl<K: Copy + Eq + Hash, T> Drop for Leader<'_, K, T> {
    fn drop(&mut self) {
        if !self.is_over {
            self.lanes.lock().remove(&self.lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;

    #[test]
    fn who_comes_while_others_are_served_waits_for_the_next_turn() {
        let lanes = Lanes::default();
        assert_eq!(lanes.enter(&['a', 'b'], 1).unwrap(), Some('a'));
        let mut leader = lanes.lead('a');
        assert_eq!(leader.next(<[_]>::len), Some(vec![1]));
        assert_eq!(
            lanes.enter(&['b', 'a'], 2).unwrap(),
            None,
            "a busy lane will do"
        );
        assert_eq!(lanes.enter(&['a'], 3).unwrap(), None);
        assert_eq!(lanes.enter(&['b'], 4).unwrap(), Some('b'));
        assert_eq!(leader.next(|_| 1), Some(vec![2]));
        assert_eq!(
            leader.next(|_| 0),
            Some(vec![3]),
            "somebody is always served"
        );
        assert_eq!(leader.next(<[_]>::len), None);
        drop(leader);
        assert_eq!(
            lanes.enter(&['a'], 5).unwrap(),
            Some('a'),
            "the lane was closed"
        );
        assert!(lanes.enter(&[], 6).is_err());
    }

    #[test]
    fn those_who_wait_for_a_leader_that_panics_are_turned_away() {
        let lanes = Lanes::default();
        assert_eq!(lanes.enter(&[()], "first").unwrap(), Some(()));
        let led = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut leader = lanes.lead(());
            assert_eq!(leader.next(<[_]>::len), Some(vec!["first"]));
            assert_eq!(lanes.enter(&[()], "second").unwrap(), None);
            leader.next(|_| panic!("a bug, while the lanes are locked"));
        }));
        assert!(led.is_err());
        assert_eq!(lanes.enter(&[()], "third").unwrap(), Some(()));
        assert_eq!(lanes.lead(()).next(<[_]>::len), Some(vec!["third"]));
    }
}
