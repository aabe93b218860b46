//! What the desk knows: the list in sight, the open conversation, what is being sent; and how it is read.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Message, Status, Texts};

use super::acts::Outgoing;
use crate::api::{self, ApiError, DeskCounts, DeskDetail, DeskEvent, DeskList, DeskRow};
use crate::browser;
use crate::pages::load::Remote;
use crate::pages::when::{every_second, instant_ms};
use crate::session;
use crate::ui::toast_error;

/// Several events at once make one reading of the list.
const REFRESH_AFTER: Duration = Duration::from_millis(250);

/// The desk's state. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) list: RwSignal<DeskList>,
    pub(super) rows: Remote<Vec<DeskRow>>,
    /// Nothing until the server has counted.
    pub(super) counts: RwSignal<Option<DeskCounts>>,
    pub(super) teams: RwSignal<BTreeMap<String, Texts>>,
    pub(super) channels: RwSignal<BTreeMap<String, String>>,
    pub(super) chosen: RwSignal<Option<String>>,
    pub(super) detail: RwSignal<Option<DeskDetail>>,
    pub(super) refusal: RwSignal<Option<ApiError>>,
    pub(super) outgoing: RwSignal<Vec<Outgoing>>,
    pub(super) is_typing: RwSignal<Option<String>>,
    pub(super) is_busy: RwSignal<bool>,
    pub(super) is_broken: RwSignal<bool>,
    pub(super) is_side_open: RwSignal<bool>,
    pub(super) is_handing_back: RwSignal<bool>,
    pub(super) is_ending: RwSignal<bool>,
    pub(super) now: ReadSignal<f64>,
    pub(super) reply: NodeRef<Textarea>,
    pub(super) drafts: StoredValue<BTreeMap<String, String>>,
    is_refreshing: StoredValue<bool>,
    n_typed: StoredValue<u64>,
}

impl Desk {
    /// An empty desk that begins to read.
    pub(super) fn new() -> Self {
        let list = RwSignal::new(DeskList::Queued);
        let desk = Self {
            list,
            rows: Remote::new(move || api::desk_rows(list.get_untracked())),
            counts: RwSignal::new(None),
            teams: RwSignal::new(BTreeMap::new()),
            channels: RwSignal::new(BTreeMap::new()),
            chosen: RwSignal::new(None),
            detail: RwSignal::new(None),
            refusal: RwSignal::new(None),
            outgoing: RwSignal::new(Vec::new()),
            is_typing: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            is_broken: RwSignal::new(false),
            is_side_open: RwSignal::new(!browser::is_phone()),
            is_handing_back: RwSignal::new(false),
            is_ending: RwSignal::new(false),
            now: every_second(),
            reply: NodeRef::new(),
            drafts: StoredValue::new(BTreeMap::new()),
            is_refreshing: StoredValue::new(false),
            n_typed: StoredValue::new(0),
        };
        desk.read_counts();
        desk.read_names();
        desk
    }

    /// Shows another list.
    pub(super) fn show(self, list: DeskList) {
        if self.list.get_untracked() != list {
            self.list.set(list);
            self.rows.restart();
        }
    }

    /// The rows in the order of the screen: who waits longest comes first.
    pub(super) fn sorted_rows(self) -> Vec<DeskRow> {
        let mut rows = self.rows.get().unwrap_or_default();
        if matches!(self.list.get(), DeskList::Queued | DeskList::Mine) {
            rows.sort_by_key(|row| {
                let is_high = row.priority.as_deref() == Some("high") && row.status == Status::Queued;
                let since = row.waiting_since.as_deref().and_then(instant_ms).unwrap_or(f64::MAX);
                (!is_high, since as i64)
            });
        }
        rows
    }

    /// Opens a conversation.
    pub(super) fn choose(self, id: Option<String>) {
        if self.chosen.get_untracked() == id {
            return;
        }
        self.detail.set(None);
        self.refusal.set(None);
        if browser::is_phone() {
            self.is_side_open.set(false);
        }
        self.chosen.set(id);
        self.read_detail();
    }

    /// Opens the row this far below the open one.
    pub(super) fn choose_beside(self, by: isize) {
        let rows = untrack(|| self.sorted_rows());
        if rows.is_empty() {
            return;
        }
        let chosen = self.chosen.get_untracked();
        let position = rows.iter().position(|row| Some(&row.id) == chosen.as_ref());
        let next = match position {
            Some(position) => position.saturating_add_signed(by).min(rows.len() - 1),
            None => 0,
        };
        self.choose(Some(rows[next].id.clone()));
    }

