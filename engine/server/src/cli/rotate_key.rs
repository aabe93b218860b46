//! `heliu rotate-key`: seals all secrets with another key, on a data folder that no server holds.

use anyhow::Context;
use runtime::rotation::{self, Unopened};
use runtime::{Egress, Limits, Vault};

use super::folder;
use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The key before is lost: forget the secrets that cannot be opened
    #[arg(long)]
    lost: bool,
    /// The new key, where it is not kept in the data folder: 32 characters or more
    #[arg(long, env = "HELIU_SECRET_KEY", value_name = "TEXT", hide_env_values = true)]
    secret_key: Option<String>,
    /// The key before, where it was not kept in the data folder
    #[arg(long, env = "HELIU_OLD_SECRET_KEY", value_name = "TEXT", hide_env_values = true)]
    old_secret_key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    storage: Storage,
}

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    let opened = folder::open(&args.storage, Egress::default(), Limits::default(), true).await?;
    let (store, workspace, data) = (opened.engine.store(), opened.workspace.id, &args.storage.data);
    let vault = match &args.secret_key {
        Some(text) => given("HELIU_SECRET_KEY", text)?.with_older_of(rotation::file_key(data)?),
        None => rotation::begin(data).await?,
    };
    let old = args.old_secret_key.as_deref().map(|text| given("HELIU_OLD_SECRET_KEY", text)).transpose()?;
    let vault = vault.with_older_of(old);
    let unopened = if args.lost { Unopened::ForgetAll } else { Unopened::Forget };
    let settled = rotation::settle(store, workspace, &vault, unopened, runtime::now()).await?;
    if args.secret_key.is_none() {
        rotation::finish(data).context("the secrets are sealed with the new key; run the command again")?;
    }
    store.clone().close().await;
    if args.json {
        let report = serde_json::json!({ "resealed": settled.resealed, "forgotten": settled.unopened });
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(true);
    }
    println!("{} secrets are sealed with the new key; the key before opens none of them", settled.resealed);
    for name in &settled.unopened {
        println!("  {name} could not be opened and is forgotten; enter it again");
    }
    Ok(true)
}

/// The vault of a key that was given as text.
pub(super) fn given(setting: &str, text: &str) -> anyhow::Result<Vault> {
    Vault::of_text(text).map_err(|why| anyhow::anyhow!("{setting}: {why}"))
}
