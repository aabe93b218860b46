//! What search can find: articles, and passages of documents.

use interpreter::{Found, Source};
use model::{Article, Citation, Language, Texts};
use nlu::search::Entry;
use store::documents::Passage;

/// As much of a text goes to a model.
pub const MAX_TEXT_CHARS: usize = 1_500;

/// What search can find.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// An article.
    Article(Article),
    /// A passage of a document.
    Passage(Passage),
}

impl Item {
    /// The id that counts and finds refer to.
    pub fn id(&self) -> String {
        match self {
            Self::Article(article) => article.id.clone(),
            Self::Passage(passage) => format!("{}#{}", passage.document, passage.n),
        }
    }

    pub(super) fn entry(&self) -> Entry {
        match self {
            Self::Article(article) => Entry {
                id: self.id(),
                question: article.question.clone(),
                variants: article.variants.clone(),
                answer: article.answer.iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"),
            },
            Self::Passage(passage) => Entry {
                id: self.id(),
                question: passage.heading.clone(),
                variants: Vec::new(),
                answer: format!("{}\n{}", passage.title, passage.text),
            },
        }
    }

    /// What a model reads of it: as much as most take.
    pub(crate) fn text(&self) -> String {
        let whole = match self {
            Self::Article(article) => {
                let answer = article.answer.iter().map(|(_, text)| text);
                let lines =
                    std::iter::once(article.question.as_str()).chain(article.variants.iter().map(String::as_str));
                lines.chain(answer).collect::<Vec<_>>().join("\n")
            }
            Self::Passage(passage) => format!("{}\n{}\n{}", passage.title, passage.heading, passage.text),
        };
        whole.chars().take(MAX_TEXT_CHARS).collect()
    }

    pub(crate) fn found(&self, score: f64, channel: Option<&str>) -> Found {
        match self {
            Self::Article(article) => Found {
                id: article.id.clone(),
                question: article.question.clone(),
                answer: article.answer_on(channel).clone(),
                score,
                source: None,
            },
            Self::Passage(passage) => Found {
                id: self.id(),
                question: match passage.heading.rsplit(" › ").next() {
                    Some(heading) if !heading.is_empty() => heading.to_owned(),
                    _ => passage.title.clone(),
                },
                answer: Texts([(Language("und".into()), passage.text.clone())].into()),
                score,
                source: Some(Source {
                    document: passage.document.clone(),
                    citation: Citation {
                        title: passage.title.clone(),
                        heading: passage.heading.clone(),
                        url: passage.url.clone(),
                        page: passage.page.and_then(|page| u32::try_from(page).ok()),
                    },
                }),
            },
        }
    }
}
