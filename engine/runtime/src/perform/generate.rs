//! Asking a language model: the workspace's provider, then its fallback; within the budgets, within the task's time.

mod budget;
mod client;
mod purse;
mod stream;
mod trouble;
mod vectors;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use interpreter::{Answer, Generated, Task, Usage};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{ModelProvider, ModelSettings, Texts};
use store::WorkspaceId;
use tokio::time::Instant;

use self::budget::{Budgets, Hold};
use self::client::{Endpoint, exchange};
use self::purse::{Purse, no_count, priced};
use self::trouble::{After, Trouble};
use self::wire::{Manner, request, tokens};
use super::call::Caller;
use super::retry::{chance, pause};
use crate::{Engine, Measure};

pub(crate) use self::vectors::{NoVectors, ranks, vectors};

/// No task takes longer, whatever it says.
const LONGEST: Duration = Duration::from_secs(120);
/// Providers that are asked one after the other.
const MAX_PROVIDERS: usize = 3;
const MAX_RETRIES: u32 = 3;
/// Simpler manners that are tried before a refusal is final.
const MAX_MANNERS: usize = 5;

/// What a workspace has set up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Models {
    pub(crate) providers: Vec<ModelProvider>,
    pub(crate) settings: ModelSettings,
    /// Days of budgets begin at midnight here.
    pub(crate) time_zone: String,
}

/// What asking needs beside the task; one for the whole engine.
#[derive(Debug, Default)]
pub(crate) struct Generator {
    budgets: Budgets,
    /// What endpoints take, by address and model.
    manners: Mutex<HashMap<(String, String), Manner>>,
}

/// On whose behalf a model is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behalf<'a> {
    pub(crate) workspace: WorkspaceId,
    /// The conversation that pays; none for staff.
    pub(crate) conversation: Option<&'a str>,
}

/// An answer, with how long its first words took.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) generated: Generated,
    pub(crate) first_words: Duration,
}

/// An answer as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard<'w> {
    /// A model is asked; what came of an earlier try does not count.
    Begins,
    /// The next words.
    Words(&'w str),
}

/// Who hears an answer as it comes.
pub(crate) type Hearing<'h> = &'h (dyn Fn(Heard<'_>) + Send + Sync);

/// Why there is none.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    OverBudget(Texts),
    Failed(Texts),
}

impl Generator {
    fn manner(&self, provider: &ModelProvider) -> Manner {
        let manners = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        manners.get(&(provider.base_url.clone(), provider.chat_model.clone())).copied().unwrap_or_default()
    }

    fn learn(&self, provider: &ModelProvider, manner: Manner) {
        let mut manners = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        manners.insert((provider.base_url.clone(), provider.chat_model.clone()), manner);
    }
}

impl Models {
    /// The provider that is asked first, and those after it.
    pub(crate) fn chain(&self) -> Vec<&ModelProvider> {
        let is_ready = |provider: &&ModelProvider| provider.is_on && !provider.chat_model.is_empty();
        let by_key = |key: &str| self.providers.iter().filter(is_ready).find(|provider| provider.key == key);
        let mut chain: Vec<&ModelProvider> = Vec::new();
        let mut next = by_key(&self.settings.provider).or_else(|| self.providers.iter().find(is_ready));
        while let Some(provider) = next {
            chain.push(provider);
            let is_new = |other: &&ModelProvider| !chain.iter().any(|known| known.key == other.key);
            next = by_key(&provider.fallback).filter(is_new).filter(|_| chain.len() < MAX_PROVIDERS);
        }
        chain
    }

    /// The day of a moment, as budgets count days.
    pub(crate) fn day(&self, now: i64) -> String {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone).date().to_string()
    }
}

/// Answers a task of a flow.
pub(crate) async fn generate(engine: &Engine, models: &Models, behalf: Behalf<'_>, task: &Task) -> Answer {
    match ask(engine, models, &models.chain(), behalf, task).await {
        Ok(asked) => Answer::Generated(asked.generated),
        Err(NoAnswer::OverBudget(why)) => Answer::OverBudget { why },
        Err(NoAnswer::Failed(why)) => Answer::Failed { why },
    }
}

