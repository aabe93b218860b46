//! What the columns of a sheet mean: chosen with the first rows in sight, sheet by sheet.

use leptos::prelude::*;

use super::repeats::Repeated;
use super::sources::SourcesCx;
use crate::api::{self, Columns, Document, Mapping, Repeats, SheetPreview};
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
        <Dialog open title=move || tr("导入表格", "Import a sheet") size=DialogSize::Large>
            {move || sources.mapping.get().map(|document| view! { <Steps sources document open /> })}
        </Dialog>
    }
}

/// First the columns; then, where questions are there already, what becomes of them.
#[component]
fn Steps(sources: SourcesCx, document: Document, open: RwSignal<bool>) -> impl IntoView {
    let sheets = StoredValue::new(sheets_of(&document));
    let busy = RwSignal::new(false);
    let repeats = RwSignal::new(None::<Repeats>);
    let id = StoredValue::new(document.id);
    let import = Callback::new(move |repeated: String| {
        let Ok(mapping) = untrack(|| sheets.with_value(|sheets| mapping_of(sheets))) else { return };
        let mapping = Mapping { repeated, ..mapping };
        let id = id.get_value();
        act(busy, async move { api::map_columns(&id, &mapping).await }, move |_| {
            let _ = open.try_set(false);
            sources.library.documents.reload();
        });
    });
    let compare = Callback::new(move |()| {
        let Ok(mapping) = untrack(|| sheets.with_value(|sheets| mapping_of(sheets))) else { return };
        let id = id.get_value();
        act(busy, async move { api::repeats(&id, &mapping).await }, move |found: Repeats| {
            if found.same + found.differing == 0 {
                import.run("keep".to_owned());
            } else {
                let _ = repeats.try_set(Some(found));
            }
        });
    });
    move || match repeats.get() {
        Some(found) => {
            view! { <Repeated found busy on_back=move |()| repeats.set(None) on_import=import /> }.into_any()
        }
        None => view! { <ColumnsStep sheets busy open on_import=compare /> }.into_any(),
    }
}

/// A sheet that is asked about. Copy it freely.
#[derive(Clone, Copy)]
struct SheetCx {
    preview: StoredValue<SheetPreview>,
    is_wanted: RwSignal<bool>,
    /// What each column is: `question`, `answer`, `variants`, `language` or nothing.
    roles: RwSignal<Vec<String>>,
    /// The rows at the top that are no articles: titles, and the names of the columns.
    skip: RwSignal<usize>,
}

impl SheetCx {
    fn new(preview: SheetPreview, said: Option<&Columns>, is_wanted: bool) -> Self {
        let n_columns = preview.rows.iter().map(Vec::len).max().unwrap_or(0);
        let columns = said.unwrap_or(&preview.guess);
        Self {
            is_wanted: RwSignal::new(is_wanted),
            roles: RwSignal::new((0..n_columns).map(|at| role_of(columns, at).to_owned()).collect()),
            skip: RwSignal::new(columns.skip),
            preview: StoredValue::new(preview),
        }
    }

    fn name(self) -> Option<String> {
        self.preview.with_value(|preview| preview.name.clone())
    }

    /// The rows that would become articles; subscribes.
    fn n_rows(self) -> u64 {
        self.preview.with_value(|preview| preview.n_rows).saturating_sub(count(self.skip.get()))
    }

    /// The columns, once question and answer are chosen; subscribes.
    fn columns(self) -> Option<Columns> {
        Some(Columns { sheet: self.name(), ..columns_of(&self.roles.get(), self.skip.get())? })
    }
}

/// The sheets of a file, with what was said of them before, or else a guess: of several those are wanted whose columns
/// have names that say what they are.
fn sheets_of(document: &Document) -> Vec<SheetCx> {
    let Some(preview) = document.preview.clone() else { return Vec::new() };
    let previews = if preview.sheets.len() > 1 { preview.sheets } else { vec![preview.first] };
    let is_one = previews.len() == 1;
    let has_names = previews.iter().any(|preview| preview.guess.skip > 0);
    let sheet = |(at, preview): (usize, SheetPreview)| {
        let said = document.columns.as_ref();
        // What was said before files could have several sheets was said of the first.
        let said_here = said.and_then(|said| said.of(preview.name.as_deref()).or(said.of(None).filter(|_| at == 0)));
        let is_wanted = match (said, has_names) {
            _ if is_one => true,
            (Some(_), _) => said_here.is_some(),
            (None, true) => preview.guess.skip > 0,
            (None, false) => at == 0,
        };
        SheetCx::new(preview, said_here, is_wanted)
    };
    previews.into_iter().enumerate().map(sheet).collect()
}

/// What was chosen, or the name of a sheet that still lacks question or answer; subscribes.
fn mapping_of(sheets: &[SheetCx]) -> Result<Mapping, Option<String>> {
    let wanted = sheets.iter().filter(|sheet| sheet.is_wanted.get());
    let columns: Result<Vec<Columns>, Option<String>> =
        wanted.map(|sheet| sheet.columns().ok_or(sheet.name())).collect();
    let mut columns = columns?.into_iter();
    let first = columns.next().ok_or(None)?;
    Ok(Mapping { first, more: columns.collect(), repeated: "keep".to_owned() })
}

