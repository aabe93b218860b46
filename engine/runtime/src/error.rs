//! Why the engine does not do what it is asked.

/// A refusal or a failure; the conversation is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// There is no such conversation, or the token does not open it.
    #[error("there is no such conversation")]
    NotFound,
    /// There is no such channel.
    #[error("there is no such channel")]
    NoChannel,
    /// The channel runs no published flow.
    #[error("no published flow answers here")]
    NoFlow,
    /// The conversation is over.
    #[error("the conversation is over")]
    Ended,
    /// A client's message id came again with another message.
    #[error("the message id was used for another message")]
    IdReused,
    /// Too much at once; nothing was accepted.
    #[error("too much is going on at the moment")]
    Busy,
    /// Another replica is in the middle of a turn of the conversation.
    #[error("the conversation is in the middle of a turn elsewhere")]
    Elsewhere,
    /// Another agent has the conversation.
    #[error("the conversation is with {0}")]
    TakenBy(String),
    /// The conversation is not with this agent.
    #[error("the conversation is not with you")]
    NotYours,
    /// A draft has no start.
    #[error("the flow has no start")]
    NoStart,
    /// A published flow cannot run any more.
    #[error("the flow cannot run: {0}")]
    Broken(String),
    /// A turn failed in a way that should not happen.
    #[error("a turn failed: {0}")]
    Internal(String),
}

/// A result of the engine.
pub type Result<T> = std::result::Result<T, Error>;
