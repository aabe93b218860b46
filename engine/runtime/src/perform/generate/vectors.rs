//! Embeddings and ranks of a provider: within the budgets, within a time; whatever comes back is looked at before it
//! counts.

use interpreter::Usage;
use model::{ModelProvider, Texts};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::{Endpoint, post};
use super::trouble::{After, Trouble};
use super::wire::tokens;
use super::{Behalf, Models, NoAnswer, Purse, count, has_waited, hold, priced};
use crate::Engine;
use crate::meaning::unit;

/// Numbers in a vector.
const MAX_NUMBERS: usize = 8_192;

/// Why there are no vectors.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoVectors {
    /// A budget is used up.
    OverBudget(Texts),
    /// The request was not taken: fewer texts, or shorter ones, may be.
    Refused(Texts),
    /// The endpoint failed, or what it answered cannot be used.
    Failed(Texts),
}

impl NoVectors {
    /// The reason, for people.
    pub(crate) fn why(&self) -> &Texts {
        match self {
            Self::OverBudget(why) | Self::Refused(why) | Self::Failed(why) => why,
        }
    }
}

impl From<NoAnswer> for NoVectors {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::OverBudget(why) => Self::OverBudget(why),
            NoAnswer::Failed(why) => Self::Failed(why),
        }
    }
}

impl From<Trouble> for NoVectors {
    fn from(trouble: Trouble) -> Self {
        if trouble.refusal.is_some() { Self::Refused(trouble.why) } else { Self::Failed(trouble.why) }
    }
}

/// The vectors of some texts by a provider's embedding model, in their order, each of length 1.
pub(crate) async fn vectors(
    engine: &Engine,
    models: &Models,
    provider: &ModelProvider,
    behalf: Behalf<'_>,
    texts: &[String],
    deadline: Instant,
) -> Result<Vec<Vec<f32>>, NoVectors> {
    let body = json!({ "model": provider.embedding_model, "input": texts });
    let n_tokens = texts.iter().map(|text| tokens(text)).sum();
    let price_in = provider.price_embedding.unwrap_or(provider.price_in);
    let provider = ModelProvider { price_in, price_out: 0.0, ..provider.clone() };
    let asking = Asking { engine, models, provider: &provider, behalf, deadline };
    let answered = asking.ask("embeddings", &body, n_tokens).await?;
    read_vectors(&answered, texts.len()).map_err(NoVectors::Failed)
}

/// How well each text fits a question by a provider's ranking model; nothing for those that it left out.
pub(crate) async fn ranks(
    engine: &Engine,
    models: &Models,
    provider: &ModelProvider,
    behalf: Behalf<'_>,
    question: &str,
    texts: &[String],
    deadline: Instant,
) -> Result<Vec<Option<f64>>, NoVectors> {
    let body = json!({ "model": provider.rerank_model, "query": question, "documents": texts, "top_n": texts.len() });
    let n_tokens = texts.iter().map(|text| tokens(text)).sum::<u64>() + tokens(question);
    let asking = Asking { engine, models, provider, behalf, deadline };
    let answered = asking.ask("rerank", &body, n_tokens).await?;
    read_ranks(&answered, texts.len()).map_err(NoVectors::Failed)
}

struct Asking<'a> {
    engine: &'a Engine,
    models: &'a Models,
    provider: &'a ModelProvider,
    behalf: Behalf<'a>,
    deadline: Instant,
}

impl Asking<'_> {
    /// Asks, again where it is harmless and there is time, and pays.
    async fn ask(&self, path: &str, body: &Value, n_tokens: u64) -> Result<Value, NoVectors> {
        let Self { engine, models, provider, behalf, deadline } = *self;
        let day = models.day(engine.clock.now());
        let purse = Purse { store: &engine.store, behalf, day: &day };
        let _hold = hold(engine, models, &purse, provider, n_tokens, 1).await?;
        let began = std::time::Instant::now();
        let outcome = self.answered(path, body, deadline).await;
        let used = outcome.as_ref().map_or(0, |answer| used(answer).unwrap_or(n_tokens));
        let usage = priced(Usage { tokens_in: used, ..Usage::default() }, provider);
        count(engine.measure(), began, outcome.is_ok(), usage);
        if outcome.is_ok() {
            purse.pay(usage).await;
        }
        outcome
    }

    async fn answered(&self, path: &str, body: &Value, deadline: Instant) -> Result<Value, NoVectors> {
        let key = self.engine.model_key(self.behalf.workspace, self.provider).await.map_err(NoVectors::Failed)?;
        let endpoint = Endpoint { provider: self.provider, key: key.as_deref(), hearing: &|_| {} };
        let mut tried = 0;
        loop {
            let trouble = match post(&self.engine.caller, endpoint, path, body, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            let After::Again(least) = trouble.means else { return Err(trouble.into()) };
            if !has_waited(self.provider, tried, least, deadline).await {
                return Err(trouble.into());
            }
            tried += 1;
        }
    }
}

/// The tokens that an endpoint says it read.
fn used(answer: &Value) -> Option<u64> {
    let usage = answer.get("usage")?;
    usage.get("prompt_tokens").or(usage.get("total_tokens"))?.as_u64()
}

