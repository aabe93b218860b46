//! Settings: by flag, by environment variable, by the file `heliu.toml`, in that order. Read once, at start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Command};

use crate::accept::Network;

/// Where the product keeps what it remembers.
#[derive(Clone, Debug, Args)]
pub(crate) struct Storage {
    /// The data folder
    #[arg(long, env = "HELIU_DATA", global = true, default_value = "./data", value_name = "FOLDER")]
    pub(crate) data: PathBuf,
    /// PostgreSQL instead of the embedded database: postgres://…
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

/// Settings of `heliu serve`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The address to listen on
    #[arg(long, env = "HELIU_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(crate) listen: SocketAddr,
    /// The address people see, when a proxy stands in front: https://…
    #[arg(long, env = "HELIU_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Private hosts that flows may call, as host or host:port, separated by commas
    #[arg(long, env = "HELIU_ALLOW_PRIVATE", value_name = "HOSTS", value_delimiter = ',')]
    pub(crate) allow_private: Vec<String>,
    /// What secrets are sealed with, 32 characters or more; without it, a key file is made in the data folder
    #[arg(long, env = "HELIU_SECRET_KEY", value_name = "TEXT", hide_env_values = true)]
    pub(crate) secret_key: Option<String>,
    /// The key before, after a change: secrets are sealed anew at the start
    #[arg(long, env = "HELIU_OLD_SECRET_KEY", value_name = "TEXT", hide_env_values = true)]
    pub(crate) old_secret_key: Option<String>,
    /// Turns that may run at once; more are refused with 429
    #[arg(long, env = "HELIU_MAX_TURNS", default_value_t = 1_024, value_name = "N")]
    pub(crate) max_turns: usize,
    /// Connections that may be open at once
    #[arg(long, env = "HELIU_MAX_CONNECTIONS", default_value_t = 20_000, value_name = "N")]
    pub(crate) max_connections: usize,
    /// Connections that one address may hold (IPv6: one network of 64 bits); trusted proxies may hold more
    #[arg(long, env = "HELIU_MAX_CONNECTIONS_PER_ADDRESS", default_value_t = 2_000, value_name = "N")]
    pub(crate) max_connections_per_address: usize,
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks (10.0.0.0/8), separated by commas
    #[arg(long, env = "HELIU_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    pub(crate) trusted_proxies: Vec<Network>,
    /// Messages that one customer may send a second, five times as many at once; 0 for no bound
    #[arg(long, env = "HELIU_MESSAGES_PER_SECOND", default_value_t = 20, value_name = "N")]
    pub(crate) messages_per_second: u32,
    /// Conversations that one address may open a second, sixty times as many at once; 0 for no bound
    #[arg(long, env = "HELIU_OPENINGS_PER_SECOND", default_value_t = 100, value_name = "N")]
    pub(crate) openings_per_second: u32,
    /// Start with an empty workspace, without the sample flows
    #[arg(long, env = "HELIU_NO_SAMPLES")]
    pub(crate) no_samples: bool,
    /// Archive conversations this many days after they ended: they leave the database for files in the data folder
    #[arg(long, env = "HELIU_KEEP_DAYS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep_days: Option<u32>,
    #[command(flatten)]
    pub(crate) embeddings: LocalEmbeddings,
    /// A collector for traces of turns, by OTLP over HTTP: http://…:4318
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(crate) otlp: Option<String>,
    /// What is logged: error, warn, info, debug, or a tracing filter
    #[arg(long, env = "HELIU_LOG", default_value = "info", value_name = "FILTER")]
    pub(crate) log: String,
    /// How it is logged
    #[arg(long, env = "HELIU_LOG_FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(crate) log_format: String,
}

/// A sentence model on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct LocalEmbeddings {
    /// A sentence model on this machine, for searching by meaning: its folder, or its name on the hub
    #[arg(long, env = "HELIU_EMBEDDINGS", value_name = "FOLDER|NAME")]
    pub(crate) embeddings: Option<String>,
    /// The hub that models are fetched from by their name, or a mirror of it
    #[arg(long, env = "HF_ENDPOINT", default_value = "https://huggingface.co", value_name = "URL")]
    pub(crate) hub: String,
    /// What opens models of the hub that are not for everybody
    #[arg(long, env = "HF_TOKEN", value_name = "TEXT", hide_env_values = true)]
    pub(crate) hub_token: Option<String>,
    /// Where the hub's own tools keep models
    #[arg(long, env = "HF_HUB_CACHE", value_name = "FOLDER")]
    pub(crate) hub_cache: Option<PathBuf>,
    /// The folder above that, where it is not given
    #[arg(long, env = "HF_HOME", value_name = "FOLDER")]
    pub(crate) hub_home: Option<PathBuf>,
}

/// The commands that work on a data folder.
const WITH_STORAGE: [&str; 10] =
    ["serve", "import", "export", "replay", "user", "backup", "restore", "doctor", "archive", "rotate-key"];

/// The names a file may set: those of the flags.
const NAMES: [(&str, &str); 23] = [
    ("data", "data"),
    ("database-url", "database_url"),
    ("listen", "listen"),
    ("public-url", "public_url"),
    ("allow-private", "allow_private"),
    ("secret-key", "secret_key"),
    ("old-secret-key", "old_secret_key"),
    ("max-turns", "max_turns"),
    ("max-connections", "max_connections"),
    ("max-connections-per-address", "max_connections_per_address"),
    ("trusted-proxies", "trusted_proxies"),
    ("messages-per-second", "messages_per_second"),
    ("openings-per-second", "openings_per_second"),
    ("no-samples", "no_samples"),
    ("keep-days", "keep_days"),
    ("embeddings", "embeddings"),
    ("hub", "hub"),
    ("hub-token", "hub_token"),
    ("hub-cache", "hub_cache"),
    ("hub-home", "hub_home"),
    ("otlp", "otlp"),
    ("log", "log"),
    ("log-format", "log_format"),
];

/// Makes the values of a file the defaults of the commands that take them.
pub(crate) fn with_file(command: Command, file: &Path) -> anyhow::Result<Command> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(command),
        Err(error) => return Err(error).with_context(|| format!("read {}", file.display())),
    };
    let table: toml::Table = text.parse().with_context(|| format!("{} is not TOML", file.display()))?;
    let mut command = command;
    for (name, value) in table {
        let Some((_, id)) = NAMES.iter().find(|(flag, _)| flag.replace('-', "_") == name.replace('-', "_")) else {
            bail!("{} sets `{name}`, which is not a setting; see `heliu serve --help`", file.display());
        };
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
            }
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            _ => bail!("{} gives `{name}` a value of the wrong kind", file.display()),
        };
        let text = kept(text);
        let is_storage = matches!(*id, "data" | "database_url");
        let commands: &[&str] = match *id {
            _ if is_storage => &WITH_STORAGE,
            "secret_key" | "old_secret_key" => &["serve", "rotate-key"],
            _ => &["serve"],
        };
        for name in commands {
            command = command.mut_subcommand(*name, |one| one.mut_arg(*id, |arg| arg.default_value(text)));
        }
    }
    Ok(command)
}

/// Settings live as long as the process.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
