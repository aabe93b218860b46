//! What completion offers: variables by name and label, the product's own names, and functions in plain words.

use model::{Phrase, VarType, Variable};

use super::caret::fit;
use crate::i18n::tr;

/// One offer of a completion list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What is written into the text.
    pub(crate) insert: String,
    /// What people read.
    pub(crate) label: String,
    /// The name or an example, in small.
    pub(crate) detail: String,
    /// The group it stands under.
    pub(crate) group: Group,
}

/// The groups of a completion list, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// What this flow remembers.
    Variables,
    /// What every conversation has.
    System,
    /// Phrases of the workspace.
    Phrases,
    /// Functions that people know from their words.
    Functions,
}

impl Group {
    /// The heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Variables => tr("变量", "Variables"),
            Self::System => tr("系统", "System"),
            Self::Phrases => tr("话术", "Phrases"),
            Self::Functions => tr("函数", "Functions"),
        }
    }
}

/// A function with the words people know it by.
pub(crate) struct Function {
    /// What is written; the caret goes to its end.
    pub(crate) insert: &'static str,
    /// The words, zh and en.
    pub(crate) words: (&'static str, &'static str),
}

/// What a variable holds, in words.
pub(crate) fn type_name(kind: VarType) -> &'static str {
    match kind {
        VarType::Text => tr("文字", "Text"),
        VarType::Number => tr("数字", "Number"),
        VarType::YesNo => tr("是/否", "Yes/no"),
        VarType::Date => tr("日期", "Date"),
        VarType::List => tr("列表", "List"),
        VarType::Object => tr("对象", "Object"),
    }
}

/// All types in the order of the menu, with the word in documents.
pub(crate) const TYPES: [(VarType, &str); 6] = [
    (VarType::Text, "text"),
    (VarType::Number, "number"),
    (VarType::YesNo, "yes_no"),
    (VarType::Date, "date"),
    (VarType::List, "list"),
    (VarType::Object, "object"),
];

/// What every conversation has without declaring it: name, and words in zh and en.
const SYSTEM: [(&str, &str, &str); 6] = [
    ("last_message", "客户最后说的话", "What the customer said last"),
    ("language", "客户的语言", "The customer's language"),
    ("agent_note", "客服的备注", "The agent's note"),
    (
        "mood.emotion",
        "客户的情绪：angry、anxious、sad、neutral、positive",
        "The customer's mood: angry, anxious, sad, neutral, positive",
    ),
    ("mood.upset", "客户有多不满，0 到 1", "How upset the customer has become, 0 to 1"),
    ("mood.trend", "情绪走向：worse、steady、better", "Which way the mood goes: worse, steady, better"),
];

/// Is this a variable of the flow, or one that every conversation has?
pub(crate) fn is_known(variables: &[Variable], name: &str) -> bool {
    variables.iter().any(|variable| variable.name == name)
        || name == "mood"
        || SYSTEM.iter().any(|(known, ..)| *known == name)
}

/// The words for a name: a variable's label, or what it is in every conversation.
pub(crate) fn words_for(variables: &[Variable], name: &str, language: &str) -> Option<String> {
    let declared = variables.iter().find(|variable| variable.name == name).map(|variable| label_of(variable, language));
    declared.or_else(|| SYSTEM.iter().find(|(known, ..)| *known == name).map(|(_, zh, en)| tr(zh, en).to_owned()))
}

/// What every conversation has that fits what was typed.
pub(crate) fn system_offers(query: &str) -> Vec<Offer> {
    SYSTEM
        .iter()
        .filter(|(name, zh, en)| fit(query, &[name, zh, en]).is_some())
        .map(|(name, zh, en)| Offer {
            insert: (*name).to_owned(),
            label: tr(zh, en).to_owned(),
            detail: (*name).to_owned(),
            group: Group::System,
        })
        .collect()
}

/// The phrases that fit what was typed, as a text uses them.
pub(crate) fn phrase_offers(phrases: &[Phrase], query: &str, language: &str) -> Vec<Offer> {
    let fits = |phrase: &&Phrase| {
        let mut names: Vec<&str> = phrase.name.iter().map(|(_, name)| name).collect();
        names.extend([phrase.key.as_str(), "phrase", "话术"]);
        fit(query, &names).is_some()
    };
    let offer = |phrase: &Phrase| Offer {
        insert: format!("phrase(\"{}\")", phrase.key),
        label: phrase.name.in_language(language).to_owned(),
        detail: phrase.key.to_string(),
        group: Group::Phrases,
    };
    phrases.iter().filter(fits).map(offer).collect()
}

/// The name of a variable on the screens: its label in the reader's language, else its name.
pub(crate) fn label_of(variable: &Variable, language: &str) -> String {
    let label = variable.label.in_language(language);
    if label.is_empty() { variable.name.to_string() } else { label.to_owned() }
}

/// The variables that fit what was typed, best first.
pub(crate) fn variable_offers(variables: &[Variable], query: &str, language: &str) -> Vec<Offer> {
    let mut found: Vec<(u32, usize, Offer)> = variables
        .iter()
        .enumerate()
        .filter_map(|(order, variable)| {
            let mut names: Vec<&str> = variable.label.iter().map(|(_, label)| label).collect();
            names.push(variable.name.as_str());
            let rank = fit(query, &names)?;
            let label = label_of(variable, language);
            let detail = if label == variable.name.as_str() {
                type_name(variable.kind).to_owned()
            } else {
                format!("{} · {}", variable.name, type_name(variable.kind))
            };
            Some((rank, order, Offer { insert: variable.name.to_string(), label, detail, group: Group::Variables }))
        })
        .collect();
    found.sort_by_key(|(rank, order, _)| (*rank, *order));
    found.into_iter().map(|(_, _, offer)| offer).collect()
}

/// The functions that fit what was typed.
pub(crate) fn function_offers(functions: &[Function], query: &str) -> Vec<Offer> {
    functions
        .iter()
        .filter(|function| {
            let (zh, en) = function.words;
            fit(query, &[zh, en, function.insert]).is_some_and(|rank| rank < 3)
        })
        .map(|function| Offer {
            insert: function.insert.to_owned(),
            label: tr(function.words.0, function.words.1).to_owned(),
            detail: function.insert.to_owned(),
            group: Group::Functions,
        })
        .collect()
}