/// The vectors of an answer; one that is odd in any way is refused whole.
fn read_vectors(answer: &Value, n_texts: usize) -> Result<Vec<Vec<f32>>, Texts> {
    let data = answer.get("data").and_then(Value::as_array);
    let data = data.ok_or_else(|| odd("不是向量接口的格式", "it is not the format of embeddings"))?;
    if data.len() != n_texts {
        return Err(odd(
            &format!("要 {n_texts} 个向量，给了 {} 个", data.len()),
            &format!("{n_texts} vectors were asked for, {} came", data.len()),
        ));
    }
    let mut vectors: Vec<Vec<f32>> = vec![Vec::new(); n_texts];
    for (place, item) in data.iter().enumerate() {
        let index = match item.get("index") {
            Some(index) => index.as_u64().and_then(|index| usize::try_from(index).ok()),
            None => Some(place),
        };
        let slot = index.and_then(|index| vectors.get_mut(index)).filter(|slot| slot.is_empty());
        let slot = slot.ok_or_else(|| odd("向量的编号不对", "its vectors are not numbered as the texts are"))?;
        *slot = one(item)?;
    }
    let n_numbers = vectors.first().map_or(0, Vec::len);
    if vectors.iter().any(|vector| vector.len() != n_numbers) {
        return Err(odd("向量的维数不一样", "its vectors differ in dimension"));
    }
    Ok(vectors)
}

fn one(item: &Value) -> Result<Vec<f32>, Texts> {
    let numbers = item.get("embedding").and_then(Value::as_array);
    let numbers = numbers.ok_or_else(|| odd("不是向量接口的格式", "it is not the format of embeddings"))?;
    if numbers.is_empty() || numbers.len() > MAX_NUMBERS {
        return Err(odd(
            &format!("向量有 {} 维，应为 1 到 {MAX_NUMBERS} 维", numbers.len()),
            &format!("a vector has {} numbers instead of 1 to {MAX_NUMBERS}", numbers.len()),
        ));
    }
    let vector: Option<Vec<f32>> = numbers.iter().map(|number| Some(number.as_f64()? as f32)).collect();
    let vector = vector.ok_or_else(|| odd("向量里有不是数字的东西", "a vector holds something that is no number"))?;
    unit(vector).ok_or_else(|| odd("向量里有无穷大，或全是零", "a vector is not finite, or nothing but zeros"))
}

/// The ranks of an answer, by the places of the texts.
fn read_ranks(answer: &Value, n_texts: usize) -> Result<Vec<Option<f64>>, Texts> {
    let results = answer.get("results").and_then(Value::as_array);
    let results = results.ok_or_else(|| odd("不是重排接口的格式", "it is not the format of ranking"))?;
    let mut ranks = vec![None; n_texts];
    for result in results {
        let index = result.get("index").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        let slot = index.and_then(|index| ranks.get_mut(index)).filter(|slot| slot.is_none());
        let slot = slot.ok_or_else(|| odd("重排结果的编号不对", "its ranks are not numbered as the texts are"))?;
        let score = result.get("relevance_score").or(result.get("score")).and_then(Value::as_f64);
        let score = score.filter(|score| score.is_finite());
        *slot = Some(score.ok_or_else(|| odd("重排分数不是数字", "a rank is no number"))?);
    }
    if ranks.iter().all(Option::is_none) {
        return Err(odd("没有给出任何重排结果", "it ranks nothing"));
    }
    Ok(ranks)
}

fn odd(zh: &str, en: &str) -> Texts {
    Texts::new(format!("模型的回答不能用：{zh}"), format!("what the model answered cannot be used: {en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_vectors_are_refused_with_a_reason() {
        let read = |data: Value| read_vectors(&json!({ "data": data }), 2);
        let item = |index: u64, vector: Value| json!({ "index": index, "embedding": vector });

        let good = read(json!([item(1, json!([0, 2])), item(0, json!([3.0, 4.0]))])).expect("they are in order");
        assert_eq!(good, [vec![0.6, 0.8], vec![0.0, 1.0]]);
        for (data, why) in [
            (json!([item(0, json!([1, 0]))]), "2 vectors were asked for, 1 came"),
            (json!([item(0, json!([1])), item(0, json!([1]))]), "not numbered"),
            (json!([item(0, json!([1])), item(7, json!([1]))]), "not numbered"),
            (json!([item(0, json!([1])), item(1, json!([1, 0]))]), "differ in dimension"),
            (json!([item(0, json!([1])), item(1, json!([]))]), "0 numbers"),
            (json!([item(0, json!([1])), item(1, json!([0]))]), "nothing but zeros"),
            (json!([item(0, json!([1])), item(1, json!([1e300]))]), "not finite"),
            (json!([item(0, json!([1])), item(1, json!(["NaN"]))]), "no number"),
            (json!([item(0, json!([1])), item(1, json!([null]))]), "no number"),
            (json!([item(0, json!([1])), item(1, json!("AACAPw=="))]), "not the format"),
            (json!("nonsense"), "not the format"),
        ] {
            let refused = read(data.clone()).expect_err("it is odd");
            assert!(refused.in_language("en").contains(why), "{data}: {refused:?}");
            assert!(!refused.in_language("zh").is_empty());
        }
        let wide = json!([item(0, json!(vec![1; MAX_NUMBERS + 1])), item(1, json!([1]))]);
        assert!(read(wide).is_err());
    }

    #[test]
    fn odd_ranks_are_refused_with_a_reason() {
        let read = |results: Value| read_ranks(&json!({ "results": results }), 2);

        let good = read(json!([{ "index": 1, "relevance_score": 0.9 }])).expect("one is ranked");
        assert_eq!(good, [None, Some(0.9)]);
        for results in [
            json!([]),
            json!({}),
            json!([{ "index": 2, "relevance_score": 0.9 }]),
            json!([{ "index": 1, "relevance_score": 0.9 }, { "index": 1, "relevance_score": 0.1 }]),
            json!([{ "index": 0, "relevance_score": "high" }]),
            json!([{ "index": 0 }]),
        ] {
            assert!(read(results.clone()).is_err(), "{results}");
        }
    }
}
