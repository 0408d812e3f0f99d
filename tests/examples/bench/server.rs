//! The program under test, as a process of its own so that its instructions are its own.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{callgrind, flood};
use tests::connection::Connection;

/// A running server; ended when dropped.
pub(crate) struct Server {
    process: Child,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts `vitrine` on a database and a data folder, under callgrind if its instructions are to be counted so.
    pub(crate) async fn start(
        program: &Path,
        database_url: &str,
        data: &Path,
        port: u16,
        is_counted: bool,
    ) -> io::Result<Self> {
        let mut command = if is_counted {
            callgrind::command(program, data)
        } else {
            Command::new(program)
        };
        command
            .arg("serve")
            .env("DATABASE_URL", database_url)
            .env("VITRINE_DATA_DIR", data)
            .env("VITRINE_LISTEN", format!("127.0.0.1:{port}"))
            .env("VITRINE_TRUSTED_PROXIES", "127.0.0.1/32")
            .env("VITRINE_TEST_PAYMENT_SECRET", flood::SECRET)
            .env("RUST_LOG", "warn");
        Self::wait(command, port).await
    }

    /// Starts this driver as the floor: a bare handler that sends the bytes of a file.
    pub(crate) async fn start_floor(body: &Path, port: u16) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(port.to_string()).arg(body);
        Self::wait(command, port).await
    }

    async fn wait(mut command: Command, port: u16) -> io::Result<Self> {
        let began = Instant::now();
        let process = command.stdout(Stdio::null()).spawn()?;
        let mut server = Self {
            process,
            started_in: Duration::ZERO,
        };
        while began.elapsed() < Duration::from_mins(1) {
            if let Ok(mut connection) = Connection::open(port).await {
                let answer = connection
                    .post("/graphql", r#"{"query":"{ __typename }"}"#)
                    .await?;
                if answer.status == 200 {
                    server.started_in = began.elapsed();
                    return Ok(server);
                }
            }
            if let Some(status) = server.process.try_wait()? {
                return Err(io::Error::other(format!("the server ended: {status}")));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(io::Error::other("the server does not answer"))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Memory in use, in MiB.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
            .map(|kib| kib / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}