/// Asks these providers, one after the other.
pub(crate) async fn ask(
    engine: &Engine,
    models: &Models,
    chain: &[&ModelProvider],
    behalf: Behalf<'_>,
    task: &Task,
) -> Result<Asked, NoAnswer> {
    ask_aloud(engine, models, chain, behalf, task, &|_| {}).await
}

/// The same; somebody hears the words as they come.
pub(crate) async fn ask_aloud(
    engine: &Engine,
    models: &Models,
    chain: &[&ModelProvider],
    behalf: Behalf<'_>,
    task: &Task,
    hearing: Hearing<'_>,
) -> Result<Asked, NoAnswer> {
    let Some(first) = chain.first() else {
        return Err(NoAnswer::Failed(Texts::new(
            "还没有可用的模型，请在“设置”的“模型”里添加或启用",
            "no model is set up and switched on; add one under Settings, Models",
        )));
    };
    let deadline = Instant::now() + Duration::from_millis(task.timeout_ms.max(1)).min(LONGEST);
    let day = models.day(engine.clock.now());
    let purse = Purse { store: &engine.store, behalf, day: &day };
    let body = request(&first.chat_model, task, Manner::default(), None);
    let tokens_in = tokens(&body["messages"].to_string()) + tokens(&body["tools"].to_string());
    let hold = hold(engine, models, &purse, first, tokens_in, task.max_tokens).await?;
    let task = &Task { max_tokens: hold.max_tokens, ..task.clone() };
    let mut last = Texts::default();
    for provider in chain {
        if Instant::now() >= deadline {
            break;
        }
        let asking = Asking { engine, provider, task, workspace: behalf.workspace, hearing };
        let began = std::time::Instant::now();
        let (outcome, usage) = asking.ask(deadline).await;
        let usage = priced(usage, provider);
        count(engine.measure(), began, outcome.is_ok(), usage);
        if usage != Usage::default() {
            purse.pay(usage).await;
        }
        match outcome {
            Ok(mut asked) => {
                asked.generated.usage = usage;
                return Ok(asked);
            }
            Err(why) => {
                let (key, reason) = (&provider.key, why.in_language("en"));
                tracing::warn!(provider = %key, purpose = task.purpose.as_str(), reason, "a model gave no answer");
                last = why;
            }
        }
    }
    Err(NoAnswer::Failed(last))
}

/// Holds what an answer may cost, or says that a budget is used up.
async fn hold(
    engine: &Engine,
    models: &Models,
    purse: &Purse<'_>,
    provider: &ModelProvider,
    tokens_in: u64,
    max_tokens: u32,
) -> Result<Hold, NoAnswer> {
    let _one = engine.generator.budgets.one.lock().await;
    let open = purse.budgets(&models.settings).await.map_err(no_count)?;
    engine.generator.budgets.hold(open, provider, tokens_in, max_tokens).map_err(|why| {
        engine.measure().model_over_budget.add_one();
        NoAnswer::OverBudget(why)
    })
}

/// One provider is asked one task.
struct Asking<'a> {
    engine: &'a Engine,
    provider: &'a ModelProvider,
    task: &'a Task,
    workspace: WorkspaceId,
    hearing: Hearing<'a>,
}