#[component]
fn ColumnsStep(
    sheets: StoredValue<Vec<SheetCx>>,
    busy: RwSignal<bool>,
    open: RwSignal<bool>,
    on_import: Callback<()>,
) -> impl IntoView {
    let all = sheets.get_value();
    let first = all.iter().position(|sheet| sheet.is_wanted.get_untracked()).unwrap_or(0);
    let shown = RwSignal::new(first);
    let n_sheets = all.len();
    let chosen = Memo::new(move |_| sheets.with_value(|sheets| mapping_of(sheets)));
    let n_articles = move || -> u64 {
        sheets
            .with_value(|sheets| sheets.iter().filter(|sheet| sheet.is_wanted.get()).map(|sheet| sheet.n_rows()).sum())
    };
    let lacking = move || match chosen.get() {
        Ok(_) => None,
        Err(None) if n_sheets > 1 && sheets.with_value(|all| !all.iter().any(|sheet| sheet.is_wanted.get())) => {
            Some(tr("请勾选要导入的工作表。", "Choose the sheets to import.").to_owned())
        }
        Err(None) => Some(
            tr("还要选出哪一列是问题，哪一列是答案。", "Choose which column is the question and which the answer.")
                .to_owned(),
        ),
        Err(Some(name)) => Some(tr_string(
            || format!("工作表“{name}”还要选出哪一列是问题，哪一列是答案。"),
            || format!("Choose which column of “{name}” is the question and which the answer."),
        )),
    };
    view! {
        <div class="dialog-body stack">
            {(n_sheets > 1).then(|| view! { <SheetBar sheets=all.clone() shown /> })}
            <p class="quiet" data-test="rows-to-import">{move || tr_string(
                || format!("{} 行会成为知识，每行一条；同一个问题的不同语言合成一条。", n_articles()),
                || format!("{} to import, each becomes an article; one question in several languages becomes one.", counted(n_articles(), "row")),
            )}</p>
            {move || all.get(shown.get()).map(|sheet| view! { <SheetTable sheet=*sheet /> })}
        </div>
        <footer class="dialog-foot">
            {move || lacking().map(|lacking| view! { <p class="quiet" role="status">{lacking}</p> })}
            <span class="space"></span>
            <Button label=move || tr("取消", "Cancel") on_press=move |()| open.set(false) />
            <Button kind=ButtonKind::Primary busy=busy disabled=Signal::derive(move || chosen.with(Result::is_err)) label=move || tr("导入", "Import") test="save-columns" on_press=on_import />
        </footer>
    }
}

/// Which sheets of a workbook are imported, and which one is looked at.
#[component]
fn SheetBar(sheets: Vec<SheetCx>, shown: RwSignal<usize>) -> impl IntoView {
    let held = StoredValue::new(sheets.clone());
    let are_all = move || held.with_value(|sheets| sheets.iter().all(|sheet| sheet.is_wanted.get()));
    let tabs = sheets
        .into_iter()
        .enumerate()
        .map(|(at, sheet)| {
            let name = sheet.name().unwrap_or_default();
            let n = sheet.preview.with_value(|preview| preview.n_rows);
            let (label, test) = (name.clone(), name.clone());
            view! {
                <span class="sheet-tab" class:on=move || shown.get() == at data-sheet=test>
                    <input
                        type="checkbox"
                        aria-label=move || tr_string(|| format!("导入工作表“{label}”"), || format!("Import the sheet “{label}”"))
                        prop:checked=move || sheet.is_wanted.get()
                        on:change=move |event| {
                            sheet.is_wanted.set(event_target_checked(&event));
                            shown.set(at);
                        }
                    />
                    <button type="button" aria-pressed=move || (shown.get() == at).to_string() on:click=move |_| shown.set(at)>
                        {name}<small class="num">{move || tr_string(|| format!("{n} 行"), || counted(n, "row"))}</small>
                    </button>
                </span>
            }
        })
        .collect_view();
    view! {
        <div class="sheet-bar" role="group" aria-label=move || tr("要导入的工作表", "Sheets to import") data-test="sheet-bar">
            <span class="field-label">{move || tr("工作表", "Sheets")}</span>
            {tabs}
            <Button
                small=true
                label=move || if are_all() { tr("全不选", "None") } else { tr("全选", "All") }
                test="all-sheets"
                on_press=move |()| {
                    let is_wanted = !untrack(are_all);
                    held.with_value(|sheets| sheets.iter().for_each(|sheet| sheet.is_wanted.set(is_wanted)));
                }
            />
        </div>
    }
}

/// The first rows of a sheet, with what each column is.
#[component]
fn SheetTable(sheet: SheetCx) -> impl IntoView {
    let SheetCx { roles, skip, is_wanted, .. } = sheet;
    let SheetPreview { rows, lines, .. } = sheet.preview.get_value();
    let n_columns = roles.with_untracked(Vec::len);
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
        <div class="sheet" class:unwanted=move || !is_wanted.get()>
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
    }
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
        sheet: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_of_several_sheets_is_one_mapping() {
        let preview = |name: &str, guess: Columns| SheetPreview {
            name: Some(name.into()),
            rows: vec![["问题", "答案"].map(str::to_owned).to_vec()],
            lines: vec![1],
            n_rows: 3,
            guess,
        };
        let named = Columns { answer: 1, skip: 1, ..Columns::default() };
        let sheets = [
            SheetCx::new(preview("售后", named.clone()), None, true),
            SheetCx::new(preview("说明", Columns::default()), None, false),
            SheetCx::new(preview("物流", named), None, true),
        ];

        let mapping = mapping_of(&sheets).expect("both have question and answer");
        assert_eq!(mapping.first.sheet.as_deref(), Some("售后"));
        assert_eq!(mapping.more.iter().map(|it| it.sheet.as_deref()).collect::<Vec<_>>(), [Some("物流")]);
        assert!(mapping.of(Some("说明")).is_none());

        sheets[2].roles.set(vec![String::new(), String::new()]);
        assert_eq!(mapping_of(&sheets), Err(Some("物流".to_owned())));
    }

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
