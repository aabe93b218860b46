//! The model on this machine: how it is, and asking it so that the rest of the product keeps its time.

use std::sync::{Arc, PoisonError, RwLock};

use embed::{Encode, Role, Trouble};
use model::Texts;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::Meanings;
use crate::perform::NoVectors;
use crate::{Engine, Error};

/// Texts that go to the model before another asker has his turn: a customer's question does not wait for a library.
const AT_ONCE: usize = 4;

/// How the model on this machine is.
#[derive(Clone, Default)]
pub enum LocalModel {
    /// None is wanted.
    #[default]
    None,
    /// It is being fetched or read.
    Loading {
        /// As the setting names it.
        name: String,
    },
    /// It makes vectors.
    Ready(Arc<dyn Encode>),
    /// It is wanted, and there is none.
    Failed {
        /// As the setting names it.
        name: String,
        /// Why.
        why: Texts,
    },
}

/// The same for a screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LocalModelState {
    /// `none`, `loading`, `ready` or `failed`.
    pub state: &'static str,
    /// Its name; empty where none is wanted.
    pub name: String,
    /// Numbers in its vectors, once it is ready.
    pub dimension: Option<usize>,
    /// Why there is none.
    pub problem: Option<Texts>,
}

impl LocalModel {
    /// The model, or why there is none.
    pub(super) fn ready(&self) -> Result<Arc<dyn Encode>, Texts> {
        match self {
            Self::Ready(model) => Ok(Arc::clone(model)),
            Self::None => Err(Texts::new(
                "服务器上没有设置本机向量模型，请管理员设置 HELIU_EMBEDDINGS",
                "no local model has been set up on the server; its operator sets HELIU_EMBEDDINGS",
            )),
            Self::Loading { .. } => Err(Texts::new("本机向量模型还在载入", "the local model is still being read")),
            Self::Failed { why, .. } => Err(why.clone()),
        }
    }

    fn shown(&self) -> LocalModelState {
        match self {
            Self::None => LocalModelState { state: "none", ..LocalModelState::default() },
            Self::Loading { name } => {
                LocalModelState { state: "loading", name: name.clone(), ..LocalModelState::default() }
            }
            Self::Ready(model) => LocalModelState {
                state: "ready",
                name: model.name().to_owned(),
                dimension: Some(model.dimension()),
                problem: None,
            },
            Self::Failed { name, why } => LocalModelState {
                state: "failed",
                name: name.clone(),
                problem: Some(why.clone()),
                ..LocalModelState::default()
            },
        }
    }
}

/// The one model of the process; all workspaces share it.
pub(super) struct Local {
    model: RwLock<LocalModel>,
    /// One computes at a time, in the order of asking: it takes all threads that it may.
    turn: Arc<Semaphore>,
}

