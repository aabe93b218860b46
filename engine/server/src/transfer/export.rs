//! The whole workspace as one bundle; the same workspace always gives the same bytes.

use model::Bundle;
use store::{Result, Store, WorkspaceId};

/// Everything of a workspace that a bundle carries.
pub(crate) async fn bundle(store: &Store, workspace: WorkspaceId) -> Result<Bundle> {
    let db = store.read();
    let mut bundle = Bundle {
        bundle: model::FORMAT,
        intents: store::intents::all(db, workspace).await?,
        details: store::details::all(db, workspace).await?,
        libraries: store::libraries::all(db, workspace).await?,
        teams: store::directory::teams(db, workspace).await?,
        calendars: store::directory::calendars(db, workspace).await?,
        connectors: store::directory::connectors(db, workspace).await?,
        phrases: store::phrases::all(db, workspace).await?,
        ..Bundle::default()
    };
    for draft in store::drafts::all(db, workspace).await? {
        let talks = store::talks::of(db, workspace, &draft.flow.id).await?;
        if !talks.is_empty() {
            bundle.talks.insert(draft.flow.key.0.clone(), talks);
        }
        bundle.flows.push(draft.flow);
    }
    bundle.flows.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(bundle)
}

/// A bundle as files keep it.
pub(crate) fn bundle_file(bundle: &Bundle) -> String {
    let mut text = serde_json::to_string_pretty(bundle).expect("a bundle is plain data with string keys");
    text.push('\n');
    text
}
