//! Finding by meaning: texts as vectors, beside the search by words.
//!
//! Libraries that want it have their articles and passages turned into vectors in the background (`fill`), by whatever
//! makes vectors here (`embedder`). A vector is kept by its text's hash and its maker's name, so that a text that did
//! not change is never paid for twice. A question is turned into one when it is asked, in little time; when that fails,
//! words alone find, and the trace says so.

mod embedder;
mod fill;
mod fuse;
mod local;
mod measured;
mod vectors;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use model::Texts;
use serde::Serialize;
use store::WorkspaceId;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::perform::{Behalf, Models};
use crate::{Engine, Shelf};

pub(crate) use embedder::{Embedder, Role};
pub(crate) use fuse::{Alike, CANDIDATES, Lines, Ranked, Worded, fuse, settle};
pub use local::{LocalModel, LocalModelState};
pub use measured::MeantTexts;
pub(crate) use vectors::{ByName, Hash, Small, Vectors, hash, unit};

/// A customer waits no longer for a question's vector.
const QUESTION_TIME: Duration = Duration::from_secs(2);
/// Vectors of questions that were asked lately.
const MAX_QUESTIONS: usize = 2_000;

/// What is known of meanings, for all workspaces.
#[derive(Default)]
pub(crate) struct Meanings {
    spaces: RwLock<HashMap<WorkspaceId, Arc<Space>>>,
    filling: Mutex<HashMap<WorkspaceId, Filling>>,
    questions: Mutex<HashMap<(String, String), Arc<Small>>>,
    /// Shelves all of whose texts have vectors, and whose.
    whole: Mutex<HashMap<WorkspaceId, (Weak<Shelf>, String)>>,
    wake: Notify,
    local: local::Local,
}

/// The vectors of a workspace, all made by one.
#[derive(Default)]
pub(crate) struct Space {
    name: String,
    vectors: RwLock<Vectors>,
}

/// How far the making of vectors is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Filling {
    /// What makes them; none when nothing has been set up that can.
    pub maker: Option<String>,
    /// Texts of the libraries that are searched by meaning.
    pub total: usize,
    /// How many of them have a vector.
    pub done: usize,
    /// Texts that the maker does not take.
    pub left_out: usize,
    /// Why it does not go on.
    pub problem: Option<Texts>,
}

impl std::fmt::Debug for Meanings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meanings").finish_non_exhaustive()
    }
}

impl Space {
    /// What looks at all vectors, while none is added.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Vectors) -> T) -> T {
        at(&self.vectors.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Meanings {
    fn space(&self, workspace: WorkspaceId) -> Option<Arc<Space>> {
        self.spaces.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).map(Arc::clone)
    }

    fn set_space(&self, workspace: WorkspaceId, space: Arc<Space>) {
        self.spaces.write().unwrap_or_else(PoisonError::into_inner).insert(workspace, space);
    }

    fn forget_space(&self, workspace: WorkspaceId) {
        self.spaces.write().unwrap_or_else(PoisonError::into_inner).remove(&workspace);
    }

    fn is_whole(&self, workspace: WorkspaceId, shelf: &Arc<Shelf>, name: &str) -> bool {
        let whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.get(&workspace).is_some_and(|(whole, by)| whole.ptr_eq(&Arc::downgrade(shelf)) && by == name)
    }

    fn set_whole(&self, workspace: WorkspaceId, shelf: &Arc<Shelf>, name: &str) {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.insert(workspace, (Arc::downgrade(shelf), name.to_owned()));
    }

    fn note(&self, workspace: WorkspaceId, change: impl FnOnce(&mut Filling)) {
        let mut filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        change(filling.entry(workspace).or_default());
    }

    fn question(&self, place: &(String, String)) -> Option<Arc<Small>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).get(place).map(Arc::clone)
    }

    fn keep_question(&self, place: (String, String), vector: &Arc<Small>) {
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        if questions.len() >= MAX_QUESTIONS {
            questions.clear();
        }
        questions.insert(place, Arc::clone(vector));
    }

    /// Libraries, texts or models have changed: there may be vectors to make.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

impl Engine {
    /// How far the vectors of a workspace are.
    pub fn filling(&self, workspace: WorkspaceId) -> Filling {
        let filling = self.meanings.filling.lock().unwrap_or_else(PoisonError::into_inner);
        filling.get(&workspace).cloned().unwrap_or_default()
    }

    /// The vectors of a workspace with that of a question, or why there is none.
    pub(crate) async fn meaning_of(
        &self,
        models: &Models,
        behalf: Behalf<'_>,
        question: &str,
    ) -> std::result::Result<(Arc<Space>, Arc<Small>), Texts> {
        let embedder = Embedder::of(models, &self.meanings.local.model())?;
        let name = embedder.name();
        let space = self.meanings.space(behalf.workspace).filter(|space| space.name == name);
        let dimension = |space: &Space| space.look(Vectors::dimension);
        let space = space.filter(|space| dimension(space) > 0);
        let space = space.ok_or_else(|| Texts::new("向量还没有准备好", "there are no vectors yet"))?;
        let place = (name, question.to_owned());
        if let Some(known) = self.meanings.question(&place) {
            return Ok((space, known));
        }
        let deadline = Instant::now() + QUESTION_TIME;
        let texts = [question.to_owned()];
        let asked = embedder.embed(self, models, behalf, Role::Question, &texts, deadline).await;
        let vector = asked.map_err(|none| none.why().clone())?.pop().unwrap_or_default();
        if vector.len() != dimension(&space) {
            return Err(other_dimension(vector.len(), dimension(&space)));
        }
        let vector = Arc::new(Small::of(&vector));
        self.meanings.keep_question(place, &vector);
        Ok((space, vector))
    }
}

fn other_dimension(given: usize, expected: usize) -> Texts {
    Texts::new(
        format!("模型给了 {given} 维的向量，已有的是 {expected} 维；如果换了模型，请关掉再打开按意思查找"),
        format!(
            "the model gave a vector of {given} numbers, those that are kept have {expected}; if the model was changed, switch the search by meaning off and on again"
        ),
    )
}
