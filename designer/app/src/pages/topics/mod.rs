//! Topics: what customers speak about, learnt from the sentences written here.

mod dialogs;
mod editor;
mod examples;
mod hints;
mod learning;
mod matrix;
mod paste;
mod quality;
mod state;
mod table;
mod trial;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Intent, Texts};

use self::editor::TopicEditor;
use self::hints::is_thin;
use self::learning::{Grade, Learning, LearningChip};
use self::quality::QualityView;
use self::table::{ExportButton, ImportTopics};
use self::trial::TopicTrialBox;
use super::act::act;
use super::load::Remote;
use super::name_pair::NamePair;
use super::picking::{Columns, NameDialog, NoneYet, Pick, PickColumn, chosen, goes, is_named};
use crate::api;
use crate::i18n::{counted, tr, tr_string, words};
use crate::ui::{Button, ButtonKind, Segments, Tabs};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct TopicsCx {
    topics: Remote<Vec<Intent>>,
    learning: Learning,
    chosen: Memo<Option<String>>,
    /// The topic whose clashes with the chosen one are shown.
    against: Memo<Option<String>>,
    /// The example to look at.
    looked_at: RwSignal<Option<String>>,
    go: Callback<String>,
    is_new_open: RwSignal<bool>,
}

impl TopicsCx {
    /// Opens a topic.
    fn show(self, key: &str) {
        self.looked_at.set(None);
        self.go.run(format!("/topics?topic={key}"));
    }

    /// Opens a topic at an example.
    fn show_example(self, key: &str, example: &str) {
        self.looked_at.set(Some(example.to_owned()));
        self.go.run(format!("/topics?topic={key}"));
    }

    /// Opens a topic with only the examples that clash with another one.
    fn show_clashes(self, key: &str, with: &str) {
        self.looked_at.set(None);
        self.go.run(format!("/topics?topic={key}&with={with}"));
    }

    /// The name of a topic.
    fn name_of(self, key: &str) -> Signal<String> {
        let key = key.to_owned();
        Signal::derive(move || {
            self.topics.with(|topics| {
                let found = topics.and_then(|topics| topics.iter().find(|topic| topic.key.as_str() == key));
                found.map_or_else(|| key.clone(), |topic| words(&topic.name))
            })
        })
    }

    /// Topics have changed on the server, in more than one place.
    fn changed(self) {
        self.topics.reload();
        self.learning.follow();
    }
}

/// The page: list, editor, "try it"; or how good all of them are.
#[component]
pub(crate) fn TopicsPage() -> impl IntoView {
    let topics = Remote::new(api::intents);
    let query = use_query_map();
    let is_quality = Memo::new(move |_| query.with(|query| query.get("view").as_deref() == Some("quality")));
    let cx = TopicsCx {
        topics,
        learning: Learning::new(),
        chosen: chosen(topics, "topic", |topic| topic.key.as_str()),
        against: Memo::new(move |_| query.with(|query| query.get("with"))),
        looked_at: RwSignal::new(None),
        go: goes(),
        is_new_open: RwSignal::new(false),
    };
    let is_import_open = RwSignal::new(false);
    let is_empty = Memo::new(move |_| topics.with(|topics| topics.is_some_and(Vec::is_empty)));
    let tabs = Signal::derive(move || {
        let n = topics.with(|topics| topics.map(|topics| topics.len() as u64));
        vec![
            ("topics".to_owned(), tr("意图", "Topics").to_owned(), n),
            ("quality".to_owned(), tr("质量", "Quality").to_owned(), None),
        ]
    });

    view! {
        <main class="page wide">
            <header class="page-head">
                <h1>{move || tr("意图", "Topics")}</h1>
                <p class="quiet">{move || tr("客户想办什么事。写下他们会说的话，机器人就学会认。", "What customers come for. Write what they would say, and the bot learns to tell.")}</p>
                <span class="space"></span>
                <LearningChip learning=cx.learning />
                <Button icon="upload" label=move || tr("导入", "Import") test="import-topics" on_press=move |()| is_import_open.set(true) />
                <ExportButton />
                <Button kind=ButtonKind::Primary icon="plus" label=move || tr("新建意图", "New topic") test="new-topic" on_press=move |()| cx.is_new_open.set(true) />
            </header>
            {topics.show(6, move || view! {
                {move || if is_empty.get() {
                    view! { <NoTopics cx is_import_open /> }.into_any()
                } else {
                    view! {
                        <Tabs
                            value=Signal::derive(move || if is_quality.get() { "quality" } else { "topics" }.to_owned())
                            tabs
                            label=move || tr("意图的两个方面", "Two sides of topics")
                            on_change=move |tab: String| cx.go.run(if tab == "quality" { "/topics?view=quality" } else { "/topics" }.to_owned())
                        />
                        {move || if is_quality.get() {
                            view! { <QualityView cx /> }.into_any()
                        } else {
                            view! {
                                <Columns chosen=cx.chosen main=move || tr("意图", "The topic") side=move || tr("试一试", "Try it")>
                                    <TopicList cx />
                                    <section class="panel column-main">
                                        {move || cx.chosen.get().map(|key| view! { <TopicEditor cx key=key /> })}
                                    </section>
                                    <aside class="panel column-side"><TopicTrialBox cx /></aside>
                                </Columns>
                            }.into_any()
                        }}
                    }.into_any()
                }}
            })}
        </main>
        <NewTopicDialog cx />
        <ImportTopics cx open=is_import_open />
    }
}

