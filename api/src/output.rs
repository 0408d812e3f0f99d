//! The only writer to standard output: results, and the progress of long work. Logs go to standard error.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two progress lines without a terminal.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Prints one line. A closed pipe (`vitrine schema | head`) is not a failure of ours.
pub fn line(text: &str) {
    let _closed = writeln!(io::stdout().lock(), "{text}");
}

/// Prints text as it is.
pub fn text(text: &str) {
    let mut out = io::stdout().lock();
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells whether a person is watching.
#[must_use]
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// How far long work has got: a bar on a terminal, a plain line now and then elsewhere.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    label: &'static str,
    last_line: Option<Instant>,
}

impl Progress {
    /// Begins work of so many steps; null when nobody knows how many.
    #[must_use]
    pub fn begin(label: &'static str, steps: Option<u64>) -> Self {
        let watched = is_watched();
        let bar = match steps {
            Some(steps) => ProgressBar::new(steps),
            None => ProgressBar::new_spinner(),
        };
        bar.set_draw_target(if watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = if steps.is_some() {
            "{prefix} [{bar:30}] {pos}/{len} {msg}"
        } else {
            "{prefix} {spinner} {pos} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(label);
        Self {
            bar,
            label,
            last_line: (!watched).then(Instant::now),
        }
    }

    /// Says how far it is.
    pub fn set(&mut self, position: u64) {
        self.bar.set_position(position);
        if self
            .last_line
            .is_some_and(|last| last.elapsed() >= LINE_EVERY)
        {
            self.say();
            self.last_line = Some(Instant::now());
        }
    }

    /// Goes one step further.
    pub fn step(&mut self) {
        self.set(self.bar.position() + 1);
    }

    /// Ends the work, leaving one line.
    pub fn finish(self, summary: &str) {
        self.bar.finish_and_clear();
        line(&format!("{}: {summary}", self.label));
    }

    fn say(&self) {
        match self.bar.length() {
            Some(length) => line(&format!(
                "{}: {} of {length}",
                self.label,
                self.bar.position()
            )),
            None => line(&format!("{}: {}", self.label, self.bar.position())),
        }
    }
}
