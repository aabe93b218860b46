//! Keys made from names, and the dialog that teams, calendars and connections share.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;
use model::Texts;

use crate::browser;
use crate::i18n::{tr, tr_string};
use crate::ui::{Button, ButtonKind, toast_error, toast_undo};

/// A key for something new: from the English name where there is one, else a random word.
pub(super) fn key_for(name: &Texts, taken: &[String]) -> String {
    let words = name.in_language("en").to_ascii_lowercase();
    let mut key = String::new();
    for character in words.chars() {
        if character.is_ascii_alphanumeric() {
            key.push(character);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    let key = key.trim_end_matches('-').chars().take(48).collect::<String>();
    let key = if key.is_empty() { format!("k{}", &browser::new_id()[8..14]) } else { key };
    let is_free = |key: &String| !taken.contains(key);
    if is_free(&key) {
        return key;
    }
    (2..).map(|n| format!("{key}-{n}")).find(is_free).expect("numbers do not run out")
}

/// The buttons under a form in a dialog.
#[component]
pub(super) fn FormFoot(
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    #[prop(into)] disabled: Signal<bool>,
    #[prop(optional, into)] label: Option<TextProp>,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| TextProp::from(|| tr("保存", "Save")));
    view! {
        <footer class="dialog-foot">
            <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
            <Button kind=ButtonKind::Primary submit=true busy=busy disabled=disabled label=label test="save" />
        </footer>
    }
}

/// Deletes, with Undo that creates it again under the same key.
pub(super) fn delete_with_undo<D, R>(
    name: String,
    delete: impl Future<Output = crate::api::Answer<()>> + 'static,
    restore: impl Fn() -> R + Send + Sync + Clone + 'static,
    done: D,
) where
    D: Fn() + Send + Sync + Copy + 'static,
    R: Future<Output = crate::api::Answer<serde_json::Value>> + 'static,
{
    spawn_local(async move {
        if let Err(error) = delete.await {
            return toast_error(&error);
        }
        done();
        toast_undo(tr_string(|| format!("已删除“{name}”"), || format!("Deleted “{name}”")), move || {
            let restored = restore();
            spawn_local(async move {
                match restored.await {
                    Ok(_) => done(),
                    Err(error) => toast_error(&error),
                }
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_english_name_and_never_taken_twice() {
        let name = Texts::new("售后组", "After-sales  Team!");

        assert_eq!(key_for(&name, &[]), "after-sales-team");
        assert_eq!(key_for(&name, &["after-sales-team".to_owned()]), "after-sales-team-2");
    }
}
