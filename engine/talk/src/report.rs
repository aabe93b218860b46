//! What came of playing talks, for people and as JSON.

use std::fmt::Write as _;

use interpreter::Program;
use model::{Language, Mark, Texts, Visit};
use serde::Serialize;

use crate::lines::TalkError;

/// What came of one talk.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The talk's title.
    pub title: String,
    /// Did everything happen as written?
    pub passed: bool,
    /// The lines with how far it came.
    pub lines: Vec<PlayedLine>,
    /// What happened differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<Mismatch>,
    /// The path through the flow, in words.
    pub path: Vec<Texts>,
    /// The same as the trace of every step.
    pub trace: Vec<Visit>,
}

/// A line of the talk after playing.
#[derive(Clone, Debug, Serialize)]
pub struct PlayedLine {
    /// Its number in the file.
    pub number: usize,
    /// As it is written.
    pub source: String,
    /// What became of it.
    pub mark: LineMark,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineMark {
    /// It happened as written.
    Played,
    /// Here it went another way.
    Mismatch,
    /// The talk stopped before.
    NotReached,
}

/// Where a conversation differs from its talk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// What happened, written as lines of a talk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// What the difference is.
    pub message: Texts,
}

impl Mismatch {
    pub(crate) fn new(actual: Option<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { actual, message: Texts::new(zh, en) }
    }
}

impl Report {
    /// The talk with the difference and the path, for people. A talk that passed is one line.
    pub fn to_text(&self, language: &Language) -> String {
        let mut text = String::new();
        let title = if self.title.is_empty() { "–" } else { &self.title };
        if self.passed {
            return format!("✓ {title}\n");
        }
        let _ = writeln!(text, "✗ {title}");
        let width = self.lines.iter().map(|line| line.number.to_string().len()).max().unwrap_or(1);
        let mut is_shown = false;
        for line in &self.lines {
            let mark = if line.mark == LineMark::Mismatch { '-' } else { ' ' };
            let _ = writeln!(text, "  {mark} {:>width$} {}", line.number, line.source);
            if line.mark == LineMark::Mismatch {
                self.write_actual(&mut text, width, language);
                is_shown = true;
            }
        }
        if !is_shown {
            self.write_actual(&mut text, width, language);
        }
        let path: Vec<_> = self.path.iter().map(|step| step.get(language, &[])).collect();
        let label = if is_chinese(language) { "路径" } else { "path" };
        let _ = writeln!(text, "    {label}: {}", path.join(" → "));
        text
    }

    fn write_actual(&self, text: &mut String, width: usize, language: &Language) {
        let Some(mismatch) = &self.mismatch else { return };
        for line in mismatch.actual.iter().flat_map(|actual| actual.lines()) {
            let _ = writeln!(text, "  + {:>width$} {line}", "");
        }
        let _ = writeln!(text, "    {:>width$} ^ {}", "", mismatch.message.get(language, &[]));
    }
}

/// What came of many talks.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FolderReport {
    /// How many talks passed.
    pub passed: usize,
    /// How many did not, files that cannot be read included.
    pub failed: usize,
    /// Each talk.
    pub talks: Vec<TalkReport>,
}

/// One talk of a folder or bundle.
#[derive(Clone, Debug, Serialize)]
pub struct TalkReport {
    /// The flow, by key; empty where it could not be read.
    pub flow: String,
    /// The file.
    pub file: String,
    /// What came of playing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Why it could not be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TalkError>,
}

impl TalkReport {
    /// Did everything happen as written?
    pub fn has_passed(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.passed)
    }
}

impl FolderReport {
    pub(crate) fn add(&mut self, talk: TalkReport) {
        if talk.has_passed() {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        self.talks.push(talk);
    }

    pub(crate) fn add_error(&mut self, flow: &str, file: &str, line: usize, message: Texts) {
        let error = Some(TalkError { line, message });
        self.add(TalkReport { flow: flow.to_owned(), file: file.to_owned(), report: None, error });
    }

    /// Did all pass, and was there at least one?
    pub fn has_passed(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    /// Every talk that failed with its difference, then `N passed, N failed`.
    pub fn to_text(&self, language: &Language) -> String {
        let mut text = String::new();
        for talk in &self.talks {
            if let Some(error) = &talk.error {
                let place = if error.line > 0 { format!("{}:{}", talk.file, error.line) } else { talk.file.clone() };
                let _ = writeln!(text, "✗ {place}\n    {}", error.message.get(language, &[]));
            }
            if let Some(report) = &talk.report {
                if !report.passed {
                    let _ = writeln!(text, "{}", talk.file);
                }
                text.push_str(&report.to_text(language));
            }
        }
        if self.talks.is_empty() {
            let none = if is_chinese(language) { "没有找到剧本" } else { "no talks were found" };
            let _ = writeln!(text, "{none}");
        }
        // The last line is the same in every language, so that scripts can read it.
        let _ = writeln!(text, "{} passed, {} failed", self.passed, self.failed);
        text
    }
}

/// The visits as words: each step once per visit, with the exit it left by.
pub(crate) fn path_of(trace: &[Visit], program: &Program) -> Vec<Texts> {
    let title = |visit: &Visit| {
        let own = (program.flow().key == visit.flow.as_str()).then(|| program.flow().node(&visit.node)).flatten();
        own.map(|node| node.title.clone())
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| Texts::new(visit.node.as_str(), visit.node.as_str()))
    };
    let with_exit = |visit: &Visit| {
        let title = title(visit);
        let exit = match &visit.mark {
            Mark::Left(port) => format!("({port})"),
            Mark::Waits => return None,
            Mark::Jumped(_) => String::new(),
            Mark::Called(flow) => format!("(→ {flow})"),
            Mark::Ended(result) => format!("(end {result})"),
            Mark::Failed => {
                let (zh, en) = (visit.why.in_language("zh"), visit.why.in_language("en"));
                return Some(Texts::new(
                    format!("{}（失败：{zh}）", title.in_language("zh")),
                    format!("{} (failed: {en})", title.in_language("en")),
                ));
            }
        };
        let join = |language: &str| format!("{} {exit}", title.in_language(language)).trim().to_owned();
        Some(Texts::new(join("zh"), join("en")))
    };
    let mut path: Vec<Texts> = trace.iter().filter_map(with_exit).collect();
    if let Some(last) = trace.last().filter(|visit| visit.mark == Mark::Waits) {
        path.push(title(last));
    }
    path
}

fn is_chinese(language: &Language) -> bool {
    language.as_str().starts_with("zh")
}
