//! What a question finds: by words, by meaning where a library wants it, and ranked again where a model can.

use std::sync::Arc;
use std::time::Duration;

use interpreter::Answer;
use model::{LibraryKey, ModelProvider, Texts};
use nlu::search::Hit;
use store::WorkspaceId;
use tokio::time::Instant;

use crate::meaning::{Alike, CANDIDATES, Lines, Ranked, Small, Space, Worded, fuse, settle};
use crate::perform::{Behalf, Models, ranks};
use crate::shelf::FoundByWords;
use crate::{Engine, Error, Item, Result, Shelf};

/// Entries that are ranked again.
const RANKED: usize = 10;
/// A customer waits no longer for that.
const RANK_TIME: Duration = Duration::from_secs(2);
/// As much of a question goes to a model.
const MAX_QUESTION_CHARS: usize = 500;

/// An article or a passage that was found, and why.
#[derive(Clone, Debug)]
pub struct FoundItem {
    /// What it is.
    pub item: Item,
    /// How likely it answers, 0 to 1.
    pub score: f64,
    /// What the search by words says; without a score where it did not find it.
    pub words: Hit,
    /// The cosine of its meaning with the question's; none where it was not searched by meaning.
    pub meaning: Option<f64>,
    /// What a ranking model says of it, on a scale of its own.
    pub rank: Option<f64>,
}

/// What was found, with the thresholds.
#[derive(Debug)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<FoundItem>,
    /// Below this score the libraries do not know.
    pub nothing_below: f64,
    /// From this score on the first is the answer.
    pub sure_above: f64,
    /// Why a model that should have helped did not.
    pub note: Option<Texts>,
}

impl Engine {
    /// What a question finds, as an answer to a flow.
    pub(crate) async fn found(
        &self,
        models: &Models,
        behalf: Behalf<'_>,
        channel: Option<&str>,
        query: &str,
        libraries: &[LibraryKey],
        limit: usize,
    ) -> Answer {
        let hits = match self.search(models, behalf, query, libraries, limit).await {
            Ok(hits) => hits,
            Err(error) => {
                tracing::error!(%error, "a library could not be searched");
                return Answer::Failed {
                    why: Texts::new("知识库查找出错", "the library could not be searched")
                };
            }
        };
        let found = hits.hits.iter().map(|hit| hit.item.found(hit.score, channel));
        Answer::Found {
            found: found.collect(),
            nothing_below: hits.nothing_below,
            sure_above: hits.sure_above,
            note: hits.note,
        }
    }

    /// What a question of staff finds.
    pub async fn hits(
        &self,
        workspace: WorkspaceId,
        query: &str,
        libraries: &[LibraryKey],
        limit: usize,
    ) -> Result<Hits> {
        let knowledge = self.knowledge(workspace).await?;
        self.search(&knowledge.models, Behalf { workspace, conversation: None }, query, libraries, limit).await
    }

    async fn search(
        &self,
        models: &Models,
        behalf: Behalf<'_>,
        query: &str,
        libraries: &[LibraryKey],
        limit: usize,
    ) -> Result<Hits> {
        let shelf = self.shelf(behalf.workspace).await?;
        if !shelf.is_meant(libraries) {
            return Ok(only_words(&shelf, by_words(&shelf, query, libraries, limit).await?));
        }
        let question: String = query.chars().take(MAX_QUESTION_CHARS).collect();
        let (words, meaning) = tokio::join!(
            by_words(&shelf, query, libraries, limit.max(CANDIDATES)),
            self.meaning_of(models, behalf, &question)
        );
        let mut words = words?;
        let (space, vector) = match meaning {
            Ok(known) => known,
            Err(why) => {
                words.hits.truncate(limit);
                let note = Texts::new(
                    format!("没有按意思查找：{}", why.in_language("zh")),
                    format!("not searched by meaning: {}", why.in_language("en")),
                );
                return Ok(Hits { note: Some(note), ..only_words(&shelf, words) });
            }
        };
        let (on, libraries) = (Arc::clone(&shelf), libraries.to_vec());
        let fused = tokio::task::spawn_blocking(move || fused(&on, &libraries, &words, &space, &vector)).await;
        let mut hits = fused.map_err(|error| Error::Internal(error.to_string()))?;
        if let Some(provider) = ranker(models) {
            self.rank(models, behalf, provider, &question, &mut hits).await;
        }
        hits.hits.truncate(limit);
        Ok(hits)
    }

