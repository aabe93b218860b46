//! The whole workspace as one bundle; the same workspace always gives the same bytes.

use model::{Bundle, Library, TextDocument};
use store::documents::Passage;
use store::{Result, Store, WorkspaceId};

/// Passages of a document that a bundle carries; larger ones are uploaded anew.
const MAX_PASSAGES: i64 = 300;

/// Everything of a workspace that a bundle carries.
pub(crate) async fn bundle(store: &Store, workspace: WorkspaceId) -> Result<Bundle> {
    let db = store.read();
    let mut bundle = Bundle {
        bundle: model::FORMAT,
        intents: store::intents::all(db, workspace).await?,
        details: store::details::all(db, workspace).await?,
        libraries: libraries(store, workspace).await?,
        synonyms: store::judgements::synonyms(db, workspace).await?,
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

/// Libraries with their articles, lines of sheets among them, and with the text of documents that are not large.
async fn libraries(store: &Store, workspace: WorkspaceId) -> Result<Vec<Library>> {
    let db = store.read();
    let mut libraries = store::libraries::all(db, workspace).await?;
    for library in &mut libraries {
        for article in &mut library.articles {
            article.document = None;
        }
        for document in store::documents::of_library(db, workspace, &library.key).await?.into_iter().rev() {
            if document.edition == 0
                || document.passages > MAX_PASSAGES
                || matches!(document.kind.as_str(), "csv" | "xlsx")
            {
                continue;
            }
            let most = u64::try_from(MAX_PASSAGES).unwrap_or(0);
            let passages = store::documents::passages(db, workspace, &document, 0, most).await?;
            let (id, name) = (document.id, document.name);
            library.documents.push(TextDocument { id, name, markdown: markdown(&passages) });
        }
    }
    Ok(libraries)
}

/// Passages as Markdown that reads as the same passages again.
fn markdown(passages: &[Passage]) -> String {
    let mut text = String::new();
    let mut above: Vec<&str> = Vec::new();
    for passage in passages {
        let headings: Vec<&str> = passage.heading.split(" › ").filter(|heading| !heading.is_empty()).collect();
        let n_same = above.iter().zip(&headings).take_while(|(a, b)| a == b).count();
        for (idx, heading) in headings.iter().enumerate().skip(n_same) {
            text.push_str(&format!("{} {heading}\n\n", "#".repeat((idx + 1).min(6))));
        }
        above = headings;
        for line in passage.text.lines() {
            match line.strip_prefix("• ") {
                Some(item) => text.push_str(&format!("- {item}\n")),
                None => text.push_str(&format!("{line}\n\n")),
            }
        }
        text.push('\n');
    }
    text
}

/// A bundle as files keep it.
pub(crate) fn bundle_file(bundle: &Bundle) -> String {
    let mut text = serde_json::to_string_pretty(bundle).expect("a bundle is plain data with string keys");
    text.push('\n');
    text
}
