//! What agents read for values that stand for something: a variable in which a step keeps a topic shows the topic's name.

use std::collections::{BTreeMap, BTreeSet};

use model::{Flow, NodeSpec, Texts};
use serde_json::{Map, Value};
use store::conversations::Conversation;

use crate::app::App;
use crate::error::Result;

/// The names of those values that are topics, by their variables.
pub(super) async fn of_values<'v>(
    app: &App,
    conversation: &Conversation,
    values: impl Iterator<Item = (&'v str, &'v Value)>,
) -> Result<BTreeMap<String, Texts>> {
    let knowledge = app.engine.knowledge(conversation.workspace).await?;
    let name_of = |value: &Value| {
        let key = value.as_str()?;
        knowledge.resources.intents.iter().find(|topic| topic.key.as_str() == key).map(|topic| topic.name.clone())
    };
    let mut named: BTreeMap<String, Texts> =
        values.filter_map(|(variable, value)| Some((variable.to_owned(), name_of(value)?))).collect();
    if named.is_empty() {
        return Ok(named);
    }
    let (db, workspace) = (app.engine.store().read(), conversation.workspace);
    let version = store::versions::document(db, workspace, &conversation.flow_id, conversation.version).await?;
    let keeping = version.map(|(flow, _)| keeping_topics(&flow, &app.engine.catalogue().specs())).unwrap_or_default();
    named.retain(|variable, _| keeping.contains(variable));
    Ok(named)
}

/// The variables in which steps of a flow keep topics: a field of the settings that does so says `x-keeps`.
fn keeping_topics(flow: &Flow, specs: &[NodeSpec]) -> BTreeSet<String> {
    let mut variables = BTreeSet::new();
    for node in &flow.nodes {
        let spec = specs.iter().find(|spec| spec.kind == node.kind);
        let fields = spec.and_then(|spec| spec.schema["properties"].as_object());
        for (field, schema) in fields.into_iter().flat_map(Map::iter) {
            if schema["x-keeps"] == "intent"
                && let Some(variable) = node.config.get(field).and_then(Value::as_str)
            {
                variables.insert(variable.to_owned());
            }
        }
    }
    variables
}
