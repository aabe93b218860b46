//! What a flow may refer to by key: intents, libraries, teams, calendars, connectors, other flows.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CalendarKey, ConnectorKey, DetailKey, FlowKey, IntentKey, LibraryKey, Phrase, SecretKey, TeamKey, Texts, VarName,
};

/// Everything a workspace has that flows refer to. Checks and pickers read it; steps get calendars and connectors from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Intents.
    pub intents: Vec<Named<IntentKey>>,
    /// Details that the workspace defines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Named<DetailKey>>,
    /// Answer libraries.
    pub libraries: Vec<Named<LibraryKey>>,
    /// Teams of agents.
    pub teams: Vec<Named<TeamKey>>,
    /// Opening hours.
    pub calendars: Vec<Calendar>,
    /// Outside services.
    pub connectors: Vec<Connector>,
    /// Phrases: wordings that texts use by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phrases: Vec<Phrase>,
    /// Other flows.
    pub flows: Vec<FlowSignature>,
    /// Secrets that connectors refer to and that the vault does not have for their address; checks alone read it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unset_secrets: BTreeMap<ConnectorKey, Vec<SecretKey>>,
}

/// A key with the name people see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Named<K> {
    /// The key flows use.
    pub key: K,
    /// The name on the screens.
    pub name: Texts,
}

/// When people are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// The key flows use.
    pub key: CalendarKey,
    /// The name on the screens.
    pub name: Texts,
    /// An IANA time zone, for example `Asia/Shanghai`.
    pub time_zone: String,
    /// Open spans of each weekday, Monday first; seven entries.
    pub week: Vec<Vec<OpenHours>>,
    /// Closed days, ISO dates.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// The zone of the first calendar is the workspace's; without one it is China's.
pub fn time_zone(calendars: &[Calendar]) -> &str {
    calendars.first().map_or("Asia/Shanghai", |calendar| calendar.time_zone.as_str())
}

/// An open span of a day, `HH:MM` to `HH:MM`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenHours {
    /// From, inclusive.
    pub from: String,
    /// To, exclusive; `24:00` is midnight.
    pub to: String,
}

/// A described outside service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Connector {
    /// The key flows use.
    pub key: ConnectorKey,
    /// The name on the screens.
    pub name: Texts,
    /// What every address begins with. `heliu:demo` is the product's own demo order service.
    pub base_url: String,
    /// Headers sent with every call; secrets are not kept here.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers whose value is a secret of the vault, put in when the call leaves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, SecretHeader>,
}

/// The value of a header, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretHeader {
    /// The secret's name.
    pub secret: SecretKey,
    /// What stands before it, for example `Bearer` and a space.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
}

/// What a caller needs to know of another flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowSignature {
    /// The key flows use.
    pub key: FlowKey,
    /// The name on the screens.
    pub name: Texts,
    /// Variables it wants.
    pub inputs: Vec<VarName>,
    /// Variables it gives back.
    pub outputs: Vec<VarName>,
    /// Named ends: results of its end steps.
    pub ends: Vec<String>,
    /// Has it a live version?
    pub is_live: bool,
}
