//! What is the matter with an example: taken for another topic, too like one of another topic, not understood.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TopicsCx;
use crate::api::{self, ExampleQuality};

/// From here on a person would hardly tell two examples apart.
const TOO_LIKE: f64 = 0.75;

/// What is the matter with an example.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Matter {
    /// Without this very example it would be taken for that topic.
    TakenFor(String),
    /// An example of that topic is almost the same.
    TooLike(String, String),
    /// Without this very example it would be taken for nothing.
    NotUnderstood,
    /// It says nothing that an earlier one does not.
    SaysNothing,
}

impl Matter {
    /// The other topic that it is about.
    pub(super) fn topic(&self) -> Option<&str> {
        match self {
            Self::TakenFor(topic) | Self::TooLike(topic, _) => Some(topic),
            Self::NotUnderstood | Self::SaysNothing => None,
        }
    }
}

/// The examples of a topic as the server judges them. Copy it freely.
#[derive(Clone, Copy)]
pub(super) struct ExampleStates {
    by_text: RwSignal<HashMap<String, ExampleQuality>>,
    cx: TopicsCx,
}

impl ExampleStates {
    /// Of one topic; they are read again whenever new figures are there.
    pub(super) fn of(cx: TopicsCx, key: String) -> Self {
        let states = Self { by_text: RwSignal::new(HashMap::new()), cx };
        Effect::new(move |before: Option<Option<String>>| {
            let hash = cx.learning.quality.with(|quality| {
                quality.as_ref().filter(|quality| quality.review.is_some()).map(|quality| quality.hash.clone())
            });
            if hash.is_some() && before.flatten() != hash {
                let key = key.clone();
                spawn_local(async move {
                    // Without them the examples are shown as they are.
                    if let Ok(found) = api::examples_quality(&key).await {
                        let by_text = found.examples.unwrap_or_default().into_iter();
                        states.by_text.try_set(by_text.map(|example| (example.text.clone(), example)).collect());
                    }
                });
            }
            hash
        });
        states
    }

    /// What is the matter with an example; reading it subscribes.
    pub(super) fn matter(self, text: &str) -> Option<Matter> {
        let close_above = self.cx.learning.review().map_or(0.0, |review| review.close_above);
        self.by_text.with(|by_text| by_text.get(text).and_then(|example| matter(example, close_above)))
    }

    /// Does an example clash with that topic?
    pub(super) fn clashes_with(self, text: &str, topic: &str) -> bool {
        self.by_text.with(|by_text| {
            by_text.get(text).is_some_and(|example| {
                let is_near = |near: &api::NearExample| near.intent == topic && near.similarity >= TOO_LIKE;
                example.taken_for.as_deref() == Some(topic) || example.nearest.as_ref().is_some_and(is_near)
            })
        })
    }
}

fn matter(example: &ExampleQuality, close_above: f64) -> Option<Matter> {
    if !example.is_used {
        return Some(Matter::SaysNothing);
    }
    let is_refused = example.confidence < close_above;
    if let (false, false, Some(taken_for)) = (example.is_recognised, is_refused, &example.taken_for) {
        return Some(Matter::TakenFor(taken_for.clone()));
    }
    if let Some(near) = example.nearest.as_ref().filter(|near| near.similarity >= TOO_LIKE) {
        return Some(Matter::TooLike(near.intent.clone(), near.text.clone()));
    }
    is_refused.then_some(Matter::NotUnderstood)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::NearExample;

    #[test]
    fn the_worst_matter_comes_first() {
        let near = NearExample { intent: "delivery".into(), text: "快递呢".into(), similarity: 0.9 };
        let fine = ExampleQuality {
            text: "我要退款".into(),
            is_used: true,
            is_recognised: true,
            taken_for: Some("refund".into()),
            confidence: 0.9,
            nearest: None,
        };

        assert_eq!(matter(&fine, 0.4), None);
        assert_eq!(matter(&ExampleQuality { confidence: 0.2, ..fine.clone() }, 0.4), Some(Matter::NotUnderstood));
        let like = ExampleQuality { nearest: Some(near), ..fine };
        assert_eq!(matter(&like, 0.4), Some(Matter::TooLike("delivery".into(), "快递呢".into())));
        let misread = ExampleQuality { is_recognised: false, taken_for: Some("invoice".into()), ..like };
        assert_eq!(matter(&misread, 0.4), Some(Matter::TakenFor("invoice".into())));
    }
}
