//! Measuring with a sentence model: the search by meaning beside that by words, a second opinion on topics.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use embed::{Encode, Role, Wanted};
use nlu::evaluate::Ranked;
use nlu::intents::{IntentExamples, Meant, Recognition, generic_sentences};
use nlu::search::{Entry, Index};
use runtime::MeantTexts;

use super::{since, tenth};

/// The model to measure with.
#[derive(Debug, clap::Args)]
#[group(id = "meaning")]
pub(super) struct Args {
    /// A sentence model, to measure with it: its folder
    #[arg(long, value_name = "FOLDER")]
    embeddings: Option<PathBuf>,
    /// The articles are passages of documents: words and meaning count the same
    #[arg(long, requires = "embeddings")]
    passages: bool,
}

/// Articles with their vectors.
pub(super) struct Meaning {
    model: Arc<dyn Encode>,
    texts: MeantTexts,
    n_texts: usize,
    took_ms: f64,
}

impl Args {
    /// The vectors of the articles, where a model is given.
    pub(super) fn meaning(&self, entries: &[Entry]) -> anyhow::Result<Option<Meaning>> {
        let Some(folder) = &self.embeddings else { return Ok(None) };
        let model = model(folder)?;
        let texts: Vec<String> = entries.iter().map(|entry| self.text(entry)).collect();
        let start = Instant::now();
        let vectors = model.encode(Role::Passage, &texts).map_err(|trouble| anyhow!("{trouble}"))?;
        let took_ms = since(start);
        let texts = MeantTexts::new(&texts, &vectors, !self.passages);
        Ok(Some(Meaning { model, texts, n_texts: entries.len(), took_ms }))
    }

    /// What the product gives a model to read: of an article what is asked, of a passage everything.
    fn text(&self, entry: &Entry) -> String {
        let asked = runtime::asked(&entry.question, &entry.variants).filter(|_| !self.passages);
        asked.unwrap_or_else(|| {
            let whole = format!("{}\n{}", entry.question, entry.answer);
            whole.chars().take(runtime::MAX_TEXT_CHARS).collect()
        })
    }
}

/// The model in a folder.
fn model(folder: &Path) -> anyhow::Result<Arc<dyn Encode>> {
    let name = Wanted::Folder(folder.to_owned()).short_name();
    embed::load(folder, &name).map_err(|trouble| anyhow!("{trouble}"))
}

impl Meaning {
    /// What both searches find; nothing where the model fails.
    pub(super) fn search(&self, index: &Index, entries: &[Entry], question: &str, limit: usize) -> Vec<Ranked> {
        let place = |id: &str| entries.iter().position(|entry| entry.id == id);
        let hits = index.search(question, MeantTexts::CANDIDATES);
        let words: Vec<(usize, f64)> = hits.iter().filter_map(|hit| Some((place(&hit.id)?, hit.score))).collect();
        let asked = self.model.encode(Role::Question, &[question.to_owned()]);
        let Some(vector) = asked.ok().and_then(|mut vectors| vectors.pop()) else { return Vec::new() };
        let found = self.texts.fused(&words, &vector, (index.nothing_below(), index.sure_above()));
        let found = found.into_iter().take(limit);
        found.map(|(place, score)| Ranked { id: entries[place].id.clone(), score }).collect()
    }

    /// The model's name.
    pub(super) fn name(&self) -> &str {
        self.model.name()
    }

    /// Texts that it turned into vectors each second.
    pub(super) fn per_second(&self) -> f64 {
        tenth(self.n_texts as f64 / (self.took_ms / 1e3).max(1e-6))
    }
}

/// A second opinion on topics, with the model that makes vectors of messages.
pub(super) struct Second {
    model: Arc<dyn Encode>,
    meant: Meant,
    took_ms: f64,
}

impl Second {
    /// Learns from the vectors of the examples.
    pub(super) fn train(folder: &Path, intents: &[IntentExamples]) -> anyhow::Result<Self> {
        let model = model(folder)?;
        let vectors = |texts: &[String]| model.encode(Role::Sentence, texts).map_err(|trouble| anyhow!("{trouble}"));
        let examples: Vec<String> = intents.iter().flat_map(|intent| intent.examples.clone()).collect();
        let (examples, generic) = (vectors(&examples)?, vectors(&generic_sentences())?);
        let start = Instant::now();
        let meant = Meant::train(intents, &examples, &generic);
        let meant = meant.context("a second opinion wants at least five topics with three examples each")?;
        Ok(Self { meant, took_ms: since(start), model })
    }

    /// What both opinions make of a message; that of the words where the model fails.
    pub(super) fn opinion(&self, text: &str, said: Recognition) -> Recognition {
        if said.sure().is_some() {
            return said;
        }
        match self.model.encode(Role::Sentence, &[text.to_owned()]).map(|mut vectors| vectors.pop()) {
            Ok(Some(vector)) => self.meant.second(said, &vector, None),
            _ => said,
        }
    }

    /// The model's name, and how long learning from its vectors took.
    pub(super) fn figures(&self) -> (&str, f64) {
        (self.model.name(), self.took_ms)
    }
}
