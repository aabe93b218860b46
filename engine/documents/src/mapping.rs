//! What an author says of a file of sheets: which of them are read, what their columns mean, and what becomes of
//! questions that the library has already.

use serde::{Deserialize, Serialize};

use crate::Columns;

/// What an author says of a file of sheets.
///
/// As JSON it is the [`Columns`] of one sheet, with `more` where there are several: what was said of files before
/// workbooks could have several sheets reads as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The columns of the first sheet that is read.
    #[serde(flatten)]
    pub first: Columns,
    /// Those of the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Columns>,
    /// What becomes of questions that the library has already.
    #[serde(default)]
    pub repeated: Repeated,
}

/// What becomes of a row whose question the library has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeated {
    /// It becomes an article of its own beside the other.
    #[default]
    Keep,
    /// Its answer takes the place of the other's.
    Update,
    /// It is left out.
    Skip,
}

impl Mapping {
    /// The columns of all sheets that are read.
    pub fn all(&self) -> impl Iterator<Item = &Columns> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

impl From<Columns> for Mapping {
    fn from(first: Columns) -> Self {
        Self { first, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_of_one_sheet_reads_as_it_did() {
        let said = json!({ "question": 1, "answer": 2, "variants": [3], "language": null, "skip": 1 });
        let mapping: Mapping = serde_json::from_value(said).expect("a mapping");

        assert_eq!((mapping.first.question, mapping.first.answer, mapping.repeated), (1, 2, Repeated::Keep));
        assert_eq!(mapping.all().count(), 1);
        let again: Mapping = serde_json::from_value(json!(mapping)).expect("a mapping");
        assert_eq!(again, mapping);
    }
}
