//! The values of a dictionary with their synonyms: write, change, delete, paste a spreadsheet, import a file.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::DetailEntry;

use super::import::ImportTable;
use crate::api::{self, DetailShown};
use crate::i18n::{counted, tr, tr_string};
use crate::pages::kept::Change;
use crate::ui::{Button, IconButton, SearchInput, is_composing, toast, toast_error};

/// So many lines are drawn; the search finds the others.
const SHOWN: usize = 100;

/// What a click does to the values.
type ChangeEntries = Box<dyn FnOnce(&mut Vec<DetailEntry>)>;

/// The table. A fixed one is shown only.
#[component]
pub(super) fn Entries(detail: Signal<DetailShown>, change: Change<DetailShown>, is_fixed: bool) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let is_import_open = RwSignal::new(false);
    let n_entries = Memo::new(move |_| detail.with(|detail| detail.source.entries().len()));
    let found = Memo::new(move |_| {
        let search = search.get().trim().to_lowercase();
        let is_found = |entry: &DetailEntry| {
            search.is_empty()
                || entry.value.to_lowercase().contains(&search)
                || entry.synonyms.iter().any(|word| word.to_lowercase().contains(&search))
        };
        detail.with(|detail| {
            let all = detail.source.entries().iter().cloned().enumerate();
            all.filter(|(_, entry)| is_found(entry)).take(SHOWN + 1).collect::<Vec<_>>()
        })
    });
    let shown = move || found.get().into_iter().take(SHOWN).collect::<Vec<_>>();
    let line_key = |line: &(usize, DetailEntry)| (line.0, line.1.value.clone(), line.1.synonyms.clone());
    let add = Callback::new(move |entries: Vec<DetailEntry>| {
        let n_before = n_entries.get_untracked();
        change.run(Box::new(move |detail| {
            if let Some(kept) = detail.source.entries_mut() {
                merge(kept, entries);
            }
        }));
        let n_new = n_entries.get_untracked().saturating_sub(n_before);
        if n_new != 1 {
            toast(tr_string(|| format!("已添加 {n_new} 个值"), || format!("{} added", counted(n_new, "value"))));
        }
    });
    let replace = Callback::new(move |entries: Vec<DetailEntry>| {
        change.run(Box::new(move |detail| {
            if let Some(kept) = detail.source.entries_mut() {
                *kept = entries;
            }
        }));
    });
    view! {
        <section class="stack-small" data-test="entries">
            <header class="row">
                <h3>{move || tr("值", "Values")}</h3>
                <span class="quiet num" data-test="n-entries">{n_entries}</span>
                <span class="space"></span>
                {move || (n_entries.get() > 10).then(|| view! { <SearchInput value=search label=move || tr("查找值或同义词", "Find a value or synonym") /> })}
                {(!is_fixed).then(|| view! {
                    <Button small=true icon="upload" label=move || tr("导入表格", "Import a table") test="import-csv" on_press=move |()| is_import_open.set(true) />
                })}
            </header>
            {(!is_fixed).then(|| view! { <NewEntry add /> })}
            <div class="entry-table" role="table" aria-label=move || tr("值和同义词", "Values and synonyms")>
                {move || (n_entries.get() > 0).then(|| view! {
                    <div class="entry-row head" role="row">
                        <span role="columnheader">{tr("值", "Value")}</span>
                        <span role="columnheader">{tr("同义词（用逗号分开）", "Synonyms, with commas between")}</span>
                        <span role="columnheader" class="visually-hidden">{tr("删除", "Delete")}</span>
                    </div>
                })}
                // Only lines that changed are drawn anew, so that the focus stays where it is.
                <For each=shown key=line_key let:line>
                    <OneEntry idx=line.0 entry=line.1 change is_fixed />
                </For>
            </div>
            {move || {
                let n = n_entries.get();
                if n == 0 {
                    Some(view! { <p class="quiet">{if is_fixed {
                        tr("还没有值。", "No values yet.")
                    } else {
                        tr("还没有值。写一个，或从表格里复制两列粘贴到上面：第一列是值，其余列是同义词。", "No values yet. Write one, or copy columns from a spreadsheet and paste them above: the first column is the value, the others are synonyms.")
                    }}</p> }.into_any())
                } else if found.with(Vec::is_empty) {
                    Some(view! { <p class="quiet">{tr("没有找到。", "Nothing found.")}</p> }.into_any())
                } else if found.with(|found| found.len() > SHOWN) {
                    Some(view! { <p class="quiet">{tr_string(
                        || format!("只显示前 {SHOWN} 个，其余请用查找。"),
                        || format!("The first {SHOWN} are shown; search for the others."),
                    )}</p> }.into_any())
                } else {
                    None
                }
            }}
        </section>
        <ImportTable open=is_import_open add replace />
    }
}

