//! The sentence model on this machine: found, fetched where it has to be, and read, beside everything else.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use embed::{Encode, Hub, Trouble, Wanted};
use runtime::{Engine, LocalModel};

use crate::config::LocalEmbeddings;

/// Between tries to reach the hub; doubled until it is `LONGEST_REST`.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);

/// Sees to the model that is set up, if any. The product serves meanwhile: words find, and the screens say how far it is.
pub(crate) fn begin(engine: &Arc<Engine>, settings: &LocalEmbeddings, data: &Path) {
    let Some(name) = settings.wanted().map(str::to_owned) else { return };
    engine.set_local_model(LocalModel::Loading { name: name.clone() });
    let (engine, hub) = (Arc::clone(engine), settings.hub(data));
    tokio::spawn(async move {
        let mut rest = REST;
        loop {
            let began = Instant::now();
            match model(&name, &hub).await {
                Ok(model) => {
                    let read_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(
                        name = model.name(),
                        numbers = model.dimension(),
                        read_ms,
                        "the local model is ready"
                    );
                    return engine.set_local_model(LocalModel::Ready(model));
                }
                Err(trouble) => {
                    tracing::warn!(model = name, %trouble, "there is no local model; words alone find");
                    engine.set_local_model(LocalModel::Failed { name: name.clone(), why: trouble.texts() });
                    if !trouble.may_pass() {
                        return;
                    }
                }
            }
            tokio::time::sleep(rest).await;
            rest = (rest * 2).min(LONGEST_REST);
        }
    });
}

/// The model of a setting, fetched where it is not on this machine.
async fn model(setting: &str, hub: &Hub) -> Result<Arc<dyn Encode>, Trouble> {
    if !embed::IS_BUILT_IN {
        return Err(Trouble::NotBuiltIn);
    }
    let wanted = Wanted::read(setting)?;
    let folder = match &wanted {
        Wanted::Folder(folder) => folder.clone(),
        Wanted::Hub(name) => hub.find(name).await?,
    };
    let read = tokio::task::spawn_blocking(move || embed::load(&folder, &wanted.short_name())).await;
    read.map_err(|error| Trouble::NoVector(error.to_string()))?
}

impl LocalEmbeddings {
    /// The folder or the name; none when it is empty.
    fn wanted(&self) -> Option<&str> {
        self.embeddings.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }

    fn hub(&self, data: &Path) -> Hub {
        let home = std::env::home_dir().map(|home| home.join(".cache/huggingface"));
        let usual = self.hub_home.clone().or(home).map(|home| home.join("hub"));
        Hub {
            endpoint: self.hub.clone(),
            token: self.hub_token.clone().filter(|token| !token.is_empty()),
            caches: [self.hub_cache.clone(), usual].into_iter().flatten().collect::<Vec<PathBuf>>(),
            own: data.join("models"),
        }
    }
}