impl Default for Local {
    fn default() -> Self {
        Self { model: RwLock::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

impl Local {
    pub(super) fn model(&self) -> LocalModel {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The vectors of some texts, each of length 1.
    pub(super) async fn embed(
        &self,
        model: &Arc<dyn Encode>,
        role: Role,
        texts: &[String],
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, NoVectors> {
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(AT_ONCE) {
            vectors.extend(timeout_at(deadline, self.some(model, role, some)).await.map_err(|_| late())??);
        }
        Ok(vectors)
    }

    async fn some(&self, model: &Arc<dyn Encode>, role: Role, some: &[String]) -> Result<Vec<Vec<f32>>, NoVectors> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| late())?;
        let (model, some) = (Arc::clone(model), some.to_vec());
        let made = tokio::task::spawn_blocking(move || {
            // Held until it is over, even if nobody waits for it any more.
            let _turn = turn;
            model.encode(role, &some)
        });
        let made = made.await.map_err(|error| {
            tracing::error!(error = %Error::Internal(error.to_string()), "the local model failed inside");
            NoVectors::Refused(Texts::new("本机模型出错", "the local model failed inside"))
        })?;
        made.map_err(|trouble| match trouble {
            // It may be one odd text among others.
            Trouble::NoVector(_) => NoVectors::Refused(trouble.texts()),
            other => NoVectors::Failed(other.texts()),
        })
    }
}

impl Meanings {
    /// The model on this machine, or why there is none.
    pub(crate) fn local_ready(&self) -> Result<Arc<dyn Encode>, Texts> {
        self.local.model().ready()
    }

    /// Vectors by the model on this machine, each of length 1.
    pub(crate) async fn by_local(
        &self,
        model: &Arc<dyn Encode>,
        role: Role,
        texts: &[String],
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, NoVectors> {
        self.local.embed(model, role, texts, deadline).await
    }
}

impl Engine {
    /// Says how the model on this machine is; what waited for it goes on.
    pub fn set_local_model(&self, model: LocalModel) {
        *self.meanings.local.model.write().unwrap_or_else(PoisonError::into_inner) = model;
        self.meanings.wake();
        self.topics.seconds.wake();
    }

    /// How the model on this machine is.
    pub fn local_model(&self) -> LocalModelState {
        self.meanings.local.model().shown()
    }
}

fn late() -> NoVectors {
    NoVectors::Failed(Texts::new("本机模型没有及时算完", "the local model did not answer in time"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Takes its time, and notes how many compute at once.
    #[derive(Default)]
    struct Slow {
        running: AtomicUsize,
        most: AtomicUsize,
        calls: AtomicUsize,
    }

    impl Encode for Slow {
        fn name(&self) -> &str {
            "local/slow@0"
        }

        fn dimension(&self) -> usize {
            1
        }

        fn encode(&self, _role: Role, texts: &[String]) -> Result<Vec<Vec<f32>>, Trouble> {
            let n = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(n, Ordering::SeqCst);
            self.calls.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(30));
            self.running.fetch_sub(1, Ordering::SeqCst);
            match texts.iter().find(|text| text.as_str() != "good") {
                Some(odd) if odd == "panic" => panic!("asked to"),
                Some(odd) => Err(Trouble::NoVector(odd.clone())),
                None => Ok(vec![vec![1.0]; texts.len()]),
            }
        }
    }

    fn texts(n: usize) -> Vec<String> {
        vec!["good".to_owned(); n]
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_question_comes_between_the_passages_of_a_library() {
        let (local, slow) = (Arc::new(Local::default()), Arc::new(Slow::default()));
        let model: Arc<dyn Encode> = slow.clone();
        let far = Instant::now() + Duration::from_secs(20);
        let library = {
            let (local, model) = (Arc::clone(&local), Arc::clone(&model));
            tokio::spawn(async move { local.embed(&model, Role::Passage, &texts(40), far).await })
        };
        while slow.calls.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        local.embed(&model, Role::Question, &texts(1), far).await.expect("a vector");

        assert!(!library.is_finished() && slow.calls.load(Ordering::SeqCst) < 6, "it did not wait for the library");
        assert_eq!(library.await.expect("no panic").expect("vectors").len(), 40);
        assert_eq!((slow.calls.load(Ordering::SeqCst), slow.most.load(Ordering::SeqCst)), (11, 1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_late_odd_or_fails_inside_has_a_reason() {
        let (local, model): (_, Arc<dyn Encode>) = (Local::default(), Arc::new(Slow::default()));
        let soon = Instant::now() + Duration::from_millis(45);
        let late = local.embed(&model, Role::Passage, &texts(40), soon).await.expect_err("it is late");
        assert!(late.why().in_language("en").contains("in time"), "{late:?}");

        let far = Instant::now() + Duration::from_secs(20);
        for odd in ["odd", "panic"] {
            let texts = ["good".to_owned(), odd.to_owned()];
            let refused = local.embed(&model, Role::Passage, &texts, far).await;
            assert!(matches!(refused, Err(NoVectors::Refused(_))), "{odd}: {refused:?}");
        }
        assert_eq!(local.embed(&model, Role::Passage, &texts(1), far).await, Ok(vec![vec![1.0]]), "it goes on");
    }
}
