//! What every part of the canvas screen can reach: the document and the one way to change it, selection, problems,
//! saving, the lit path of a test.

use std::collections::BTreeMap;
use std::sync::Arc;

use editor::card::{Card, card};
use editor::geometry::{CARD_WIDTH, Point, Rect, Viewport};
use editor::{Document, Edit, Editor, Outcome, Selection, Specs, Touched, names_of};
use leptos::prelude::*;
use model::{Flow, KindName, Language, NodeId, NodeSpec, PortId, Problem, Resources, Visit};

use super::save::{self, SaveState};
use crate::api::{FlowDraft, Live};
use crate::{browser, i18n};

/// A card's signals: what it shows and where it stands. During a drag only `place` changes.
#[derive(Clone)]
pub(crate) struct CardRx {
    /// What it shows.
    pub(crate) card: ArcRwSignal<Arc<Card>>,
    /// Left and top in the world.
    pub(crate) place: ArcRwSignal<Point>,
}

impl CardRx {
    /// Where it is and how large; subscribes.
    pub(crate) fn rect(&self) -> Rect {
        let at = self.place.get();
        Rect::new(at.x, at.y, CARD_WIDTH, self.card.read().height)
    }
}

/// A path by its ends: what leads where.
pub(crate) type PathKey = (NodeId, PortId, NodeId);

/// What the right side shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RightPanel {
    /// The selected step's form.
    #[default]
    Form,
    /// The test chat.
    Test,
}

/// What the left side shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftPanel {
    /// Kinds to add.
    Add,
    /// All steps as a list.
    Outline,
    /// What the conversation remembers.
    Variables,
    /// What may interrupt anywhere, and what the flow says of itself.
    Flow,
}

/// A dialog over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// Give the draft to customers.
    Publish,
    /// What was published before.
    Versions,
    /// All keys.
    Keys,
    /// Find and do.
    Palette,
}

/// The screen's context. Copy it freely; all parts are signals.
#[derive(Clone, Copy)]
pub(crate) struct DesignerCx {
    /// The flow's uuid.
    pub(crate) flow_id: StoredValue<String>,
    editor: StoredValue<Editor>,
    /// The descriptions of all kinds.
    pub(crate) specs: StoredValue<Arc<Specs>>,
    /// Counts changes of the document.
    pub(crate) changes: RwSignal<u64>,
    /// The steps in the document's order.
    pub(crate) order: RwSignal<Vec<NodeId>>,
    /// The paths.
    pub(crate) paths: RwSignal<Vec<PathKey>>,
    cards: StoredValue<BTreeMap<NodeId, CardRx>>,
    /// What is selected.
    pub(crate) selection: RwSignal<Selection>,
    /// All findings: those seen here at once, then those of the server.
    pub(crate) problems: Memo<Vec<Problem>>,
    local_problems: RwSignal<Vec<Problem>>,
    /// The server's findings on what was last saved.
    pub(crate) server_problems: RwSignal<Vec<Problem>>,
    is_check_due: StoredValue<bool>,
    /// How saving stands.
    pub(crate) save: RwSignal<SaveState>,
    /// The draft's revision on the server.
    pub(crate) revision: RwSignal<u64>,
    /// What is not saved yet, and how the saving of it stands.
    pub(crate) pending: StoredValue<save::Pending>,
    /// The version customers get.
    pub(crate) live: RwSignal<Option<Live>>,
    /// Is the draft another than what is live?
    pub(crate) draft_differs: RwSignal<bool>,
    /// What the workspace has.
    pub(crate) resources: RwSignal<Resources>,
    /// The language whose customers' texts the cards show.
    pub(crate) content_language: RwSignal<Language>,
    /// The path of the test conversation; empty when none is lit.
    pub(crate) trace: RwSignal<Vec<Visit>>,
    /// What the right side shows.
    pub(crate) right: RwSignal<RightPanel>,
    /// Counts how often the open test chat was asked to begin again.
    pub(crate) test_starts: RwSignal<u32>,
    /// What the left side shows.
    pub(crate) left: RwSignal<Option<LeftPanel>>,
    /// Is the problems dock open?
    pub(crate) is_dock_open: RwSignal<bool>,
    /// The dialog that is open.
    pub(crate) overlay: RwSignal<Option<Overlay>>,
    /// The field a finding points to: the form focuses and flashes it, then sets `None`.
    pub(crate) focus_field: RwSignal<Option<(NodeId, String)>>,
    /// Which part of the world is seen.
    pub(crate) view: RwSignal<Viewport>,
    /// Width and height of the canvas in px.
    pub(crate) canvas_size: RwSignal<(f64, f64)>,
    /// What the last outcome of undo, redo or an edit said, for screen readers.
    pub(crate) announcement: RwSignal<String>,
}

