//! Where a server is to die: what passes on a wire is counted, and at a number it gets no further.

use std::sync::{Mutex, MutexGuard};

/// What is lost when a trap springs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The request: it is never carried out.
    Request,
    /// The answer: it was carried out, and who asked never learns of it.
    Answer,
}

/// A trap on a wire; it lets everything pass until it is set.
#[derive(Default)]
pub(crate) struct Trap(Mutex<State>);

#[derive(Default)]
struct State {
    /// Requests until it springs, that one included, and what is lost then.
    set: Option<(usize, Loss)>,
    is_sprung: bool,
}

impl Trap {
    /// Lets it spring at a request from now, counted from 1.
    pub(crate) fn set(&self, number: usize, loss: Loss) {
        *self.lock() = State {
            set: Some((number, loss)),
            is_sprung: false,
        };
    }

    /// Lets everything pass again.
    pub(crate) fn disarm(&self) {
        *self.lock() = State::default();
    }

    /// Whether something was lost since it was set.
    pub(crate) fn is_sprung(&self) -> bool {
        self.lock().is_sprung
    }

    /// Counts a request; tells what of it is lost.
    pub(crate) fn count(&self) -> Option<Loss> {
        let mut state = self.lock();
        let (number, loss) = state.set?;
        state.set = (number > 1).then_some((number - 1, loss));
        (number == 1).then_some(loss)
    }

    /// Notes that something is lost for good.
    pub(crate) fn spring(&self) {
        self.lock().is_sprung = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked here")
    }
}
