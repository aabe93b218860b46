//! A question of the engine's own: yes or no.

use std::collections::BTreeMap;

use model::{Act, ActKind, Content, Input, NodeId, PortId, VarName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words;
use crate::run::Run;

/// What happens on yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// Stop, for these words.
    Cancel {
        /// The customer's.
        words: String,
    },
    /// Begin again, for these words.
    Restart {
        /// The customer's.
        words: String,
    },
    /// Correct an answer and run the path from there, though it did something with consequences.
    Correct {
        /// The question.
        node: NodeId,
        /// The new values; none to ask it again.
        values: BTreeMap<VarName, Value>,
        /// The exit it leaves by.
        port: Option<PortId>,
    },
    /// Go to a person.
    Person,
}

impl Run<'_> {
    /// Asks for yes or no and waits.
    pub(super) fn offer(&mut self, text: String, offer: Offer) {
        let options = words::yes_no(self.state.language.as_str());
        self.say_content(Content::Choices { text, options });
        self.state.mending.offer = Some(offer);
        self.wait_again();
    }

    /// Yes or no to the engine's question; anything else lets it go and is heard as usual.
    pub(super) fn answer_offer(&mut self, offer: Offer, input: &Input, act: Option<&Act>) -> bool {
        let is_yes = match (input, act.map(|act| act.kind)) {
            (Input::Choice(id), _) if id == "yes" => true,
            (Input::Choice(id), _) if id == "no" => false,
            (Input::Text(words), Some(ActKind::Cancel)) if matches!(offer, Offer::Cancel { .. }) => {
                names_stopping(words)
            }
            (Input::Text(_), Some(ActKind::Restart)) if matches!(offer, Offer::Restart { .. }) => true,
            (Input::Text(_), Some(ActKind::Yes)) => true,
            (Input::Text(_), Some(ActKind::No | ActKind::Cancel)) => false,
            _ => return false,
        };
        self.state.n_answers = self.state.n_heard;
        if !is_yes {
            self.mark_mend("客户说不用：继续原来的问题", "declined: back to the question");
            self.say_words("go_on", &model::Texts::default());
            self.ask_again("");
            return true;
        }
        match offer {
            Offer::Cancel { words } => self.stop_now(ActKind::Cancel, &words),
            Offer::Restart { words } => self.stop_now(ActKind::Restart, &words),
            Offer::Correct { node, values, port } => self.run_again(&node, values, port),
            Offer::Person => self.go_to_person(),
        }
        true
    }
}

/// "Do you want to cancel?" "Cancel!" means yes; "never mind" may mean that it need not be cancelled, so nothing is lost.
fn names_stopping(words: &str) -> bool {
    let words = words.to_lowercase();
    ["取消", "停止", "退出", "结束", "cancel", "stop", "quit", "exit"].iter().any(|word| words.contains(word))
}
