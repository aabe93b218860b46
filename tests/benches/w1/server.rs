//! The measured server, with a data folder of its own, and what the system knows about its process.

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it is stopped when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    data: PathBuf,
}

impl Server {
    /// Imports and publishes the flow, and starts serving; on PostgreSQL where an address is given.
    pub(crate) fn start(
        binary: &Path,
        flow: &str,
        may_call: SocketAddr,
        database: Option<&str>,
    ) -> anyhow::Result<Self> {
        let data = folder()?;
        let file = data.join("w1.json");
        fs::write(&file, flow)?;
        let mut import = Command::new(binary);
        import.arg("import").arg(&file).arg("--publish").arg("--data").arg(&data).stdout(Stdio::null());
        import.env_remove("DATABASE_URL");
        if let Some(database) = database {
            import.env("DATABASE_URL", database);
        }
        let imported = import.status().with_context(|| format!("start {}", binary.display()))?;
        ensure!(imported.success(), "the flow could not be imported");

        let allowed = may_call.to_string();
        Self::serve(binary, data, &["--no-samples", "--allow-private", &allowed], database)
    }

    /// Another process on the same database, with a data folder of its own.
    pub(crate) fn replica(binary: &Path, may_call: SocketAddr, database: &str) -> anyhow::Result<Self> {
        Self::serve(binary, folder()?, &["--no-samples", "--allow-private", &may_call.to_string()], Some(database))
    }

    /// Starts serving in an empty folder.
    pub(crate) fn start_empty(binary: &Path) -> anyhow::Result<Self> {
        Self::serve(binary, folder()?, &[], None)
    }

    fn serve(binary: &Path, data: PathBuf, arguments: &[&str], database: Option<&str>) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut serve = Command::new(binary);
        serve.args(["serve", "--log", "error", "--listen", &address.to_string(), "--data"]).arg(&data);
        // One address is many customers here, and nobody is kept from writing as fast as they can.
        serve.args(["--messages-per-second", "0", "--openings-per-second", "0"]);
        serve.args(arguments).stdout(Stdio::null()).env_remove("DATABASE_URL");
        if let Some(database) = database {
            serve.env("DATABASE_URL", database);
        }
        let mut server = Self { address, process: serve.spawn()?, data };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    fn wait_until_it_listens(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended with {status}");
            }
            thread::sleep(Duration::from_millis(5));
        }
        bail!("the server does not listen on {}", self.address)
    }

    /// Processor time used so far.
    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = self.proc("stat")?;
        // The name in parentheses may contain anything; the fields are counted after it.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |idx: usize| fields.get(idx).and_then(|field| field.parse::<f64>().ok()).context("a time in stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
    }

    /// The most memory it ever held.
    pub(crate) fn peak_megabytes(&self) -> anyhow::Result<f64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("a peak in status")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }

    fn proc(&self, name: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{name}", self.process.id());
        fs::read_to_string(&path).with_context(|| format!("read {path}"))
    }

    /// What the disk gives at this moment, without any server.
    pub(crate) fn commits_per_second(&self) -> anyhow::Result<f64> {
        let mut file = File::create(self.data.join("commits"))?;
        let begun = Instant::now();
        let mut n_commits = 0_u32;
        while begun.elapsed() < Duration::from_secs(1) {
            file.write_all(&[0; 4096])?;
            file.sync_data()?;
            n_commits += 1;
        }
        Ok(f64::from(n_commits) / begun.elapsed().as_secs_f64())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both may have gone already; there is nothing left to do then.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// A new folder for one server.
fn folder() -> anyhow::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("w1-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&data)?;
    Ok(data)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
