//! What search can find: articles, and passages of documents.

use interpreter::{Found, Source};
use model::{Article, Citation, Language, Texts};
use nlu::search::Entry;
use store::documents::Passage;

/// As much of a text goes to a model.
pub const MAX_TEXT_CHARS: usize = 1_500;

/// What an article says of the questions it answers: these in all wordings. A question is more like another question
/// than like one with its answer. None where an article has none.
pub fn asked(question: &str, variants: &[String]) -> Option<String> {
    let asked = wordings(question, variants).collect::<Vec<_>>().join("\n");
    (!asked.trim().is_empty()).then(|| cut(&asked))
}

fn wordings<'a>(question: &'a str, variants: &'a [String]) -> impl Iterator<Item = &'a str> {
    std::iter::once(question).chain(variants.iter().map(String::as_str))
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}

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

    /// What a model reads of it that says how well it answers: as much as most take.
    pub(crate) fn text(&self) -> String {
        let whole = match self {
            Self::Article(article) => {
                let answer = article.answer.iter().map(|(_, text)| text);
                wordings(&article.question, &article.variants).chain(answer).collect::<Vec<_>>().join("\n")
            }
            Self::Passage(passage) => format!("{}\n{}\n{}", passage.title, passage.heading, passage.text),
        };
        cut(&whole)
    }

    /// What is turned into a vector.
    pub(crate) fn meant(&self) -> String {
        match self {
            Self::Article(article) => asked(&article.question, &article.variants).unwrap_or_else(|| self.text()),
            Self::Passage(_) => self.text(),
        }
    }

    pub(crate) fn found(&self, score: f64, channel: Option<&str>) -> Found {
        match self {
            Self::Article(article) => Found {
                id: article.id.clone(),
                question: article.question.clone(),
                asked: article.asked(),
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
                asked: Texts::default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_of_an_article_is_what_it_is_asked_by() {
        let article = Article {
            question: "怎么退款".into(),
            variants: vec!["钱怎么退".into()],
            answer: Texts::new("在订单页申请。", "On the page of the order."),
            ..Article::default()
        };
        assert_eq!(Item::Article(article.clone()).meant(), "怎么退款\n钱怎么退");
        assert!(Item::Article(article.clone()).text().contains("On the page of the order."));
        let unasked = Article { question: " ".into(), variants: Vec::new(), ..article };
        assert!(Item::Article(unasked).meant().contains("在订单页申请。"));
    }
}
