//! What turns texts into vectors. A provider's model is one way; whatever else can do it is another variant.

use model::ModelProvider;
use tokio::time::Instant;

use crate::Engine;
use crate::perform::{Behalf, Models, NoVectors, vectors};

/// What makes vectors for a workspace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Embedder {
    /// The embedding model of a provider.
    Provider(Box<ModelProvider>),
}

/// What a text is to the search; some models want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What a customer asks.
    Question,
    /// What may answer.
    Passage,
}

impl Embedder {
    /// The one that a workspace has set up: of the provider it asks first, else of the first that has one. No other
    /// stands in when it fails, as vectors of different models say nothing to each other.
    pub(crate) fn of(models: &Models) -> Option<Self> {
        let can = |provider: &&ModelProvider| provider.is_on && !provider.embedding_model.is_empty();
        let able = || models.providers.iter().filter(can);
        let chosen = able().find(|provider| provider.key == models.settings.provider).or_else(|| able().next())?;
        Some(Self::Provider(Box::new(chosen.clone())))
    }

    /// What is kept beside each vector: only those of the same name are compared.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Provider(provider) => format!("{}/{}", provider.key, provider.embedding_model),
        }
    }

    /// One vector of length 1 for each text, in their order, all of one dimension.
    pub(crate) async fn embed(
        &self,
        engine: &Engine,
        models: &Models,
        behalf: Behalf<'_>,
        _role: Role,
        texts: &[String],
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, NoVectors> {
        match self {
            Self::Provider(provider) => vectors(engine, models, provider, behalf, texts, deadline).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ModelSettings;

    use super::*;

    #[test]
    fn the_provider_asked_first_makes_the_vectors_if_it_can() {
        let provider = |key: &str, embedding_model: &str, is_on| ModelProvider {
            key: key.into(),
            embedding_model: embedding_model.into(),
            is_on,
            ..ModelProvider::default()
        };
        let named = |first: &str, providers: &[ModelProvider]| {
            let settings = ModelSettings { provider: first.into(), ..ModelSettings::default() };
            let models = Models { providers: providers.to_vec(), settings, ..Models::default() };
            Embedder::of(&models).map(|embedder| embedder.name()).unwrap_or_default()
        };
        let all =
            [provider("a", "", true), provider("b", "m", false), provider("c", "m", true), provider("d", "n", true)];

        assert_eq!((named("d", &all), named("a", &all), named("b", &all)), ("d/n".into(), "c/m".into(), "c/m".into()));
        assert_eq!(named("a", &all[..2]), "");
    }
}
