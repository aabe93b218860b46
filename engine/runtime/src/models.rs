//! What staff do with language models: try a provider, ask for suggestions.

use std::time::{Duration, Instant};

use interpreter::{Line, Purpose, Task, Usage};
use model::Texts;
use serde::Serialize;
use serde_json::{Value, json};
use store::WorkspaceId;
use store::models::Spent;

use crate::perform::{Asked, Behalf, Heard, Hearing, NoAnswer, ask, ask_aloud};
use crate::{Engine, Error, Result};

const MAX_SUGGESTIONS: usize = 20;
const TEST_TIMEOUT_MS: u64 = 60_000;
const STAFF_TIMEOUT_MS: u64 = 40_000;

/// How trying a provider went.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// Did it answer?
    pub ok: bool,
    /// Its words.
    pub text: String,
    /// Which model says it answered.
    pub model: String,
    /// Until its first words.
    pub first_words_ms: u64,
    /// All of it.
    pub total_ms: u64,
    /// What it cost.
    pub usage: Usage,
    /// Why there is no answer.
    pub why: Texts,
}

/// What is suggested to an author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggest {
    /// Sentences of customers for a topic.
    Examples,
    /// Other wordings of an article's question.
    Variants,
}

impl Engine {
    /// What models cost today.
    pub async fn models_today(&self, workspace: WorkspaceId) -> Result<Spent> {
        let knowledge = self.knowledge(workspace).await?;
        let day = knowledge.models.day(self.clock.now());
        Ok(store::models::spent_on(self.store.read(), workspace, &day).await?)
    }

    /// Asks a provider for a few words, to see whether it works. What comes is told at once; an empty text says that it
    /// begins, maybe anew.
    pub async fn try_model(
        &self,
        workspace: WorkspaceId,
        provider: &str,
        told: &(dyn Fn(&str, u64) + Send + Sync),
    ) -> Result<Tried> {
        let knowledge = self.knowledge(workspace).await?;
        let named = knowledge.models.providers.iter().find(|known| known.key == provider);
        let named = named.ok_or(Error::NotFound)?;
        let task = Task {
            purpose: Purpose::Suggest,
            instructions: "You answer in one short sentence.".into(),
            conversation: vec![Line::Customer {
                text: "请用一句话打个招呼。 Say hello in one sentence.".into()
            }],
            max_tokens: 200,
            timeout_ms: TEST_TIMEOUT_MS,
            ..Task::default()
        };
        let began = Instant::now();
        let behalf = Behalf { workspace, conversation: None };
        let hearing: Hearing<'_> = &|heard| match heard {
            Heard::Begins => told("", millis(began.elapsed())),
            Heard::Words(words) => told(words, millis(began.elapsed())),
        };
        let outcome = ask_aloud(self, &knowledge.models, &[named], behalf, &task, hearing).await;
        let total_ms = millis(began.elapsed());
        Ok(match outcome {
            Ok(Asked { generated, first_words }) => Tried {
                ok: true,
                text: generated.text.chars().take(500).collect(),
                model: generated.model,
                first_words_ms: millis(first_words),
                total_ms,
                usage: generated.usage,
                why: Texts::default(),
            },
            Err(NoAnswer::Failed(why) | NoAnswer::OverBudget(why)) => Tried {
                ok: false,
                text: String::new(),
                model: String::new(),
                first_words_ms: 0,
                total_ms,
                usage: Usage::default(),
                why,
            },
        })
    }

    /// Suggests sentences that are not known yet. The inner `Err` says why there are none.
    pub async fn suggest(
        &self,
        workspace: WorkspaceId,
        what: Suggest,
        about: &str,
        known: &[String],
        n: usize,
    ) -> Result<std::result::Result<Vec<String>, Texts>> {
        let knowledge = self.knowledge(workspace).await?;
        let n = n.clamp(1, MAX_SUGGESTIONS);
        let instructions = match what {
            Suggest::Examples => format!(
                "You help to train a customer-service assistant. Write {n} different sentences that customers would type \
                 to say what the topic names, in the language of the topic and of the known sentences: short and long, \
                 polite and blunt, with everyday words. Do not repeat known sentences."
            ),
            Suggest::Variants => format!(
                "You help to write a knowledge base for customer service. Write {n} other wordings of the question, as \
                 customers would type them, in its language. The meaning must stay the same. Do not repeat known ones."
            ),
        };
        let known: Vec<&String> = known.iter().take(50).collect();
        let asked = json!({ "about": about, "known": known }).to_string();
        let task = Task {
            purpose: Purpose::Suggest,
            instructions,
            conversation: vec![Line::Customer { text: asked }],
            schema: Some(json!({
                "type": "object", "required": ["sentences"], "additionalProperties": false,
                "properties": { "sentences": { "type": "array", "maxItems": 50, "items": { "type": "string", "maxLength": 300 } } },
            })),
            max_tokens: 1_500,
            timeout_ms: STAFF_TIMEOUT_MS,
            ..Task::default()
        };
        let behalf = Behalf { workspace, conversation: None };
        let chain = knowledge.models.chain();
        Ok(match ask(self, &knowledge.models, &chain, behalf, &task).await {
            Ok(asked) => Ok(new_sentences(asked.generated.value.as_ref(), &known, n)),
            Err(NoAnswer::Failed(why) | NoAnswer::OverBudget(why)) => Err(why),
        })
    }
}

/// The sentences of an answer, tidy, each once, without those that are known.
fn new_sentences(value: Option<&Value>, known: &[&String], n: usize) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let given = value.and_then(|value| value.get("sentences")).and_then(Value::as_array);
    for sentence in given.into_iter().flatten().filter_map(Value::as_str) {
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_known = known.iter().any(|other| other.trim() == sentence) || sentences.contains(&sentence);
        if !sentence.is_empty() && !is_known {
            sentences.push(sentence);
        }
    }
    sentences.truncate(n);
    sentences
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_new_and_tidy() {
        let known = "我要退款".to_owned();
        let value = json!({ "sentences": ["我要退款", " 怎么\n退钱 ", "怎么 退钱", "", 7, "退货"] });

        assert_eq!(new_sentences(Some(&value), &[&known], 5), ["怎么 退钱", "退货"]);
        assert_eq!(new_sentences(Some(&value), &[], 1).len(), 1);
        assert!(new_sentences(None, &[], 5).is_empty());
    }
}
