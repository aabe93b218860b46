//! The rows of a turn as SQLite takes them: one statement per table, prepared once per batch; text is borrowed from the
//! turn. Every column has its place here, or this does not compile.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, params_from_iter};
use sea_orm::{EntityTrait, IdenStatic, Iterable};

use crate::Result;
use crate::error::{json, word};
use crate::tables::{conversation, journal, message, timer, turn};
use crate::turns::{Happened, Said, Turn, batch};

type Place<'t> = ToSqlOutput<'t>;

/// The texts of the statements.
pub(super) struct Sql {
    open: String,
    save: String,
    journal: String,
    message: String,
    forget_timer: &'static str,
    timer: String,
    end: String,
}

impl Default for Sql {
    fn default() -> Self {
        let changes: Vec<String> = batch::CHANGING.iter().map(|column| format!("{} = ?", column.as_str())).collect();
        Self {
            open: inserting::<conversation::Entity>(),
            save: format!(
                "UPDATE conversations SET {} WHERE id = ? AND state_version = ? AND owner_epoch = ?",
                changes.join(", ")
            ),
            journal: inserting::<journal::Entity>(),
            message: inserting::<message::Entity>(),
            forget_timer: "DELETE FROM timers WHERE conversation_id = ? AND timer_id = ?",
            timer: inserting::<timer::Entity>(),
            end: inserting::<turn::Entity>(),
        }
    }
}

/// Adds a row with all its columns.
fn inserting<E: EntityTrait>() -> String {
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let places = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({places})", E::default().table_name(), columns.join(", "))
}

/// The statements of a batch, ready to be carried out.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    open: CachedStatement<'c>,
    save: CachedStatement<'c>,
    journal: CachedStatement<'c>,
    message: CachedStatement<'c>,
    forget_timer: CachedStatement<'c>,
    timer: CachedStatement<'c>,
    end: CachedStatement<'c>,
}

impl<'c> Statements<'c> {
    pub(super) fn prepare(connection: &'c Connection, sql: &Sql) -> Result<Self> {
        Ok(Self {
            connection,
            open: connection.prepare_cached(&sql.open)?,
            save: connection.prepare_cached(&sql.save)?,
            journal: connection.prepare_cached(&sql.journal)?,
            message: connection.prepare_cached(&sql.message)?,
            forget_timer: connection.prepare_cached(sql.forget_timer)?,
            timer: connection.prepare_cached(&sql.timer)?,
            end: connection.prepare_cached(&sql.end)?,
        })
    }

    /// Writes everything that a turn did, and answers with the number of its conversation; with none, and nothing
    /// written, when the conversation is not as it was when it was loaded.
    pub(super) fn write(&mut self, done: &Turn) -> Result<Option<i64>> {
        let Some(id) = self.save(done)? else { return Ok(None) };
        for (happened, n) in batch::numbered(done) {
            insert(&mut self.journal, |column| event(done, id, n, happened, column))?;
        }
        for said in &done.messages {
            insert(&mut self.message, |column| words(done, id, said, column))?;
        }
        for gone in &done.gone_timers {
            self.forget_timer.execute((id, gone))?;
        }
        for (name, due) in &done.set_timers {
            insert(&mut self.timer, |column| match column {
                timer::Column::WorkspaceId => done.conversation.workspace.0.into(),
                timer::Column::ConversationId => id.into(),
                timer::Column::TimerId => text(name),
                timer::Column::Due => (*due).into(),
            })?;
        }
        if done.is_over {
            insert(&mut self.end, |column| end(done, id, column))?;
        }
        Ok(Some(id))
    }

    fn save(&mut self, done: &Turn) -> Result<Option<i64>> {
        let before = &done.conversation;
        if before.id == 0 {
            insert(&mut self.open, |column| conversation(done, column))?;
            return Ok(Some(self.connection.last_insert_rowid()));
        }
        let changes = batch::CHANGING.into_iter().map(|column| conversation(done, column));
        let known = [before.id, before.state_version, before.owner_epoch].map(Place::from);
        let n_saved = self.save.execute(params_from_iter(changes.chain(known)))?;
        Ok((n_saved == 1).then_some(before.id))
    }
}

fn insert<'t, C: Iterable>(statement: &mut CachedStatement<'_>, value: impl Fn(C) -> Place<'t>) -> Result<()> {
    statement.execute(params_from_iter(C::iter().map(value)))?;
    Ok(())
}

