//! User instructions of a process, by `perf stat`: the figure that repeats within a few percent on a noisy machine.

use std::io::Read;
use std::process::{Child, Command, Stdio};

/// Counts while it lives.
pub(crate) struct Counter(Option<Child>);

impl Counter {
    /// Starts counting a process; silently counts nothing where `perf` is not installed.
    pub(crate) fn start(pid: u32) -> Self {
        let child = Command::new("perf")
            .args([
                "stat",
                "-x",
                ",",
                "-e",
                "instructions:u",
                "-p",
                &pid.to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        // Attached when its counters are open, which it does not tell.
        std::thread::sleep(std::time::Duration::from_millis(300));
        Self(child.ok())
    }

    /// Ends counting.
    pub(crate) fn stop(self) -> Option<u64> {
        let mut child = self.0?;
        // SIGINT makes perf print; SIGKILL would not.
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .ok()?;
        let mut report = String::new();
        child.stderr.take()?.read_to_string(&mut report).ok()?;
        child.wait().ok()?;
        report
            .lines()
            .find(|line| line.contains("instructions"))
            .and_then(|line| line.split(',').next()?.parse().ok())
    }
}
