//! What a new workspace begins with, and the customer's window: embedded in a finished build.

use interpreter::check::{self, File};
use model::{Bundle, Texts};
use runtime::Engine;
use rust_embed::RustEmbed;
use store::WorkspaceId;
use store::channels::Channel;

use crate::assets::Asset;
use crate::auth::session::commit;
use crate::error::Result;
use crate::transfer::{Report, take_in};

#[derive(RustEmbed)]
#[folder = "../../flows/"]
struct Flows;

#[derive(RustEmbed)]
#[folder = "../../widget/"]
struct Widget;

/// The flow that the demo channel runs, if it is there.
const DEMO_FLOW: &str = "faq";

/// Loads the sample flows with all they need, publishes them, and opens the demo channel `web`.
pub(crate) async fn load(engine: &Engine, workspace: WorkspaceId, with_samples: bool) -> Result<Report> {
    let report = if with_samples {
        let file = File::Bundle(Box::new(bundle()));
        take_in(engine, workspace, file, "Heliu", true).await?
    } else {
        Report::default()
    };
    let live = || report.flows.iter().filter(|flow| flow.published).map(|flow| flow.key.clone());
    let flow = live().find(|key| key.as_str() == DEMO_FLOW).or_else(|| live().next());
    let channel = Channel { key: "web".into(), name: "网页 Web".into(), flow, is_open: true };
    let writing = engine.store().write().await?;
    store::channels::save(&writing, workspace, &channel).await?;
    commit(writing).await?;
    Ok(report)
}

/// The samples: `shared.json`, every `NAME/flow.json`, every `NAME/talks/*.md`.
fn bundle() -> Bundle {
    let text = |path: &str| Flows::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    let shared = text("shared.json").unwrap_or_else(|| "{\"bundle\": 1}".to_owned());
    let mut bundle: Bundle = serde_json::from_str(&shared).unwrap_or_else(|error| {
        tracing::error!(%error, "the sample topics and articles cannot be read");
        Bundle { bundle: model::FORMAT, ..Bundle::default() }
    });
    let mut paths: Vec<_> = Flows::iter().collect();
    paths.sort();
    for path in &paths {
        let Some(folder) = path.strip_suffix("/flow.json") else { continue };
        let flow = match check::read_flow(&text(path).unwrap_or_default()) {
            Ok(flow) => flow,
            Err(problems) => {
                let why = problems.first().map(|problem| problem.message.clone()).unwrap_or_else(Texts::default);
                tracing::error!(sample = folder, why = why.in_language("en"), "a sample flow cannot be read");
                continue;
            }
        };
        let prefix = format!("{folder}/talks/");
        let talks = paths.iter().filter_map(|path| {
            let name = path.strip_prefix(&prefix)?;
            Some((name.to_owned(), text(path)?))
        });
        bundle.talks.insert(flow.key.0.clone(), talks.collect());
        bundle.flows.push(flow);
    }
    bundle
}

/// A file of the customer's window, where no built one is at hand.
pub(crate) fn widget_file(path: &str) -> Option<Asset> {
    let file = Widget::get(path)?;
    let content_type = match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let etag = file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Some(Asset { bytes: file.data, content_type, encoding: None, immutable: false, etag: format!("\"{etag}\"") })
}
