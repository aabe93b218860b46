//! `heliu evaluate`: measures understanding on labelled lines, before a release trusts it.

mod emotion;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Evaluate {
    /// How well moods are told apart: the built-in ones, or those of a file to learn from
    Emotion(emotion::Args),
}

/// True when everything was measured; how good it is, is for the reader to judge.
pub(super) fn run(evaluate: &Evaluate) -> anyhow::Result<bool> {
    match evaluate {
        Evaluate::Emotion(args) => emotion::run(args),
    }
}
