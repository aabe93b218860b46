//! Finding steps, texts and variables in a flow, in every language at once.

use model::spec::references;
use model::{Language, NodeId};

use crate::Document;

/// A place that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The step.
    pub node: NodeId,
    /// Where in its settings; `None`: its name.
    pub pointer: Option<String>,
    /// The words that match.
    pub text: String,
}

/// Steps whose name, kind, id or texts contain `query`, names first; at most `limit`.
pub fn find(document: &Document, query: &str, language: &Language, limit: usize) -> Vec<Hit> {
    let query = query.trim().to_lowercase();
    if query.is_empty() {
        return Vec::new();
    }
    let matches = |text: &str| text.to_lowercase().contains(&query);
    let mut by_name = Vec::new();
    let mut by_text = Vec::new();
    for node in &document.flow.nodes {
        let spec = document.specs.get(&node.kind);
        let labels = spec.into_iter().flat_map(|spec| spec.label.iter().map(|(_, text)| text));
        let titles = document.titles(&node.id);
        if titles.iter().map(|(_, text)| text).chain(labels).any(matches) || matches(node.id.as_str()) {
            let text = document.title(&node.id, language);
            by_name.push(Hit { node: node.id.clone(), pointer: None, text });
            continue;
        }
        let Some(spec) = spec else { continue };
        by_text.extend(references(&spec.schema, &node.config).into_iter().find_map(|found| {
            let texts: Vec<&str> = match found.value {
                serde_json::Value::Object(texts) => texts.values().filter_map(serde_json::Value::as_str).collect(),
                value => value.as_str().into_iter().collect(),
            };
            let text = texts.into_iter().find(|text| matches(text))?;
            Some(Hit { node: node.id.clone(), pointer: Some(found.pointer), text: text.to_owned() })
        }));
    }
    by_name.into_iter().chain(by_text).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn names_and_texts_are_found_in_both_languages() {
        let document = samples::refund();
        let found = |query: &str| -> Vec<_> {
            find(&document, query, &Language::en(), 50).into_iter().map(|hit| hit.node.0).collect()
        };

        assert_eq!(found("提问"), ["ask"]);
        assert_eq!(found("ASK"), ["ask"]);
        assert_eq!(found("受理"), ["say"]);
        assert_eq!(found("order_no"), ["ask", "say"]);
        assert!(found("").is_empty());
    }
}
