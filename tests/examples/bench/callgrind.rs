//! User instructions per round by valgrind's callgrind: for machines whose `perf stat` has no counters. The program runs
//! some fifty times slower in it, so nothing else is read from such a run.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::scenario::Scenario;
use tests::connection::Connection;

const WARM_ROUNDS: u64 = 30;
const ROUNDS: u64 = 100;

/// The program, to be run in callgrind, which writes into the folder.
pub(crate) fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!(
            "--callgrind-out-file={}",
            data.join("callgrind").display()
        ))
        .arg(program);
    command
}

/// Instructions of one round, on one connection.
pub(crate) async fn instructions_each(
    scenario: &Arc<dyn Scenario>,
    port: u16,
    pid: u32,
    data: &Path,
) -> io::Result<u64> {
    let mut connection = Connection::open(port).await?;
    scenario
        .prepare(&mut connection, WARM_ROUNDS + ROUNDS)
        .await?;
    for round in 0..WARM_ROUNDS {
        scenario.round(&mut connection, round).await?;
    }
    control(pid, "--zero")?;
    for round in WARM_ROUNDS..WARM_ROUNDS + ROUNDS {
        scenario.round(&mut connection, round).await?;
    }
    control(pid, "--dump")?;
    total(data).map(|all| all / ROUNDS)
}

fn control(pid: u32, order: &str) -> io::Result<()> {
    let status = Command::new("callgrind_control")
        .args([order, &pid.to_string()])
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "callgrind_control {order}: {status}"
        )))
    }
}

/// Reads the sum of the only dump, and removes it for the next.
fn total(data: &Path) -> io::Result<u64> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        let is_dump = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("callgrind."));
        if !is_dump {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        std::fs::remove_file(&path)?;
        let sum = text
            .lines()
            .find_map(|line| line.strip_prefix("totals:")?.trim().parse().ok());
        return sum.ok_or_else(|| io::Error::other("a dump without a sum"));
    }
    Err(io::Error::other("callgrind wrote no dump"))
}
