//! The agent's side: taking a conversation, replying, handing back, ending.

use std::sync::Arc;

use interpreter::{AgentAct, Event};
use model::{Content, Sender, Status, Texts};
use store::WorkspaceId;
use store::conversations::Conversation;
use store::members::Member;

use crate::chat::spawned;
use crate::replicas::settled;
use crate::turn::{Words, Work, shortened};
use crate::{Engine, Error, Result, secret};

impl Engine {
    /// An agent takes a conversation, from the queue or from the flow. Taking one's own again changes nothing.
    pub async fn take(self: &Arc<Self>, workspace: WorkspaceId, id: &str, agent: &Member) -> Result<()> {
        self.acted(workspace, id, agent, |conversation, agent| match conversation.status {
            Status::WithAgent if conversation.agent_id.as_ref() == Some(&agent.id) => Ok(None),
            Status::WithAgent => Err(Error::TakenBy(conversation.agent_name.clone().unwrap_or_default())),
            Status::Ended => Err(Error::Ended),
            Status::Waiting | Status::Queued => Ok(Some(Act::Take)),
        })
        .await
    }

    /// An agent writes. The same id again changes nothing; the answer is the message's number.
    pub async fn reply(
        self: &Arc<Self>,
        workspace: WorkspaceId,
        id: &str,
        agent: &Member,
        client_id: &str,
        text: &str,
    ) -> Result<i64> {
        let permit = self.admit()?;
        let engine = Arc::clone(self);
        let (id, agent, text) = (id.to_owned(), agent.clone(), text.to_owned());
        // Agents' ids live beside customers' ids, never among them.
        let client_id = format!("agent:{}:{client_id}", agent.id);
        spawned(Box::pin(async move {
            let _permit = permit;
            settled(|| engine.reply_now(workspace, &id, &agent, &client_id, &text)).await
        }))
        .await
    }

    /// An agent gives the conversation back to the flow.
    pub async fn hand_back(
        self: &Arc<Self>,
        workspace: WorkspaceId,
        id: &str,
        agent: &Member,
        note: &str,
    ) -> Result<()> {
        let note = note.to_owned();
        self.acted(workspace, id, agent, move |conversation, agent| {
            is_own(conversation, agent)?;
            Ok(Some(Act::HandBack { note: note.clone() }))
        })
        .await
    }

    /// An agent ends their part: the flow goes on at the hand-off's exit "closed".
    pub async fn end(self: &Arc<Self>, workspace: WorkspaceId, id: &str, agent: &Member, summary: &str) -> Result<()> {
        let summary = shortened(summary, 2_000);
        self.acted(workspace, id, agent, move |conversation, agent| {
            is_own(conversation, agent)?;
            Ok(Some(Act::End { summary: summary.clone() }))
        })
        .await
    }

    /// The conversation of a workspace with this uuid.
    pub async fn conversation(&self, workspace: WorkspaceId, id: &str) -> Result<Conversation> {
        let found = store::conversations::by_public_id(self.store.read(), id).await?;
        found.filter(|conversation| conversation.workspace == workspace).ok_or(Error::NotFound)
    }

    async fn reply_now(
        &self,
        workspace: WorkspaceId,
        id: &str,
        agent: &Member,
        client_id: &str,
        text: &str,
    ) -> Result<i64> {
        let _turn = self.mailboxes.enter(id, self.limits.mailbox).await?;
        let conversation = self.conversation(workspace, id).await?;
        let body_hash = secret::hash(text);
        if let Some(accepted) = store::messages::accepted(self.store.read(), conversation.id, client_id).await? {
            return if accepted.body_hash == body_hash { Ok(accepted.seq) } else { Err(Error::IdReused) };
        }
        is_own(&conversation, agent)?;
        let mut work = Work::begin(self, conversation).await?;
        is_own(&work.conversation, agent)?;
        work.say(Words {
            name: Some(agent.name.clone()),
            client_id: Some(client_id.to_owned()),
            body_hash: Some(body_hash),
            ..Words::new(Sender::Agent, Content::text(text))
        });
        work.finish().await?;
        Ok(work.conversation.last_seq)
    }

    async fn acted(
        self: &Arc<Self>,
        workspace: WorkspaceId,
        id: &str,
        agent: &Member,
        decide: impl Fn(&Conversation, &Member) -> Result<Option<Act>> + Send + Sync + 'static,
    ) -> Result<()> {
        let permit = self.admit()?;
        let (engine, id, agent) = (Arc::clone(self), id.to_owned(), agent.clone());
        spawned(Box::pin(async move {
            let _permit = permit;
            settled(|| engine.act_now(workspace, &id, &agent, &decide)).await
        }))
        .await
    }

    async fn act_now(
        &self,
        workspace: WorkspaceId,
        id: &str,
        agent: &Member,
        decide: &(impl Fn(&Conversation, &Member) -> Result<Option<Act>> + Sync),
    ) -> Result<()> {
        let _turn = self.mailboxes.enter(id, self.limits.mailbox).await?;
        let conversation = self.conversation(workspace, id).await?;
        if decide(&conversation, agent)?.is_none() {
            return Ok(());
        }
        let mut work = Work::begin(self, conversation).await?;
        // A turn that was interrupted has been finished by now, and may have changed who has the conversation.
        let Some(act) = decide(&work.conversation, agent)? else { return Ok(()) };
        act.carry_out(&mut work, agent).await?;
        work.finish().await
    }
}

/// What an agent does.
enum Act {
    Take,
    HandBack { note: String },
    End { summary: String },
}

impl Act {
    async fn carry_out(self, work: &mut Work<'_>, agent: &Member) -> Result<()> {
        let name = agent.name.clone();
        let act = match self {
            Self::Take => {
                work.conversation.agent_id = Some(agent.id.clone());
                work.conversation.agent_name = Some(name.clone());
                work.notice(&Texts::new(format!("{name} 为您服务"), format!("you are now talking to {name}")));
                AgentAct::Taken { name }
            }
            Self::HandBack { note } => {
                release(work);
                work.notice(&Texts::new("已转回智能客服", "you are back with the assistant"));
                AgentAct::HandedBack { note }
            }
            Self::End { summary } => {
                release(work);
                work.conversation.summary = Some(summary).filter(|summary| !summary.is_empty());
                work.notice(&Texts::new(format!("{name} 结束了人工服务"), format!("{name} has ended the chat")));
                AgentAct::Ended
            }
        };
        work.happen(&Event::Agent { act }).await
    }
}

fn release(work: &mut Work<'_>) {
    work.conversation.agent_id = None;
    work.conversation.agent_name = None;
}

fn is_own(conversation: &Conversation, agent: &Member) -> Result<()> {
    if conversation.status == Status::WithAgent && conversation.agent_id.as_ref() == Some(&agent.id) {
        return Ok(());
    }
    match (&conversation.status, &conversation.agent_name) {
        (Status::WithAgent, Some(name)) => Err(Error::TakenBy(name.clone())),
        (Status::Ended, _) => Err(Error::Ended),
        _ => Err(Error::NotYours),
    }
}
