//! User instructions per round by valgrind's callgrind: for machines whose `perf stat` has no counters. The program runs
//! some fifty times slower in it, so nothing else is read from such a run.
//!
//! A processor counts a block copied by `rep movsb` as one instruction, callgrind each of its bytes: the C library is told to
//! copy otherwise.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::scenario::Scenario;
use tests::connection::Connection;

const WARM_ROUNDS: u64 = 30;
const ROUNDS: u64 = 100;

/// What prices a cart.
const PRICING: &str = "domain::pricing::price::price";

/// Instructions of one round.
pub(crate) struct Count {
    pub(crate) all: u64,
    /// Those of them that [`PRICING`] took.
    pub(crate) pricing: u64,
}

/// The program, to be run in callgrind, which writes into the folder.
pub(crate) fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .env(
            "GLIBC_TUNABLES",
            "glibc.cpu.x86_rep_movsb_threshold=0x40000000",
        )
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
) -> io::Result<Count> {
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
    let dump = only_dump(data)?;
    let all = total(&dump).ok_or_else(|| io::Error::other("a dump without a sum"))?;
    Ok(Count {
        all: all / ROUNDS,
        pricing: inside(&dump, PRICING) / ROUNDS,
    })
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

/// Reads the only dump, and removes it for the next.
fn only_dump(data: &Path) -> io::Result<String> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        let is_dump = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("callgrind."));
        if is_dump {
            let text = std::fs::read_to_string(&path)?;
            std::fs::remove_file(&path)?;
            return Ok(text);
        }
    }
    Err(io::Error::other("callgrind wrote no dump"))
}

fn total(dump: &str) -> Option<u64> {
    let sum = |line: &str| line.strip_prefix("totals:")?.trim().parse().ok();
    dump.lines().find_map(sum)
}

/// What calls of a function took with all it called. A dump names a function with a number the first time, by the number from
/// then on; the line below that of the calls ends with what they took.
fn inside(dump: &str, function: &str) -> u64 {
    let named = dump.lines().find_map(|line| {
        let (_, name) = line.split_once("fn=(")?;
        let (number, name) = name.split_once(") ")?;
        (name == function).then_some(number)
    });
    let Some(number) = named else {
        return 0;
    };
    let called = format!("cfn=({number})");
    let mut lines = dump.lines();
    let mut sum = 0;
    while let Some(line) = lines.next() {
        if line.split(' ').next() == Some(&called) {
            let cost = lines.nth(1).and_then(|line| line.rsplit(' ').next());
            sum += cost
                .and_then(|cost| cost.parse::<u64>().ok())
                .unwrap_or_default();
        }
    }
    sum
}
