//! The network of BERT and XLM-RoBERTa: embeddings, then layers of attention, each with two dense steps behind it.
//!
//! Devlin et al. 2018, Conneau et al. 2019; names of tensors are those of Hugging Face's transformers. The two differ in
//! where positions begin, so one network does for both; candle's own collection would bring 150 more.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Activation, Embedding, LayerNorm, Linear, VarBuilder, embedding, layer_norm, linear};

use crate::{Family, Sheet};

pub(crate) struct Net {
    words: Embedding,
    positions: Embedding,
    /// What is added to each token of a text that has one part.
    part: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    first_position: u32,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: LayerNorm,
    inner: Linear,
    activation: Activation,
    outer: Linear,
    outer_norm: LayerNorm,
    n_heads: usize,
}

impl Net {
    /// Takes the weights of a safetensors file, whatever precision they are in.
    pub(crate) fn load(weights: Vec<u8>, sheet: &Sheet) -> Result<Self> {
        let tensors = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
        let is_inner = |name: &&str| tensors.contains_tensor(&format!("{name}.embeddings.word_embeddings.weight"));
        let tensors =
            ["bert", "roberta"].iter().find(|name| is_inner(name)).map_or(tensors.clone(), |name| tensors.pp(name));
        let shape = &sheet.shape;
        let size = shape.hidden_size;
        let from = tensors.pp("embeddings");
        let parts = from.get((shape.type_vocab_size, size), "token_type_embeddings.weight")?;
        Ok(Self {
            words: embedding(shape.vocab_size, size, from.pp("word_embeddings"))?,
            positions: embedding(shape.max_position_embeddings, size, from.pp("position_embeddings"))?,
            part: parts.narrow(0, 0, 1)?,
            norm: layer_norm(size, shape.layer_norm_eps, from.pp("LayerNorm"))?,
            layers: (0..shape.num_hidden_layers)
                .map(|layer| Layer::load(&tensors.pp(format!("encoder.layer.{layer}")), sheet))
                .collect::<Result<_>>()?,
            first_position: match sheet.family {
                Family::Bert => 0,
                Family::XlmRoberta => shape.pad_token_id + 1,
            },
        })
    }

    /// The vectors of the tokens of some texts, `lengths` of which count; the others fill up.
    pub(crate) fn forward(&self, tokens: &Tensor, lengths: &[usize]) -> Result<Tensor> {
        let (_, longest) = tokens.dims2()?;
        let positions = Tensor::arange(self.first_position, self.first_position + longest as u32, tokens.device())?;
        let embedded = self.words.forward(tokens)?.broadcast_add(&self.positions.forward(&positions)?)?;
        let mut hidden = self.norm.forward(&embedded.broadcast_add(&self.part)?)?;
        let hides = mask(lengths, longest)?;
        for layer in &self.layers {
            hidden = layer.forward(&hidden, hides.as_ref())?;
        }
        Ok(hidden)
    }
}

/// What is added to the scores of tokens, so that nothing looks at those that fill up; none where all texts are as long.
fn mask(lengths: &[usize], longest: usize) -> Result<Option<Tensor>> {
    if lengths.iter().all(|length| *length == longest) {
        return Ok(None);
    }
    let row = |length: &usize| (0..longest).map(|at| if at < *length { 0.0 } else { f32::MIN }).collect::<Vec<f32>>();
    let hides = lengths.iter().flat_map(row).collect();
    Tensor::from_vec(hides, (lengths.len(), 1, 1, longest), &Device::Cpu).map(Some)
}

impl Layer {
    fn load(tensors: &VarBuilder<'_>, sheet: &Sheet) -> Result<Self> {
        let (size, inner, eps) = (sheet.shape.hidden_size, sheet.shape.intermediate_size, sheet.shape.layer_norm_eps);
        let of_size = |name: &str| linear(size, size, tensors.pp(name));
        Ok(Self {
            query: of_size("attention.self.query")?,
            key: of_size("attention.self.key")?,
            value: of_size("attention.self.value")?,
            attended: of_size("attention.output.dense")?,
            attended_norm: layer_norm(size, eps, tensors.pp("attention.output.LayerNorm"))?,
            inner: linear(size, inner, tensors.pp("intermediate.dense"))?,
            activation: if sheet.shape.hidden_act == "relu" { Activation::Relu } else { Activation::Gelu },
            outer: linear(inner, size, tensors.pp("output.dense"))?,
            outer_norm: layer_norm(size, eps, tensors.pp("output.LayerNorm"))?,
            n_heads: sheet.shape.num_attention_heads,
        })
    }

    fn forward(&self, hidden: &Tensor, hides: Option<&Tensor>) -> Result<Tensor> {
        let attended = self.attended.forward(&self.attention(hidden, hides)?)?;
        let hidden = self.attended_norm.forward(&(attended + hidden)?)?;
        let inner = self.activation.forward(&self.inner.forward(&hidden)?)?;
        self.outer_norm.forward(&(self.outer.forward(&inner)? + hidden)?)
    }

    fn attention(&self, hidden: &Tensor, hides: Option<&Tensor>) -> Result<Tensor> {
        let (n_texts, n_tokens, size) = hidden.dims3()?;
        let head = size / self.n_heads;
        let by_head =
            |part: Tensor| part.reshape((n_texts, n_tokens, self.n_heads, head))?.transpose(1, 2)?.contiguous();
        let query = by_head((self.query.forward(hidden)? / (head as f64).sqrt())?)?;
        let (key, value) = (by_head(self.key.forward(hidden)?)?, by_head(self.value.forward(hidden)?)?);
        let scores = query.matmul(&key.t()?)?;
        let scores = hides.map_or(Ok(scores.clone()), |hides| scores.broadcast_add(hides))?;
        let mixed = softmax_last_dim(&scores)?.matmul(&value)?;
        mixed.transpose(1, 2)?.reshape((n_texts, n_tokens, size))
    }
}
