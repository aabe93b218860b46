//! Taking a file in: everything is checked first, then stored in one transaction; nothing that is there is overwritten.

use std::collections::BTreeMap;

use documents::Kind;
use interpreter::check::{self, File};
use model::{Bundle, Flow, FlowId, FlowKey, Library, Named, Problem, Resources, TextDocument, Texts};
use runtime::Engine;
use serde::Serialize;
use store::documents::Document;
use store::versions::Publish;
use store::{WorkspaceId, Writing};
use uuid::Uuid;

use super::blank::free_key;
use crate::auth::session::commit;
use crate::error::Result;
use crate::routes::flows::create_draft;

/// What an import did.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) flows: Vec<Imported>,
    pub(crate) created: BTreeMap<&'static str, usize>,
    pub(crate) notes: Vec<Texts>,
}

/// A flow that came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Imported {
    pub(crate) id: FlowId,
    pub(crate) key: FlowKey,
    pub(crate) name: Texts,
    /// `created`, or `renamed` where the id or the key was taken.
    pub(crate) action: &'static str,
    pub(crate) published: bool,
    pub(crate) problems: Vec<Problem>,
}

/// Takes a file in; with `publish`, flows without errors go live at once.
pub(crate) async fn take_in(
    engine: &Engine,
    workspace: WorkspaceId,
    file: File,
    by: &str,
    publish: bool,
) -> Result<Report> {
    let bundle = match file {
        File::Flow(flow) => Bundle { flows: vec![*flow], ..Bundle::default() },
        File::Bundle(bundle) => *bundle,
    };
    let mut report = Report::default();
    let writing = engine.store().write().await?;
    let known = store::flows::all(&writing, workspace).await?;
    let flows = with_free_names(bundle.flows.clone(), &known, &mut report.notes);

    let knowledge = engine.knowledge(workspace).await?;
    let resources = resources_after(&knowledge.resources, &bundle, &flows, publish);
    let checked: Vec<Vec<Problem>> =
        flows.iter().map(|(flow, ..)| check::check(flow, engine.catalogue(), &resources)).collect();

    store_others(&writing, workspace, &bundle, by, &mut report).await?;
    let mut n_talks = 0;
    for ((flow, old_key, action), problems) in flows.into_iter().zip(checked) {
        create_draft(&writing, workspace, &flow, &problems, by).await?;
        if let Some(talks) = bundle.talks.get(old_key.as_str()) {
            store::talks::replace(&writing, workspace, &flow.id, talks).await?;
            n_talks += talks.len();
        }
        let published = publish && !problems.iter().any(Problem::is_error);
        if published {
            let hash = runtime::document_hash(&flow);
            let wanted = Publish { flow: &flow, hash: &hash, note: "", by, now: runtime::now() };
            store::versions::publish(&writing, workspace, wanted).await?;
        }
        report.flows.push(Imported { id: flow.id, key: flow.key, name: flow.name, action, published, problems });
    }
    if n_talks > 0 {
        report.created.insert("talks", n_talks);
    }
    commit(writing).await?;
    engine.forget_topics();
    engine.forget_libraries();
    engine.wake_reader();
    Ok(report)
}

/// Flows with ids and keys that nobody has, each with the key it came with; calls among them follow a new key.
fn with_free_names(
    flows: Vec<Flow>,
    known: &[(FlowId, FlowKey)],
    notes: &mut Vec<Texts>,
) -> Vec<(Flow, FlowKey, &'static str)> {
    let mut ids: Vec<FlowId> = known.iter().map(|(id, _)| id.clone()).collect();
    let mut keys: Vec<FlowKey> = known.iter().map(|(_, key)| key.clone()).collect();
    let mut renamed = BTreeMap::new();
    let mut taken_in = Vec::new();
    for mut flow in flows {
        let (old_id, old_key) = (flow.id.clone(), flow.key.clone());
        if flow.id.is_empty() || ids.contains(&flow.id) {
            flow.id = FlowId(Uuid::now_v7().to_string());
        }
        if keys.contains(&flow.key) {
            flow.key = free_key(&flow.key, &keys);
            notes.push(Texts::new(
                format!("键“{old_key}”已被使用，导入的流程改用“{}”", flow.key),
                format!("the key “{old_key}” is taken; the imported flow has “{}”", flow.key),
            ));
            renamed.insert(old_key.clone(), flow.key.clone());
        }
        ids.push(flow.id.clone());
        keys.push(flow.key.clone());
        let action = if flow.id == old_id && flow.key == old_key { "created" } else { "renamed" };
        taken_in.push((flow, old_key, action));
    }
    for (flow, ..) in &mut taken_in {
        flow.rename_calls(&renamed);
    }
    taken_in
}

/// What flows may refer to once everything is in.
fn resources_after(
    before: &Resources,
    bundle: &Bundle,
    flows: &[(Flow, FlowKey, &'static str)],
    publish: bool,
) -> Resources {
    let mut after = before.clone();
    after.intents.extend(bundle.intents.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }));
    after.details.extend(bundle.details.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }));
    after.libraries.extend(bundle.libraries.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }));
    after.teams.extend(bundle.teams.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }));
    after.calendars.extend(bundle.calendars.iter().cloned());
    after.connectors.extend(bundle.connectors.iter().cloned());
    after.phrases.extend(bundle.phrases.iter().cloned());
    after.flows.extend(flows.iter().map(|(flow, ..)| runtime::signature(flow, publish)));
    after
}

