//! A name in both languages: two inputs side by side.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use model::{Language, Texts};

use crate::i18n::{UiLanguage, language_now, text_of, tr};
use crate::ui::{Field, TextInput};

/// The texts being edited. Copy it freely.
#[derive(Clone, Copy)]
pub(crate) struct NamePair {
    pub(crate) zh: RwSignal<String>,
    pub(crate) en: RwSignal<String>,
}

impl NamePair {
    /// Begins with these texts.
    pub(crate) fn new(texts: &Texts) -> Self {
        Self { zh: RwSignal::new(text_of(texts, UiLanguage::Zh)), en: RwSignal::new(text_of(texts, UiLanguage::En)) }
    }

    /// What stands in the inputs. One language left empty takes the other's.
    pub(crate) fn texts(self) -> Texts {
        let (zh, en) = (self.zh.get().trim().to_owned(), self.en.get().trim().to_owned());
        let mut texts = Texts::default();
        texts.set(Language::zh(), zh);
        texts.set(Language::en(), en);
        texts
    }

    /// Has nothing been written?
    pub(crate) fn is_empty(self) -> bool {
        self.texts().is_empty()
    }

    /// Empties both.
    pub(crate) fn clear(self) {
        self.zh.set(String::new());
        self.en.set(String::new());
    }
}

/// The two inputs; the language of the screens comes first.
#[component]
pub(crate) fn NameFields(
    pair: NamePair,
    #[prop(optional, into)] zh_placeholder: TextProp,
    #[prop(optional, into)] en_placeholder: TextProp,
    /// Puts the cursor into the first one.
    #[prop(optional)]
    autofocus: bool,
    #[prop(optional, into)] on_change: Option<Callback<String>>,
) -> impl IntoView {
    let on_change = on_change.unwrap_or_else(|| Callback::new(|_| ()));
    let chinese_first = language_now() == UiLanguage::Zh;
    let zh = view! {
        <Field label=move || tr("中文名称", "Name in Chinese")>
            <TextInput value=pair.zh placeholder=zh_placeholder autofocus=autofocus && chinese_first test="name-zh" on_change />
        </Field>
    };
    let en = view! {
        <Field label=move || tr("英文名称", "Name in English")>
            <TextInput value=pair.en placeholder=en_placeholder autofocus=autofocus && !chinese_first test="name-en" on_change />
        </Field>
    };
    let fields = if chinese_first { (zh.into_any(), en.into_any()) } else { (en.into_any(), zh.into_any()) };
    view! { <div class="two">{fields.0}{fields.1}</div> }
}
