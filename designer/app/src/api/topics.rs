//! Topics: what they are, how far they are learnt, how well they are told apart, and what is done to them.

use model::{Intent, Texts};
use serde::Deserialize;

use super::{Answer, delete, get, post, post_file, put};

/// What an utterance is taken for.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct TopicTrial {
    /// Ranked guesses.
    #[serde(default)]
    pub(crate) intents: Vec<TopicGuess>,
    /// The words that decided.
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// From here on a guess is sure.
    #[serde(default)]
    pub(crate) sure_above: f64,
    /// From here on a guess is close.
    #[serde(default)]
    pub(crate) close_above: f64,
    /// The examples it is most like.
    #[serde(default)]
    pub(crate) nearest: Vec<NearExample>,
}

/// A guess.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TopicGuess {
    /// The topic's key.
    pub(crate) intent: String,
    /// Its name.
    #[serde(default)]
    pub(crate) name: Texts,
    /// 0 to 1.
    pub(crate) confidence: f64,
}

/// An example that something is like.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct NearExample {
    /// Its topic's key.
    pub(crate) intent: String,
    /// The example.
    pub(crate) text: String,
    /// 0 to 1.
    pub(crate) similarity: f64,
}

/// How far learning has come.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TopicsState {
    /// Names the content.
    pub(crate) hash: String,
    /// Is it being learnt?
    pub(crate) is_training: bool,
    /// How long it took.
    pub(crate) train_ms: Option<u64>,
    /// How many examples there are.
    pub(crate) examples: usize,
}

/// How well topics are told apart.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Quality {
    /// Names the content.
    pub(crate) hash: String,
    /// Absent until it is computed.
    pub(crate) review: Option<Review>,
}

/// The figures, by cross-validation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Review {
    /// From here on a guess is sure.
    pub(crate) sure_above: f64,
    /// From here on a guess is close.
    pub(crate) close_above: f64,
    /// What customers would meet.
    pub(crate) expected: Expected,
    /// By topic.
    pub(crate) intents: Vec<TopicQuality>,
    /// Which is taken for which, the most often first.
    pub(crate) confusions: Vec<Confusion>,
}

/// Shares of messages; they add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Expected {
    pub(crate) sure_and_right: f64,
    pub(crate) sure_but_wrong: f64,
    pub(crate) asked: f64,
    pub(crate) refused: f64,
}

/// How well one topic is recognised.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TopicQuality {
    pub(crate) intent: String,
    pub(crate) n: usize,
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) f1: f64,
    pub(crate) refused: f64,
}

/// Examples of one topic taken for another.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Confusion {
    pub(crate) intent: String,
    pub(crate) taken_for: String,
    pub(crate) n: usize,
}

/// What becomes of an example when it is left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ExampleQuality {
    pub(crate) text: String,
    pub(crate) is_used: bool,
    pub(crate) is_recognised: bool,
    pub(crate) taken_for: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) nearest: Option<NearExample>,
}

/// The examples of one topic.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct ExamplesQuality {
    pub(crate) examples: Option<Vec<ExampleQuality>>,
}

/// What came of pasted lines.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Pasted {
    pub(crate) new: Vec<String>,
    pub(crate) duplicates: Vec<PastedLine>,
    pub(crate) elsewhere: Vec<PastedLine>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) intent: Intent,
}

/// A pasted line by its number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct PastedLine {
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The topic it stands in, where that is another one.
    #[serde(default)]
    pub(crate) intent: String,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
    pub(crate) why: Texts,
}

/// What taking a table in changes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct TopicsImport {
    pub(crate) plan: Plan,
}

/// The plan of an import.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Plan {
    pub(crate) encoding: String,
    /// What the author should know of the table as a whole.
    pub(crate) notes: Vec<Texts>,
    pub(crate) examples: usize,
    pub(crate) topics: Vec<PlannedTopic>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) clashes: Vec<Clash>,
}

/// What becomes of a topic.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct PlannedTopic {
    pub(crate) name: Texts,
    pub(crate) state: String,
    pub(crate) added: usize,
    pub(crate) removed: usize,
    pub(crate) known: usize,
}

/// A sentence in two topics.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Clash {
    pub(crate) text: String,
    pub(crate) topics: Vec<String>,
}

/// A flow that uses a topic.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct FlowOfTopic {
    pub(crate) id: String,
    pub(crate) name: Texts,
}

/// The topics.
pub(crate) async fn intents() -> Answer<Vec<Intent>> {
    get("/api/intents").await
}

/// A new topic; an empty key is derived from the name.
pub(crate) async fn create_intent(name: &Texts, examples: &[String]) -> Answer<Intent> {
    post("/api/intents", &serde_json::json!({ "name": name, "examples": examples })).await
}

/// Brings a deleted topic back under its old key.
pub(crate) async fn restore_intent(intent: &Intent) -> Answer<Intent> {
    post("/api/intents", intent).await
}

/// Changes a topic.
pub(crate) async fn save_intent(intent: &Intent) -> Answer<Intent> {
    put(&format!("/api/intents/{}", intent.key), intent).await
}

/// Deletes a topic.
pub(crate) async fn delete_intent(key: &str) -> Answer<()> {
    delete(&format!("/api/intents/{key}")).await
}

/// What would this be taken for?
pub(crate) async fn try_topics(text: &str) -> Answer<TopicTrial> {
    post("/api/intents/try", &serde_json::json!({ "text": text })).await
}

/// How far learning has come.
pub(crate) async fn topics_state() -> Answer<TopicsState> {
    get("/api/topics/state").await
}

/// How well topics are told apart.
pub(crate) async fn topics_quality() -> Answer<Quality> {
    get("/api/topics/quality").await
}

/// What becomes of each example of a topic.
pub(crate) async fn examples_quality(key: &str) -> Answer<ExamplesQuality> {
    get(&format!("/api/intents/{key}/quality")).await
}

/// Sorts pasted lines; with `apply` the new ones are added.
pub(crate) async fn paste_examples(key: &str, text: &str, apply: bool, elsewhere_too: bool) -> Answer<Pasted> {
    let body = serde_json::json!({ "text": text, "apply": apply, "elsewhere_too": elsewhere_too });
    post(&format!("/api/intents/{key}/paste"), &body).await
}

/// Moves examples to another topic.
pub(crate) async fn move_examples(key: &str, examples: &[String], to: &str) -> Answer<serde_json::Value> {
    post(&format!("/api/intents/{key}/move"), &serde_json::json!({ "examples": examples, "to": to })).await
}

/// The flows whose drafts use a topic.
pub(crate) async fn flows_of_topic(key: &str) -> Answer<Vec<FlowOfTopic>> {
    get(&format!("/api/intents/{key}/flows")).await
}

/// Moves everything to another topic and removes this one.
pub(crate) async fn merge_topics(key: &str, into: &str) -> Answer<Intent> {
    post(&format!("/api/intents/{key}/merge"), &serde_json::json!({ "into": into })).await
}

/// Takes a table in, or only looks at it.
pub(crate) async fn import_topics(file: &[u8], replace: bool, apply: bool) -> Answer<TopicsImport> {
    let mode = if replace { "replace" } else { "add" };
    post_file(&format!("/api/topics/import?mode={mode}&apply={apply}"), file).await
}
