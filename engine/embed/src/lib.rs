//! Vectors of sentences by a model on this machine: where the model is, what its folder says, and the model itself.
//!
//! A model is a folder as sentence-transformers writes it. [`Wanted`] names one, by its folder or by its name on the
//! hub; [`Hub`] finds or fetches the latter; [`load`] reads it into an [`Encode`]. The models are computed by candle, which
//! is behind the feature `candle`: without it, everything here says that this build has none.

#[cfg(feature = "candle")]
mod encoder;
mod folder;
mod hub;
#[cfg(feature = "candle")]
mod net;
mod trouble;
mod wanted;

use std::path::Path;
use std::sync::Arc;

pub use folder::{Family, Pooling, Sheet};
pub use hub::Hub;
pub use trouble::Trouble;
pub use wanted::{HubName, Wanted};

/// Can this build compute models?
pub const IS_BUILT_IN: bool = cfg!(feature = "candle");

/// What a text is; some models want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What a customer asks.
    Question,
    /// What may answer.
    Passage,
    /// One of several sentences that are compared with each other.
    Sentence,
}

/// What makes vectors of texts on this machine.
pub trait Encode: Send + Sync {
    /// Names the model and its content: only vectors of one name can be compared.
    fn name(&self) -> &str;

    /// How many numbers a vector has.
    fn dimension(&self) -> usize;

    /// One vector of length 1 for each text, in their order. It computes for milliseconds per text, on the thread that
    /// calls and on others; a text that is longer than the model reads is cut.
    ///
    /// # Errors
    /// When the model cannot take a text, or gives something that is no vector.
    fn encode(&self, role: Role, texts: &[String]) -> Result<Vec<Vec<f32>>, Trouble>;
}

/// Reads the model in a folder; `name` is what people call it. It takes a second for every few hundred megabytes.
///
/// # Errors
/// When this build has no models, when a file is missing or damaged, or when it is a kind of model that is not known here.
pub fn load(folder: &Path, name: &str) -> Result<Arc<dyn Encode>, Trouble> {
    #[cfg(feature = "candle")]
    {
        Ok(Arc::new(encoder::Encoder::load(folder, name)?))
    }
    #[cfg(not(feature = "candle"))]
    {
        let _ = (folder, name);
        Err(Trouble::NotBuiltIn)
    }
}
