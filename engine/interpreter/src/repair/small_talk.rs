//! Words that are no answer and need only a few in return: again, hello, thanks, insults, emoji, "I don't know".

use model::{ActKind, Input};

use super::{Offer, mend_of, words};
use crate::run::Run;

/// After this many insults a person is offered.
const CALM_INSULTS: u32 = 2;
/// So often "I do not know" and unreadable words are met with patience at one question; then its own tries count.
const PATIENCE: u32 = 2;

impl Run<'_> {
    /// Says the question again, whole.
    pub(super) fn repeat(&mut self) -> bool {
        let Some(repair) = self.repair() else { return false };
        self.note_mend("repeat");
        self.mark_mend("客户请求再说一遍", "asked to say it again");
        self.say_words("repeat", &repair.repeat.say);
        if let Some(asked) = &self.state.mending.asked {
            let content = asked.content.clone();
            self.say_content(content);
        }
        self.wait_again();
        true
    }

    /// Helps a customer who does not know: kind words and what the question says to an answer that is not valid.
    /// Who does not know again goes where the question's tries lead.
    pub(super) fn help(&mut self) -> bool {
        let Some(repair) = self.repair() else { return false };
        if self.times("unknown") > 0 {
            return false;
        }
        let words = self.state.heard.last().cloned().unwrap_or_default();
        let own = self.own_help().map(model::Content::text);
        let help = own.or_else(|| {
            let probe = self.probe(None, &Input::Text(words));
            (probe.port.is_none()).then_some(probe.said).and_then(|said| said.into_iter().next())
        });
        self.note_mend("unknown");
        self.mark_mend("客户说不知道：先帮一下", "does not know: helped first");
        self.say_words("unknown", &repair.unknown.say);
        match help {
            Some(help) if matches!(help, model::Content::Text { .. }) => {
                self.say_content(help);
                self.wait_again();
            }
            _ => self.ask_again(""),
        }
        true
    }

    /// Time for a customer who looks for the answer: the question waits as long as it does, without being asked again.
    pub(super) fn give_time(&mut self) -> bool {
        let Some(repair) = self.repair() else { return false };
        self.note_mend("hold");
        self.mark_mend("客户要一点时间：等着", "needs a moment: waits");
        self.say_words("hold", &repair.hold.say);
        self.wait_again();
        true
    }

    /// A bare yes says nothing where something is asked for: the question once more. Who says it again means it.
    pub(super) fn ask_what(&mut self) -> bool {
        let asked = self.state.mending.asked.as_ref().map(|asked| asked.content.as_text()).unwrap_or_default();
        if self.times("yes") > 0 || words::asks_yes_or_no(&asked) {
            return false;
        }
        self.note_mend("yes");
        self.mark_mend("只说了“是”，再问一次", "a bare yes is no answer here: asked once more");
        let lead = self.words("answer", &model::Texts::default());
        self.ask_again(&lead);
        true
    }

    /// What the author wrote for customers who do not know the answer to the question that waits.
    fn own_help(&mut self) -> Option<String> {
        let plan = self.plan();
        let node = self.state.current().and_then(|id| plan.node(id).ok())?;
        let mut effects = Vec::new();
        let ctx = self.ctx_of(node, &mut effects);
        let text = node.built.help(&ctx).and_then(|help| ctx.text(&help).ok())?;
        (!text.trim().is_empty()).then_some(text)
    }

    /// A short friendly answer and the question again.
    pub(super) fn chat(&mut self, kind: ActKind) -> bool {
        let Some(mend) = self.repair().and_then(|repair| mend_of(repair, kind)) else { return false };
        let (what, zh, en) = match kind {
            ActKind::Greeting => ("greeting", "客户打招呼", "hello"),
            ActKind::Thanks => ("thanks", "客户道谢", "thanks"),
            ActKind::Who => ("who", "客户问是谁", "asked who is talking"),
            ActKind::Abilities => ("abilities", "客户问能做什么", "asked what can be done here"),
            _ => ("chat", "闲聊", "small talk"),
        };
        self.note_mend(what);
        self.mark_mend(format!("{zh}：回应后继续原来的问题"), format!("{en}: answered, back to the question"));
        self.say_words(what, &mend.say);
        self.ask_again("");
        true
    }

    /// Calm words; after two insults a person is offered.
    pub(super) fn stay_calm(&mut self) -> bool {
        let Some(repair) = self.repair() else { return false };
        let n_insults = self.state.mending.n_insults.saturating_add(1);
        self.state.mending.n_insults = n_insults;
        self.note_mend("insult");
        self.mark_mend(format!("客户骂人（第 {n_insults} 次）：保持平静"), format!("insult {n_insults}: stayed calm"));
        self.say_words("insult", &repair.insult.say);
        if n_insults > CALM_INSULTS {
            let text = self.words("person", &model::Texts::default());
            self.offer(text, Offer::Person);
        } else {
            self.ask_again("");
        }
        true
    }

    /// Emoji only, a lone question mark, random keys.
    pub(super) fn say_not_readable(&mut self) -> bool {
        let Some(repair) = self.repair() else { return false };
        if self.times("noise") >= PATIENCE {
            return false;
        }
        self.note_mend("noise");
        self.mark_mend("看不懂的内容：请客户用文字说", "nothing readable: asked for words");
        self.say_words("noise", &repair.noise.say);
        self.ask_again("");
        true
    }
}
