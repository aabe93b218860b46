//! `heliu serve`: puts everything together and runs until it is told to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use runtime::rotation::{self, Unopened};
use runtime::{Egress, Limits, Reader, Vault};
use store::disk::Trouble;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use super::rotate_key::given;
use super::user::new_setup_link;
use super::{archive, folder};
use crate::accept::{self, Doors, Places, Proxies};
use crate::app::{App, router};
use crate::auth::attempts::Attempts;
use crate::auth::password::Passwords;
use crate::config::Serve;
use crate::embeddings;
use crate::otlp::{self, Exporter};
use crate::rates::Rates;

/// After SIGTERM, running turns and open requests have this long, together.
const DRAIN: Duration = Duration::from_secs(10);
/// Then listeners have this long to hear that they should come back.
const FAREWELL: Duration = Duration::from_secs(2);

/// The folder in the data folder with what was counted of large libraries.
const INDEX: &str = "index";

/// `EX_IOERR` of sysexits.h.
const DISK_FAILED: i32 = 74;

pub(super) async fn run(settings: Serve) -> anyhow::Result<bool> {
    let started = Instant::now();
    let exporter = start_logging(&settings)?;
    let limits = Limits { turns: settings.max_turns.max(1), ..Limits::default() };
    let egress = Egress::new(settings.allow_private.iter().cloned());
    let opened = folder::open(&settings.storage, egress, limits, !settings.no_samples).await?;
    let engine = Arc::clone(&opened.engine);
    engine.set_vault(vault(&settings, engine.store(), opened.workspace.id).await?);

    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let mut own = address;
    if own.ip().is_unspecified() {
        own.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    engine.set_own_address(own);
    engine.keep_counts_in(settings.storage.data.join(INDEX));
    engine.set_reader(Reader { program: std::env::current_exe().context("find this program")? });
    let base = settings.public_url.clone().unwrap_or_else(|| format!("http://{own}"));
    let base = base.trim_end_matches('/');

    let (stop, stopping) = watch::channel(false);
    let app = App {
        engine: Arc::clone(&engine),
        workspace: opened.workspace.id,
        workspace_name: opened.workspace.name.as_str().into(),
        passwords: Passwords::default(),
        attempts: Attempts::default(),
        messages: Arc::new(Rates::new(settings.messages_per_second, settings.messages_per_second.saturating_mul(5))),
        openings: Arc::new(Rates::new(settings.openings_per_second, settings.openings_per_second.saturating_mul(60))),
        places: Places::new(settings.max_connections, settings.max_connections_per_address),
        is_https: base.starts_with("https://"),
        stopping,
        started,
        probe: Arc::default(),
    };
    embeddings::begin(&engine, &settings.embeddings, &settings.storage.data);
    let background = tokio::spawn(Arc::clone(&engine).run());
    tokio::spawn(stop_when_broken(engine.store().clone()));
    tokio::spawn(store::upkeep::keep_up(engine.store().clone()));
    if let Some(days) = settings.keep_days {
        tokio::spawn(archive::keep(engine.store().clone(), settings.storage.data.clone(), days));
    }
    // Trained now, so that the first customer does not wait for it; libraries are counted beside it.
    let warm = Arc::clone(&engine);
    let workspace = opened.workspace.id;
    tokio::spawn(async move {
        if let Err(error) = warm.knowledge(workspace).await {
            tracing::error!(%error, "topics could not be loaded");
        }
    });

    if store::members::count(engine.store().read(), workspace).await? == 0 {
        let link = new_setup_link(&engine, workspace, base).await?;
        println!("Open this link to set up the first owner 打开链接设置首个所有者:\n  {link}");
    }
    println!("Heliu is ready at {base}");
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        %address,
        first_start = opened.is_new,
        ready_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let doors = Doors {
        places: Arc::clone(&app.places),
        proxies: Arc::new(Proxies::new(settings.trusted_proxies)),
        measure: Arc::clone(engine.measure()),
    };
    let told_to_stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: running turns are finished first");
        let _ = stop.send(true);
    };
    let deadline = accept::serve(listener, router(app), doors, told_to_stop, DRAIN).await;
    if !engine.drain(deadline.saturating_duration_since(Instant::now())).await {
        tracing::warn!("some turns were cut off; they go on at the next start");
    }
    // Each listener holds a receiver until it has said goodbye.
    if tokio::time::timeout(FAREWELL, stop.closed()).await.is_err() {
        tracing::warn!("some listeners were cut off");
    }
    engine.write_judgements().await;
    background.abort();
    engine.leave_replicas().await;
    engine.store().clone().close().await;
    if let Some(exporter) = exporter {
        exporter.flush().await;
    }
    tracing::info!("stopped");
    Ok(true)
}

/// What opens secrets: the key that was given, or the key file of the data folder. Secrets that a key before sealed are
/// sealed anew; those that no key opens refuse the start.
async fn vault(settings: &Serve, store: &store::Store, workspace: store::WorkspaceId) -> anyhow::Result<Vault> {
    let data = &settings.storage.data;
    let vault = match &settings.secret_key {
        Some(text) => given("HELIU_SECRET_KEY", text)?.with_older_of(rotation::file_key(data)?),
        None => rotation::open_folder(store, workspace, data).await?,
    };
    let old = settings.old_secret_key.as_deref().map(|text| given("HELIU_OLD_SECRET_KEY", text)).transpose()?;
    let vault = vault.with_older_of(old);
    let settled = rotation::settle(store, workspace, &vault, Unopened::Keep, runtime::now()).await?;
    if settled.resealed > 0 {
        tracing::info!(secrets = settled.resealed, "secrets are sealed with the new key; the key before opens none");
    }
    Ok(vault)
}

/// Ends the process when the disk has failed. Nothing is folded in, flushed or tried again on the way out: what had been
/// acknowledged is in the log that the next start reads.
async fn stop_when_broken(store: store::Store) {
    let mut trouble = store.trouble();
    if trouble.wait_for(|now| *now == Some(Trouble::Broken)).await.is_ok() {
        tracing::error!("the disk failed, stopping at once");
        eprintln!(
            "heliu: the disk failed to store a commit, so nothing more is accepted. What was acknowledged is safe. Look at \
             the system's log and at the disk, run `heliu doctor`, then start again."
        );
        std::process::exit(DISK_FAILED);
    }
}

/// Lines for people or machines, and traces where a collector is named.
fn start_logging(settings: &Serve) -> anyhow::Result<Option<Exporter>> {
    let filter = EnvFilter::try_new(format!("sea_orm_migration=warn,{}", settings.log)).context("--log")?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if settings.log_format == "json" { lines.json().boxed() } else { lines.with_target(false).boxed() };
    let (spans, exporter) = match &settings.otlp {
        Some(endpoint) => {
            let (spans, exporter) = otlp::start(endpoint)?;
            (Some(spans.with_filter(filter_fn(otlp::is_ours))), Some(exporter))
        }
        None => (None, None),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans).init();
    Ok(exporter)
}
