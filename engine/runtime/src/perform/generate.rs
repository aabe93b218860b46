//! Asking a language model: the workspace's provider, then its fallback; within the budgets, within the task's time.

mod budget;
mod client;
mod stream;
mod vectors;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use interpreter::{Answer, Generated, Task, Usage};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{ModelProvider, ModelSettings, Texts};
use store::models::Spent;
use store::{Store, WorkspaceId};
use tokio::time::Instant;
use url::Url;

use self::budget::{Budgets, Hold, budgets, micros};
use self::client::{After, Endpoint, Trouble, exchange};
use self::wire::{Manner, request, tokens};
use super::call::Caller;
use super::retry::{chance, pause};
use crate::vault::{Belongs, Vault};
use crate::{Engine, Measure};

pub(crate) use self::vectors::{NoVectors, ranks, vectors};

/// No task takes longer, whatever it says.
const LONGEST: Duration = Duration::from_secs(120);
/// Providers that are asked one after the other.
const MAX_PROVIDERS: usize = 3;
const MAX_RETRIES: u32 = 3;
const MAX_SUMMARIES: usize = 500;
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
    vault: OnceLock<Vault>,
    budgets: Budgets,
    /// What endpoints take, by address and model.
    manners: Mutex<HashMap<(String, String), Manner>>,
    /// Summaries by conversation, its last message, and language: opening it again costs nothing.
    summaries: Mutex<HashMap<Summed, String>>,
}

/// A conversation up to a message, in Chinese or in English.
pub(crate) type Summed = (String, i64, bool);

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

/// Why there is none.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    OverBudget(Texts),
    Failed(Texts),
}

impl Generator {
    /// Says what opens secrets. Only the first counts.
    pub(crate) fn set_vault(&self, vault: Vault) {
        let _ = self.vault.set(vault);
    }

    /// What opens secrets.
    pub(crate) fn vault(&self) -> Option<&Vault> {
        self.vault.get()
    }

    /// A summary that was written before.
    pub(crate) fn summary(&self, place: &Summed) -> Option<String> {
        self.summaries.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned()
    }

    /// Keeps a summary; beyond a bound all are forgotten.
    pub(crate) fn keep_summary(&self, place: Summed, text: &str) {
        let mut summaries = self.summaries.lock().unwrap_or_else(PoisonError::into_inner);
        if summaries.len() >= MAX_SUMMARIES {
            summaries.clear();
        }
        summaries.insert(place, text.to_owned());
    }

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
    let Some(first) = chain.first() else {
        return Err(NoAnswer::Failed(Texts::new(
            "还没有设置可用的模型",
            "no model has been set up that is switched on",
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
        let asking = Asking { engine, provider, task, workspace: behalf.workspace };
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
}

impl Asking<'_> {
    /// The answer, and what was used to get it or not.
    async fn ask(&self, deadline: Instant) -> (Result<Asked, Texts>, Usage) {
        let mut usage = Usage::default();
        let time = Duration::from_secs(u64::from(self.provider.timeout_s.max(1)));
        let deadline = deadline.min(Instant::now() + time);
        let outcome = match key_of(self.engine, self.workspace, self.provider).await {
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
                        format!("模型的回答不符合要求：{why}"),
                        format!("the model's answer does not fit what was asked for: {why}"),
                    ));
                }
                Err(why) => {
                    let wrong = crate::turn::shortened(&asked.generated.text, 2_000);
                    asked = self.taken(key, deadline, usage, Some((&wrong, &why))).await?;
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
        let endpoint = Endpoint { provider: self.provider, key };
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
            let wait = pause(tried, Some(least), chance());
            if tried >= self.provider.retries.min(MAX_RETRIES) || Instant::now() + wait >= deadline {
                return Err(trouble.why);
            }
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }
}

/// The name of a provider's secret.
pub(crate) fn secret_name(provider: &str) -> String {
    format!("provider/{provider}")
}

/// Scheme, host and port: what a key belongs to.
pub(crate) fn origin(base_url: &str) -> String {
    let Ok(url) = Url::parse(base_url) else { return String::new() };
    let port = url.port_or_known_default().unwrap_or(0);
    format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// The key of a provider, opened; none where none is set.
async fn key_of(engine: &Engine, workspace: WorkspaceId, provider: &ModelProvider) -> Result<Option<String>, Texts> {
    let name = secret_name(&provider.key);
    let sealed = store::secrets::sealed(engine.store.read(), workspace, &name).await;
    let sealed = sealed.map_err(|_| Texts::new("密钥暂时读不到", "the key cannot be read at the moment"))?;
    let Some(sealed) = sealed else { return Ok(None) };
    let origin = origin(&provider.base_url);
    let belongs = Belongs { workspace, name: &name, origin: &origin };
    let opened = engine.generator.vault().and_then(|vault| vault.open(&sealed, belongs));
    opened.map(Some).ok_or_else(|| {
        Texts::new(
            "密钥打不开：它是为另一个地址填写的，或者服务器的密钥文件换了。请重新填写",
            "the key does not open: it was entered for another address, or the server's key file has changed; enter it again",
        )
    })
}

/// Where spending is written down.
struct Purse<'a> {
    store: &'a Store,
    behalf: Behalf<'a>,
    day: &'a str,
}

impl Purse<'_> {
    async fn budgets(&self, settings: &ModelSettings) -> store::Result<Vec<budget::Budget>> {
        let (db, workspace) = (self.store.read(), self.behalf.workspace);
        let day = store::models::spent_on(db, workspace, self.day).await?;
        let conversation = match self.behalf.conversation {
            Some(id) => Some((id.to_owned(), store::models::spent_by(db, workspace, id).await?)),
            None => None,
        };
        Ok(budgets(settings, (format!("{} {}", workspace.0, self.day), day), conversation))
    }

    /// Durable before the amount held for it is given back.
    async fn pay(&self, usage: Usage) {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let spent = Spent {
            calls: 1,
            tokens_in: whole(usage.tokens_in),
            tokens_out: whole(usage.tokens_out),
            cost_micros: whole(usage.cost_micros),
        };
        let Behalf { workspace, conversation } = self.behalf;
        let (store, day, conversation) = (self.store.clone(), self.day.to_owned(), conversation.map(str::to_owned));
        // In a task of its own: a turn that commits while its model answers does not poll this, and would wait for the
        // very writer that is held here.
        let written = tokio::spawn(async move {
            let writing = store.write().await?;
            store::models::spend(&writing, workspace, &day, conversation.as_deref(), spent).await?;
            writing.commit().await.map_err(store::Error::from)
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "what a model cost could not be written down"),
            Err(error) => tracing::error!(%error, "what a model cost could not be written down"),
        }
    }
}

fn priced(usage: Usage, provider: &ModelProvider) -> Usage {
    let cost_micros = micros(usage.tokens_in, provider.price_in) + micros(usage.tokens_out, provider.price_out);
    Usage { cost_micros, ..usage }
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

fn no_count(error: store::Error) -> NoAnswer {
    tracing::error!(%error, "budgets could not be read");
    NoAnswer::Failed(Texts::new("暂时读不到模型预算", "the budgets for models cannot be read at the moment"))
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

    #[test]
    fn a_key_belongs_to_scheme_host_and_port() {
        assert_eq!(origin("https://api.deepseek.com/v1"), "https://api.deepseek.com:443");
        assert_ne!(origin("https://api.deepseek.com/v1"), origin("http://api.deepseek.com/v1"));
        assert_eq!(origin("nonsense"), "");
    }
}
