//! Groups of words that mean the same: one group per line.

use leptos::prelude::*;

use crate::api;
use crate::i18n::tr;
use crate::pages::act::act;
use crate::pages::load::Remote;
use crate::ui::{Button, ButtonKind, Field, TextArea, toast};

/// The tab.
#[component]
pub(super) fn Synonyms() -> impl IntoView {
    let groups = Remote::new(api::synonyms);
    view! {
        <section class="panel column-main">
            {groups.show(4, move || view! { <Editor groups=groups.now().unwrap_or_default() /> })}
        </section>
    }
}

#[component]
fn Editor(groups: Vec<Vec<String>>) -> impl IntoView {
    let written = |groups: &[Vec<String>]| groups.iter().map(|group| join(group)).collect::<Vec<_>>().join("\n");
    let text = RwSignal::new(written(&groups));
    let before = RwSignal::new(written(&groups));
    let busy = RwSignal::new(false);
    let is_changed = Memo::new(move |_| text.get().trim() != before.get().trim());
    let save = move |()| {
        let groups = text.with_untracked(|text| read(text));
        act(busy, async move { api::save_synonyms(groups).await }, move |groups| {
            let saved = written(&groups);
            text.set(saved.clone());
            before.set(saved);
            toast(tr("同义词已保存", "The synonyms have been saved"));
        });
    };
    view! {
        <header class="column-head">
            <h2>{move || tr("同义词", "Synonyms")}</h2>
            <span class="space"></span>
            <Button
                kind=ButtonKind::Primary
                busy=busy
                disabled=Signal::derive(move || !is_changed.get())
                label=move || if is_changed.get() { tr("保存", "Save") } else { tr("已保存", "Saved") }
                on_press=save
                test="save-synonyms"
            />
        </header>
        <div class="column-body stack">
            <Field
                label=move || tr("每行一组，词之间用逗号隔开", "One group per line, words separated by commas")
                help=move || tr("同一组的词在所有知识库里当作同一个词来查。例如：运费，邮费，快递费", "Words of a group count as one word in all libraries. For example: refund, money back, reimbursement")
            >
                <TextArea value=text rows=10 placeholder=move || tr("运费，邮费，快递费", "refund, money back") test="synonyms" />
            </Field>
        </div>
    }
}

/// The words of a group with the commas of their script.
fn join(group: &[String]) -> String {
    let is_latin = group.iter().all(|word| word.is_ascii());
    group.join(if is_latin { ", " } else { "，" })
}

fn read(text: &str) -> Vec<Vec<String>> {
    let words = |line: &str| {
        let words = line.split([',', '，', ';', '；', '、', '\t']).map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    text.lines().map(words).filter(|group| !group.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_group() {
        assert_eq!(
            read("运费，邮费、 快递费\n\nrefund, money back"),
            [vec!["运费", "邮费", "快递费"], vec!["refund", "money back"]]
        );
        assert_eq!(join(&["运费".to_owned(), "freight".to_owned()]), "运费，freight");
        assert_eq!(join(&["refund".to_owned(), "money back".to_owned()]), "refund, money back");
    }
}
