//! What customers, bots and agents say to each other, the same on every channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::NodeId;

/// One message of a conversation, as the transcript keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Position in the conversation, gapless from 1.
    pub seq: i64,
    /// When it was accepted, RFC 3339 in UTC.
    pub at: String,
    /// Who says it.
    pub from: Sender,
    /// The agent's name where `from` is an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is said.
    pub content: Content,
    /// The step that said it, for the test chat and the desk; customers do not get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// The client's id of a customer's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// The customer.
    Customer,
    /// The flow.
    Bot,
    /// A human agent.
    Agent,
    /// The product itself: "you are now talking to Li".
    System,
}

/// What is said. Channels that cannot show a form or buttons write them as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text; lines are kept, markup is not interpreted.
    Text {
        /// The text.
        text: String,
    },
    /// A picture by address.
    Picture {
        /// http or https.
        url: String,
        /// What it shows, for screen readers.
        #[serde(default)]
        alt: String,
    },
    /// A file by address.
    File {
        /// http or https.
        url: String,
        /// The name shown.
        name: String,
    },
    /// A link.
    Link {
        /// http, https, mailto or tel.
        url: String,
        /// The words shown.
        title: String,
    },
    /// A question with buttons.
    Choices {
        /// The question.
        text: String,
        /// The buttons.
        options: Vec<Choice>,
    },
    /// A form.
    Form {
        /// What it is for.
        text: String,
        /// The fields in order.
        fields: Vec<FormField>,
        /// The words on the button.
        submit: String,
    },
    /// A rating by faces, 5 is best; answered by a `choice` "1" to "5".
    Rating {
        /// The question.
        text: String,
    },
    /// A filled form, from the customer.
    Filled {
        /// Values by field id.
        values: BTreeMap<String, Value>,
        /// The values as one readable text.
        text: String,
    },
    /// A line from the product itself.
    Notice {
        /// The text.
        text: String,
    },
    /// An answer from a library, with what it rests on.
    Answer {
        /// The answer; lines are kept, markup is not interpreted.
        text: String,
        /// Where it stands, the most telling first.
        sources: Vec<Citation>,
    },
}

impl Content {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// The content as one plain text, for lists, searches and channels without buttons.
    pub fn as_text(&self) -> String {
        match self {
            Self::Text { text }
            | Self::Notice { text }
            | Self::Rating { text }
            | Self::Form { text, .. }
            | Self::Filled { text, .. } => text.clone(),
            Self::Picture { url, alt } => {
                format!("[{}] {url}", if alt.is_empty() { "image" } else { alt })
            }
            Self::File { url, name } => format!("[{name}] {url}"),
            Self::Link { url, title } => format!("{title} {url}"),
            Self::Answer { text, sources } => {
                let sources = sources.iter().map(|source| format!(" [{}]", source.as_text()));
                std::iter::once(text.clone()).chain(sources).collect()
            }
            Self::Choices { text, options } => {
                let labels: Vec<_> = options.iter().map(|option| option.label.as_str()).collect();
                format!("{text} [{}]", labels.join("] ["))
            }
        }
    }
}

/// Where an answer stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The name of the document or article.
    pub title: String,
    /// The headings above the place, outermost first, as one line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub heading: String,
    /// http or https, where the customer may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

impl Citation {
    /// The source as one line: `Returns policy › Refunds p. 3 https://…`.
    pub fn as_text(&self) -> String {
        let mut text = self.title.clone();
        if !self.heading.is_empty() {
            text = format!("{text} › {}", self.heading);
        }
        if let Some(page) = self.page {
            text = format!("{text} p. {page}");
        }
        if let Some(url) = &self.url {
            text = format!("{text} {url}");
        }
        text
    }
}

/// A button.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What a press sends back.
    pub id: String,
    /// The words on it.
    pub label: String,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// The key of its value.
    pub id: String,
    /// The words above it.
    pub label: String,
    /// What may be entered.
    pub kind: FieldKind,
    /// Must it be filled?
    #[serde(default)]
    pub required: bool,
}

/// What may be entered in a form's field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
}

/// What a customer sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Typed or spoken words.
    Text(String),
    /// The id of a pressed button.
    Choice(String),
    /// A filled form: values by field id.
    Form(BTreeMap<String, Value>),
    /// The address of an uploaded or linked file.
    File(String),
}

impl Input {
    /// The input as words: what was typed, or a button's id, or the form's values.
    pub fn as_text(&self) -> String {
        match self {
            Self::Text(text) | Self::Choice(text) | Self::File(text) => text.clone(),
            Self::Form(values) => values
                .iter()
                .map(|(field, value)| match value {
                    Value::String(text) => format!("{field}: {text}"),
                    other => format!("{field}: {other}"),
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}
