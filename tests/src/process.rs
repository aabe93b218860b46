//! The product as a process: how every suite starts it, knows that it is ready, and ends it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// What a start may take, and what waiting for an end may take: both on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a process is to be started; [`Launch::on`] is the usual way.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The data folder.
    pub folder: PathBuf,
    /// The port on this machine; 0 takes a free one.
    pub port: u16,
    /// The least that is logged.
    pub log: &'static str,
    /// More arguments of `heliu serve`.
    pub arguments: Vec<String>,
    /// Environment variables; of ours, `DATABASE_URL` does not reach it.
    pub environment: Vec<(&'static str, String)>,
    /// A program, with its arguments, that the server runs under.
    pub under: Vec<String>,
}

/// A process that takes requests. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// What makes the first owner, where there is none yet.
    pub setup_token: String,
    /// From the start of the process to the moment it took requests.
    pub took: Duration,
    child: Child,
}

impl Launch {
    /// On this data folder and a free port.
    pub fn on(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            port: 0,
            log: "warn",
            arguments: Vec::new(),
            environment: Vec::new(),
            under: Vec::new(),
        }
    }

    /// Starts it, and waits until it says that it is ready.
    ///
    /// # Panics
    /// When it ends before.
    pub async fn start(&self) -> Process {
        let started = self.try_start().await;
        started.unwrap_or_else(|status| panic!("the server ended before it was ready: {status}"))
    }

    /// The same, where it may end before it is ready; then this is how it ended.
    ///
    /// # Panics
    /// When it does neither within a minute.
    pub async fn try_start(&self) -> Result<Process, ExitStatus> {
        let begun = Instant::now();
        let mut child = self.command().stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut setup_token = String::new();
        let ready = async {
            while let Some(line) = lines.next_line().await.expect("it is text") {
                if let Some((_, found)) = line.split_once("/setup?token=") {
                    setup_token = found.trim().to_owned();
                }
                if let Some((_, url)) = line.split_once("Heliu is ready at ") {
                    return Some(url.trim().to_owned());
                }
            }
            None
        };
        let url = tokio::time::timeout(PATIENCE, ready).await.expect("the server is ready within a minute");
        let Some(url) = url else { return Err(child.wait().await.expect("it was running")) };
        // Somebody must go on reading, or the server stops at a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Process { url, setup_token, took: begun.elapsed(), child })
    }

    fn command(&self) -> Command {
        let mut words = self.under.iter().cloned();
        let mut command = match words.next() {
            Some(program) => {
                let mut command = Command::new(program);
                command.args(words).arg(binary());
                command
            }
            None => Command::new(binary()),
        };
        command.args(["serve", "--log", self.log, "--listen", &format!("127.0.0.1:{}", self.port), "--data"]);
        command.arg(&self.folder).args(&self.arguments).env_remove("DATABASE_URL");
        command.envs(self.environment.iter().map(|(name, value)| (*name, value)));
        // A file `heliu.toml` where the tests run would be read.
        command.current_dir(std::env::temp_dir());
        command
    }
}

impl Process {
    /// The number of the process.
    ///
    /// # Panics
    /// When it has ended.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the process is running")
    }

    /// Ends it without a warning.
    ///
    /// # Panics
    /// When it was not running.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the process was running");
    }

    /// Sends it a signal, such as `TERM`.
    ///
    /// # Panics
    /// When it is not running.
    pub async fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status().await;
        assert!(sent.expect("kill runs").success());
    }

    /// How it ends by itself.
    ///
    /// # Panics
    /// When it does not end within a minute.
    pub async fn end(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("it ends within a minute").expect("it can be waited for")
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

/// The built server.
///
/// # Panics
/// When there is none.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("HELIU_BINARY") {
        return named.into();
    }
    let test = std::env::current_exe().expect("the test runs from a file");
    let binary = test.ancestors().nth(2).expect("target/debug/deps").join("heliu");
    assert!(binary.is_file(), "{} is not built: cargo build -p server", binary.display());
    binary
}

/// A port of this machine that nobody listens at.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