    /// The best ones in the order of a ranking model, where it answers in time.
    async fn rank(
        &self,
        models: &Models,
        behalf: Behalf<'_>,
        provider: &ModelProvider,
        question: &str,
        hits: &mut Hits,
    ) {
        let n = hits.hits.len().min(RANKED);
        if n < 2 {
            return;
        }
        let texts: Vec<String> = hits.hits[..n].iter().map(|hit| hit.item.text()).collect();
        let deadline = Instant::now() + RANK_TIME;
        match ranks(self, models, provider, behalf, question, &texts, deadline).await {
            Ok(ranks) => {
                hits.hits.iter_mut().zip(ranks).for_each(|(hit, rank)| hit.rank = rank);
                let order = |hit: &FoundItem| hit.rank.unwrap_or(f64::NEG_INFINITY);
                hits.hits[..n].sort_by(|a, b| order(b).total_cmp(&order(a)));
                let ranked = hits.hits.iter().map(|hit| Ranked { place: 0, score: hit.score, cosine: None });
                let mut ranked: Vec<Ranked> = ranked.collect();
                settle(&mut ranked, Lines { nothing_below: hits.nothing_below, sure_above: hits.sure_above });
                hits.hits.iter_mut().zip(ranked).for_each(|(hit, ranked)| hit.score = ranked.score);
            }
            Err(none) => {
                hits.note = Some(Texts::new(
                    format!("没有用模型重排：{}", none.why().in_language("zh")),
                    format!("not ranked by a model: {}", none.why().in_language("en")),
                ));
            }
        }
    }
}

/// The search by words; an index that is there is quick enough to be asked here.
async fn by_words(shelf: &Arc<Shelf>, query: &str, libraries: &[LibraryKey], limit: usize) -> Result<FoundByWords> {
    if shelf.is_built(libraries) {
        return Ok(shelf.by_words(query, libraries, limit));
    }
    let (shelf, query, libraries) = (Arc::clone(shelf), query.to_owned(), libraries.to_vec());
    let searched = tokio::task::spawn_blocking(move || shelf.by_words(&query, &libraries, limit)).await;
    searched.map_err(|error| Error::Internal(error.to_string()))
}

fn only_words(shelf: &Shelf, words: FoundByWords) -> Hits {
    let hit = |(place, hit): (usize, Hit)| {
        Some(FoundItem { item: shelf.item(place)?.clone(), score: hit.score, words: hit, meaning: None, rank: None })
    };
    let hits = words.hits.into_iter().filter_map(hit).collect();
    Hits { hits, nothing_below: words.nothing_below, sure_above: words.sure_above, note: None }
}

fn fused(shelf: &Shelf, libraries: &[LibraryKey], words: &FoundByWords, space: &Space, question: &Small) -> Hits {
    let cosines: Vec<(usize, f64)> = shelf.by_name(libraries, |names| {
        space.look(|vectors| {
            let all = vectors.cosines(question).into_iter().flatten();
            let placed = all.filter_map(|(name, cosine)| Some((names.get(name)?, f64::from(cosine))));
            placed.flat_map(|(places, cosine)| places.iter().map(move |place| (*place, cosine))).collect()
        })
    });
    let lines = Lines { nothing_below: words.nothing_below, sure_above: words.sure_above };
    let worded: Vec<Worded> =
        words.hits.iter().map(|(place, hit)| Worded { place: *place, score: hit.score }).collect();
    let is_article = |place| matches!(shelf.item(place), Some(Item::Article(_)));
    let ranked = fuse(&worded, &Alike::of(cosines), is_article, lines);
    let hits = ranked.into_iter().filter_map(|ranked| {
        let words = words.hits.iter().find(|(place, _)| *place == ranked.place).map(|(_, hit)| hit.clone());
        let item = shelf.item(ranked.place)?.clone();
        Some(FoundItem {
            item,
            score: ranked.score,
            words: words.unwrap_or_default(),
            meaning: ranked.cosine,
            rank: None,
        })
    });
    Hits { hits: hits.collect(), nothing_below: lines.nothing_below, sure_above: lines.sure_above, note: None }
}

/// The provider with a ranking model: the one that is asked first, else the first that has one.
fn ranker(models: &Models) -> Option<&ModelProvider> {
    let can = |provider: &&ModelProvider| provider.is_on && !provider.rerank_model.is_empty();
    let able = || models.providers.iter().filter(can);
    able().find(|provider| provider.key == models.settings.provider).or_else(|| able().next())
}
