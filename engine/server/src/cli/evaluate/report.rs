//! What an evaluation tells: figures with what they mean, and what was taken for what; as text and as a page.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use model::Texts;

/// A result for people.
pub(super) struct Report {
    pub(super) title: Texts,
    pub(super) figures: Vec<Figure>,
    pub(super) tables: Vec<Table>,
}

/// One figure, and what it means.
pub(super) struct Figure {
    pub(super) name: Texts,
    pub(super) value: String,
    pub(super) meaning: Texts,
}

/// Rows of cells under a head.
pub(super) struct Table {
    pub(super) title: Texts,
    pub(super) head: Vec<Texts>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Figure {
    pub(super) fn new(name: (&str, &str), value: String, meaning: (&str, &str)) -> Figure {
        Figure { name: Texts::new(name.0, name.1), value, meaning: Texts::new(meaning.0, meaning.1) }
    }

    pub(super) fn share(name: (&str, &str), share: f64, meaning: (&str, &str)) -> Figure {
        Figure::new(name, percent(share), meaning)
    }
}

/// A share as people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Table rows that the terminal shows; the page has all.
const ROWS_ON_TERMINAL: usize = 15;

impl Report {
    /// As lines for a terminal.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}", both(&self.title));
        for figure in &self.figures {
            let _ = writeln!(out, "  {:>10}  {}", figure.value, both(&figure.name));
        }
        for table in self.tables.iter().filter(|table| !table.rows.is_empty()) {
            let _ = writeln!(out, "\n{}", both(&table.title));
            let _ = writeln!(out, "  {}", table.head.iter().map(both).collect::<Vec<_>>().join("  "));
            for row in table.rows.iter().take(ROWS_ON_TERMINAL) {
                let _ = writeln!(out, "  {}", row.join("  "));
            }
            if table.rows.len() > ROWS_ON_TERMINAL {
                let _ = writeln!(out, "  … {} more", table.rows.len() - ROWS_ON_TERMINAL);
            }
        }
        out
    }

    /// Writes the page, if one is wanted.
    pub(super) fn write_page(&self, path: Option<&Path>) -> anyhow::Result<()> {
        path.map_or(Ok(()), |path| {
            std::fs::write(path, self.page()).with_context(|| format!("write {}", path.display()))
        })
    }

    /// As one page without anything from elsewhere: Chinese and English, light and dark.
    fn page(&self) -> String {
        let mut body = String::new();
        let _ = write!(body, "<h1>{}</h1><dl>", spans(&self.title));
        for figure in &self.figures {
            let (name, value, meaning) = (spans(&figure.name), escaped(&figure.value), spans(&figure.meaning));
            let _ = write!(body, "<div><dt>{name}</dt><dd>{value}</dd><p>{meaning}</p></div>");
        }
        body.push_str("</dl>");
        for table in self.tables.iter().filter(|table| !table.rows.is_empty()) {
            let _ = write!(body, "<h2>{}</h2><table><thead><tr>", spans(&table.title));
            for head in &table.head {
                let _ = write!(body, "<th>{}</th>", spans(head));
            }
            body.push_str("</tr></thead><tbody>");
            for row in &table.rows {
                body.push_str("<tr>");
                for cell in row {
                    let _ = write!(body, "<td>{}</td>", escaped(cell));
                }
                body.push_str("</tr>");
            }
            body.push_str("</tbody></table>");
        }
        let title = escaped(&format!("{} · {}", self.title.in_language("zh"), self.title.in_language("en")));
        format!(
            "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head><body><input type=\"checkbox\" id=\"en\"><label for=\"en\"><span class=\"zh\">English</span><span class=\"en\">中文</span></label><main>{body}</main></body></html>\n"
        )
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f7f8fa;--sheet:#fff;--ink:#1d2330;--quiet:#667085;--line:#e4e7ec;--accent:#0e7c86}\
@media(prefers-color-scheme:dark){:root{--ground:#14171c;--sheet:#1d2128;--ink:#e8eaee;--quiet:#9aa3b2;--line:#323843;--accent:#4cc3cc}}\
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.6 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}\
main{max-width:960px;margin:0 auto;padding:56px 24px}h1{font-size:24px;margin:0 0 24px}h2{font-size:18px;margin:40px 0 12px}\
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:12px;margin:0}\
dl div{background:var(--sheet);border:1px solid var(--line);border-radius:10px;padding:14px 16px}dt{color:var(--quiet);font-size:13px}\
dd{margin:2px 0 4px;font-size:24px;font-weight:600;font-variant-numeric:tabular-nums;color:var(--accent)}dl p{margin:0;font-size:12px;line-height:1.5;color:var(--quiet)}\
table{width:100%;border-collapse:collapse;background:var(--sheet);border:1px solid var(--line)}th,td{text-align:start;padding:8px 12px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}\
th{color:var(--quiet);font-weight:500;font-size:13px}#en{position:absolute;opacity:0}\
label[for=en]{position:absolute;top:16px;right:24px;cursor:pointer;color:var(--accent)}#en:focus-visible+label{outline:2px solid var(--accent);outline-offset:3px}\
.en{display:none}#en:checked~main .en,#en:checked+label .en{display:inline}#en:checked~main .zh,#en:checked+label .zh{display:none}";

fn both(texts: &Texts) -> String {
    format!("{} {}", texts.in_language("en"), texts.in_language("zh"))
}

fn spans(texts: &Texts) -> String {
    let (zh, en) = (escaped(texts.in_language("zh")), escaped(texts.in_language("en")));
    format!("<span class=\"zh\" lang=\"zh\">{zh}</span><span class=\"en\" lang=\"en\">{en}</span>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stands_alone_and_runs_nothing_of_what_it_shows() {
        let report = Report {
            title: Texts::new("评测", "Evaluation"),
            figures: vec![Figure::share(("正确率", "accuracy"), 0.925, ("含义", "meaning"))],
            tables: vec![Table {
                title: Texts::new("混淆", "Confusions"),
                head: vec![Texts::new("意图", "topic")],
                rows: vec![vec!["<script>alert(1)</script>".to_owned()]],
            }],
        };

        let page = report.page();

        assert!(page.contains("92.5 %") && page.contains("正确率") && page.contains("accuracy"));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(!page.contains("http://") && !page.contains("https://"));
        assert!(report.text().contains("92.5 %"));
    }
}
