//! The wordings of a phrase as a small table: moods down, languages across, one channel at a time.

use leptos::prelude::*;
use model::{Emotion, Language, Phrase, Wording};

use super::PhrasesCx;
use crate::i18n::{UiLanguage, tr, words};
use crate::pages::kept::Change;
use crate::ui::{Field, Icon, Select, icon_of};

const LANGUAGES: [UiLanguage; 2] = [UiLanguage::Zh, UiLanguage::En];

/// A place in the table.
#[derive(Clone, PartialEq)]
struct Cell {
    language: Language,
    mood: Option<Emotion>,
    channel: Option<String>,
}

impl Cell {
    fn is_of(&self, wording: &Wording) -> bool {
        wording.language == self.language && wording.mood == self.mood && wording.channel == self.channel
    }

    fn text(&self, phrase: &Phrase) -> String {
        phrase.wordings.iter().find(|wording| self.is_of(wording)).map(|it| it.text.clone()).unwrap_or_default()
    }

    /// Writes a text here; an empty one takes the wording away.
    fn write(&self, phrase: &mut Phrase, text: String) {
        match phrase.wordings.iter_mut().find(|wording| self.is_of(wording)) {
            Some(_) if text.trim().is_empty() => phrase.wordings.retain(|wording| !self.is_of(wording)),
            Some(wording) => wording.text = text,
            None if text.trim().is_empty() => {}
            None => phrase.wordings.push(Wording {
                language: self.language.clone(),
                mood: self.mood,
                channel: self.channel.clone(),
                text,
            }),
        }
    }
}

/// The table.
#[component]
pub(super) fn Grid(cx: PhrasesCx, phrase: RwSignal<Phrase>, change: Change<Phrase>) -> impl IntoView {
    let channel = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), tr("所有渠道", "All channels").to_owned())];
        let mut keys: Vec<(String, String)> = cx.channels.with(|channels| {
            channels.into_iter().flatten().map(|channel| (channel.key.clone(), channel.name.clone())).collect()
        });
        let used = phrase.with(|phrase| phrase.wordings.iter().filter_map(|it| it.channel.clone()).collect::<Vec<_>>());
        for key in used {
            if !keys.iter().any(|(known, _)| *known == key) {
                keys.push((key.clone(), key));
            }
        }
        options.extend(keys);
        options
    });
    let rows = move || {
        let channel = Some(channel.get()).filter(|channel| !channel.is_empty());
        let moods =
            std::iter::once(None).chain(Emotion::ALL.into_iter().filter(|it| *it != Emotion::Neutral).map(Some));
        moods.map(|mood| view! { <Row phrase change mood channel=channel.clone() /> }).collect_view()
    };
    view! {
        <Field label=move || tr("渠道", "Channel")>
            <Select
                label=move || tr("渠道", "Channel")
                value=Signal::derive(move || channel.get())
                options=options
                on_change=move |key: String| channel.set(key)
            />
        </Field>
        <table class="wordings">
            <thead><tr>
                <th scope="col">{move || tr("客户的情绪", "The customer's mood")}</th>
                {LANGUAGES.map(|language| view! { <th scope="col">{language.name()}</th> })}
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="quiet">{move || tr(
            "先看语言，再看情绪，再看渠道；没有写的情绪用第一行的说法。可以用 {{ 变量 }}，也可以套用别的话术。",
            "The language counts first, then the mood, then the channel; moods without words of their own use the first line. {{ variables }} and other phrases may stand inside.",
        )}</p>
    }
}

#[component]
fn Row(
    phrase: RwSignal<Phrase>,
    change: Change<Phrase>,
    mood: Option<Emotion>,
    channel: Option<String>,
) -> impl IntoView {
    let name = move || mood.map_or_else(|| tr("任何情绪", "Any mood").to_owned(), |mood| words(&mood.label()));
    let cells = LANGUAGES.map(|language| {
        let cell = Cell { language: Language::from(language.code()), mood, channel: channel.clone() };
        let test = format!("{}-{}", mood.map_or("any", Emotion::as_str), language.code());
        let (read, written) = (cell.clone(), cell);
        let text = Memo::new(move |_| phrase.with(|phrase| read.text(phrase)));
        view! {
            <td data-language=language.name()>
                <span class="grow" data-text=move || text.get()>
                    <textarea
                        class="in"
                        rows="2"
                        lang=language.code()
                        data-wording=test
                        aria-label=move || format!("{} · {}", name(), language.name())
                        placeholder=move || if mood.is_none() { tr("写一种说法", "Write the words") } else { tr("同第一行", "As in the first line") }
                        prop:value=move || text.get()
                        on:input=move |event| {
                            let (cell, text) = (written.clone(), event_target_value(&event));
                            change.run(Box::new(move |phrase| cell.write(phrase, text)));
                        }
                    ></textarea>
                </span>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="row"><Icon name=mood.map_or("message-square-text", icon_of) />{name}</span></th>
            {cells}
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_cell_takes_its_wording_away() {
        let cell = Cell { language: Language::zh(), mood: Some(Emotion::Angry), channel: None };
        let other = Cell { mood: None, ..cell.clone() };
        let mut phrase = Phrase::default();

        cell.write(&mut phrase, "抱歉".into());
        other.write(&mut phrase, "您好".into());
        assert_eq!((cell.text(&phrase), other.text(&phrase)), ("抱歉".to_owned(), "您好".to_owned()));
        cell.write(&mut phrase, " ".into());

        assert_eq!(phrase.wordings.len(), 1);
        assert_eq!(other.text(&phrase), "您好");
    }
}
