//! One article: the question, other ways to ask it, the answer in each language.

use leptos::prelude::*;
use model::{Article, Language, Texts};

use super::{LibraryCx, Open};
use crate::api;
use crate::i18n::{UiLanguage, language_now, text_of, tr, tr_string};
use crate::pages::act::{act, delete_with_undo};
use crate::pages::load::Remote;
use crate::pages::suggest::SuggestButton;
use crate::ui::{Button, ButtonKind, Field, Icon, IconButton, Segments, Select, Switch, TextArea, TextInput, toast};

/// The editor of an article that is there, or of a new one.
#[component]
pub(super) fn ArticleEditor(cx: LibraryCx, id: Option<String>) -> impl IntoView {
    let is_new = id.is_none();
    let article = id.and_then(|id| cx.articles.now()?.into_iter().find(|article| article.id == id)).unwrap_or_default();
    let library = StoredValue::new(cx.listing.chosen.get_untracked().unwrap_or_default());
    let unsaved = untrack(|| library.with_value(|library| cx.unsaved.of(library, &article.id)));
    let draft = Draft::new(unsaved.as_ref().unwrap_or(&article));
    let before = StoredValue::new(article);
    let busy = RwSignal::new(false);
    let is_changed = Memo::new(move |_| before.with_value(|before| &draft.article(before) != before));
    Effect::new(move |_| {
        let article = before.with_value(|before| draft.article(before));
        library.with_value(|library| {
            if before.with_value(|before| article != *before) {
                cx.unsaved.keep(library, article);
            } else {
                cx.unsaved.give_up(library, &article.id);
            }
        });
    });
    let discard = move |()| {
        library.with_value(|library| before.with_value(|before| cx.unsaved.give_up(library, &before.id)));
        // The editor begins again with what is saved.
        cx.open.update(|open| {
            if *open == Open::New {
                *open = Open::Nothing;
            }
        });
    };
    let is_ready =
        Memo::new(move |_| draft.question.with(|question| !question.trim().is_empty()) && draft.has_answer());

    let save = Callback::new(move |()| {
        if !is_ready.get_untracked() {
            return;
        }
        let article = untrack(|| before.with_value(|before| draft.article(before)));
        let (library, here) = (library.get_value(), library.get_value());
        let call = async move {
            if article.id.is_empty() {
                api::create_article(&library, &article).await
            } else {
                api::save_article(&article).await.map(|_| article)
            }
        };
        act(busy, call, move |article: Article| {
            toast(tr("知识已保存", "The article has been saved"));
            let id = article.id.clone();
            cx.articles.update(|articles| match articles.iter_mut().find(|other| other.id == article.id) {
                Some(place) => *place = article.clone(),
                None => articles.insert(0, article.clone()),
            });
            if is_new {
                cx.unsaved.give_up(&here, "");
                cx.listing.all.reload();
                cx.open.set(Open::Article(id));
            } else {
                before.set_value(article);
                // The comparison has no other way to learn of it.
                draft.question.notify();
            }
        });
    });

    view! {
        <form
            class="article"
            on:submit=move |event| {
                event.prevent_default();
                save.run(());
            }
            on:keydown=move |event| {
                if (event.ctrl_key() || event.meta_key()) && event.key() == "s" {
                    event.prevent_default();
                    save.run(());
                }
            }
        >
            <header class="column-head">
                <h2>{move || if is_new { tr("新知识", "New article") } else { tr("编辑知识", "Edit the article") }}</h2>
                <span class="space"></span>
                {(!is_new).then(|| view! {
                    <IconButton icon="trash-2" danger=true label=move || tr("删除", "Delete") on_press=move |()| delete(cx, before.get_value()) />
                })}
                <Show when=move || is_changed.get()>
                    <Button label=move || tr("放弃修改", "Discard") test="discard-article" on_press=discard />
                </Show>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=busy
                    disabled=Signal::derive(move || !is_ready.get() || !is_changed.get())
                    label=move || if is_changed.get() || is_new { tr("保存", "Save") } else { tr("已保存", "Saved") }
                    test="save-article"
                />
            </header>
            <div class="column-body stack">
                {unsaved.is_some().then(|| view! {
                    <Show when=move || is_changed.get()>
                        <p class="notice" role="status" data-test="unsaved-notice"><Icon name="history" /><span>{move || tr(
                            "上次写了还没保存，已为您留着。保存后客户才会得到它。",
                            "You wrote this and did not save it; it was kept for you. Customers get it once it is saved.",
                        )}</span></p>
                    </Show>
                })}
                <Field label=move || tr("客户的问题", "The customer's question")>
                    <TextInput value=draft.question placeholder=move || tr("例如：多久发货？", "for example: When will my order be sent?") test="question" />
                </Field>
                <Variants draft />
                <Answer draft />
                <Validity draft />
                <OnChannels draft />
            </div>
        </form>
    }
}

