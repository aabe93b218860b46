//! A conversation for this crate's tests: one that waits, with a message, an event and a timer.

use model::{Content, Language, Message, Sender, Status};

use crate::conversations::Conversation;
use crate::turns::{Happened, Said, Turn};
use crate::{Store, WorkspaceId, workspaces};

/// A workspace for it.
pub(crate) async fn workspace(store: &Store) -> WorkspaceId {
    let writing = store.write().await.expect("the writer");
    let workspace = workspaces::create(&writing, "Heliu", 1).await.expect("a workspace");
    writing.commit().await.expect("a commit");
    workspace.id
}

/// Its turn of this number; a new one has the number 0 and no version yet.
pub(crate) fn turn(workspace: WorkspaceId, id: i64, state_version: i64, number: i64) -> Turn {
    let conversation = Conversation {
        id,
        workspace,
        public_id: "p".into(),
        token_hash: "h".into(),
        channel: "web".into(),
        flow_id: "f".into(),
        flow_key: "faq".into(),
        version: 1,
        state: "{}".into(),
        state_version,
        owner_epoch: 0,
        circumstances: 0,
        turn: number,
        n_events: number,
        last_seq: number,
        status: Status::Waiting,
        unanswered_effect: None,
        customer: String::new(),
        team: None,
        priority: None,
        topic: None,
        packet: None,
        waiting_since: None,
        agent_id: None,
        agent_name: None,
        last_sender: Some(Sender::Customer),
        last_text: None,
        result: None,
        rating: None,
        rating_reason: None,
        summary: None,
        created_at: 1,
        changed_at: number,
        ended_at: None,
    };
    let message = Message {
        seq: number,
        at: String::new(),
        from: Sender::Customer,
        name: None,
        content: Content::text(Language::zh().0),
        node: None,
        client_id: Some(format!("c{number}")),
    };
    Turn {
        conversation,
        events: vec![Happened { at: number, event: "{}".into(), trace: "[]".into(), circumstances: 0 }],
        messages: vec![Said { message, at: number, body_hash: Some("x".into()) }],
        set_timers: vec![(format!("t{number}"), 5_000 + number)],
        gone_timers: vec![format!("t{}", number - 1)],
        is_over: true,
        answers_effect: false,
    }
}
