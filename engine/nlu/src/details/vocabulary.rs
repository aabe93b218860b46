//! The details that a workspace defines, ready to be looked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Zoned;
use jiff::tz::TimeZone;
use model::{DetailEntry, DetailKey, DetailKind, DetailSource, Moment};
use serde::Serialize;
use serde_json::Value;

use super::dictionary::Dictionary;
use super::{Pattern, compile_pattern, details_of};

/// A workspace's details; clones share what was prepared.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    matchers: BTreeMap<DetailKey, Arc<Matcher>>,
}

/// A detail of the workspace that was found, in bytes of the sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Which detail.
    pub detail: DetailKey,
    /// Its value.
    pub value: Value,
    /// The words that say it.
    pub words: String,
    /// Where they start.
    pub start: usize,
    /// Where they end.
    pub end: usize,
}

#[derive(Debug)]
struct Matcher {
    source: DetailSource,
    means: Means,
}

/// How values are found.
#[derive(Debug)]
enum Means {
    BuiltIn(DetailKind),
    Pattern(Pattern),
    List(Dictionary),
}

impl Vocabulary {
    /// Prepares all details; a pattern that cannot be read finds nothing.
    pub fn new<'a>(details: impl IntoIterator<Item = &'a model::Detail>) -> Vocabulary {
        Vocabulary::default().renewed(details)
    }

    /// The same details as they are now: what has not changed is not prepared again.
    pub fn renewed<'a>(&self, details: impl IntoIterator<Item = &'a model::Detail>) -> Vocabulary {
        let matchers = details.into_iter().filter_map(|detail| {
            let before = self.matchers.get(&detail.key).filter(|before| before.source == detail.source);
            let matcher = before.cloned().or_else(|| Matcher::new(&detail.source).map(Arc::new))?;
            Some((detail.key.clone(), matcher))
        });
        Vocabulary { matchers: matchers.collect() }
    }

    /// What a sentence gives of some details, in reading order; dates are counted from `now`.
    /// Each detail is looked for by itself: one word may be a value of two dictionaries.
    pub fn find(&self, sentence: &str, details: &[DetailKey], now: &Zoned) -> Vec<Hit> {
        let mut hits = Vec::new();
        for detail in details {
            if let Some(matcher) = self.matchers.get(detail) {
                let found = matcher.find(sentence, now).into_iter();
                hits.extend(found.map(|(start, end, value)| Hit {
                    detail: detail.clone(),
                    value,
                    words: sentence[start..end].to_owned(),
                    start,
                    end,
                }));
            }
        }
        hits.sort_by_key(|hit| (hit.start, hit.end));
        hits
    }

    /// The keys of all details.
    pub fn keys(&self) -> Vec<DetailKey> {
        self.matchers.keys().cloned().collect()
    }
}

/// A moment in a time zone; one that nobody knows is UTC.
pub fn zoned(now: Moment, time_zone: &str) -> Zoned {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone)
}

impl Matcher {
    fn new<'a>(source: &'a DetailSource) -> Option<Matcher> {
        let means = match source {
            DetailSource::BuiltIn { kind } => Means::BuiltIn(*kind),
            DetailSource::Pattern { pattern } => Means::Pattern(compile_pattern(pattern).ok()?),
            DetailSource::Dictionary { .. } | DetailSource::Service { .. } => {
                let words = |entry: &'a DetailEntry| {
                    std::iter::once(&entry.value).chain(&entry.synonyms).map(String::as_str).collect()
                };
                Means::List(Dictionary::new(entries(source).iter().map(words)))
            }
        };
        Some(Matcher { source: source.clone(), means })
    }

    fn find(&self, sentence: &str, now: &Zoned) -> Vec<(usize, usize, Value)> {
        const MOST: usize = 50;
        match &self.means {
            Means::BuiltIn(kind) => {
                let found = details_of(sentence, now, &[*kind]);
                let wanted = found.into_iter().filter(|found| found.kind == *kind);
                wanted.take(MOST).map(|found| (found.start, found.end, found.value)).collect()
            }
            Means::Pattern(pattern) => super::places(sentence, pattern, MOST),
            Means::List(dictionary) => {
                let entries = entries(&self.source);
                let found = dictionary.find(sentence).into_iter().take(MOST);
                found.map(|found| (found.start, found.end, entries[found.value].value.clone().into())).collect()
            }
        }
    }
}

