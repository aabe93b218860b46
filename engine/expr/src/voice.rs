//! How the customer is spoken to: phrases in the wording that suits them, and the mood that expressions can read.
//!
//! A phrase may use variables and other phrases; [`MAX_DEPTH`] and [`MAX_PHRASES`] bound what one text can make of that.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use model::{Emotion, Feeling, Hearer, Language, PhraseKey, Resources};
use serde_json::Value;

use crate::{CompiledTemplate, ExprError, Now, Sink, Values, clock};

/// The variable that holds the customer's mood, where a flow has none of its own by this name.
pub const MOOD: &str = "mood";
/// How deep phrases may use each other.
const MAX_DEPTH: usize = 4;
/// How many phrases one expression may use, those inside phrases included.
const MAX_PHRASES: u32 = 40;

/// Who is spoken to, and with which phrases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voice {
    /// The workspace's phrases are in here.
    pub resources: Arc<Resources>,
    /// The customer's language.
    pub language: Option<Language>,
    /// Languages to fall back to, the best first.
    pub fallback: Vec<Language>,
    /// The channel; "" when unknown.
    pub channel: String,
    /// The mood that wordings should suit.
    pub tone: Emotion,
    /// What expressions see as `mood`.
    pub feeling: Feeling,
}

/// What a phrase that is being said sees.
#[derive(Clone)]
struct Speaking {
    values: Rc<Values>,
    now: Now,
}

thread_local! {
    // The engine is shared by all threads; what differs per evaluation is handed to `phrase` here.
    static SPEAKING: RefCell<Option<Speaking>> = const { RefCell::new(None) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static N_LEFT: Cell<u32> = const { Cell::new(MAX_PHRASES) };
}

/// Runs `work` in which `phrase` speaks to the customer of `now` and sees these values.
pub(crate) fn speaking<R>(values: &Values, now: &Now, work: impl FnOnce() -> R) -> R {
    struct Reset(Option<Speaking>);
    impl Drop for Reset {
        fn drop(&mut self) {
            SPEAKING.replace(self.0.take());
        }
    }
    if DEPTH.get() == 0 {
        N_LEFT.set(MAX_PHRASES);
    }
    let speaking = Speaking { values: Rc::new(values.clone()), now: now.clone() };
    let _reset = Reset(SPEAKING.replace(Some(speaking)));
    work()
}

/// What `mood` is: an object with `emotion`, `score`, `upset` and `trend`.
pub(crate) fn mood(now: &Now) -> Value {
    let feeling = now.voice.as_ref().map(|voice| voice.feeling.clone()).unwrap_or_default();
    serde_json::to_value(Feeling { words: Vec::new(), ..feeling }).unwrap_or(Value::Null)
}

/// The words of a phrase for the customer of the evaluation that runs. Where nobody is spoken to, its key in brackets.
pub(crate) fn phrase(key: &str) -> Result<String, String> {
    let Some(Speaking { values, now }) = SPEAKING.with_borrow(Clone::clone) else { return Ok(format!("[{key}]")) };
    let Some(voice) = now.voice.clone() else { return Ok(format!("[{key}]")) };
    if DEPTH.get() >= MAX_DEPTH {
        return Err(format!(
            "话术互相套用超过 {MAX_DEPTH} 层，停在“{key}” / phrases use each other more than {MAX_DEPTH} deep, at “{key}”"
        ));
    }
    if N_LEFT.get() == 0 {
        return Err(format!("一段话最多用 {MAX_PHRASES} 条话术 / one text uses at most {MAX_PHRASES} phrases"));
    }
    N_LEFT.set(N_LEFT.get() - 1);
    let text = wording(&voice, key)?;
    let template = CompiledTemplate::parse(text).map_err(|error| broken(key, &error))?;
    struct Shallower(usize);
    impl Drop for Shallower {
        fn drop(&mut self) {
            DEPTH.set(self.0);
        }
    }
    let _shallower = Shallower(DEPTH.replace(DEPTH.get() + 1));
    let said = template.expand(&values, Sink::Text, &now).map_err(|error| broken(key, &error))?;
    clock::charge(said.len());
    Ok(said)
}

/// The wording of a phrase for whom a voice speaks to.
fn wording<'a>(voice: &'a Voice, key: &str) -> Result<&'a str, String> {
    let known = voice.resources.phrases.iter().find(|phrase| phrase.key == *key);
    let phrase = known.ok_or_else(|| format!("没有话术“{key}” / there is no phrase “{key}”"))?;
    let zh = Language::zh();
    let language = voice.language.as_ref().or(voice.fallback.first()).unwrap_or(&zh);
    let hearer = Hearer { mood: voice.tone, language, fallback: &voice.fallback, channel: &voice.channel };
    let wording = phrase.wording(hearer);
    wording
        .map(|wording| wording.text.as_str())
        .ok_or_else(|| format!("话术“{key}”没有适合这位客户的说法 / phrase “{key}” has no wording for this customer"))
}

