//! The server as a process of its own: this test binary, run again.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use api::config::{Config, Sources};
use api::database::Database;
use api::start;
use sea_orm::DbBackend;
use tests::TestApp;
use tests::connection::Connection;

/// Tells the process that it is the server; holds its settings, one `NAME=value` a line.
const SETTINGS: &str = "VITRINE_FAULT_SERVER";
/// Names the file that says at which commit the server dies, counted from 1; without the file it lives.
const TRAP: &str = "VITRINE_FAULT_TRAP";
/// Longest a debug build takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server; killed when dropped.
pub(crate) struct Server {
    process: Child,
    settings: String,
    trap: PathBuf,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a server beside an app, on its database.
    pub(crate) async fn start(app: &TestApp) -> Self {
        Self::start_on(app, app.database_url()).await
    }

    /// The same on the address of a database, which may lead through a proxy.
    pub(crate) async fn start_on(app: &TestApp, database_url: &str) -> Self {
        Self::start_with(app, database_url, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn start_with(
        app: &TestApp,
        database_url: &str,
        more: &[(&str, &str)],
    ) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let data: PathBuf = app.dir().join(format!("server-{port}"));
        let listen = format!("127.0.0.1:{port}");
        let own = [
            ("DATABASE_URL", database_url),
            ("VITRINE_DATA_DIR", data.to_str().expect("UTF-8")),
            ("VITRINE_MODE", "development"),
            ("VITRINE_LISTEN", &listen),
            (
                "VITRINE_JWT_SECRET",
                "a-secret-of-the-tests-that-is-long-enough",
            ),
            ("VITRINE_DB_MAX_CONNECTIONS", "8"),
        ];
        let settings: Vec<String> = own
            .iter()
            .chain(more)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let trap = data.with_extension("trap");
        let settings = settings.join("\n");
        let mut server = Self {
            process: launch(&settings, &trap),
            settings,
            trap,
            port,
        };
        server.until_ready().await;
        server
    }

    /// Lets the process die before a commit from now, counted from 1; SQLite only.
    pub(crate) fn die_at_commit(&self, number: usize) {
        fs::write(&self.trap, number.to_string()).expect("the trap");
    }

    /// Lets it live.
    pub(crate) fn live_on(&self) {
        let _was_set = fs::remove_file(&self.trap);
    }

    /// Whether the process has ended.
    pub(crate) fn has_died(&mut self) -> bool {
        self.process.try_wait().expect("its status").is_some()
    }

    /// Ends the process without a word, as a power cut does to it, and starts another in its place.
    pub(crate) async fn kill_and_restart(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
        self.process = launch(&self.settings, &self.trap);
        self.until_ready().await;
    }

    /// Asks the process to stop.
    pub(crate) fn ask_to_stop(&self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .expect("kill");
        assert!(asked.success(), "it runs: {asked}");
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("its status") {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the server does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops it in good order.
    pub(crate) async fn stop(mut self) {
        self.ask_to_stop();
        let status = self.ended().await;
        assert!(status.success(), "the server ended: {status}");
    }

    async fn until_ready(&mut self) {
        let began = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(self.port).await {
                let asked = connection.post("/graphql", r#"{"query":"{ __typename }"}"#);
                if asked.await.is_ok_and(|answer| answer.status == 200) {
                    return;
                }
            }
            if let Some(status) = self.process.try_wait().expect("its status") {
                panic!("the server ended: {status}");
            }
            assert!(began.elapsed() < PATIENCE, "the server does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn launch(settings: &str, trap: &Path) -> Child {
    let program = std::env::current_exe().expect("this program");
    Command::new(program)
        .args(["--exact", "server::serve", "--ignored", "--nocapture"])
        .env(SETTINGS, settings)
        .env(TRAP, trap)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("this program runs again")
}

#[test]
#[ignore = "no test: the server of the others"]
fn serve() {
    let settings = std::env::var(SETTINGS).expect("only the other tests run this");
    let pairs = settings.lines().filter_map(|line| line.split_once('='));
    let config = Config::load(&Sources::from_pairs(pairs)).expect("settings");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let listener = start::listen(config.listen).await.expect("the port");
        let app = start::open(config).await.expect("the shop opens");
        if app.database.backend() == DbBackend::Sqlite {
            watch_commits(&app.database).await;
        }
        start::run(app, listener, start::asked_to_stop())
            .await
            .expect("the shop ends in good order");
    });
}

/// Dies in the middle of the commit that the trap's file names. The one writing connection stays open as long as the process
/// lives, and SQLite asks it before each commit.
async fn watch_commits(database: &Database) {
    let trap = PathBuf::from(std::env::var(TRAP).expect("its name"));
    let pool = database.write().get_sqlite_connection_pool();
    let mut writer = pool.acquire().await.expect("the writer");
    let mut handle = writer.lock_handle().await.expect("its handle");
    handle.set_commit_hook(move || {
        let left: Option<usize> = fs::read_to_string(&trap)
            .ok()
            .and_then(|text| text.parse().ok());
        match left {
            Some(1) => std::process::abort(),
            Some(left) => fs::write(&trap, (left - 1).to_string()).expect("the trap"),
            None => {}
        }
        true
    });
}