/// Everything but the flows. What is there under the same key stays as it is.
async fn store_others(
    writing: &Writing,
    workspace: WorkspaceId,
    bundle: &Bundle,
    by: &str,
    report: &mut Report,
) -> Result<()> {
    let intents = store::intents::all(writing, workspace).await?;
    for intent in &bundle.intents {
        match intents.iter().find(|known| known.key == intent.key) {
            Some(known) if known == intent => {}
            Some(_) => kept(report, "意图", "topic", intent.key.as_str()),
            None => {
                store::intents::save(writing, workspace, intent).await?;
                count(report, "intents");
            }
        }
    }
    for detail in &bundle.details {
        match store::details::one(writing, workspace, &detail.key).await? {
            Some(known) if known.detail == *detail => {}
            Some(_) => kept(report, "信息项", "detail", detail.key.as_str()),
            None => {
                store::details::save(writing, workspace, detail, runtime::now()).await?;
                count(report, "details");
            }
        }
    }
    for library in &bundle.libraries {
        let names = store::libraries::names(writing, workspace).await?;
        if !names.iter().any(|(key, _)| *key == library.key) {
            store::libraries::save(writing, workspace, &library.key, &library.name).await?;
            count(report, "libraries");
        }
        for article in &library.articles {
            if store::libraries::library_of(writing, workspace, &article.id).await?.is_none() {
                store::libraries::save_article(writing, workspace, &library.key, article, runtime::now()).await?;
                count(report, "articles");
            }
        }
    }
    for library in &bundle.libraries {
        for document in &library.documents {
            if store::documents::by_id(writing, workspace, &document.id).await?.is_none() {
                let (added, bytes) = text_document(library, document, by);
                store::documents::add_small(writing, workspace, &added, bytes).await?;
                count(report, "documents");
            }
        }
    }
    let mut synonyms = store::judgements::synonyms(writing, workspace).await?;
    let n_known = synonyms.len();
    let is_new = |group: &&Vec<String>| !synonyms.iter().flatten().any(|word| group.contains(word));
    let new: Vec<_> = bundle.synonyms.iter().filter(is_new).cloned().collect();
    synonyms.extend(new);
    if synonyms.len() > n_known {
        store::judgements::save_synonyms(writing, workspace, &synonyms).await?;
        report.created.insert("synonyms", synonyms.len() - n_known);
    }
    let teams = store::directory::teams(writing, workspace).await?;
    for team in &bundle.teams {
        match teams.iter().find(|known| known.key == team.key) {
            Some(known) if known == team => {}
            Some(_) => kept(report, "团队", "team", team.key.as_str()),
            None => {
                store::directory::save_team(writing, workspace, team).await?;
                count(report, "teams");
            }
        }
    }
    let calendars = store::directory::calendars(writing, workspace).await?;
    for calendar in &bundle.calendars {
        match calendars.iter().find(|known| known.key == calendar.key) {
            Some(known) if known == calendar => {}
            Some(_) => kept(report, "工作时间", "calendar", calendar.key.as_str()),
            None => {
                store::directory::save_calendar(writing, workspace, calendar).await?;
                count(report, "calendars");
            }
        }
    }
    let connectors = store::directory::connectors(writing, workspace).await?;
    for connector in &bundle.connectors {
        match connectors.iter().find(|known| known.key == connector.key) {
            Some(known) if known == connector => {}
            Some(_) => kept(report, "连接器", "connector", connector.key.as_str()),
            None => {
                store::directory::save_connector(writing, workspace, connector).await?;
                count(report, "connectors");
                for secret in connector.secrets.values().map(|header| &header.secret) {
                    let key = &connector.key;
                    report.notes.push(Texts::new(
                        format!("文件里没有密钥：连接“{key}”的密钥“{secret}”要在“设置”的“系统连接”里填写"),
                        format!("files hold no secrets: enter “{secret}” of the connection “{key}” under “Connections” in the settings"),
                    ));
                }
            }
        }
    }
    let phrases = store::phrases::all(writing, workspace).await?;
    for phrase in &bundle.phrases {
        match phrases.iter().find(|known| known.key == phrase.key) {
            Some(known) if known == phrase => {}
            Some(_) => kept(report, "话术", "phrase", phrase.key.as_str()),
            None => {
                store::phrases::save(writing, workspace, phrase).await?;
                count(report, "phrases");
            }
        }
    }
    Ok(())
}

/// A document that comes as text is in line to be read like any other.
fn text_document<'a>(library: &Library, document: &'a TextDocument, by: &str) -> (Document, &'a [u8]) {
    let bytes = document.markdown.as_bytes();
    let (library, name) = (library.key.clone(), document.name.clone());
    let added = Document {
        kind: Kind::Markdown.word().into(),
        hash: runtime::hash_bytes(bytes),
        size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..Document::in_line(&document.id, library, name, by, runtime::now())
    };
    (added, bytes)
}

fn count(report: &mut Report, what: &'static str) {
    *report.created.entry(what).or_insert(0) += 1;
}

fn kept(report: &mut Report, zh: &str, en: &str, key: &str) {
    report.notes.push(Texts::new(
        format!("{zh}“{key}”已经存在，保留了现有的内容"),
        format!("the {en} “{key}” is there already and was kept as it is"),
    ));
}
