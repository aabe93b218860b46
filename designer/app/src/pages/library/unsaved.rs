//! Articles that were changed and not saved. The browser keeps them for whoever writes them, until they are saved or
//! given up: another article, another page or a closed tab lose nothing.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use model::Article;

use crate::{browser, session};

const KEPT_AS: &str = "heliu.unsaved-article";

/// A library's key and an article's id; a new article has none.
type Place = (String, String);

/// What is unsaved. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Unsaved {
    articles: RwSignal<BTreeMap<Place, Article>>,
    /// Those that the browser does not keep, because it has no room or forbids it.
    only_here: StoredValue<BTreeSet<Place>>,
}

impl Unsaved {
    /// What the browser kept for this member; asks before the tab is closed where it could not.
    pub(super) fn new() -> Self {
        let read = |(name, text): (String, String)| Some((place_of(&name)?, serde_json::from_str(&text).ok()?));
        let articles = browser::kept(&beginning()).into_iter().filter_map(read).collect();
        let unsaved = Self { articles: RwSignal::new(articles), only_here: StoredValue::new(BTreeSet::new()) };
        let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
            if unsaved.only_here.try_with_value(|places| !places.is_empty()) == Some(true) {
                event.prevent_default();
            }
        });
        on_cleanup(move || leaving.remove());
        unsaved
    }

    /// What was written of an article and not saved; subscribes.
    pub(super) fn of(self, library: &str, article: &str) -> Option<Article> {
        self.articles.with(|articles| articles.get(&(library.to_owned(), article.to_owned())).cloned())
    }

    /// Is there something? Subscribes.
    pub(super) fn has(self, library: &str, article: &str) -> bool {
        self.articles.with(|articles| articles.contains_key(&(library.to_owned(), article.to_owned())))
    }

    /// Keeps what is written of an article.
    pub(super) fn keep(self, library: &str, article: Article) {
        let place = (library.to_owned(), article.id.clone());
        let text = serde_json::to_string(&article).unwrap_or_default();
        let is_kept = browser::keep(&format!("{}{}", beginning(), name_of(&place)), &text);
        self.only_here.update_value(|places| {
            if is_kept {
                places.remove(&place);
            } else {
                places.insert(place.clone());
            }
        });
        // Only one that was not there is news to the lists.
        self.articles.maybe_update(|articles| articles.insert(place, article).is_none());
    }

    /// It is saved, or given up.
    pub(super) fn give_up(self, library: &str, article: &str) {
        let place = (library.to_owned(), article.to_owned());
        browser::forget(&format!("{}{}", beginning(), name_of(&place)));
        self.only_here.update_value(|places| places.retain(|other| *other != place));
        self.articles.maybe_update(|articles| articles.remove(&place).is_some());
    }
}

/// How the names of a member's texts begin: another one at the same browser has others.
fn beginning() -> String {
    format!("{KEPT_AS}.{}.", session::member_id())
}

fn name_of((library, article): &Place) -> String {
    format!("{library}/{article}")
}

fn place_of(name: &str) -> Option<Place> {
    let (library, article) = name.split_once('/')?;
    Some((library.to_owned(), article.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_place() {
        for place in [("faq", "a1b2"), ("faq", "")].map(|(library, id)| (library.to_owned(), id.to_owned())) {
            assert_eq!(place_of(&name_of(&place)), Some(place));
        }
    }
}