    /// Reads the open conversation anew.
    pub(super) fn read_detail(self) {
        let Some(id) = self.chosen.get_untracked() else { return };
        spawn_local(async move {
            let answer = api::desk_detail(&id).await;
            // Another may be open by now, or the page gone.
            if self.chosen.try_get_untracked().flatten() != Some(id) {
                return;
            }
            match answer {
                Ok(detail) => self.take_detail(detail),
                Err(error) => {
                    if self.detail.with_untracked(Option::is_none) {
                        self.refusal.set(Some(error));
                    } else {
                        toast_error(&error);
                    }
                }
            }
        });
    }

    pub(super) fn take_detail(self, detail: DeskDetail) {
        self.outgoing.update(|outgoing| {
            outgoing.retain(|mine| {
                !detail.messages.iter().any(|message| message.client_id.as_deref() == Some(mine.id.as_str()))
            });
        });
        self.refusal.set(None);
        self.detail.set(Some(detail));
    }

    fn read_counts(self) {
        spawn_local(async move {
            if let Ok(counts) = api::desk_counts().await {
                let _ = self.counts.try_set(Some(counts));
            }
        });
    }

    /// The names of teams and channels; without them their keys have to do.
    fn read_names(self) {
        spawn_local(async move {
            if let Ok(teams) = api::teams().await {
                let _ = self.teams.try_set(teams.into_iter().map(|team| (team.key.0, team.name)).collect());
            }
            if let Ok(channels) = api::channels().await {
                let _ = self.channels.try_set(channels.into_iter().map(|it| (it.key, it.name)).collect());
            }
        });
    }

    /// Reads list and counts soon; many calls in a row make one reading.
    pub(super) fn refresh(self) {
        if self.is_refreshing.try_get_value() != Some(false) {
            return;
        }
        self.is_refreshing.set_value(true);
        set_timeout(
            move || {
                if self.is_refreshing.try_get_value().is_some() {
                    self.is_refreshing.set_value(false);
                    self.rows.reload();
                    self.read_counts();
                }
            },
            REFRESH_AFTER,
        );
    }

    /// Everything anew, after the connection was away.
    pub(super) fn catch_up(self) {
        self.refresh();
        self.read_detail();
    }

    /// What the server tells by itself.
    pub(super) fn heard(self, event: DeskEvent) {
        let is_open = |conversation: &str| self.chosen.get_untracked().as_deref() == Some(conversation);
        match event {
            DeskEvent::Changed { conversation } => {
                self.refresh();
                if is_open(&conversation) {
                    self.read_detail();
                }
            }
            DeskEvent::Message { conversation, message } => {
                self.refresh();
                if is_open(&conversation) {
                    self.is_typing.set(None);
                    self.append(message);
                }
            }
            DeskEvent::Typing { conversation } => self.customer_types(conversation),
            DeskEvent::Other => {}
        }
    }

    fn customer_types(self, conversation: String) {
        self.n_typed.update_value(|n| *n += 1);
        let n = self.n_typed.get_value();
        self.is_typing.set(Some(conversation));
        set_timeout(
            move || {
                if self.n_typed.try_get_value() == Some(n) {
                    self.is_typing.set(None);
                }
            },
            Duration::from_secs(4),
        );
    }

    fn append(self, message: Message) {
        if let Some(id) = &message.client_id {
            self.outgoing.update(|outgoing| outgoing.retain(|mine| &mine.id != id));
        }
        self.detail.update(|detail| {
            let Some(detail) = detail else { return };
            if detail.messages.iter().all(|known| known.seq != message.seq) {
                detail.messages.push(message);
                detail.messages.sort_by_key(|message| message.seq);
            }
        });
    }

    /// Is the open conversation mine to answer? Reading it subscribes.
    pub(super) fn is_mine(self) -> bool {
        let me = session::member_name();
        self.detail.with(|detail| {
            detail.as_ref().is_some_and(|detail| {
                detail.row.status == Status::WithAgent && detail.row.agent.as_ref().is_none_or(|agent| *agent == me)
            })
        })
    }

    /// Has the page been left while an answer was on its way?
    pub(super) fn is_gone(self) -> bool {
        self.chosen.try_get_untracked().is_none()
    }

    /// Puts the cursor where one writes.
    pub(super) fn focus_reply(self) {
        if let Some(reply) = self.reply.get_untracked() {
            // A reply box that is not there needs no focus.
            let _ = reply.focus();
        }
    }

    /// Asks whether the open conversation shall end.
    pub(super) fn ask_end(self) {
        if untrack(|| self.is_mine()) {
            self.is_ending.set(true);
        }
    }
}