/// Other ways to ask, by hand or as a model suggests them.
#[component]
fn Variants(draft: Draft) -> impl IntoView {
    let label = move || tr("其他问法，每行一个", "Other ways to ask, one per line");
    let add = move |sentences: Vec<String>| {
        draft.variants.update(|variants| {
            let lines: Vec<String> = lines(variants).chain(sentences).collect();
            *variants = lines.join("\n");
        });
    };
    view! {
        <div class="field">
            <div class="row">
                <span class="field-label">{label}</span>
                <span class="space"></span>
                <SuggestButton
                    what="variants"
                    about=draft.question
                    known=Signal::derive(move || draft.variants.with(|variants| lines(variants).collect()))
                    on_add=add
                />
            </div>
            <TextArea value=draft.variants rows=3 label test="variants" />
            <small>{move || tr("写客户真的会用的说法，中英文都可以。", "In words customers really use, in any language.")}</small>
        </div>
    }
}

#[component]
fn Answer(draft: Draft) -> impl IntoView {
    // An answer that is there only in the other language is not hidden behind an empty field.
    let is_only = |there: RwSignal<String>, other: RwSignal<String>| {
        there.with_untracked(|text| !text.is_empty()) && other.with_untracked(String::is_empty)
    };
    let shown = RwSignal::new(match language_now() {
        UiLanguage::Zh if is_only(draft.en, draft.zh) => UiLanguage::En,
        UiLanguage::En if is_only(draft.zh, draft.en) => UiLanguage::Zh,
        own => own,
    });
    let languages = move || {
        let mark = |text: RwSignal<String>| if text.with(|text| text.trim().is_empty()) { "" } else { " ✓" };
        vec![
            ("zh".to_owned(), format!("中文{}", mark(draft.zh))),
            ("en".to_owned(), format!("English{}", mark(draft.en))),
        ]
    };
    view! {
        <div class="field">
            <div class="row">
                <span class="field-label">{move || tr("答案", "Answer")}</span>
                <span class="space"></span>
                <Segments
                    label=move || tr("答案的语言", "Language of the answer")
                    value=Signal::derive(move || shown.get().code().to_owned())
                    options=Signal::derive(languages)
                    on_change=move |code: String| shown.set(UiLanguage::of(&code))
                />
            </div>
            {move || match shown.get() {
                UiLanguage::Zh => view! { <TextArea value=draft.zh rows=6 label=move || tr("中文答案", "Answer in Chinese") test="answer-zh" /> },
                UiLanguage::En => view! { <TextArea value=draft.en rows=6 label=move || tr("英文答案", "Answer in English") test="answer-en" /> },
            }}
            <small>{move || tr("缺少的语言会用另一种语言回答。", "A missing language is answered in the other one.")}</small>
        </div>
    }
}

/// When it holds, whose it is, whether it is found.
#[component]
fn Validity(draft: Draft) -> impl IntoView {
    view! {
        <div class="field-row">
            <Field label=move || tr("有效期从", "Holds from")>
                <TextInput kind="date" value=draft.from test="from" />
            </Field>
            <Field label=move || tr("到", "until")>
                <TextInput kind="date" value=draft.until test="until" />
            </Field>
            <Field label=move || tr("负责人", "Owner")>
                <TextInput value=draft.owner placeholder=move || tr("谁来更新", "Who keeps it right") test="owner" />
            </Field>
        </div>
        <Switch on=draft.is_on label=move || tr("启用：客户能得到这个答案", "On: customers get this answer") on_change=move |on| draft.is_on.set(on) />
    }
}

/// Other answers on some channels.
#[component]
fn OnChannels(draft: Draft) -> impl IntoView {
    let channels = Remote::new(api::channels);
    let add = move |()| {
        let taken: Vec<String> =
            draft.on_channels.get_untracked().iter().map(|on| on.channel.get_untracked()).collect();
        let free =
            channels.now().unwrap_or_default().into_iter().map(|channel| channel.key).find(|key| !taken.contains(key));
        if let Some(key) = free {
            draft.on_channels.update(|on| on.push(OnChannel::new(&key, &Texts::default())));
        }
    };
    let can_add = move || draft.on_channels.with(Vec::len) < channels.with(|channels| channels.map_or(0, Vec::len));
    view! {
        <div class="field">
            <span class="field-label">{move || tr("某些渠道用别的答案", "Other answers on some channels")}</span>
            {move || draft.on_channels.get().into_iter().enumerate().map(|(at, on)| {
                let options = Signal::derive(move || {
                    let known = channels.get().unwrap_or_default();
                    known.into_iter().map(|channel| (channel.key, channel.name)).collect::<Vec<_>>()
                });
                view! {
                    <div class="on-channel">
                        <div class="row">
                            <Select value=on.channel options label=move || tr("渠道", "Channel") on_change=move |key: String| on.channel.set(key) />
                            <span class="space"></span>
                            <IconButton icon="trash-2" label=move || tr("去掉", "Remove") on_press=move |()| draft.on_channels.update(|all| { all.remove(at); }) />
                        </div>
                        <TextArea value=on.zh rows=2 label=move || tr("中文答案", "Answer in Chinese") placeholder=move || tr("中文答案", "Answer in Chinese") />
                        <TextArea value=on.en rows=2 label=move || tr("英文答案", "Answer in English") placeholder=move || tr("英文答案", "Answer in English") />
                    </div>
                }
            }).collect_view()}
            <Show when=can_add>
                <div><Button small=true icon="plus" label=move || tr("加一个渠道", "Add a channel") on_press=add /></div>
            </Show>
        </div>
    }
}

