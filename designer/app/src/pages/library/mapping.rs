//! What the columns of a sheet mean: chosen with the first rows in sight.

use leptos::prelude::*;

use super::sources::SourcesCx;
use crate::api::{self, Columns, Document};
use crate::i18n::{counted, tr, tr_string};
use crate::pages::act::act;
use crate::ui::{Button, ButtonKind, Dialog, DialogSize, Field, Select};

/// The dialog; open while a sheet is being asked about.
#[component]
pub(super) fn MappingDialog(sources: SourcesCx) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(sources.mapping.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && sources.mapping.with_untracked(Option::is_some) {
            sources.mapping.set(None);
        }
    });
    view! {
        <Dialog open title=move || tr("表格的列", "Columns of the sheet") size=DialogSize::Large>
            {move || sources.mapping.get().map(|document| view! { <Mapping sources document open /> })}
        </Dialog>
    }
}

#[component]
fn Mapping(sources: SourcesCx, document: Document, open: RwSignal<bool>) -> impl IntoView {
    let Some(preview) = document.preview.clone() else { return ().into_any() };
    let (rows, lines, n_rows) = (preview.rows, preview.lines, preview.n_rows);
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let before = document.columns.clone().unwrap_or(preview.guess);
    // What each column is: `question`, `answer`, `variants`, `language` or nothing.
    let roles = RwSignal::new((0..n_columns).map(|at| role_of(&before, at).to_owned()).collect::<Vec<_>>());
    // The rows at the top that are no articles: titles, and the names of the columns.
    let skip = RwSignal::new(before.skip);
    let line = move |at: usize| lines.get(at).copied().unwrap_or(count(at + 1));
    let names = {
        let (line, n_shown) = (line.clone(), rows.len());
        Signal::derive(move || {
            let row = |at: usize| {
                let line = line(at);
                ((at + 1).to_string(), tr_string(|| format!("第 {line} 行"), || format!("Row {line}")))
            };
            let none = ("0".to_owned(), tr("没有列名", "None").to_owned());
            std::iter::once(none).chain((0..n_shown.max(skip.get_untracked())).map(row)).collect::<Vec<_>>()
        })
    };
    let n_articles = move || n_rows.saturating_sub(count(skip.get()));
    let busy = RwSignal::new(false);
    let chosen = Memo::new(move |_| columns_of(&roles.get(), skip.get()));
    let id = document.id.clone();
    let save = move |()| {
        let Some(columns) = chosen.get_untracked() else { return };
        let id = id.clone();
        act(busy, async move { api::map_columns(&id, &columns).await }, move |_| {
            let _ = open.try_set(false);
            sources.library.documents.reload();
        });
    };
    let options = Signal::derive(|| {
        [
            ("", tr("不用", "not used")),
            ("question", tr("问题", "question")),
            ("answer", tr("答案", "answer")),
            ("variants", tr("其他问法", "other ways to ask")),
            ("language", tr("语言", "language")),
        ]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec()
    });
    view! {
        <div class="dialog-body stack">
            <p class="quiet">{move || tr_string(
                || format!("{} 行会成为知识，每行一条；同一个问题的不同语言合成一条。", n_articles()),
                || format!("{} to import, each becomes an article; one question in several languages becomes one.", counted(n_articles(), "row")),
            )}</p>
            <div class="sheet">
                <table data-test="sheet">
                    <thead><tr>
                        <td></td>
                        {(0..n_columns).map(|at| view! {
                            <th><Select
                                value=Signal::derive(move || roles.with(|roles| roles.get(at).cloned().unwrap_or_default()))
                                options
                                label=move || tr_string(|| format!("第 {} 列", at + 1), || format!("Column {}", at + 1))
                                on_change=move |role: String| roles.update(|roles| choose(roles, at, role))
                            /></th>
                        }).collect_view()}
                    </tr></thead>
                    <tbody>
                        {rows.into_iter().enumerate().map(|(at, row)| view! {
                            <tr class:above=move || at + 1 < skip.get() class:named=move || at + 1 == skip.get()>
                                <th scope="row" class="num quiet">{line(at)}</th>
                                {(0..n_columns).map(|column| view! { <td>{row.get(column).cloned().unwrap_or_default()}</td> }).collect_view()}
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
            <Field label=move || tr("列名在", "The names of the columns are in") help=move || tr("这一行和它上面的标题不导入。", "This row and titles above it are not imported.")>
                <Select
                    value=Signal::derive(move || skip.get().to_string())
                    options=names
                    test="names-row"
                    on_change=move |row: String| skip.set(row.parse().unwrap_or(0))
                />
            </Field>
        </div>
        <footer class="dialog-foot">
            <Show when=move || chosen.with(Option::is_none)>
                <p class="quiet" role="status">{move || tr("还要选出哪一列是问题，哪一列是答案。", "Choose which column is the question and which the answer.")}</p>
            </Show>
            <span class="space"></span>
            <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
            <Button kind=ButtonKind::Primary busy=busy disabled=Signal::derive(move || chosen.with(Option::is_none)) label=move || tr("导入", "Import") test="save-columns" on_press=save />
        </footer>
    }
    .into_any()
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn role_of(columns: &Columns, at: usize) -> &'static str {
    match at {
        _ if at == columns.question => "question",
        _ if at == columns.answer => "answer",
        _ if columns.variants.contains(&at) => "variants",
        _ if columns.language == Some(at) => "language",
        _ => "",
    }
}

/// A column gets a role; only ways to ask may stand in several.
fn choose(roles: &mut [String], at: usize, role: String) {
    if role != "variants" {
        roles.iter_mut().filter(|other| **other == role).for_each(String::clear);
    }
    if let Some(place) = roles.get_mut(at) {
        *place = role;
    }
}

/// The columns, once question and answer are chosen.
fn columns_of(roles: &[String], skip: usize) -> Option<Columns> {
    let place = |role: &str| roles.iter().position(|other| other == role);
    let variants = roles.iter().enumerate().filter(|(_, role)| *role == "variants").map(|(at, _)| at);
    Some(Columns {
        question: place("question")?,
        answer: place("answer")?,
        variants: variants.collect(),
        language: place("language"),
        skip,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_moves_from_column_to_column() {
        let mut roles: Vec<String> = ["question", "answer", ""].map(str::to_owned).to_vec();

        choose(&mut roles, 2, "question".into());

        assert_eq!(roles, ["", "answer", "question"]);
        let columns = columns_of(&roles, 1).expect("both are chosen");
        assert_eq!((columns.question, columns.answer, columns.skip), (2, 1, 1));
        choose(&mut roles, 1, String::new());
        assert_eq!(columns_of(&roles, 0), None);
    }
}
