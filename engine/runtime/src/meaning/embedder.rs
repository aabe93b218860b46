//! What turns texts into vectors. A provider's model is one way; whatever else can do it is another variant.

use std::sync::Arc;

use embed::Encode;
pub(crate) use embed::Role;
use model::{Embeddings, ModelProvider, Texts};
use tokio::time::Instant;

use super::LocalModel;
use crate::Engine;
use crate::perform::{Behalf, Models, NoVectors, vectors};

/// What makes vectors for a workspace.
#[derive(Clone)]
pub(crate) enum Embedder {
    /// The embedding model of a provider.
    Provider(Box<ModelProvider>),
    /// The model on this machine.
    Local(Arc<dyn Encode>),
}

impl Embedder {
    /// The one that a workspace has chosen, or why there is none: of the provider it asks first, else of the first that
    /// has one; where none has, the model on this machine. No other stands in when it fails, as vectors of different
    /// models say nothing to each other.
    pub(crate) fn of(models: &Models, local: &LocalModel) -> Result<Self, Texts> {
        let can = |provider: &&ModelProvider| provider.is_on && !provider.embedding_model.is_empty();
        let able = || models.providers.iter().filter(can);
        let chosen = able().find(|provider| provider.key == models.settings.provider).or_else(|| able().next());
        match (models.settings.embeddings, chosen, local) {
            (Embeddings::Automatic | Embeddings::Provider, Some(provider), _) => {
                Ok(Self::Provider(Box::new(provider.clone())))
            }
            (Embeddings::Provider, None, _) | (Embeddings::Automatic, None, LocalModel::None) => Err(no_maker()),
            (Embeddings::Local, ..) | (Embeddings::Automatic, None, _) => local.ready().map(Self::Local),
        }
    }

    /// What is kept beside each vector: only those of the same name are compared.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Provider(provider) => format!("{}/{}", provider.key, provider.embedding_model),
            Self::Local(model) => model.name().to_owned(),
        }
    }

    /// One vector of length 1 for each text, in their order, all of one dimension.
    pub(crate) async fn embed(
        &self,
        engine: &Engine,
        models: &Models,
        behalf: Behalf<'_>,
        role: Role,
        texts: &[String],
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, NoVectors> {
        match self {
            Self::Provider(provider) => vectors(engine, models, provider, behalf, texts, deadline).await,
            Self::Local(model) => engine.meanings.by_local(model, role, texts, deadline).await,
        }
    }
}

fn no_maker() -> Texts {
    Texts::new(
        "没有可用的向量模型，请在“设置 → 模型”里填写",
        "no embedding model has been set up; enter one under Settings → Models",
    )
}

#[cfg(test)]
mod tests {
    use embed::Trouble;
    use model::ModelSettings;

    use super::*;

    struct Tiny;

    impl Encode for Tiny {
        fn name(&self) -> &str {
            "local/tiny@0"
        }

        fn dimension(&self) -> usize {
            1
        }

        fn encode(&self, _role: Role, texts: &[String]) -> Result<Vec<Vec<f32>>, Trouble> {
            Ok(vec![vec![1.0]; texts.len()])
        }
    }

    fn provider(key: &str, embedding_model: &str, is_on: bool) -> ModelProvider {
        ModelProvider { key: key.into(), embedding_model: embedding_model.into(), is_on, ..ModelProvider::default() }
    }

    fn chosen(settings: ModelSettings, providers: &[ModelProvider], local: &LocalModel) -> String {
        let models = Models { providers: providers.to_vec(), settings, ..Models::default() };
        Embedder::of(&models, local).map_or_else(|why| why.in_language("en").to_owned(), |embedder| embedder.name())
    }

    #[test]
    fn the_provider_asked_first_makes_the_vectors_if_it_can() {
        let named = |first: &str, providers: &[ModelProvider]| {
            let settings = ModelSettings { provider: first.into(), ..ModelSettings::default() };
            chosen(settings, providers, &LocalModel::None)
        };
        let all =
            [provider("a", "", true), provider("b", "m", false), provider("c", "m", true), provider("d", "n", true)];

        assert_eq!((named("d", &all), named("a", &all), named("b", &all)), ("d/n".into(), "c/m".into(), "c/m".into()));
        assert!(named("a", &all[..2]).contains("no embedding model"));
    }

    #[test]
    fn the_model_on_this_machine_makes_them_where_it_is_chosen_or_alone() {
        let by = |embeddings, providers: &[ModelProvider], local: &LocalModel| {
            chosen(ModelSettings { embeddings, ..ModelSettings::default() }, providers, local)
        };
        let (able, unable) = ([provider("a", "m", true)], [provider("a", "", true)]);
        let ready = LocalModel::Ready(Arc::new(Tiny));
        let loading = LocalModel::Loading { name: "tiny".into() };
        let failed =
            LocalModel::Failed { name: "tiny".into(), why: Texts::new("没有文件夹", "there is no folder") };

        assert_eq!(by(Embeddings::Automatic, &able, &ready), "a/m");
        assert_eq!(by(Embeddings::Automatic, &unable, &ready), "local/tiny@0");
        assert_eq!(by(Embeddings::Local, &able, &ready), "local/tiny@0");
        assert!(by(Embeddings::Provider, &unable, &ready).contains("no embedding model"));
        assert!(by(Embeddings::Automatic, &unable, &loading).contains("still being read"));
        assert_eq!(by(Embeddings::Local, &able, &failed), "there is no folder", "no other stands in");
        assert!(by(Embeddings::Local, &able, &LocalModel::None).contains("HELIU_EMBEDDINGS"));
    }
}
