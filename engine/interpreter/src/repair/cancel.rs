//! Cancel and start again: at once when nothing is lost, else after a question back.

use model::{ActKind, Input, Texts};

use super::{Fit, Offer, words};
use crate::Happened;
use crate::run::{Run, Todo};

impl Run<'_> {
    /// Stops or starts again; asks first when something would be lost.
    pub(super) fn stop_or_ask(&mut self, kind: ActKind, words: &str) -> bool {
        if kind == ActKind::Cancel && self.leave_digression() {
            return true;
        }
        if !(self.has_collected() && self.ask_before_stopping(kind, words)) {
            self.stop_now(kind, words);
        }
        true
    }

    /// Asks whether the customer means it.
    pub(super) fn ask_before_stopping(&mut self, kind: ActKind, words: &str) -> bool {
        let Some(repair) = self.repair() else { return false };
        let words = words::start(words, 100);
        let (what, own, offer) = match kind {
            ActKind::Restart => ("restart", &repair.restart.say, Offer::Restart { words }),
            _ => ("cancel", &repair.cancel.say, Offer::Cancel { words }),
        };
        self.note_mend(what);
        let text = self.words(what, own);
        self.mark_mend("客户想停下：先确认", "wants to stop: asked first");
        self.offer(text, offer);
        true
    }

    /// Stops or starts again: by the flow's own rule, else by the engine's.
    pub(super) fn stop_now(&mut self, kind: ActKind, words: &str) {
        self.state.n_answers = self.state.n_heard;
        if kind == ActKind::Restart
            && let Some(depth) = self.depth_of_handler(words)
        {
            self.forget_given(depth);
        }
        if self.interrupt_by_words(words) {
            return;
        }
        let input = Input::Text(words.to_owned());
        if kind == ActKind::Cancel && self.probe(None, &input).fit == Fit::Stops {
            self.resume(Happened::Said(input));
            return;
        }
        if kind == ActKind::Restart {
            self.mark_mend("客户要求重新开始", "the customer starts again");
            self.begin_again();
            return;
        }
        self.mark_mend("客户取消", "the customer cancelled");
        self.say_words("canceled", &Texts::default());
        self.keep_frames(1);
        self.end("left".to_owned());
    }

    /// In a path that a whole-flow rule began, "never mind" goes back to what it interrupted.
    fn leave_digression(&mut self) -> bool {
        let interrupted = self.state.frames.last_mut().and_then(|frame| frame.interrupted.pop());
        let Some(node) = interrupted else { return false };
        self.mark_mend("客户不再问了：回到被打断的步骤", "the digression is left: back to the interrupted step");
        self.say_words("cancel_aside", &Texts::default());
        self.go_to(node);
        self.work(Todo::Enter);
        true
    }
}