/// The values that are listed.
fn entries(source: &DetailSource) -> &[DetailEntry] {
    match source {
        DetailSource::Dictionary { entries } | DetailSource::Service { entries, .. } => entries,
        DetailSource::BuiltIn { .. } | DetailSource::Pattern { .. } => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_sort_of_detail_is_found() {
        let details: Vec<model::Detail> = serde_json::from_value(json!([
            { "key": "product", "name": { "zh": "商品" }, "source": { "type": "dictionary", "entries": [
                { "value": "冲锋衣", "synonyms": ["shell jacket"] }, { "value": "背包", "synonyms": ["backpack"] },
            ] } },
            { "key": "card", "name": { "zh": "会员号" }, "source": { "type": "pattern", "pattern": "VIP([0-9]{4})" } },
            { "key": "visit", "name": { "zh": "上门时间" }, "source": { "type": "built_in", "kind": "date" } },
            { "key": "broken", "name": { "zh": "坏" }, "source": { "type": "pattern", "pattern": "(" } },
            { "key": "store", "name": { "zh": "门店" }, "source": {
                "type": "service", "connector": "shop", "path": "/stores", "every_minutes": 60,
                "entries": [{ "value": "徐汇店" }],
            } },
        ]))
        .expect("details");
        let vocabulary = Vocabulary::new(&details);
        let now: Zoned = "2026-11-22T18:00+08:00[Asia/Shanghai]".parse().expect("a time");
        let sentence = "ＶＩＰ1234 的 Backpack 和冲锋衣，明天送徐汇店";

        let hits = vocabulary.find(sentence, &vocabulary.keys(), &now);

        let found: Vec<_> =
            hits.iter().map(|hit| (hit.detail.as_str(), hit.words.as_str(), hit.value.clone())).collect();
        assert_eq!(
            found,
            [
                ("card", "1234", json!("1234")),
                ("product", "Backpack", json!("背包")),
                ("product", "冲锋衣", json!("冲锋衣")),
                ("visit", "明天", json!("2026-11-23")),
                ("store", "徐汇店", json!("徐汇店")),
            ]
        );
        assert!(vocabulary.find(sentence, &["unknown".into()], &now).is_empty());
        let night = zoned(1_795_334_400_000, "Asia/Shanghai");
        assert_eq!(vocabulary.find("明天", &["visit".into()], &night)[0].value, json!("2026-11-23"));
    }

    #[test]
    fn only_what_changed_is_prepared_again() {
        let details = |value: &str| -> Vec<model::Detail> {
            serde_json::from_value(json!([
                { "key": "product", "name": { "zh": "商品" }, "source": { "type": "dictionary", "entries": [
                    { "value": "冲锋衣", "synonyms": ["shell jacket"] },
                ] } },
                { "key": "store", "name": { "zh": "门店" }, "source": { "type": "dictionary", "entries": [
                    { "value": value },
                ] } },
            ]))
            .expect("details")
        };
        let (product, store): (DetailKey, DetailKey) = ("product".into(), "store".into());
        let before = Vocabulary::new(&details("徐汇店"));

        let after = before.renewed(&details("静安店"));

        assert!(Arc::ptr_eq(&before.matchers[&product], &after.matchers[&product]));
        assert!(!Arc::ptr_eq(&before.matchers[&store], &after.matchers[&store]));
        let now = zoned(1_795_334_400_000, "Asia/Shanghai");
        assert_eq!(after.find("送静安店", &[store], &now)[0].value, json!("静安店"));
        assert!(before.renewed([]).keys().is_empty());
    }
}