/// A column of the conversation as it is after the turn.
fn conversation(done: &Turn, column: conversation::Column) -> Place<'_> {
    use conversation::Column;
    let c = &done.conversation;
    match column {
        Column::Id if c.id == 0 => NULL,
        Column::Id => c.id.into(),
        Column::WorkspaceId => c.workspace.0.into(),
        Column::PublicId => text(&c.public_id),
        Column::TokenHash => text(&c.token_hash),
        Column::Channel => text(&c.channel),
        Column::FlowId => text(&c.flow_id.0),
        Column::FlowKey => text(&c.flow_key.0),
        Column::Version => c.version.into(),
        Column::State => text(&c.state),
        Column::StateVersion => (c.state_version + 1).into(),
        Column::OwnerEpoch => c.owner_epoch.into(),
        Column::Turn => c.turn.into(),
        Column::NEvents => c.n_events.into(),
        Column::LastSeq => c.last_seq.into(),
        Column::Status => word(&c.status).into(),
        Column::UnansweredEffect => maybe_text(c.unanswered_effect.as_deref()),
        Column::Customer => text(&c.customer),
        Column::Team => maybe_text(c.team.as_ref().map(|team| team.0.as_str())),
        Column::Priority => maybe_text(c.priority.as_deref()),
        Column::Topic => maybe_text(c.topic.as_deref()),
        Column::Packet => c.packet.as_ref().map_or(NULL, |packet| json(packet).into()),
        Column::WaitingSince => maybe(c.waiting_since),
        Column::AgentId => maybe_text(c.agent_id.as_deref()),
        Column::AgentName => maybe_text(c.agent_name.as_deref()),
        Column::LastSender => c.last_sender.as_ref().map_or(NULL, |sender| word(sender).into()),
        Column::LastText => maybe_text(c.last_text.as_deref()),
        Column::Result => maybe_text(c.result.as_deref()),
        Column::Rating => maybe(c.rating),
        Column::RatingReason => maybe_text(c.rating_reason.as_deref()),
        Column::Summary => maybe_text(c.summary.as_deref()),
        Column::CreatedAt => c.created_at.into(),
        Column::ChangedAt => c.changed_at.into(),
        Column::EndedAt => maybe(c.ended_at),
        Column::Circumstances => c.circumstances.into(),
    }
}

fn event<'t>(done: &Turn, id: i64, n: i64, happened: &'t Happened, column: journal::Column) -> Place<'t> {
    use journal::Column;
    match column {
        Column::WorkspaceId => done.conversation.workspace.0.into(),
        Column::ConversationId => id.into(),
        Column::N => n.into(),
        Column::Turn => done.conversation.turn.into(),
        Column::At => happened.at.into(),
        Column::Event => text(&happened.event),
        Column::Trace => text(&happened.trace),
        Column::Circumstances => happened.circumstances.into(),
    }
}

fn words<'t>(done: &Turn, id: i64, said: &'t Said, column: message::Column) -> Place<'t> {
    use message::Column;
    let message = &said.message;
    match column {
        Column::WorkspaceId => done.conversation.workspace.0.into(),
        Column::ConversationId => id.into(),
        Column::Seq => message.seq.into(),
        Column::Turn => done.conversation.turn.into(),
        Column::At => said.at.into(),
        Column::Sender => word(&message.from).into(),
        Column::Name => maybe_text(message.name.as_deref()),
        Column::Content => json(&message.content).into(),
        Column::Node => maybe_text(message.node.as_ref().map(|node| node.0.as_str())),
        Column::ClientId => maybe_text(message.client_id.as_deref()),
        Column::BodyHash => maybe_text(said.body_hash.as_deref()),
    }
}

fn end(done: &Turn, id: i64, column: turn::Column) -> Place<'_> {
    use turn::Column;
    match column {
        Column::WorkspaceId => done.conversation.workspace.0.into(),
        Column::ConversationId => id.into(),
        Column::Turn => done.conversation.turn.into(),
        Column::Status => word(&done.conversation.status).into(),
        Column::LastSeq => done.conversation.last_seq.into(),
    }
}

const NULL: Place<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

fn text(text: &str) -> Place<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

fn maybe_text(text: Option<&str>) -> Place<'_> {
    text.map_or(NULL, self::text)
}

fn maybe(number: Option<i64>) -> Place<'static> {
    number.map_or(NULL, Place::from)
}
