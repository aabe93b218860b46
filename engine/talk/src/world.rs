//! What a talk runs against beside the flow: topics that are recognised and articles that are searched for real.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::{Answer, Found, FoundDetail, IntentScore, Recognised};
use model::{Article, Bundle, DetailKey, FlowSignature, IntentKey, LibraryKey, Moment, Named, Resources, Texts};
use nlu::details::{Vocabulary, zoned};
use nlu::intents::{IntentExamples, Recogniser};
use nlu::search::{Entry, Index};

use crate::lines::Asked;

/// Topics, articles and the other things that flows refer to.
pub struct World {
    resources: Arc<Resources>,
    recogniser: Recogniser,
    vocabulary: Vocabulary,
    names: BTreeMap<String, Texts>,
    libraries: Vec<(LibraryKey, Vec<Article>)>,
}

impl World {
    /// Trains topics and indexes articles of a bundle.
    pub fn new(bundle: &Bundle) -> Self {
        let examples: Vec<_> = bundle
            .intents
            .iter()
            .map(|intent| IntentExamples { key: intent.key.0.clone(), examples: intent.examples.clone() })
            .collect();
        Self {
            resources: Arc::new(resources(bundle)),
            recogniser: Recogniser::train(&examples),
            vocabulary: Vocabulary::new(&bundle.details),
            names: bundle.intents.iter().map(|intent| (intent.key.0.clone(), intent.name.clone())).collect(),
            libraries: bundle.libraries.iter().map(|library| (library.key.clone(), library.articles.clone())).collect(),
        }
    }

    /// What flows may refer to.
    pub fn resources(&self) -> &Arc<Resources> {
        &self.resources
    }

    /// Recognises for real.
    pub(crate) fn recognise(&self, text: &str, intents: &[IntentKey]) -> Answer {
        let allowed: Vec<String> = intents.iter().map(|intent| intent.0.clone()).collect();
        let recognition = self.recogniser.recognise(text, (!allowed.is_empty()).then_some(&allowed[..]));
        Answer::Recognised(Recognised {
            intents: recognition
                .intents
                .into_iter()
                .map(|scored| self.score(scored.intent, scored.confidence))
                .collect(),
            words: recognition.words,
            sure_above: recognition.sure_above,
            close_above: recognition.close_above,
        })
    }

    /// Searches for real; no libraries means all.
    pub(crate) fn search(&self, query: &str, libraries: &[LibraryKey], limit: usize) -> Answer {
        let wanted = self.libraries.iter().filter(|(key, _)| libraries.is_empty() || libraries.contains(key));
        let articles: Vec<&Article> = wanted.flat_map(|(_, articles)| articles).collect();
        let entries: Vec<Entry> = articles
            .iter()
            .map(|article| Entry {
                id: article.id.clone(),
                question: article.question.clone(),
                variants: article.variants.clone(),
                answer: article.answer.iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
            })
            .collect();
        let index = Index::build(&entries);
        let hits = index.search(query, limit);
        let found = hits.into_iter().map(|hit| self.found(hit.id, hit.score)).collect();
        Answer::Found { found, nothing_below: index.nothing_below() }
    }

    /// Looks for the bundle's details for real.
    pub(crate) fn extract(&self, sentences: &[String], details: &[DetailKey], now: Moment) -> Answer {
        let calendar = self.resources.calendars.first();
        let now = zoned(now, calendar.map_or("Asia/Shanghai", |calendar| calendar.time_zone.as_str()));
        let found = sentences.iter().enumerate().flat_map(|(sentence, words)| {
            self.vocabulary.find(words, details, &now).into_iter().map(move |hit| FoundDetail {
                sentence,
                detail: hit.detail,
                value: hit.value,
                words: hit.words,
                start: hit.start,
                end: hit.end,
            })
        });
        Answer::Extracted { found: found.collect() }
    }

    /// The answer a `recognise:` line gives.
    pub(crate) fn recognised_as(&self, asked: &Asked) -> Answer {
        match asked {
            Asked::Fails => failed(),
            Asked::Scores(scores) => Answer::Recognised(Recognised {
                intents: scores.iter().map(|(key, score)| self.score(key.clone(), *score)).collect(),
                words: Vec::new(),
                sure_above: 0.6,
                close_above: 0.3,
            }),
        }
    }

    /// The answer a `search:` line gives.
    pub(crate) fn found_as(&self, asked: &Asked) -> Answer {
        match asked {
            Asked::Fails => failed(),
            Asked::Scores(scores) => Answer::Found {
                found: scores.iter().map(|(id, score)| self.found(id.clone(), *score)).collect(),
                nothing_below: 0.2,
            },
        }
    }

    fn score(&self, intent: String, confidence: f64) -> IntentScore {
        let name = self.names.get(&intent).cloned().unwrap_or_else(|| Texts::new(&intent, &intent));
        IntentScore { intent, name, confidence }
    }

    fn found(&self, id: String, score: f64) -> Found {
        let known = self.libraries.iter().flat_map(|(_, articles)| articles).find(|article| article.id == id);
        let (question, answer) = match known {
            Some(article) => (article.question.clone(), article.answer.clone()),
            None => (id.clone(), Texts::new(&id, &id)),
        };
        Found { id, question, answer, score }
    }
}

fn failed() -> Answer {
    Answer::Failed { why: Texts::new("剧本里写明失败", "the talk says that it fails") }
}

/// What the flows of a bundle may refer to. A flow in the bundle counts as published.
fn resources(bundle: &Bundle) -> Resources {
    let ends = |flow: &model::Flow| {
        let ends = flow.nodes.iter().filter(|node| node.kind == "end");
        let mut ends: Vec<String> =
            ends.filter_map(|node| node.config.get("result")?.as_str().map(str::to_owned)).collect();
        ends.sort();
        ends.dedup();
        ends
    };
    Resources {
        intents: bundle
            .intents
            .iter()
            .map(|intent| Named { key: intent.key.clone(), name: intent.name.clone() })
            .collect(),
        details: bundle.details.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }).collect(),
        libraries: bundle.libraries.iter().map(|it| Named { key: it.key.clone(), name: it.name.clone() }).collect(),
        teams: bundle.teams.iter().map(|team| Named { key: team.key.clone(), name: team.name.clone() }).collect(),
        calendars: bundle.calendars.clone(),
        connectors: bundle.connectors.clone(),
        phrases: bundle.phrases.clone(),
        flows: bundle
            .flows
            .iter()
            .map(|flow| FlowSignature {
                key: flow.key.clone(),
                name: flow.name.clone(),
                inputs: flow.inputs.clone(),
                outputs: flow.outputs.clone(),
                ends: ends(flow),
                is_live: true,
            })
            .collect(),
    }
}
