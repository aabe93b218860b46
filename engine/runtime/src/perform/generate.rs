//! Asking a language model.

use interpreter::{Answer, Task};
use model::Texts;

/// Answers a task.
pub(crate) async fn generate(task: &Task) -> Answer {
    let _ = task;
    Answer::Failed { why: Texts::new("没有设置模型", "no model has been set up") }
}
