//! One article: the question, other ways to ask it, the answer in each language.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Article, Language, Texts};

use super::{LibraryCx, Open};
use crate::api;
use crate::i18n::{UiLanguage, language_now, text_of, tr, tr_string};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Field, IconButton, Segments, TextArea, TextInput, toast, toast_error, toast_undo};

/// The editor of an article that is there, or of a new one.
#[component]
pub(super) fn ArticleEditor(cx: LibraryCx, id: Option<String>) -> impl IntoView {
    let is_new = id.is_none();
    let article =
        id.and_then(|id| cx.articles.now()?.into_iter().find(|article| article.id == id)).unwrap_or_else(|| Article {
            id: String::new(),
            question: String::new(),
            variants: Vec::new(),
            answer: Texts::default(),
        });
    let draft = Draft::new(&article);
    let before = StoredValue::new(article);
    let busy = RwSignal::new(false);
    let is_changed = Memo::new(move |_| before.with_value(|before| &draft.article(&before.id) != before));
    let is_ready =
        Memo::new(move |_| draft.question.with(|question| !question.trim().is_empty()) && draft.has_answer());

    let save = Callback::new(move |()| {
        if !is_ready.get_untracked() {
            return;
        }
        let article = untrack(|| draft.article(&before.with_value(|before| before.id.clone())));
        let Some(library) = cx.chosen.get_untracked() else { return };
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
                cx.libraries.reload();
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
                <Field label=move || tr("客户的问题", "The customer's question")>
                    <TextInput value=draft.question placeholder=move || tr("例如：多久发货？", "for example: When will my order be sent?") test="question" />
                </Field>
                <Field
                    label=move || tr("其他问法，每行一个", "Other ways to ask, one per line")
                    help=move || tr("写客户真的会用的说法，中英文都可以。", "In words customers really use, in any language.")
                >
                    <TextArea value=draft.variants rows=3 test="variants" />
                </Field>
                <Answer draft />
            </div>
        </form>
    }
}

#[component]
fn Answer(draft: Draft) -> impl IntoView {
    let shown = RwSignal::new(language_now());
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

/// An article being written. Copy it freely.
#[derive(Clone, Copy)]
struct Draft {
    question: RwSignal<String>,
    variants: RwSignal<String>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
}

impl Draft {
    fn new(article: &Article) -> Self {
        Self {
            question: RwSignal::new(article.question.clone()),
            variants: RwSignal::new(article.variants.join("\n")),
            zh: RwSignal::new(text_of(&article.answer, UiLanguage::Zh)),
            en: RwSignal::new(text_of(&article.answer, UiLanguage::En)),
        }
    }

    fn has_answer(self) -> bool {
        [self.zh, self.en].iter().any(|text| text.with(|text| !text.trim().is_empty()))
    }

    fn article(self, id: &str) -> Article {
        let mut answer = Texts::default();
        answer.set(Language::zh(), self.zh.get().trim());
        answer.set(Language::en(), self.en.get().trim());
        Article {
            id: id.to_owned(),
            question: self.question.get().trim().to_owned(),
            variants: self.variants.with(|variants| {
                variants.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
            }),
            answer,
        }
    }
}

fn delete(cx: LibraryCx, article: Article) {
    let Some(library) = cx.chosen.get_untracked() else { return };
    spawn_local(async move {
        if let Err(error) = api::delete_article(&article.id).await {
            return toast_error(&error);
        }
        cx.open.set(Open::Nothing);
        cx.articles.update(|articles| articles.retain(|other| other.id != article.id));
        cx.libraries.reload();
        let question = article.question.clone();
        toast_undo(
            tr_string(|| format!("已删除“{question}”"), || format!("Deleted “{question}”")),
            move || {
                let (library, article) = (library.clone(), article.clone());
                spawn_local(async move {
                    match api::create_article(&library, &article).await {
                        Ok(_) => {
                            cx.articles.reload();
                            cx.libraries.reload();
                        }
                        Err(error) => toast_error(&error),
                    }
                });
            },
        );
    });
}
