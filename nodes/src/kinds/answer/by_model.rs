//! An answer that a model words: from what was found, and from nothing else.

use interpreter::{Answer, Ctx, Found, Next, Passage};
use model::{Citation, Content};

use super::choices::distinct;
use super::{Memory, Settings, Unsure};
use crate::grounded::{self, Grounded};

/// At most this many are given to a model.
pub(super) const GIVEN: usize = 5;

impl Settings {
    /// What was found goes to a model, which may answer from it and from nothing else.
    pub(super) fn ask_model(&self, ctx: &mut Ctx<'_>, mut found: Vec<Found>, is_sure: bool) -> Next {
        found.truncate(GIVEN);
        let question = ctx.memory::<Memory>().question;
        let passages = given(ctx, &found);
        let task = grounded::task(ctx, &question, passages, &self.manner);
        ctx.remember(&Memory { question, given: found, is_sure, ..Memory::default() });
        ctx.ask_model(task)
    }

    /// The model has answered, or failed; then what was found speaks for itself.
    pub(super) fn generated(&self, ctx: &mut Ctx<'_>, answer: &Answer) -> Next {
        let Memory { question, given: found, is_sure, .. } = ctx.memory();
        ctx.remember(&Memory { question, ..Memory::default() });
        let read = match answer {
            Answer::Generated(generated) => grounded::read(generated, &given(ctx, &found)),
            _ => Grounded::Unfounded,
        };
        let (text, cited) = match read {
            Grounded::Answered { text, cited } => (text, cited),
            Grounded::NotKnown => {
                ctx.because("模型认为找到的资料里没有答案", "the model finds no answer in what was found");
                return self.say_or_offer(ctx, found, self.unsure == Unsure::Answer);
            }
            Grounded::Unfounded => {
                ctx.because("模型没有给出有出处的回答，改用找到的原文", "the model gave no answer with a source; what was found is quoted");
                return self.say_or_offer(ctx, found, is_sure);
            }
        };
        let cited: Vec<&Found> = cited.iter().filter_map(|place| found.get(*place)).collect();
        let sources = cited.iter().map(|found| match &found.source {
            Some(source) => source.citation.clone(),
            None => Citation { title: found.question_in(ctx.language()).to_owned(), ..Citation::default() },
        });
        let sources: Vec<Citation> = sources.collect();
        let content = if self.sources { Content::Answer { text, sources } } else { Content::text(text) };
        let id = cited.first().map(|found| found.id.clone()).unwrap_or_default();
        let others = found.iter().filter(|found| !cited.iter().any(|cited| cited.id == found.id));
        let related = distinct(others.cloned().collect(), ctx.language()).into_iter().take(self.related as usize).collect();
        self.say(ctx, content, &id, related)
    }
}

/// What a model gets of what was found, in the customer's language.
fn given(ctx: &Ctx<'_>, found: &[Found]) -> Vec<Passage> {
    let words = found.iter().map(|found| {
        let title = found.source.as_ref().map_or_else(|| found.question.clone(), |source| source.citation.as_text());
        (title, found.answer.get(ctx.language(), &[]).to_owned())
    });
    grounded::passages(words)
}