#[component]
fn TopicList(cx: TopicsCx) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let only_work = RwSignal::new(false);
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let is_found = |topic: &Intent| {
            let names = topic.name.iter().map(|(_, name)| name);
            is_named(&search, topic.key.as_str(), names.chain(topic.examples.iter().map(String::as_str)))
        };
        let needs_work = |topic: &Intent| {
            is_thin(topic)
                || cx.learning.of(topic.key.as_str()).is_some_and(|quality| Grade::of(&quality) != Grade::Good)
        };
        let only_work = only_work.get();
        cx.topics.with(|topics| {
            let wanted = |topic: &&Intent| is_found(topic) && (!only_work || needs_work(topic));
            topics.map(|topics| topics.iter().filter(wanted).cloned().collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let options = Signal::derive(move || {
        vec![
            ("all".to_owned(), tr("全部", "All").to_owned()),
            ("work".to_owned(), tr("待改进", "To improve").to_owned()),
        ]
    });
    view! {
        <PickColumn
            label=move || tr("意图列表", "Topics")
            search
            search_label=move || tr("查找意图或例句", "Find a topic or example")
            is_empty=Signal::derive(move || found.with(Vec::is_empty))
            none=move || if only_work.get() && search.with(String::is_empty) {
                tr("没有需要改进的意图。", "No topic needs work.")
            } else {
                tr("没有找到。", "Nothing found.")
            }
            tools=move || view! {
                <Segments
                    value=Signal::derive(move || if only_work.get() { "work" } else { "all" }.to_owned())
                    options
                    label=move || tr("显示哪些", "Which to show")
                    on_change=move |value: String| only_work.set(value == "work")
                />
            }
        >
            {move || found.get().into_iter().map(|topic| view! { <li><TopicLine cx topic /></li> }).collect_view()}
        </PickColumn>
    }
}

/// A topic in the list, with how well it is recognised.
#[component]
fn TopicLine(cx: TopicsCx, topic: Intent) -> impl IntoView {
    let (key, compared, judged) = (topic.key.0.clone(), topic.key.0.clone(), topic.key.0.clone());
    let n_examples = topic.examples.len();
    let is_chosen = Memo::new(move |_| cx.chosen.get().as_deref() == Some(&compared));
    let name = topic.name.clone();
    let grade = move || {
        cx.learning.of(&judged).map(|quality| {
            let grade = Grade::of(&quality);
            let percent = (quality.f1 * 100.0).round();
            view! {
                <span class="grade" title=tr_string(
                    || format!("留出的例句里，{:.0}% 认得出；认成它的里面，{:.0}% 是对的", quality.recall * 100.0, quality.precision * 100.0),
                    || format!("Of held-out examples {:.0}% are found; of those taken for it {:.0}% are right", quality.recall * 100.0, quality.precision * 100.0),
                )>
                    <span class=format!("bar {}", grade.class())><i style=format!("width:{percent}%")></i></span>
                    <small class=grade.class()>{grade.words()}</small>
                </span>
            }
        })
    };
    view! {
        <Pick is_on=is_chosen attr:data-topic=key.clone() on_press={ let key = key.clone(); move |()| cx.show(&key) }>
            <span class="pick-words">
                <b>{move || words(&name)}</b>
                <small>{move || tr_string(|| format!("{n_examples} 句"), || counted(n_examples, "example"))}</small>
            </span>
            {grade}
        </Pick>
    }
}

#[component]
fn NoTopics(cx: TopicsCx, is_import_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <NoneYet
            icon="tags"
            title=move || tr("还没有意图", "No topics yet")
            detail=move || tr(
                "意图是客户来办的一件事，例如“退款”。写五句客户会说的话，流程就能按意图分流。",
                "A topic is a matter customers come with, “refund” for example. Write five sentences they would say, and flows can branch by it.",
            )
            make=move || tr("新建意图", "New topic")
            is_new_open=cx.is_new_open
        >
            <Button icon="upload" label=move || tr("导入表格", "Import a table") on_press=move |()| is_import_open.set(true) />
        </NoneYet>
    }
}

#[component]
fn NewTopicDialog(cx: TopicsCx) -> impl IntoView {
    let name = NamePair::new(&Default::default());
    let busy = RwSignal::new(false);
    let create = move |texts: Texts| {
        act(busy, async move { api::create_intent(&texts, &[]).await }, move |topic| {
            name.clear();
            cx.is_new_open.set(false);
            let key = topic.key.0.clone();
            cx.topics.update(|topics| topics.push(topic));
            cx.learning.follow();
            cx.show(&key);
        });
    };
    view! {
        <NameDialog
            open=cx.is_new_open
            title=move || tr("新建意图", "New topic")
            name
            zh_placeholder=move || tr("例如：退款", "for example 退款")
            en_placeholder=move || tr("例如：Refund", "for example Refund")
            busy
            test="create-topic"
            on_submit=create
        />
    }
}