fn broken(key: &str, error: &ExprError) -> String {
    let message = &error.message;
    format!("话术“{key}”：{} / phrase “{key}”: {}", message.in_language("zh"), message.in_language("en"))
}

/// The key that somebody who wrote `key` may have meant: the nearest of these, if any is near.
pub fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a PhraseKey>) -> Option<&'a PhraseKey> {
    let most = (key.chars().count() / 3).max(2);
    let near = known.map(|other| (distance(key, other.as_str()), other));
    near.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, other)| other)
}

/// How many characters must be put in, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, a) in a.chars().take(64).enumerate() {
        let mut above_left = row[0];
        row[0] = at + 1;
        for (idx, b) in b.iter().enumerate() {
            let changed = above_left + usize::from(a != *b);
            above_left = row[idx + 1];
            row[idx + 1] = changed.min(row[idx] + 1).min(above_left + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use model::{Phrase, Texts, Wording};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_phrase_is_said_in_the_wording_that_suits_the_mood() {
        assert_eq!(said("{{ phrase(\"sorry\") }}!", Emotion::Neutral), "Sorry, Li!");
        assert_eq!(said("{{ phrase(\"sorry\") }}!", Emotion::Angry), "I am truly sorry, Li, you are right!");
        assert_eq!(said("{{ phrase(\"so\" + \"rry\") }}", Emotion::Neutral), "Sorry, Li");
    }

    #[test]
    fn phrases_use_phrases_within_bounds() {
        assert_eq!(said("{{ phrase(\"outer\") }}", Emotion::Neutral), "Well. Sorry, Li");
        assert!(failure("{{ phrase(\"circle\") }}").contains("more than 4 deep"));
        assert!(failure("{{ phrase(\"bomb\") }}").contains("deep"));
        assert!(failure("{{ phrase(\"nothing\") }}").contains("no phrase"));
        assert!(failure("{{ phrase(\"broken\") }}").contains("phrase “broken”"));
        assert!(failure("{{ phrase(\"many\") }}").contains("at most 40"));
    }

    #[test]
    fn what_a_customer_wrote_is_never_expanded() {
        let values = Values::from([("name".into(), json!("{{ phrase(\"circle\") }}"))]);
        let template = CompiledTemplate::parse("{{ phrase(\"sorry\") }}").expect("parses");

        let said = template.expand(&values, Sink::Text, &now(Emotion::Neutral)).expect("is said");

        assert_eq!(said, "Sorry, {{ phrase(\"circle\") }}");
    }

    #[test]
    fn the_mood_can_be_read() {
        assert_eq!(said("{{ mood.emotion }} {{ mood.upset }} {{ mood.trend }}", Emotion::Angry), "angry 0.8 steady");
    }

    #[test]
    fn the_nearest_key_is_found() {
        let known: Vec<PhraseKey> = ["greeting", "sorry", "goodbye"].map(PhraseKey::from).into();
        assert_eq!(nearest("greting", known.iter()), Some(&known[0]));
        assert_eq!(nearest("sory", known.iter()), Some(&known[1]));
        assert_eq!(nearest("refund_policy", known.iter()), None);
    }

    fn said(template: &str, tone: Emotion) -> String {
        let template = CompiledTemplate::parse(template).expect("parses");
        template.expand(&values(), Sink::Text, &now(tone)).expect("is said")
    }

    fn failure(template: &str) -> String {
        let template = CompiledTemplate::parse(template).expect("parses");
        let error = template.expand(&values(), Sink::Text, &now(Emotion::Neutral)).expect_err("fails");
        error.message.in_language("en").to_owned()
    }

    fn values() -> Values {
        [("name".into(), json!("Li"))].into()
    }

    fn now(tone: Emotion) -> Now {
        let wording = |mood, text: &str| Wording { language: Language::en(), mood, channel: None, text: text.into() };
        let phrase = |key: &str, wordings| Phrase { key: key.into(), name: Texts::default(), wordings };
        let phrases = vec![
            phrase(
                "sorry",
                vec![
                    wording(None, "Sorry, {{ name }}"),
                    wording(Some(Emotion::Angry), "I am truly sorry, {{ name }}, you are right"),
                ],
            ),
            phrase("outer", vec![wording(None, "Well. {{ phrase(\"sorry\") }}")]),
            phrase("circle", vec![wording(None, "{{ phrase(\"circle\") }}")]),
            phrase("bomb", vec![wording(None, "{{ phrase(\"bomb\") }}{{ phrase(\"bomb\") }}")]),
            phrase("broken", vec![wording(None, "{{ nobody }}")]),
            phrase("many", vec![wording(None, &"{{ phrase(\"sorry\") }}".repeat(50))]),
        ];
        let feeling = Feeling { emotion: tone, score: 0.8, upset: 0.8, ..Feeling::default() };
        let resources = Arc::new(Resources { phrases, ..Resources::default() });
        let voice = Voice { resources, language: Some(Language::en()), tone, feeling, ..Voice::default() };
        Now::new(1_795_000_000_000, "UTC").with_voice(voice)
    }
}
