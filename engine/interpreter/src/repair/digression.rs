//! A digression: the customer asks something else, gets an answer, and is asked the question again.

use model::{Content, Input, IntentKey, Trigger};

use super::{Asks, Fit, Looking, is_small, words};
use crate::run::{Run, Todo};
use crate::{Answer, Effect, EffectId, Found, Happened, Pending};

/// So many whole-flow rules may have interrupted each other.
const MAX_NESTED: usize = 3;
/// As much of the customer's words as is looked up.
const MAX_CHARS: usize = 400;

impl Run<'_> {
    /// Looks in the topics of whole-flow rules and in the libraries; says whether anything is looked for.
    pub(super) fn look_up(&mut self, words: &str, asks: Asks, answer: Option<Answer>) -> bool {
        const MAX_ANSWER_BYTES: usize = 4 * 1024;
        let is_on = self.repair().is_some_and(|repair| repair.digression.on);
        let size = answer.as_ref().map_or(0, |answer| serde_json::to_string(answer).map_or(usize::MAX, |it| it.len()));
        let words = words::start(words.trim(), MAX_CHARS);
        if !is_on || !says_enough(&words) || size > MAX_ANSWER_BYTES {
            return false;
        }
        let freely = asks == Asks::Freely;
        let beside = matches!(asks, Asks::Beside(_));
        let is_question = asks != Asks::Perhaps || words.ends_with(['?', '？']);
        let part = if let Asks::Beside(part) = asks { words::start(&part, MAX_CHARS) } else { String::new() };
        let intents = self.handler_intents();
        let nested = self.state.frames.last().map_or(0, |frame| frame.interrupted.len());
        self.state.mending.search = Some(Looking {
            effect: EffectId(String::new()),
            words: words.clone(),
            asks: is_question,
            beside,
            part,
            freely,
            answer,
        });
        if intents.is_empty() || beside || nested >= MAX_NESTED {
            self.ask_libraries(words);
        } else {
            let id = self.next_effect_id();
            self.ask(Effect::Recognise { id: id.clone(), text: words, intents }, id);
        }
        true
    }

    /// What was looked up came back.
    pub(super) fn looked_up(&mut self, looking: Looking, answer: &Answer) {
        match answer {
            Answer::Recognised(recognised) => {
                let best = recognised.intents.first().filter(|best| best.confidence >= recognised.sure_above);
                if let Some(best) = best
                    && self.interrupt_by_intent(&best.intent)
                {
                    return;
                }
                let words = looking.words.clone();
                self.state.mending.search = Some(looking);
                self.ask_libraries(words);
            }
            Answer::Found { found, nothing_below, sure_above, .. } => {
                match self.telling(found, needed(&looking, *nothing_below, *sure_above)) {
                    Some(article) => self.tell(&looking, &article.clone()),
                    None => self.hear_as_usual(looking, false),
                }
            }
            _ => self.hear_as_usual(looking, false),
        }
    }

    fn ask_libraries(&mut self, query: String) {
        let libraries = self.repair().map(|repair| repair.libraries.clone()).unwrap_or_default();
        let id = self.next_effect_id();
        self.ask(Effect::Search { id: id.clone(), query, libraries, limit: 1 }, id);
    }

    fn next_effect_id(&mut self) -> EffectId {
        self.state.n_effects += 1;
        EffectId(format!("e{}", self.state.n_effects))
    }

    fn ask(&mut self, effect: Effect, id: EffectId) {
        if let Some(looking) = &mut self.state.mending.search {
            looking.effect = id.clone();
        }
        self.state.pending = Pending::Effect { effect: Box::new(effect.clone()), id };
        self.effects.push(effect);
    }

    /// The article that surely answers and has not been said at this question.
    fn telling<'f>(&self, found: &'f [Found], needed: f64) -> Option<&'f Found> {
        let best = found.first().filter(|best| best.score >= needed)?;
        let said = self.state.mending.asked.as_ref().is_some_and(|asked| asked.articles.contains(&best.id));
        (!said).then_some(best)
    }

    /// Says the article and goes back to the question, or on with the answer it was asked beside.
    fn tell(&mut self, looking: &Looking, article: &Found) {
        let text = article.answer.get(&self.state.language, &[]).to_owned();
        self.say_content(Content::Text { text });
        let question = words::start(&article.question, 60);
        if looking.beside {
            self.mark_mend(
                format!("顺便问的：从知识库回答了“{question}”，继续处理回答"),
                format!("asked beside the answer: “{question}” from the library, then the answer"),
            );
            self.keep_article(&article.id);
            self.hear_as_usual(Looking { answer: None, ..looking.clone() }, true);
            return;
        }
        self.note_mend("digression");
        self.keep_article(&article.id);
        self.mark_mend(
            format!("岔开：从知识库回答了“{question}”，回到原来的问题"),
            format!("digression: answered “{question}” from the library, back to the question"),
        );
        let Some(repair) = self.repair() else { return };
        let lead = self.words("digression", &repair.digression.say);
        self.ask_again(&lead);
    }

    fn keep_article(&mut self, id: &str) {
        if let Some(asked) = &mut self.state.mending.asked
            && is_small(id)
        {
            asked.articles.push(id.to_owned());
        }
    }

    /// The question deals with the words as it would without repair. Of an answer with a question beside it, it hears
    /// the answer alone when that is one and the question has been answered, or when it cannot use the whole.
    fn hear_as_usual(&mut self, looking: Looking, is_told: bool) {
        self.state.pending = Pending::Customer;
        if let Some(answer) = looking.answer {
            self.resume(Happened::Answered(answer));
            return;
        }
        let whole = Input::Text(self.state.heard.last().cloned().unwrap_or_default());
        let part = Input::Text(looking.part);
        let takes = |run: &mut Self, input: &Input| run.probe(None, input).fit != Fit::NotValid;
        let is_part = !part.as_text().is_empty() && if is_told { takes(self, &part) } else { !takes(self, &whole) };
        self.resume(Happened::Said(if is_part { part } else { whole }));
    }

    /// The topics of the whole-flow rules that may take over here.
    fn handler_intents(&self) -> Vec<IntentKey> {
        let mut intents = Vec::new();
        for frame in &self.state.frames {
            for rule in self.program.find(&frame.flow).into_iter().flat_map(|plan| &plan.rules) {
                if let Trigger::Intents { intents: own } = &rule.handler.on {
                    intents.extend(own.iter().filter(|intent| !intents.contains(*intent)).cloned().collect::<Vec<_>>());
                }
            }
        }
        intents
    }

    fn interrupt_by_intent(&mut self, intent: &str) -> bool {
        let is_of = |own: &[IntentKey]| own.iter().any(|key| key.as_str() == intent);
        self.note_mend("topic");
        self.mark_mend(
            format!("岔开：识别为“{intent}”，转到全流程处理"),
            format!("digression: recognised as “{intent}”, to the whole-flow rule"),
        );
        let caught = self.catch(|rule| matches!(&rule.handler.on, Trigger::Intents { intents } if is_of(intents)));
        if caught.is_some() {
            self.work(Todo::Enter);
        }
        caught.is_some()
    }
}

/// How sure an article must be. A question is not left on a guess: the article must be half way between "the library
/// does not know" and certainty, nearly certain for words that do not ask, and sure by the library's own measure for
/// words that would be an answer themselves.
fn needed(looking: &Looking, nothing_below: f64, sure_above: f64) -> f64 {
    const NEARLY: f64 = 0.95;
    match looking.asks {
        false => NEARLY.max(nothing_below),
        true if looking.freely => f64::midpoint(nothing_below, 1.0).max(sure_above),
        true => f64::midpoint(nothing_below, 1.0),
    }
}

/// One short word likens to too many articles to leave a question for it, unless it asks.
fn says_enough(words: &str) -> bool {
    const MIN_CHARS: usize = 4;
    const MIN_WORDS: usize = 3;
    let n_said = words.chars().filter(|c| c.is_alphanumeric()).count();
    let is_enough = if words.is_ascii() { words.split_whitespace().count() >= MIN_WORDS } else { n_said >= MIN_CHARS };
    is_enough || (n_said > 0 && words.ends_with(['?', '？']))
}
