//! Fetching a page for a library: through the same guard as every call, each redirect checked anew.

use std::time::Duration;

use model::Texts;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use tokio::time::Instant;
use url::Url;

use super::call::Caller;
use super::failure::Failure;

const MAX_REDIRECTS: usize = 5;

/// A page.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// Where it was in the end.
    pub(crate) url: Url,
    pub(crate) content_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) struct NotFetched {
    pub(crate) why: Texts,
    /// What the other side answered, where it answered.
    pub(crate) status: Option<u16>,
}

impl From<Texts> for NotFetched {
    fn from(why: Texts) -> Self {
        Self { why, status: None }
    }
}

impl Caller {
    /// Reads what is at an address, or says why not.
    pub(crate) async fn fetch(&self, url: &Url, max_bytes: usize, limit: Duration) -> Result<Fetched, NotFetched> {
        let deadline = Instant::now() + limit;
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let (checked, client) = self.target(url.as_str()).map_err(|failure| failure.why)?;
            let left = deadline.duration_since(Instant::now());
            let accept = "text/html,text/plain,text/markdown,application/pdf;q=0.9,*/*;q=0.5";
            let asked = client.get(checked.clone()).header(ACCEPT, accept).timeout(left).send().await;
            let mut response = asked.map_err(|error| Failure::of(&error, limit).why)?;
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if response.status().is_redirection() {
                url = checked.join(header(LOCATION)).map_err(|_| nowhere())?;
                continue;
            }
            if !response.status().is_success() {
                let status = response.status().as_u16();
                let why = Texts::new(format!("对方回答 {status}"), format!("the answer is {status}"));
                return Err(NotFetched { why, status: Some(status) });
            }
            let content_type = header(CONTENT_TYPE).to_owned();
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error, limit).why)? {
                if bytes.len() + chunk.len() > max_bytes {
                    let most = max_bytes / 1024 / 1024;
                    return Err(Texts::new(
                        format!("页面超过 {most} MiB"),
                        format!("the page is larger than {most} MiB"),
                    )
                    .into());
                }
                bytes.extend_from_slice(&chunk);
            }
            return Ok(Fetched { url: checked, content_type, bytes });
        }
        Err(Texts::new("跳转次数太多", "it redirects too often").into())
    }
}

fn nowhere() -> Texts {
    Texts::new("跳转的目标不正确", "it redirects to no address")
}