impl DesignerCx {
    /// The context of one flow's screen.
    pub(crate) fn new(draft: FlowDraft, kinds: Vec<NodeSpec>, resources: Resources) -> Self {
        let mut document = Document::new(draft.flow, kinds);
        document.names = Arc::new(names_of(&resources));
        let local = RwSignal::new(editor::problems::problems(&document));
        let server = RwSignal::new(draft.problems);
        let cx = Self {
            flow_id: StoredValue::new(document.flow.id.0.clone()),
            specs: StoredValue::new(document.specs.clone()),
            changes: RwSignal::new(0),
            order: RwSignal::new(Vec::new()),
            paths: RwSignal::new(Vec::new()),
            cards: StoredValue::new(BTreeMap::new()),
            selection: RwSignal::new(Selection::default()),
            problems: Memo::new(move |_| {
                local.with(|local| server.with(|server| editor::problems::merged(local, server)))
            }),
            local_problems: local,
            server_problems: server,
            is_check_due: StoredValue::new(false),
            save: RwSignal::new(SaveState::Saved(draft.saved_at)),
            revision: RwSignal::new(draft.revision),
            pending: StoredValue::new(save::Pending::default()),
            live: RwSignal::new(draft.live),
            draft_differs: RwSignal::new(draft.draft_differs),
            resources: RwSignal::new(resources),
            content_language: RwSignal::new(content_language(&document.flow)),
            trace: RwSignal::new(Vec::new()),
            right: RwSignal::new(RightPanel::Form),
            test_starts: RwSignal::new(0),
            left: RwSignal::new((!browser::is_narrow()).then_some(LeftPanel::Add)),
            is_dock_open: RwSignal::new(false),
            overlay: RwSignal::new(None),
            focus_field: RwSignal::new(None),
            view: RwSignal::new(Viewport::default()),
            canvas_size: RwSignal::new((0.0, 0.0)),
            announcement: RwSignal::new(String::new()),
            editor: StoredValue::new(Editor::new(document)),
        };
        cx.show_all();
        cx
    }

    /// Reads the document with its kinds; does not subscribe. Follow `changes` to hear of changes.
    pub(crate) fn with_document<T>(self, read: impl FnOnce(&Document) -> T) -> T {
        self.editor.with_value(|editor| read(editor.document()))
    }

    /// Reads the flow; does not subscribe.
    pub(crate) fn with_flow<T>(self, read: impl FnOnce(&Flow) -> T) -> T {
        self.with_document(|document| read(&document.flow))
    }

    /// Reads the document and subscribes to every change of it.
    pub(crate) fn track_document<T>(self, read: impl FnOnce(&Document) -> T) -> T {
        self.changes.track();
        self.with_document(read)
    }

    /// The description of a kind.
    pub(crate) fn spec(self, kind: &KindName) -> Option<NodeSpec> {
        self.specs.with_value(|specs| specs.get(kind).cloned())
    }

    /// The signals of a card.
    pub(crate) fn card(self, id: &NodeId) -> Option<CardRx> {
        self.cards.try_with_value(|cards| cards.get(id).cloned()).flatten()
    }

    /// The name of a step in the language of the screens; does not subscribe to the document.
    pub(crate) fn title(self, id: &NodeId) -> String {
        let language = Language::from(i18n::language_code());
        self.with_document(|document| document.title(id, &language))
    }

    /// Does an edit: the only way to change the document.
    pub(crate) fn run(self, edit: Edit) -> Outcome {
        let selection = self.selection.get_untracked();
        let now_ms = browser::now_ms();
        let outcome = self.editor.try_update_value(|editor| editor.run(&edit, &selection, now_ms)).unwrap_or_default();
        self.show(&outcome);
        outcome
    }

    /// Does an edit as a part of the one before it.
    pub(crate) fn amend(self, edit: Edit) -> Outcome {
        let selection = self.selection.get_untracked();
        let outcome = self.editor.try_update_value(|editor| editor.amend(&edit, &selection)).unwrap_or_default();
        self.show(&outcome);
        outcome
    }

    /// Takes the last change back as if it had never been.
    pub(crate) fn drop_last(self) {
        if let Some(outcome) = self.editor.try_update_value(Editor::drop_last).flatten() {
            self.show(&outcome);
        }
    }

    /// Takes the last change back.
    pub(crate) fn undo(self) -> bool {
        let outcome = self.editor.try_update_value(Editor::undo).flatten();
        self.done_again(outcome, "已撤销：", "Undone: ")
    }

    /// Does the last change that was taken back again.
    pub(crate) fn redo(self) -> bool {
        let outcome = self.editor.try_update_value(Editor::redo).flatten();
        self.done_again(outcome, "已重做：", "Done again: ")
    }

    fn done_again(self, outcome: Option<Outcome>, zh: &'static str, en: &'static str) -> bool {
        let Some(outcome) = outcome else { return false };
        self.show(&outcome);
        let words = i18n::words(&outcome.label);
        self.announcement.set(format!("{}{words}", i18n::tr(zh, en)));
        true
    }

