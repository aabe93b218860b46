//! What a workspace is set up with: members, channels, teams, calendars, connectors.

use model::{Calendar, Connector, ConnectorKey, Team};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Member, delete, get, post, put};

/// A way customers reach us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Channel {
    /// The key in addresses.
    pub(crate) key: String,
    /// The name on the screens.
    #[serde(default)]
    pub(crate) name: String,
    /// The key of the flow it runs.
    pub(crate) flow: Option<String>,
}

/// A new colleague.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct NewMember {
    /// The name colleagues and customers see.
    pub(crate) name: String,
    /// The address they sign in with.
    pub(crate) email: String,
    /// Their first password.
    pub(crate) password: String,
    /// What they may do.
    pub(crate) role: String,
}

/// The members.
pub(crate) async fn members() -> Answer<Vec<Member>> {
    get("/api/members").await
}

/// Lets a colleague in.
pub(crate) async fn create_member(member: &NewMember) -> Answer<Member> {
    post("/api/members", member).await
}

/// The channels.
pub(crate) async fn channels() -> Answer<Vec<Channel>> {
    get("/api/channels").await
}

/// Chooses what a channel runs.
pub(crate) async fn save_channel(channel: &Channel) -> Answer<Channel> {
    put(&format!("/api/channels/{}", channel.key), channel).await
}

/// The teams.
pub(crate) async fn teams() -> Answer<Vec<Team>> {
    get("/api/teams").await
}

/// The calendars.
pub(crate) async fn calendars() -> Answer<Vec<Calendar>> {
    get("/api/calendars").await
}

/// The connectors.
pub(crate) async fn connectors() -> Answer<Vec<Connector>> {
    get("/api/connectors").await
}

/// A secret that a connector refers to; never its value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SecretState {
    /// The connector.
    pub(crate) connector: ConnectorKey,
    /// The header it is sent in.
    pub(crate) header: String,
    /// Since when it is kept.
    pub(crate) set_at: Option<String>,
    /// Does it open for the connector's address?
    pub(crate) opens: bool,
}

/// The secrets that connectors refer to.
pub(crate) async fn secrets() -> Answer<Vec<SecretState>> {
    get("/api/secrets").await
}

/// Sets a secret of a connector; nobody can read it again.
pub(crate) async fn set_connector_secret(connector: &str, secret: &str, value: &str) -> Answer<()> {
    put(&format!("/api/connectors/{connector}/secrets/{secret}"), &json!({ "secret": value })).await
}

/// Adds a team.
pub(crate) async fn create_team(team: &Team) -> Answer<Value> {
    post("/api/teams", team).await
}

/// Changes a team.
pub(crate) async fn save_team(team: &Team) -> Answer<Value> {
    put(&format!("/api/teams/{}", team.key), team).await
}

/// Deletes a team.
pub(crate) async fn delete_team(key: &str) -> Answer<()> {
    delete(&format!("/api/teams/{key}")).await
}

/// Adds a calendar.
pub(crate) async fn create_calendar(calendar: &Calendar) -> Answer<Value> {
    post("/api/calendars", calendar).await
}

/// Changes a calendar.
pub(crate) async fn save_calendar(calendar: &Calendar) -> Answer<Value> {
    put(&format!("/api/calendars/{}", calendar.key), calendar).await
}

/// Deletes a calendar.
pub(crate) async fn delete_calendar(key: &str) -> Answer<()> {
    delete(&format!("/api/calendars/{key}")).await
}

/// Adds a connector.
pub(crate) async fn create_connector(connector: &Connector) -> Answer<Value> {
    post("/api/connectors", connector).await
}

/// Changes a connector.
pub(crate) async fn save_connector(connector: &Connector) -> Answer<Value> {
    put(&format!("/api/connectors/{}", connector.key), connector).await
}

/// Deletes a connector.
pub(crate) async fn delete_connector(key: &str) -> Answer<()> {
    delete(&format!("/api/connectors/{key}")).await
}