/// The lines of a text that say something.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

fn pair(zh: RwSignal<String>, en: RwSignal<String>) -> Texts {
    let mut texts = Texts::default();
    texts.set(Language::zh(), zh.get().trim());
    texts.set(Language::en(), en.get().trim());
    texts
}

/// An article being written. Copy it freely.
#[derive(Clone, Copy)]
struct Draft {
    question: RwSignal<String>,
    variants: RwSignal<String>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    from: RwSignal<String>,
    until: RwSignal<String>,
    owner: RwSignal<String>,
    is_on: RwSignal<bool>,
    on_channels: RwSignal<Vec<OnChannel>>,
}

/// An answer for one channel, being written. Copy it freely.
#[derive(Clone, Copy)]
struct OnChannel {
    channel: RwSignal<String>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
}

impl OnChannel {
    fn new(channel: &str, answer: &Texts) -> Self {
        Self {
            channel: RwSignal::new(channel.to_owned()),
            zh: RwSignal::new(text_of(answer, UiLanguage::Zh)),
            en: RwSignal::new(text_of(answer, UiLanguage::En)),
        }
    }
}

impl Draft {
    fn new(article: &Article) -> Self {
        Self {
            question: RwSignal::new(article.question.clone()),
            variants: RwSignal::new(article.variants.join("\n")),
            zh: RwSignal::new(text_of(&article.answer, UiLanguage::Zh)),
            en: RwSignal::new(text_of(&article.answer, UiLanguage::En)),
            from: RwSignal::new(article.from.clone().unwrap_or_default()),
            until: RwSignal::new(article.until.clone().unwrap_or_default()),
            owner: RwSignal::new(article.owner.clone()),
            is_on: RwSignal::new(!article.is_off),
            on_channels: RwSignal::new(
                article.on_channels.iter().map(|(channel, answer)| OnChannel::new(channel, answer)).collect(),
            ),
        }
    }

    fn has_answer(self) -> bool {
        [self.zh, self.en].iter().any(|text| text.with(|text| !text.trim().is_empty()))
    }

    fn article(self, before: &Article) -> Article {
        let answer = pair(self.zh, self.en);
        let day = |signal: RwSignal<String>| Some(signal.get()).filter(|day| !day.is_empty());
        let on_channels = self.on_channels.get().into_iter().filter_map(|on| {
            let answer = pair(on.zh, on.en);
            let channel = on.channel.get();
            (!channel.is_empty() && !answer.is_empty()).then_some((channel, answer))
        });
        Article {
            id: before.id.clone(),
            document: before.document.clone(),
            on_channels: on_channels.collect(),
            from: day(self.from),
            until: day(self.until),
            owner: self.owner.get().trim().to_owned(),
            is_off: !self.is_on.get(),
            question: self.question.get().trim().to_owned(),
            variants: self.variants.with(|variants| lines(variants).collect()),
            answer,
        }
    }
}

fn delete(cx: LibraryCx, article: Article) {
    let Some(library) = cx.listing.chosen.get_untracked() else { return };
    let (question, here) = (article.question.clone(), library.clone());
    let (id, gone) = (article.id.clone(), article.id.clone());
    delete_with_undo(
        tr_string(|| format!("已删除“{question}”"), || format!("Deleted “{question}”")),
        async move { api::delete_article(&id).await },
        move || {
            cx.open.set(Open::Nothing);
            cx.unsaved.give_up(&here, &gone);
            cx.articles.update(|articles| articles.retain(|other| other.id != gone));
            cx.listing.all.reload();
        },
        move || {
            let (library, article) = (library.clone(), article.clone());
            async move { api::create_article(&library, &article).await }
        },
        move || {
            cx.articles.reload();
            cx.listing.all.reload();
        },
    );
}
