//! The model: texts into tokens, tokens through the network, their vectors into one of length 1.

use std::path::Path;

use candle_core::{Device, Tensor};
use rayon::ThreadPool;
use sha2::{Digest, Sha256};
use tokenizers::{Tokenizer, TruncationParams};

use crate::folder::{TOKENIZER, WEIGHTS, missing};
use crate::net::Net;
use crate::{Encode, Pooling, Role, Sheet, Trouble};

/// Texts that go through the model together; more are no faster on a processor.
const AT_ONCE: usize = 16;
/// Tokens that do, those that fill up among them: memory grows with them.
const TOKENS_AT_ONCE: usize = 4_096;
/// Few tokens have more characters; what is longer than this is cut before it is read.
const CHARS_PER_TOKEN: usize = 16;
/// What is asked of a model that was just read: a vector must come.
const TRIAL: &str = "hello 你好";

/// A model that is read.
pub(crate) struct Encoder {
    name: String,
    sheet: Sheet,
    tokenizer: Tokenizer,
    net: Net,
    threads: ThreadPool,
}

impl Encoder {
    pub(crate) fn load(folder: &Path, name: &str) -> Result<Self, Trouble> {
        let sheet = Sheet::read(folder, name)?;
        let read = |file: &str| match std::fs::read(folder.join(file)) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(missing(folder, file)),
            Err(error) => Err(Trouble::unreadable(&folder.join(file), error)),
        };
        let rules = read(TOKENIZER)?;
        let weights = read(WEIGHTS)?;
        let hash =
            Sha256::new().chain_update(format!("{sheet:?}")).chain_update(&rules).chain_update(&weights).finalize();
        let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let tokenizer = tokenizer(&rules, &sheet).map_err(|why| match why {
            Odd::Unreadable(why) => Trouble::unreadable(&folder.join(TOKENIZER), why),
            Odd::Contradiction(what) => Trouble::Contradiction { what },
        })?;
        let net =
            Net::load(weights, &sheet).map_err(|error| Trouble::unreadable(&folder.join(WEIGHTS), brief(&error)))?;
        // One is left to the rest of the product.
        let n_threads = std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1));
        let threads = rayon::ThreadPoolBuilder::new().num_threads(n_threads).thread_name(|n| format!("embed-{n}"));
        let threads = threads.build().map_err(|error| Trouble::NoVector(error.to_string()))?;
        let encoder = Self { name: format!("local/{name}@{hash}"), sheet, tokenizer, net, threads };
        encoder.encode(Role::Sentence, &[TRIAL.to_owned()])?;
        Ok(encoder)
    }

    /// The numbers of a text's tokens, with the frame that the model wants.
    fn tokens(&self, role: Role, text: &str) -> Result<Vec<u32>, Trouble> {
        let text: String = text.chars().take(self.sheet.max_tokens * CHARS_PER_TOKEN).collect();
        let framed = format!("{}{text}", self.sheet.prefix(role));
        let encoding =
            self.tokenizer.encode_fast(framed, true).map_err(|error| Trouble::NoVector(error.to_string()))?;
        let tokens = encoding.get_ids().to_vec();
        if tokens.is_empty() { Err(Trouble::NoVector("a text has no tokens".to_owned())) } else { Ok(tokens) }
    }

    /// The vectors of texts that go through the model together.
    fn together(&self, texts: &[&[u32]]) -> candle_core::Result<Vec<Vec<f32>>> {
        let lengths: Vec<usize> = texts.iter().map(|tokens| tokens.len()).collect();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let pad = self.sheet.shape.pad_token_id;
        let filled = |tokens: &&[u32]| -> Vec<u32> {
            tokens.iter().copied().chain(std::iter::repeat(pad)).take(longest).collect()
        };
        let tokens = Tensor::from_vec(texts.iter().flat_map(filled).collect(), (texts.len(), longest), &Device::Cpu)?;
        let hidden = self.net.forward(&tokens, &lengths)?.to_vec3::<f32>()?;
        let pooled = hidden.iter().zip(texts).map(|(rows, tokens)| self.pooled(&rows[..tokens.len()]));
        Ok(pooled.collect())
    }

    fn pooled(&self, tokens: &[Vec<f32>]) -> Vec<f32> {
        let counted = match self.sheet.pooling {
            Pooling::First => &tokens[..1],
            Pooling::Mean => tokens,
        };
        let mut sum = vec![0.0_f64; self.sheet.shape.hidden_size];
        for token in counted {
            sum.iter_mut().zip(token).for_each(|(sum, number)| *sum += f64::from(*number));
        }
        // The mean and the sum have one direction.
        let length = sum.iter().map(|number| number * number).sum::<f64>().sqrt();
        sum.iter().map(|number| (number / length) as f32).collect()
    }
}

impl Encode for Encoder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimension(&self) -> usize {
        self.sheet.shape.hidden_size
    }

    fn encode(&self, role: Role, texts: &[String]) -> Result<Vec<Vec<f32>>, Trouble> {
        let tokens = texts.iter().map(|text| self.tokens(role, text)).collect::<Result<Vec<_>, _>>()?;
        // Texts of a length together: little is filled up.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|text| std::cmp::Reverse(tokens[*text].len()));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut left = &order[..];
        while let Some(first) = left.first() {
            let n = (TOKENS_AT_ONCE / tokens[*first].len()).clamp(1, AT_ONCE).min(left.len());
            let (some, rest) = left.split_at(n);
            left = rest;
            let framed: Vec<&[u32]> = some.iter().map(|text| tokens[*text].as_slice()).collect();
            let made = self.threads.install(|| self.together(&framed));
            let made = made.map_err(|error| Trouble::NoVector(brief(&error)))?;
            some.iter().zip(made).for_each(|(text, vector)| vectors[*text] = vector);
        }
        if vectors.iter().flatten().any(|number| !number.is_finite()) {
            return Err(Trouble::NoVector("its numbers are not finite".to_owned()));
        }
        Ok(vectors)
    }
}

enum Odd {
    Unreadable(String),
    Contradiction(String),
}

fn tokenizer(rules: &[u8], sheet: &Sheet) -> Result<Tokenizer, Odd> {
    let mut tokenizer = Tokenizer::from_bytes(rules).map_err(|error| Odd::Unreadable(error.to_string()))?;
    let (known, room) = (tokenizer.get_vocab_size(true), sheet.shape.vocab_size);
    if known > room {
        return Err(Odd::Contradiction(format!("{TOKENIZER}: {known} tokens, config.json: {room}")));
    }
    tokenizer.with_padding(None);
    let cut = TruncationParams { max_length: sheet.max_tokens, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(cut)).map_err(|error| Odd::Unreadable(error.to_string()))?;
    Ok(tokenizer)
}

/// What went wrong, without the backtrace that candle may bring along.
fn brief(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().chars().take(300).collect()
}