    /// What undo and redo would do, in words; follows `changes`.
    pub(crate) fn history(self) -> (Option<String>, Option<String>) {
        self.changes.track();
        self.editor.with_value(|editor| (editor.undo_label().map(i18n::words), editor.redo_label().map(i18n::words)))
    }

    /// Opens what the server sent in place of the document; the history starts anew.
    pub(crate) fn load(self, draft: FlowDraft) {
        let specs = self.specs.get_value();
        let names = Arc::new(self.resources.with_untracked(names_of));
        self.editor.update_value(|editor| editor.load(Document { flow: draft.flow, specs, names }));
        self.revision.set(draft.revision);
        self.live.set(draft.live);
        self.draft_differs.set(draft.draft_differs);
        self.server_problems.set(draft.problems);
        self.pending.set_value(save::Pending::default());
        self.save.set(SaveState::Saved(draft.saved_at));
        self.selection.set(Selection::default());
        self.show_all();
        self.changes.update(|changes| *changes += 1);
    }

    /// The workspace has other resources now: cards show their names.
    pub(crate) fn take_names(self) {
        let names = self.resources.with_untracked(names_of);
        self.editor.update_value(|editor| editor.set_names(names));
        self.show_all();
    }

    /// Draws everything anew: another document, another language.
    pub(crate) fn show_all(self) {
        let ids: Vec<NodeId> = self.with_flow(|flow| flow.nodes.iter().map(|node| node.id.clone()).collect());
        let all = Touched {
            nodes: ids.iter().cloned().collect(),
            order: true,
            paths: true,
            rest: true,
            ..Touched::default()
        };
        self.refresh(&Touched { places: ids.into_iter().collect(), ..all });
    }

    /// Selects one step and shows it in the free area of the canvas.
    pub(crate) fn reveal(self, id: &NodeId) {
        self.selection.set(Selection::node(id.clone()));
        let Some(rx) = self.card(id) else { return };
        let (width, height) = self.canvas_size.get_untracked();
        let rect = untrack(|| rx.rect());
        self.view.update(|view| *view = view.revealing(&rect, width, height, 48.0));
    }

    fn show(self, outcome: &Outcome) {
        if outcome.touched.is_empty() {
            return;
        }
        self.refresh(&outcome.touched);
        let select = self.with_document(|document| outcome.select.kept(document));
        if self.selection.with_untracked(|selection| *selection != select) {
            self.selection.set(select);
        }
        self.changes.update(|changes| *changes += 1);
        self.check_soon();
        save::soon(self, outcome.touched.is_only_places());
    }

    fn refresh(self, touched: &Touched) {
        let language = Language::from(i18n::language_now().code());
        let content = self.content_language.get_untracked();
        self.with_document(|document| {
            // Up to this size it costs nothing to look at every card, and none is forgotten.
            let is_small = document.flow.nodes.len() <= 300 && (touched.paths || touched.rest || touched.order);
            let mut cards = self.cards.get_value();
            cards.retain(|id, _| document.flow.node(id).is_some());
            for node in document.flow.nodes.iter().filter(|node| is_small || touched.nodes.contains(&node.id)) {
                let face = Arc::new(card(document, node, &language, &content));
                match cards.get(&node.id) {
                    Some(rx) => {
                        if rx.card.with_untracked(|old| *old != face) {
                            rx.card.set(face);
                        }
                    }
                    None => {
                        let place = ArcRwSignal::new(document.position(&node.id));
                        cards.insert(node.id.clone(), CardRx { card: ArcRwSignal::new(face), place });
                    }
                }
            }
            for (id, rx) in touched.places.iter().filter_map(|id| Some((id, cards.get(id)?))) {
                let place = document.position(id);
                if rx.place.with_untracked(|old| *old != place) {
                    rx.place.set(place);
                }
            }
            self.cards.set_value(cards);
            if touched.order {
                self.order.set(document.flow.nodes.iter().map(|node| node.id.clone()).collect());
            }
            if touched.paths || touched.order {
                let paths = document.flow.edges.iter();
                self.paths.set(paths.map(|edge| (edge.from.clone(), edge.port.clone(), edge.to.clone())).collect());
            }
        });
    }

    /// Looks for dead ends and lonely steps a moment after the last change.
    fn check_soon(self) {
        if self.is_check_due.get_value() {
            return;
        }
        self.is_check_due.set_value(true);
        set_timeout(
            move || {
                if self.is_check_due.try_set_value(false).is_none() {
                    let problems = self.with_document(editor::problems::problems);
                    if self.local_problems.with_untracked(|old| *old != problems) {
                        self.local_problems.set(problems);
                    }
                }
            },
            std::time::Duration::from_millis(150),
        );
    }
}

/// The language of the screens when customers are served in it, else the flow's main one.
pub(crate) fn content_language(flow: &Flow) -> Language {
    let wanted = Language::from(i18n::language_now().code());
    if flow.languages.contains(&wanted) { wanted } else { flow.main_language() }
}
