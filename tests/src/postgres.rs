//! A PostgreSQL server for the tests: the one named by `TEST_DATABASE_URL`, else a throwaway cluster of this process.
//!
//! Nothing is left behind: the cluster is stopped and its folder removed by a small shell process that waits for this
//! process to end, however it ends.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// How often another port is tried when someone else took the free one first.
const START_ATTEMPTS: usize = 3;

/// Settings of a cluster whose content nobody needs after the run.
const THROWAWAY_SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
     -c max_connections=300 -c listen_addresses=127.0.0.1 -c log_min_messages=fatal";

/// Settings of a cluster that is made to crash: what it committed is written, if not synced.
const LASTING_SETTINGS: &str = "-c fsync=off -c full_page_writes=off \
     -c max_connections=100 -c listen_addresses=127.0.0.1 -c log_min_messages=fatal";

/// Stops the cluster once its standard input closes, which the operating system does when the tests' process ends.
const STOP_AT_END: &str =
    r#"trap '' INT TERM HUP; cat >/dev/null; "$@" >/dev/null 2>&1; rm -rf "$CLUSTER_DIR""#;

/// Address of the server the tests share, without a database name: `postgres://user:password@host:port`.
///
/// # Panics
/// When the throwaway server cannot be started.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => Server::given(&url),
        Err(_) => Server::throwaway(),
    })
}

/// A server and the database its administrator connects to.
#[derive(Debug)]
pub struct Server {
    base: String,
    query: String,
    admin_database: String,
}

impl Server {
    /// Address of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.query)
    }

    /// Address of the database from which others are created.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.url(&self.admin_database)
    }

    fn given(url: &str) -> Self {
        let (address, query) = url
            .split_once('?')
            .map_or((url, String::new()), |(address, query)| {
                (address, format!("?{query}"))
            });
        let authority = address.find("://").map_or(0, |at| at + 3);
        let slash = address[authority..].find('/').map(|at| authority + at);
        let (base, database) = match slash {
            Some(at) => (&address[..at], &address[at + 1..]),
            None => (address, ""),
        };
        let database = if database.is_empty() {
            "postgres"
        } else {
            database
        };
        Self {
            base: base.to_owned(),
            query,
            admin_database: database.to_owned(),
        }
    }

    fn throwaway() -> Self {
        Cluster::start(THROWAWAY_SETTINGS).server()
    }
}

/// A throwaway cluster, which whoever started it may stop and start again.
#[derive(Debug)]
pub struct Cluster {
    owner: Option<String>,
    pg_ctl: PathBuf,
    dir: PathBuf,
    port: u16,
    settings: &'static str,
}

impl Cluster {
    /// Starts a cluster that keeps what it committed when its processes die, though not when the machine does.
    #[must_use]
    pub fn lasting() -> Self {
        Self::start(LASTING_SETTINGS)
    }

