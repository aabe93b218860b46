//! `heliu user`: members from the terminal, on a data folder that no server holds.

use anyhow::{Context, bail};
use model::Language;
use runtime::{Egress, Engine, Limits};
use store::WorkspaceId;
use store::members::{Member, Presence, Role};
use uuid::Uuid;

use super::folder;
use crate::auth::password::Passwords;
use crate::config::Storage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    storage: Storage,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the members
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a member; the password is read from the first line of the input
    Add {
        /// The e-mail address to sign in with
        email: String,
        /// The name others see
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long, default_value = "owner", value_parser = ["owner", "editor", "agent"])]
        role: String,
    },
    /// Change a member's password, read from the first line of the input; their sessions end
    Password {
        /// The member's e-mail address
        email: String,
    },
    /// Print a new set-up link, while there is no member yet
    Link {
        /// The address the link begins with
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        base: String,
    },
}

pub(super) async fn run(args: Args) -> anyhow::Result<bool> {
    let opened = folder::open(&args.storage, Egress::default(), Limits::default(), true).await?;
    let (engine, workspace) = (&opened.engine, opened.workspace.id);
    match args.action {
        Action::List { json } => list(engine, workspace, json).await?,
        Action::Add { email, name, role } => {
            let password_hash = hash(&first_line()?).await?;
            let role = serde_json::from_value(role.into()).unwrap_or(Role::Owner);
            let id = Uuid::now_v7().to_string();
            let (language, presence) = (Language::zh(), Presence::Online);
            let member = Member { id, name, email, role, language, password_hash, presence };
            let writing = engine.store().write().await?;
            if store::members::by_email(&writing, workspace, &member.email).await?.is_some() {
                bail!("{} is a member already", member.email);
            }
            store::members::create(&writing, workspace, &member, runtime::now()).await?;
            writing.commit().await?;
            println!("added {}", member.email);
        }
        Action::Password { email } => {
            let member = store::members::by_email(engine.store().read(), workspace, &email).await?;
            let member = member.with_context(|| format!("{email} is no member"))?;
            let password_hash = hash(&first_line()?).await?;
            let writing = engine.store().write().await?;
            store::members::set_password(&writing, &member.id, &password_hash).await?;
            store::sessions::end_all_of(&writing, &member.id).await?;
            writing.commit().await?;
            println!("changed the password of {email}");
        }
        Action::Link { base } => {
            if store::members::count(engine.store().read(), workspace).await? > 0 {
                bail!("there are members already; an owner can add others");
            }
            println!("{}", new_setup_link(engine, workspace, &base).await?);
        }
    }
    engine.store().clone().close().await;
    Ok(true)
}

/// Makes a set-up link; an older one opens nothing any more.
pub(super) async fn new_setup_link(engine: &Engine, workspace: WorkspaceId, base: &str) -> anyhow::Result<String> {
    let token = runtime::random_token();
    let writing = engine.store().write().await?;
    store::sessions::set_setup_token(&writing, workspace, &runtime::hash(&token), runtime::now()).await?;
    writing.commit().await?;
    Ok(format!("{base}/setup?token={token}"))
}

async fn list(engine: &Engine, workspace: WorkspaceId, json: bool) -> anyhow::Result<()> {
    let members = store::members::all(engine.store().read(), workspace).await?;
    if json {
        let rows = members
            .iter()
            .map(|member| serde_json::json!({ "email": member.email, "name": member.name, "role": member.role }));
        println!("{}", serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?);
    } else {
        for member in members {
            println!(
                "{}\t{}\t{}",
                member.email,
                serde_json::json!(member.role).as_str().unwrap_or_default(),
                member.name
            );
        }
    }
    Ok(())
}

async fn hash(password: &str) -> anyhow::Result<String> {
    match Passwords::default().hash(password).await {
        Ok(hash) => Ok(hash),
        Err(_) => bail!("the password needs at least 8 characters and must not be a well-known one"),
    }
}

fn first_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("read the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