impl Asking<'_> {
    /// The answer, and what was used to get it or not.
    async fn ask(&self, deadline: Instant) -> (Result<Asked, Texts>, Usage) {
        let mut usage = Usage::default();
        let time = Duration::from_secs(u64::from(self.provider.timeout_s.max(1)));
        let deadline = deadline.min(Instant::now() + time);
        let outcome = match self.engine.model_key(self.workspace, self.provider).await {
            Ok(key) => self.fitting(key.as_deref(), deadline, &mut usage).await,
            Err(why) => Err(why),
        };
        (outcome, usage)
    }

    /// An answer that fits; one that does not may be mended once.
    async fn fitting(&self, key: Option<&str>, deadline: Instant, usage: &mut Usage) -> Result<Asked, Texts> {
        let mut asked = self.taken(key, deadline, usage, None).await?;
        for is_last in [false, true] {
            if !asked.generated.calls.is_empty() {
                return Ok(asked);
            }
            match self.task.read(&asked.generated.text) {
                Ok(None) if asked.generated.text.trim().is_empty() => {
                    return Err(Texts::new("模型的回答是空的", "the model's answer is empty"));
                }
                Ok(value) => {
                    asked.generated.value = value;
                    return Ok(asked);
                }
                Err(why) if is_last => {
                    return Err(Texts::new(
                        format!("模型的回答不符合要求：{}", why.in_language("zh")),
                        format!("the model's answer does not fit what was asked for: {}", why.in_language("en")),
                    ));
                }
                Err(why) => {
                    let wrong = crate::turn::shortened(&asked.generated.text, 2_000);
                    asked = self.taken(key, deadline, usage, Some((&wrong, why.in_language("en")))).await?;
                }
            }
        }
        Ok(asked)
    }

    /// An answer in a manner that the endpoint takes, tried again where that is harmless.
    async fn taken(
        &self,
        key: Option<&str>,
        deadline: Instant,
        usage: &mut Usage,
        repair: Option<(&str, &str)>,
    ) -> Result<Asked, Texts> {
        let (caller, generator): (&Caller, _) = (&self.engine.caller, &self.engine.generator);
        let endpoint = Endpoint { provider: self.provider, key, hearing: self.hearing };
        let mut manner = generator.manner(self.provider);
        let (mut tried, mut n_manners) = (0, 0);
        loop {
            let body = request(&self.provider.chat_model, self.task, manner, repair);
            let trouble: Trouble = match exchange(caller, endpoint, &body, self.task.max_tokens, deadline).await {
                Ok((draft, first_words)) => {
                    let used = draft.usage(&body);
                    *usage = usage.plus(used);
                    generator.learn(self.provider, manner);
                    return Ok(Asked { generated: draft.finished(used), first_words });
                }
                Err(trouble) => trouble,
            };
            if let Some(draft) = &trouble.draft {
                *usage = usage.plus(draft.usage(&body));
            }
            let simpler = trouble.refusal.as_deref().and_then(|words| manner.after_refusal(words));
            if let Some(simpler) = simpler.filter(|_| n_manners < MAX_MANNERS) {
                (manner, n_manners) = (simpler, n_manners + 1);
                continue;
            }
            let After::Again(least) = trouble.means else { return Err(trouble.why) };
            if !has_waited(self.provider, tried, least, deadline).await {
                return Err(trouble.why);
            }
            tried += 1;
        }
    }
}

/// Waits before a provider is asked again; false when it was asked often enough, or there is no time.
async fn has_waited(provider: &ModelProvider, tried: u32, least: Duration, deadline: Instant) -> bool {
    let wait = pause(tried, Some(least), chance());
    if tried >= provider.retries.min(MAX_RETRIES) || Instant::now() + wait >= deadline {
        return false;
    }
    tokio::time::sleep(wait).await;
    true
}

fn count(measure: &Measure, began: std::time::Instant, is_answered: bool, usage: Usage) {
    measure.model_seconds.took(began.elapsed());
    if is_answered {
        measure.model_answers.add_one()
    } else {
        measure.model_failures.add_one()
    }
    measure.model_tokens_in.add(usage.tokens_in);
    measure.model_tokens_out.add(usage.tokens_out);
    measure.model_cost_micros.add(usage.cost_micros);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_asked_in_order_without_circles() {
        let provider = |key: &str, fallback: &str, is_on| ModelProvider {
            key: key.into(),
            fallback: fallback.into(),
            chat_model: "m".into(),
            is_on,
            ..ModelProvider::default()
        };
        let providers = vec![provider("a", "b", true), provider("b", "a", true), provider("c", "a", false)];
        let chain = |first: &str| {
            let settings = ModelSettings { provider: first.into(), ..ModelSettings::default() };
            let models = Models { providers: providers.clone(), settings, ..Models::default() };
            models.chain().iter().map(|provider| provider.key.clone()).collect::<Vec<_>>().join(" ")
        };

        assert_eq!((chain(""), chain("b"), chain("c")), ("a b".into(), "b a".into(), "a b".into()));
        assert!(Models::default().chain().is_empty());
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_workspace() {
        let models = |zone: &str| Models { time_zone: zone.into(), ..Models::default() };
        let late = 1_795_104_000_000; // 2026-11-20T00:00:00 in Shanghai

        assert_eq!(models("Asia/Shanghai").day(late), "2026-11-20");
        assert_eq!(models("nowhere").day(late), "2026-11-19");
    }
}