/// Adds values; one that is there gets the new synonyms.
fn merge(kept: &mut Vec<DetailEntry>, new: Vec<DetailEntry>) {
    let mut places: std::collections::HashMap<String, usize> =
        kept.iter().enumerate().map(|(place, entry)| (entry.value.clone(), place)).collect();
    for entry in new {
        match places.get(&entry.value) {
            Some(place) => {
                let there = &mut kept[*place];
                for word in entry.synonyms {
                    if !there.synonyms.contains(&word) {
                        there.synonyms.push(word);
                    }
                }
            }
            None => {
                places.insert(entry.value.clone(), kept.len());
                kept.push(entry);
            }
        }
    }
}

/// The synonyms of a cell.
fn synonyms_of(text: &str) -> Vec<String> {
    let words = text.split([',', '，', '、', ';', '；', '|']).map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[component]
fn NewEntry(add: Callback<Vec<DetailEntry>>) -> impl IntoView {
    let value = NodeRef::<Input>::new();
    let synonyms = NodeRef::<Input>::new();
    let submit = move || {
        let (Some(value), Some(synonyms)) = (value.get_untracked(), synonyms.get_untracked()) else { return };
        let entry = DetailEntry { value: value.value().trim().to_owned(), synonyms: synonyms_of(&synonyms.value()) };
        if !entry.value.is_empty() {
            value.set_value("");
            synonyms.set_value("");
            let _ = value.focus();
            add.run(vec![entry]);
        }
    };
    let on_enter = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && !is_composing(&event) {
            event.prevent_default();
            submit();
        }
    };
    let on_paste = move |event: web_sys::ClipboardEvent| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if !text.trim().contains(['\n', '\t']) {
            return;
        }
        event.prevent_default();
        spawn_local(async move {
            match api::read_table(text.as_bytes(), "utf-8").await {
                Ok(table) => add.run(table.entries),
                Err(error) => toast_error(&error),
            }
        });
    };
    view! {
        <div class="entry-row new">
            <input
                node_ref=value
                class="in"
                aria-label=move || tr("新的值", "New value")
                placeholder=move || tr("值；可以从表格粘贴", "Value; paste a spreadsheet here")
                data-test="new-entry"
                on:keydown=on_enter
                on:paste=on_paste
            />
            <input
                node_ref=synonyms
                class="in"
                aria-label=move || tr("新的值的同义词", "Synonyms of the new value")
                placeholder=move || tr("同义词，用逗号分开；回车添加", "Synonyms, with commas between; Enter adds")
                on:keydown=on_enter
            />
            <IconButton icon="plus" label=move || tr("添加", "Add") on_press=move |()| submit() />
        </div>
    }
}

#[component]
fn OneEntry(idx: usize, entry: DetailEntry, change: Change<DetailShown>, is_fixed: bool) -> impl IntoView {
    let edit = move |edit: ChangeEntries| {
        change.run(Box::new(move |detail| {
            if let Some(entries) = detail.source.entries_mut() {
                edit(entries);
            }
        }));
    };
    let remove = move || {
        edit(Box::new(move |entries| {
            if idx < entries.len() {
                entries.remove(idx);
            }
        }));
    };
    let rename = move |text: String| {
        let value = text.trim().to_owned();
        if value.is_empty() {
            return remove();
        }
        edit(Box::new(move |entries| {
            if let Some(place) = entries.get_mut(idx) {
                place.value = value;
            }
        }));
    };
    let reword = move |text: String| {
        edit(Box::new(move |entries| {
            if let Some(place) = entries.get_mut(idx) {
                place.synonyms = synonyms_of(&text);
            }
        }));
    };
    let words = entry.synonyms.join(tr("，", ", "));
    if is_fixed {
        return view! {
            <div class="entry-row" role="row"><span role="cell">{entry.value}</span><span role="cell" class="quiet">{words}</span></div>
        }
        .into_any();
    }
    view! {
        <div class="entry-row" role="row">
            <span role="cell" class="entry-cell"><input class="in" value=entry.value aria-label=move || tr("值", "Value") on:change=move |event| rename(event_target_value(&event)) /></span>
            <span role="cell" class="entry-cell"><input class="in" value=words aria-label=move || tr("同义词", "Synonyms") on:change=move |event| reword(event_target_value(&event)) /></span>
            <span role="cell" class="entry-cell"><IconButton icon="x" danger=true label=move || tr("删除这个值", "Delete this value") on_press=move |()| remove() /></span>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_values_join_those_that_are_there() {
        let entry = |value: &str, words: &[&str]| DetailEntry {
            value: value.into(),
            synonyms: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        let mut kept = vec![entry("冲锋衣", &["外套"])];

        merge(&mut kept, vec![entry("冲锋衣", &["外套", "jacket"]), entry("背包", &[])]);

        assert_eq!(kept, [entry("冲锋衣", &["外套", "jacket"]), entry("背包", &[])]);
        assert_eq!(synonyms_of(" a, b，、c "), ["a", "b", "c"]);
    }
}
