//! What an agent does in the open conversation: takes it over, writes, gives it back, ends it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::Desk;
use crate::api::{self, DeskList};
use crate::browser;
use crate::i18n::tr;
use crate::ui::{toast, toast_error};

/// A message of ours on its way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outgoing {
    pub(super) id: String,
    pub(super) conversation: String,
    pub(super) text: String,
    pub(super) has_failed: bool,
}

impl Desk {
    /// Takes the open conversation over.
    pub(super) fn take(self) {
        let Some(id) = self.chosen.get_untracked() else { return };
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = api::take(&id).await;
            if self.is_gone() {
                return;
            }
            self.is_busy.set(false);
            match answer {
                Ok(detail) => {
                    self.take_detail(detail);
                    self.show(DeskList::Mine);
                    request_animation_frame(move || self.focus_reply());
                }
                Err(error) => {
                    toast_error(&error);
                    // A colleague was quicker: the list is old.
                    self.catch_up();
                }
            }
            self.refresh();
        });
    }

    /// Says something in the open conversation; it stands in the view at once.
    pub(super) fn say(self, text: String) {
        let Some(conversation) = self.chosen.get_untracked() else { return };
        let mine = Outgoing { id: browser::new_id(), conversation, text, has_failed: false };
        self.outgoing.update(|outgoing| outgoing.push(mine.clone()));
        self.send(mine);
    }

    /// Sends again what did not arrive: under the same id, so that it is never said twice.
    pub(super) fn send_again(self, mine: Outgoing) {
        self.outgoing.update(|outgoing| {
            if let Some(place) = outgoing.iter_mut().find(|other| other.id == mine.id) {
                place.has_failed = false;
            }
        });
        self.send(mine);
    }

    fn send(self, mine: Outgoing) {
        spawn_local(async move {
            let answer = api::reply(&mine.conversation, &mine.id, &mine.text).await;
            if self.is_gone() {
                return;
            }
            match answer {
                Ok(_) => {
                    // It is kept; the event, or this reading, brings it back with its place in the conversation.
                    self.outgoing.update(|outgoing| outgoing.retain(|other| other.id != mine.id));
                    if self.chosen.get_untracked().as_ref() == Some(&mine.conversation) {
                        self.read_detail();
                    }
                    self.refresh();
                }
                Err(error) => {
                    self.outgoing.update(|outgoing| {
                        if let Some(place) = outgoing.iter_mut().find(|other| other.id == mine.id) {
                            place.has_failed = true;
                        }
                    });
                    toast_error(&error);
                }
            }
        });
    }

    /// Gives the open conversation back to the flow, or ends it; `words` go along.
    pub(super) fn finish(self, hand_back: bool, words: String) {
        let Some(id) = self.chosen.get_untracked() else { return };
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        spawn_local(async move {
            let answer =
                if hand_back { api::hand_back(&id, &words).await } else { api::end_conversation(&id, &words).await };
            if self.is_gone() {
                return;
            }
            self.is_busy.set(false);
            match answer {
                Ok(detail) => {
                    self.is_handing_back.set(false);
                    self.is_ending.set(false);
                    self.take_detail(detail);
                    toast(if hand_back {
                        tr("已交还给流程", "Handed back to the flow")
                    } else {
                        tr("人工服务已结束", "Your part has ended")
                    });
                }
                Err(error) => toast_error(&error),
            }
            self.refresh();
        });
    }

    /// What was being written in this conversation.
    pub(super) fn draft(self, id: &str) -> String {
        self.drafts.with_value(|drafts| drafts.get(id).cloned().unwrap_or_default())
    }

    /// Keeps what is being written in this conversation.
    pub(super) fn keep_draft(self, id: &str, text: String) {
        self.drafts.update_value(|drafts| {
            if text.is_empty() {
                drafts.remove(id);
            } else {
                drafts.insert(id.to_owned(), text);
            }
        });
    }
}
