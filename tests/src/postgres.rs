//! A private PostgreSQL for tests, from Debian's binaries: on this machine only, with fsync, gone when they are over.
//!
//! [`Server::shared`] is one server for all tests of a process; [`Server::database`] makes a database for one test.
//! PostgreSQL refuses to run as root, so root lends it the user `postgres`. A shell stands between, which stops the
//! server when its input ends: that happens whichever way the tests end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::process::free_port;

/// A running server. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Server {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    keeper: Child,
    n_databases: AtomicU32,
}

/// Where a product keeps what it remembers.
#[derive(Clone, Debug)]
pub enum Database {
    /// In its data folder.
    Embedded,
    /// At this address, on a server that lives as long as somebody has this.
    Postgres(Arc<Server>, String),
}

impl Database {
    /// The one that this run of the tests is about: `HELIU_TEST_DATABASE=postgres`, or else the embedded one.
    ///
    /// # Panics
    /// When PostgreSQL is asked for and not installed.
    pub fn of_this_run() -> Self {
        match std::env::var("HELIU_TEST_DATABASE").as_deref() {
            Ok("postgres") => Self::postgres().expect("HELIU_TEST_DATABASE=postgres wants PostgreSQL installed"),
            _ => Self::Embedded,
        }
    }

    /// An empty one on PostgreSQL, where that is installed.
    pub fn postgres() -> Option<Self> {
        let server = Server::shared()?;
        let url = server.database();
        Some(Self::Postgres(server, url))
    }

    /// The same once more, where it is on PostgreSQL; see [`Server::copy`]. What is in a data folder is not copied.
    #[must_use]
    pub fn copied(&self) -> Self {
        match self {
            Self::Embedded => Self::Embedded,
            Self::Postgres(server, url) => Self::Postgres(Arc::clone(server), server.copy(url)),
        }
    }

    /// What tells a process where it is, if that is not in its data folder.
    pub fn environment(&self) -> Option<(&'static str, String)> {
        self.url().map(|url| ("DATABASE_URL", url.to_owned()))
    }

    /// The address, for `DATABASE_URL`.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Embedded => None,
            Self::Postgres(_, url) => Some(url),
        }
    }
}

/// Where Debian keeps PostgreSQL's programs, the newest first; none when it is not installed.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    found.retain(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file());
    found.sort();
    found.pop()
}

impl Server {
    /// The server of this process; none, with a word about it, where PostgreSQL is not installed.
    #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
    pub fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let Some(bin) = programs() else {
            eprintln!("skipped: PostgreSQL is not installed; `cargo xtask test` brings it, or: apt install postgresql");
            return None;
        };
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start(bin));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server on a free port of this machine.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(bin: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("heliu-postgres-{}-{}", std::process::id(), free_port()));
        make_cluster(&bin, &folder);
        let port = free_port();
        let (data, log) = (folder.join("data"), folder.join("log"));
        let settings = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -k {} -c fsync=on -c shared_buffers=32MB -c max_connections=100 \
             -c log_min_messages=fatal -c deadlock_timeout=200ms",
            folder.display()
        );
        let control = |verb: &str| format!("'{}/pg_ctl' -D '{}' -s {verb}", bin.display(), data.display());
        let script = format!(
            "{} -w -l '{}' -o '{settings}' && echo started; read -r _; {} -m immediate",
            control("start"),
            log.display(),
            control("stop")
        );
        let mut keeper = as_postgres("sh");
        keeper.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).current_dir(&folder);
        let keeper = keeper.spawn().expect("a shell starts");
        let server = Self { bin, folder, port, keeper, n_databases: AtomicU32::new(0) };
        server.wait();
        server
    }

    /// Makes an empty database and answers with its address.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn database(&self) -> String {
        let name = format!("heliu_{}", self.n_databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Makes another database with what is in the one at an address, which nobody may be using: sessions that a killed
    /// process has left there are ended. Answers with its address.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn copy(&self, database: &str) -> String {
        let from = database.rsplit('/').next().unwrap_or(database);
        let name = format!("heliu_{}", self.n_databases.fetch_add(1, Ordering::Relaxed));
        let sessions = format!("FROM pg_stat_activity WHERE datname = '{from}'");
        while self.sql("postgres", &format!("SELECT count(pg_terminate_backend(pid)) {sessions}")) != "0" {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {from}"));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs statements in the database at an address, or with this name; answers with what they print, without heads.
    ///
    /// # Panics
    /// When they fail.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let name = database.rsplit('/').next().unwrap_or(database);
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres"])
            .args(["-p", &self.port.to_string(), "-d", name, "-c", statements])
            .output()
            .expect("psql runs");
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts it again without a warning to anybody, as after a power cut.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn restart_at_once(&self) {
        let mut control = as_postgres(self.bin.join("pg_ctl"));
        control.arg("-D").arg(self.folder.join("data")).args(["-s", "-w", "-m", "immediate", "restart"]);
        control.arg("-l").arg(self.folder.join("log"));
        control.current_dir(&self.folder).stdout(Stdio::null());
        assert!(control.status().expect("pg_ctl runs").success(), "PostgreSQL comes back");
        self.wait();
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        let is_ready = || {
            let mut ask = Command::new(self.bin.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            ask.status().is_ok_and(|status| status.success())
        };
        while !is_ready() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "PostgreSQL does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input tells the shell to stop the server.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Copies a cluster that the first test on this machine made: that is quicker than to make one each time.
fn make_cluster(bin: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    give_to_postgres(folder);
    let version = bin.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let template = std::env::temp_dir().join(format!("heliu-postgres-template-{version}"));
    let lock = fs::File::create(std::env::temp_dir().join("heliu-postgres-template.lock")).expect("a lock");
    lock.lock().expect("the lock");
    if !template.join("made").is_file() {
        let _ = fs::remove_dir_all(&template);
        fs::create_dir_all(&template).expect("a folder");
        give_to_postgres(&template);
        let mut initdb = as_postgres(bin.join("initdb"));
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-D"]).arg(template.join("data"));
        let output = initdb.current_dir(&template).output().expect("initdb runs");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(template.join("made"), "").expect("a mark");
    }
    let mut copy = as_postgres("cp");
    copy.arg("-a").arg(template.join("data")).arg(folder.join("data"));
    assert!(copy.current_dir(folder).status().expect("cp runs").success(), "the template is copied");
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A command of the user `postgres`, when we are root; ours otherwise.
fn as_postgres(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]).arg(program);
    command
}

fn give_to_postgres(folder: &Path) {
    if is_root() {
        let given = Command::new("chown").arg("postgres:postgres").arg(folder).status();
        assert!(given.is_ok_and(|status| status.success()), "the user postgres gets {}", folder.display());
    }
}