    /// The server, to make databases on.
    #[must_use]
    pub fn server(&self) -> Server {
        Server {
            // It trusts everybody on this machine; the password is for scenarios in production mode.
            base: format!("postgres://postgres:unused@127.0.0.1:{}", self.port),
            query: String::new(),
            admin_database: "postgres".to_owned(),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all its processes at once, as a crash does.
    pub fn crash(&self) {
        let arguments = ["-D", text(&self.dir), "-m", "immediate", "stop"];
        run(self.owner.as_deref(), &self.pg_ctl, &arguments)
            .unwrap_or_else(|output| panic!("the cluster does not stop: {output}"));
    }

    /// Starts it again after a crash, on the same port.
    pub fn recover(&self) {
        self.launch()
            .unwrap_or_else(|output| panic!("the cluster does not start again: {output}"));
    }

    fn start(settings: &'static str) -> Self {
        let programs =
            programs().expect("PostgreSQL's initdb was there when the tests were compiled");
        let owner = unprivileged_owner();
        let dir = cluster_dir(owner.as_deref());
        let mut arguments = vec!["-D", text(&dir), "-U", "postgres", "-A", "trust"];
        arguments.extend(["-E", "UTF8", "--locale=C", "--no-sync"]);
        run(owner.as_deref(), &programs.join("initdb"), &arguments)
            .unwrap_or_else(|output| panic!("initdb failed: {output}"));
        let mut cluster = Self {
            owner,
            pg_ctl: programs.join("pg_ctl"),
            dir,
            port: 0,
            settings,
        };
        let mut refusal = String::new();
        for _ in 0..START_ATTEMPTS {
            cluster.port = free_port();
            match cluster.launch() {
                Ok(()) => {
                    cluster.stop_when_this_process_ends();
                    return cluster;
                }
                Err(output) => refusal = output,
            }
        }
        let _ = fs::remove_dir_all(&cluster.dir);
        panic!("the throwaway PostgreSQL server did not start: {refusal}");
    }

    fn launch(&self) -> Result<(), String> {
        let settings = format!("-p {} -k '' {}", self.port, self.settings);
        let log = self.dir.join("server.log");
        let mut arguments = vec!["-D", text(&self.dir), "-w", "-t", "60", "-l", text(&log)];
        arguments.extend(["-o", &settings, "start"]);
        run(self.owner.as_deref(), &self.pg_ctl, &arguments)
            .map_err(|output| format!("{output}\n{}", fs::read_to_string(&log).unwrap_or_default()))
    }

    #[expect(
        clippy::zombie_processes,
        reason = "it waits for the end of this process, not the other way round"
    )]
    fn stop_when_this_process_ends(&self) {
        let arguments = ["-D", text(&self.dir), "-m", "immediate", "stop"];
        let stop = command_line(self.owner.as_deref(), &self.pg_ctl, &arguments);
        let mut watcher = Command::new("sh")
            .args(["-c", STOP_AT_END, "stop-at-end"])
            .args(stop)
            .env("CLUSTER_DIR", &self.dir)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh to watch over the throwaway server");
        // Kept open for as long as this process lives; its closing is the signal.
        std::mem::forget(watcher.stdin.take());
    }
}

/// Folder of the newest installed server programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            let bin = version.path().join("bin");
            bin.join("initdb").exists().then_some((number, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// PostgreSQL refuses to run as root: its own account takes over then, else `nobody`.
fn unprivileged_owner() -> Option<String> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id")
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id(&["-u"]).as_deref() != Some("0") {
        return None;
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|name| id(&["-u", name]).is_some())
        .map(ToOwned::to_owned)
}

fn cluster_dir(owner: Option<&str>) -> PathBuf {
    let dir = tempfile::Builder::new()
        .prefix("vitrine-postgres-")
        .tempdir()
        .expect("a temporary folder for the cluster")
        .keep();
    if let Some(owner) = owner {
        run(None, Path::new("chown"), &[owner, text(&dir)])
            .unwrap_or_else(|output| panic!("chown failed: {output}"));
    }
    dir
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free loopback port")
        .port()
}

/// The words of a command, run as `owner` when one is given.
fn command_line(owner: Option<&str>, program: &Path, arguments: &[&str]) -> Vec<String> {
    let prefix: Vec<String> = owner.map_or_else(Vec::new, |owner| {
        [
            "setpriv",
            "--reuid",
            owner,
            "--regid",
            owner,
            "--clear-groups",
            "--",
        ]
        .map(ToOwned::to_owned)
        .to_vec()
    });
    prefix
        .into_iter()
        .chain([text(program).to_owned()])
        .chain(arguments.iter().map(|argument| (*argument).to_owned()))
        .collect()
}

/// Runs a command to its end; the error is what it said. Output goes through a file: a started server keeps an
/// inherited pipe open.
fn run(owner: Option<&str>, program: &Path, arguments: &[&str]) -> Result<(), String> {
    let words = command_line(owner, program, arguments);
    let mut said = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let out = said
        .as_file()
        .try_clone()
        .map_err(|error| error.to_string())?;
    let err = said
        .as_file()
        .try_clone()
        .map_err(|error| error.to_string())?;
    let status = Command::new(&words[0])
        .args(&words[1..])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .status()
        .map_err(|error| format!("{}: {error}", words[0]))?;
    said.flush().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err(fs::read_to_string(said.path()).unwrap_or_default())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's path is UTF-8")
}
