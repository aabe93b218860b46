//! The rows of the tables, as sea-orm entities; only this crate sees them.

/// One module with `Entity`, `Model` and `ActiveModel` per table.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident $table:tt { $($body:tt)* })*) => {$(
        $(#[$doc])*
        pub(crate) mod $name {
            #![allow(unreachable_pub, reason = "the derive writes `pub`")]
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($body)* }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

tables! {
    workspace "workspaces" {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub created_at: i64,
    }
    member "members" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub email: String,
        pub role: String,
        pub language: String,
        pub password_hash: String,
        pub presence: String,
        pub created_at: i64,
    }
    session "sessions" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub member_id: String,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
    }
    setup_token "setup_tokens" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub token_hash: String,
        pub created_at: i64,
        pub used_at: Option<i64>,
    }
    flow "flows" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub key: String,
        pub created_at: i64,
    }
    draft "drafts" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub flow_id: String,
        pub revision: i64,
        pub document: String,
        pub hash: String,
        pub errors: i64,
        pub warnings: i64,
        pub saved_at: i64,
        pub saved_by: String,
    }
    version "versions" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub flow_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub document: String,
        pub hash: String,
        pub note: String,
        pub published_at: i64,
        pub published_by: String,
    }
    release "releases" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub flow_id: String,
        pub version: i64,
        pub released_at: i64,
        pub released_by: String,
    }
    talk "talks" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub flow_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub markdown: String,
    }
    channel "channels" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub flow_key: Option<String>,
        pub is_open: bool,
    }
    intent "intents" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub position: i64,
    }
    intent_example "intent_examples" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub intent_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub text: String,
    }
    detail "details" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub source: String,
        pub entries: String,
        pub n_entries: i64,
        pub position: i64,
        pub saved_at: i64,
        pub fetched_at: Option<i64>,
        pub due_at: Option<i64>,
        pub trouble: String,
    }
    library "libraries" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub position: i64,
        pub by_meaning: bool,
        pub meaning_until: i64,
    }
    vector "vectors" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub model: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub numbers: Vec<u8>,
    }
    article "articles" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub library_key: String,
        pub position: i64,
        pub question: String,
        pub variants: String,
        pub answer: String,
        pub saved_at: i64,
        pub on_channels: Option<String>,
        pub valid_from: Option<String>,
        pub valid_until: Option<String>,
        pub owner: Option<String>,
        pub is_off: bool,
        pub document_id: Option<String>,
    }
    document "documents" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub library_key: String,
        pub kind: String,
        pub name: String,
        pub url: Option<String>,
        pub crawl: Option<String>,
        pub hash: String,
        pub size_bytes: i64,
        pub state: String,
        pub done: i64,
        pub total: i64,
        pub problem: Option<String>,
        pub columns: Option<String>,
        pub preview: Option<String>,
        pub is_off: bool,
        pub passages: i64,
        pub edition: i64,
        pub lease_until: i64,
        pub added_by: String,
        pub added_at: i64,
        pub changed_at: i64,
        pub read_at: Option<i64>,
    }
    document_part "document_parts" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub n: i64,
        pub bytes: Vec<u8>,
    }
    passage "passages" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub edition: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub n: i64,
        pub title: String,
        pub heading: String,
        pub text: String,
        pub url: Option<String>,
        pub page: Option<i64>,
    }
    judgement "judgements" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub found_id: String,
        pub shown: i64,
        pub helpful: i64,
        pub not_helpful: i64,
    }
    synonym "synonyms" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub words: String,
    }
    team "teams" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub name: String,
        pub position: i64,
    }
    calendar "calendars" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub document: String,
        pub position: i64,
    }
    connector "connectors" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub document: String,
        pub position: i64,
    }
    phrase "phrases" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub document: String,
        pub position: i64,
    }
    conversation "conversations" {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub workspace_id: i64,
        pub public_id: String,
        pub token_hash: String,
        pub channel: String,
        pub flow_id: String,
        pub flow_key: String,
        pub version: i64,
        pub state: String,
        pub state_version: i64,
        pub owner_epoch: i64,
        pub turn: i64,
        pub n_events: i64,
        pub last_seq: i64,
        pub status: String,
        pub unanswered_effect: Option<String>,
        pub customer: String,
        pub team: Option<String>,
        pub priority: Option<String>,
        pub topic: Option<String>,
        pub packet: Option<String>,
        pub waiting_since: Option<i64>,
        pub agent_id: Option<String>,
        pub agent_name: Option<String>,
        pub last_sender: Option<String>,
        pub last_text: Option<String>,
        pub result: Option<String>,
        pub rating: Option<i64>,
        pub rating_reason: Option<String>,
        pub summary: Option<String>,
        pub created_at: i64,
        pub changed_at: i64,
        pub ended_at: Option<i64>,
        pub circumstances: i64,
    }
    journal "journal" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub n: i64,
        pub turn: i64,
        pub at: i64,
        pub event: String,
        pub trace: String,
        pub circumstances: i64,
    }
    circumstances "circumstances" {
        pub workspace_id: i64,
        #[sea_orm(primary_key)]
        pub id: i64,
        pub hash: String,
        pub document: String,
        pub created_at: i64,
    }
    topic_set "topic_sets" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub document: String,
        pub kept_at: i64,
    }
    topic_use "topic_uses" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub circumstances: i64,
        pub hash: String,
    }
    message "messages" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub turn: i64,
        pub at: i64,
        pub sender: String,
        pub name: Option<String>,
        pub content: String,
        pub node: Option<String>,
        pub client_id: Option<String>,
        pub body_hash: Option<String>,
    }
    turn "turns" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub turn: i64,
        pub status: String,
        pub last_seq: i64,
    }
    secret "secrets" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub sealed: String,
        pub changed_at: i64,
    }
    model_provider "model_providers" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub document: String,
        pub position: i64,
    }
    model_settings "model_settings" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        pub document: String,
    }
    model_day "model_days" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub calls: i64,
        pub tokens_in: i64,
        pub tokens_out: i64,
        pub cost_micros: i64,
    }
    model_conversation "model_conversations" {
        #[sea_orm(primary_key, auto_increment = false)]
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation: String,
        pub calls: i64,
        pub tokens_in: i64,
        pub tokens_out: i64,
        pub cost_micros: i64,
    }
    timer "timers" {
        pub workspace_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub timer_id: String,
        pub due: i64,
    }
}
