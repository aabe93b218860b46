//! Lists that services keep: fetched when they are due, the last ones kept while a service is down.

use std::sync::Arc;
use std::time::Duration;

use interpreter::{Answer, HttpRequest, Method};
use model::{Connector, DetailEntry, DetailKey, DetailSource, ServiceList, Texts};
use serde_json::Value;
use store::WorkspaceId;
use store::details::Kept;
use uuid::Uuid;

use crate::{Engine, Result};

const GLANCE: Duration = Duration::from_secs(5);
const TIMEOUT_MS: u64 = 20_000;
const MINUTE_MS: i64 = 60_000;
/// A list that could not be had is asked for again after this, or after its own time where that is shorter.
const AGAIN_MS: i64 = 5 * MINUTE_MS;
/// A dictionary has no more values.
pub const MAX_ENTRIES: usize = 50_000;
/// A value or a synonym is no longer.
pub const MAX_WORD_CHARS: usize = 100;
/// A value has no more synonyms.
pub const MAX_SYNONYMS: usize = 50;

impl Engine {
    /// Fetches lists when they are due; runs until its task is dropped or the engine has stopped.
    pub(crate) async fn refresh_lists(self: &Arc<Self>) {
        while !self.is_stopped() {
            tokio::time::sleep(GLANCE).await;
            let due = match store::details::due(self.store.read(), self.clock.now()).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::warn!(%error, "lists of services could not be looked up");
                    continue;
                }
            };
            for (workspace, kept) in due {
                if let Err(error) = self.refresh(workspace, &kept).await {
                    tracing::warn!(%error, detail = %kept.detail.key, "a list could not be kept");
                }
            }
        }
    }

    /// Fetches one list now; nothing where there is no such list.
    pub async fn refresh_list(&self, workspace: WorkspaceId, key: &DetailKey) -> Result<()> {
        match store::details::one(self.store.read(), workspace, key).await? {
            Some(kept) => self.refresh(workspace, &kept).await,
            None => Ok(()),
        }
    }

    async fn refresh(&self, workspace: WorkspaceId, kept: &Kept) -> Result<()> {
        let DetailSource::Service { list, .. } = &kept.detail.source else { return Ok(()) };
        let connectors = store::directory::connectors(self.store.read(), workspace).await?;
        let connector = connectors.iter().find(|connector| connector.key == list.connector);
        let fetched = match connector {
            Some(connector) => self.fetch(workspace, connector, list).await,
            None => Err(Texts::new(
                format!("没有连接“{}”", list.connector),
                format!("there is no connection “{}”", list.connector),
            )),
        };
        let now = self.clock.now();
        let own = i64::from(list.every_minutes.max(1)) * MINUTE_MS;
        let next = now + if fetched.is_ok() { own } else { own.min(AGAIN_MS) };
        let entries = fetched.as_deref();
        let writing = self.store.write().await?;
        let is_other = store::details::fetched(&writing, workspace, &kept.detail.key, entries, now, next).await?;
        writing.commit().await?;
        if is_other {
            self.forget_knowledge();
        }
        Ok(())
    }

    async fn fetch(
        &self,
        workspace: WorkspaceId,
        connector: &Connector,
        list: &ServiceList,
    ) -> std::result::Result<Vec<DetailEntry>, Texts> {
        let base = connector.base_url.trim_end_matches('/');
        let path = list.path.trim_start_matches('/');
        let request = HttpRequest {
            method: Method::Get,
            url: if path.is_empty() { base.to_owned() } else { format!("{base}/{path}") },
            headers: connector.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
            secrets: connector.secrets.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
            body: None,
            timeout_ms: TIMEOUT_MS,
            retries: 1,
            at_most_once: false,
        };
        match self.call(workspace, &request, Uuid::new_v4()).await {
            Answer::Replied(reply) if (200..300).contains(&reply.status) => entries_of(&reply.body, list),
            Answer::Replied(reply) => Err(Texts::new(
                format!("服务回复了 {}", reply.status),
                format!("the service answered with {}", reply.status),
            )),
            Answer::Failed { why } => Err(why),
            _ => Err(Texts::new("服务没有回复", "the service gave no reply")),
        }
    }
}

/// The values in a reply. Items without a value are left out; a reply without any is no list.
fn entries_of(body: &Value, list: &ServiceList) -> std::result::Result<Vec<DetailEntry>, Texts> {
    let Some(items) = at(body, &list.items).and_then(Value::as_array) else {
        let place = if list.items.is_empty() { "/" } else { &list.items };
        return Err(Texts::new(
            format!("回复的 {place} 处不是列表"),
            format!("there is no list at {place} of the reply"),
        ));
    };
    let mut entries: Vec<DetailEntry> = Vec::new();
    for item in items {
        let Some(value) = at(item, &list.value).and_then(word) else { continue };
        let synonyms = if list.synonyms.is_empty() { None } else { at(item, &list.synonyms) };
        let synonyms = match synonyms {
            Some(Value::Array(words)) => words.iter().filter_map(word).collect(),
            Some(other) => word(other).map(|text| split(&text)).unwrap_or_default(),
            None => Vec::new(),
        };
        entries.push(DetailEntry { value, synonyms: synonyms.into_iter().take(MAX_SYNONYMS).collect() });
    }
    if entries.is_empty() {
        return Err(Texts::new("回复里没有可用的值", "the reply has no values that can be used"));
    }
    if entries.len() > MAX_ENTRIES {
        return Err(Texts::new(
            format!("列表有 {} 项，最多 {MAX_ENTRIES} 项", entries.len()),
            format!("the list has {} items; the limit is {MAX_ENTRIES}", entries.len()),
        ));
    }
    Ok(entries)
}

/// What stands at names with dots between them; the value itself where there are none.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|name| !name.is_empty()).try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

/// A text or a number as a word; nothing where it is empty or too long for one.
fn word(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.chars().count() <= MAX_WORD_CHARS).then_some(text)
}

fn split(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、', ';', '；', '|']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn list(items: &str, value: &str, synonyms: &str) -> ServiceList {
        ServiceList { items: items.into(), value: value.into(), synonyms: synonyms.into(), ..ServiceList::default() }
    }

    #[test]
    fn values_are_picked_out_of_a_reply() {
        let body = json!({ "data": { "items": [
            { "name": "徐汇店", "also": ["Xuhui", 7, null] }, { "name": "", "also": "x" }, { "id": 3 },
            { "name": "静安店", "also": "Jing'an、静安寺店" },
        ] } });

        let entries = entries_of(&body, &list("data.items", "name", "also")).expect("a list");

        assert_eq!(
            serde_json::to_value(&entries).expect("json"),
            json!([
                { "value": "徐汇店", "synonyms": ["Xuhui", "7"] },
                { "value": "静安店", "synonyms": ["Jing'an", "静安寺店"] },
            ])
        );
        assert_eq!(entries_of(&json!(["a", 5]), &list("", "", "")).expect("a list").len(), 2);
    }

    #[test]
    fn a_reply_without_the_list_says_where_it_looked() {
        let why = entries_of(&json!({ "data": 3 }), &list("data.items", "name", "")).expect_err("no list");
        assert!(why.in_language("en").contains("data.items"), "{why:?}");
        assert!(entries_of(&json!("<html>"), &list("", "", "")).is_err());
        assert!(entries_of(&json!([{ "x": 1 }]), &list("", "name", "")).is_err());
        assert!(entries_of(&json!(vec!["a"; MAX_ENTRIES + 1]), &list("", "", "")).is_err());
    }
}
