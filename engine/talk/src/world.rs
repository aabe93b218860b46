//! What a talk runs against beside the flow: topics that are recognised, articles and documents that are searched for
//! real.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::{Answer, Found, FoundDetail, IntentScore, Recognised, Source};
use model::{
    Bundle, Citation, DetailKey, FlowSignature, IntentKey, Language, Library, LibraryKey, Moment, Named, Resources,
    TextDocument, Texts, time_zone,
};
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
    findable: Vec<(LibraryKey, Entry, Found)>,
    synonyms: Vec<Vec<String>>,
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
            findable: bundle.libraries.iter().flat_map(findable).collect(),
            synonyms: bundle.synonyms.clone(),
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
        let wanted = self.findable.iter().filter(|(key, ..)| libraries.is_empty() || libraries.contains(key));
        let entries: Vec<Entry> = wanted.map(|(_, entry, _)| entry.clone()).collect();
        let index = Index::build_with(&entries, &self.synonyms);
        let hits = index.search(query, limit);
        let found = hits.into_iter().map(|hit| self.found(hit.id, hit.score)).collect();
        Answer::Found { found, nothing_below: index.nothing_below(), sure_above: index.sure_above(), note: None }
    }

    /// Looks for the bundle's details for real.
    pub(crate) fn extract(&self, sentences: &[String], details: &[DetailKey], now: Moment) -> Answer {
        let now = zoned(now, time_zone(&self.resources.calendars));
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
                sure_above: 0.6,
                note: None,
            },
        }
    }

    fn score(&self, intent: String, confidence: f64) -> IntentScore {
        let name = self.names.get(&intent).cloned().unwrap_or_else(|| Texts::new(&intent, &intent));
        IntentScore { intent, name, confidence }
    }

    fn found(&self, id: String, score: f64) -> Found {
        match self.findable.iter().find(|(_, entry, _)| entry.id == id) {
            Some((_, _, found)) => Found { score, ..found.clone() },
            None => Found {
                question: id.clone(),
                asked: Texts::default(),
                answer: Texts::new(&id, &id),
                id,
                score,
                source: None,
            },
        }
    }
}

/// What search can find of a library: its articles, and the passages of its documents.
fn findable(library: &Library) -> Vec<(LibraryKey, Entry, Found)> {
    let articles = library.articles.iter().filter(|article| !article.is_off).map(|article| {
        let entry = Entry {
            id: article.id.clone(),
            question: article.question.clone(),
            variants: article.variants.clone(),
            answer: article.answer.iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
        };
        let (question, answer) = (article.question.clone(), article.answer.clone());
        let asked = article.asked();
        (entry, Found { id: article.id.clone(), question, asked, answer, score: 0.0, source: None })
    });
    let passages = library.documents.iter().flat_map(|document| {
        let read = documents::read(documents::Kind::Markdown, document.markdown.as_bytes());
        let passages = read.map(|read| documents::passages(&read.blocks)).unwrap_or_default();
        passages.into_iter().enumerate().map(|(n, passage)| passage_of(document, n, passage))
    });
    articles.chain(passages).map(|(entry, found)| (library.key.clone(), entry, found)).collect()
}

fn passage_of(document: &TextDocument, n: usize, passage: documents::Passage) -> (Entry, Found) {
    let id = format!("{}#{n}", document.id);
    let entry = Entry {
        id: id.clone(),
        question: passage.heading.clone(),
        variants: Vec::new(),
        answer: format!("{}\n{}", document.name, passage.text),
    };
    let question =
        passage.heading.rsplit(" › ").next().filter(|it| !it.is_empty()).unwrap_or(&document.name).to_owned();
    let citation = Citation { title: document.name.clone(), heading: passage.heading, url: None, page: passage.page };
    let source = Some(Source { document: document.id.clone(), citation });
    let answer = Texts([(Language("und".into()), passage.text)].into());
    (entry, Found { id, question, asked: Texts::default(), answer, score: 0.0, source })
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
        unset_secrets: BTreeMap::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_of_documents_are_found_with_their_place() {
        let markdown = "# 政策\n\n## 退款\n\n三个工作日内退款。\n\n## 运费\n\n运费由客户承担。".to_owned();
        let document = TextDocument { id: "d".into(), name: "退换货政策".into(), markdown };
        let library =
            Library { key: "docs".into(), name: Texts::default(), articles: vec![], documents: vec![document] };
        let world = World::new(&Bundle { libraries: vec![library], ..Bundle::default() });

        let Answer::Found { found, .. } = world.search("运费谁承担", &[], 3) else {
            panic!("it is what is found")
        };

        assert_eq!(found[0].answer.in_language("zh"), "运费由客户承担。");
        assert_eq!(found[0].source.as_ref().map(|source| &*source.citation.heading), Some("政策 › 运费"));
    }
}
