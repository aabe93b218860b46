//! Fetching an address and its pages: the same host only, so many pages and no more, through the guard of all calls,
//! and only what the site's `robots.txt` leaves open.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use documents::{Kind, Unreadable};
use model::Texts;
use store::documents::{Crawl, Progress};
use tokio::time::Instant;
use url::Url;

use super::robots::{self, Robots};
use super::{Part, Stop, Work};
use crate::perform::{Fetched, NotFetched};
use crate::secret;

/// What a page may weigh, and all pages together.
const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;
const MAX_BYTES: usize = 20 * 1024 * 1024;
/// For one page, and for all.
const PAGE_TIME: Duration = Duration::from_secs(20);
const TIME: Duration = Duration::from_secs(4 * 60);
/// A site is not asked more often than this.
const PAUSE: Duration = Duration::from_millis(200);
/// Files that are no pages.
const NO_PAGES: [&str; 18] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "zip", "gz", "rar", "mp3", "mp4", "avi", "exe",
    "apk", "dmg",
];

impl Work<'_> {
    /// The pages of the document's address.
    pub(super) async fn crawl(&self) -> Result<Vec<Part>, Stop> {
        let Some(start) = self.document.url.as_deref().and_then(|url| Url::parse(url).ok()) else {
            return Err(no_address().into());
        };
        let bounds = self.document.crawl.unwrap_or(Crawl { pages: 1, depth: 0 });
        let deadline = Instant::now() + TIME;
        let mut rules = self.rules(&start).await?;
        let mut site = Site::new(start);
        let mut n_closed = 0_usize;
        let mut parts = Vec::new();
        let mut hashes = String::new();
        let mut n_bytes = 0_usize;
        let mut failed: Vec<String> = Vec::new();
        while let Some((url, depth)) = site.waiting.pop_front() {
            if parts.len() >= bounds.pages || n_bytes > MAX_BYTES || Instant::now() > deadline {
                break;
            }
            let is_first = parts.is_empty() && failed.is_empty();
            if !rules.allows(&url) {
                if is_first {
                    return Err(closed().into());
                }
                n_closed += 1;
                continue;
            }
            let fetched = match self.engine.caller.fetch(&url, MAX_PAGE_BYTES, PAGE_TIME).await {
                Ok(fetched) => fetched,
                Err(not) if is_first => return Err(unreachable(&not.why).into()),
                Err(not) => {
                    failed.push(format!("{}: {}", url.path(), not.why.in_language("en")));
                    continue;
                }
            };
            if is_first {
                if !site.has(&fetched.url) {
                    rules = self.rules(&fetched.url).await?;
                }
                if !rules.allows(&fetched.url) {
                    return Err(closed().into());
                }
                site.moved_to(&fetched.url);
            } else if !site.has(&fetched.url) {
                continue;
            }
            n_bytes += fetched.bytes.len();
            hashes.push_str(&secret::hash(&String::from_utf8_lossy(&fetched.bytes)));
            let (address, kind) = (fetched.url.clone(), kind_of(&fetched));
            let read = match kind {
                Ok(kind) => self.engine.read_bytes(kind, fetched.bytes).await?.map_err(Stop::from),
                Err(unreadable) => Err(unreadable.into()),
            };
            match read {
                Ok(read) => {
                    if depth < bounds.depth {
                        site.follow(&address, &read.links, depth + 1);
                    }
                    let title = read.title.clone().unwrap_or_else(|| address.path().to_owned());
                    parts.push(Part { title, url: Some(address.into()), read });
                }
                Err(Stop::Unreadable(unreadable)) if !is_first => {
                    failed.push(format!("{}: {}", url.path(), unreadable.why.in_language("en")));
                }
                Err(stop) => return Err(stop),
            }
            let done = i64::try_from(parts.len()).unwrap_or(0);
            let left = i64::try_from(site.waiting.len().min(bounds.pages - parts.len())).unwrap_or(0);
            self.progress(Progress { steps: Some((done, done + left)), ..Progress::default() }).await?;
            tokio::time::sleep(PAUSE).await;
        }
        if let (false, Some(first)) = (failed.is_empty(), parts.first_mut()) {
            let (n, named) = (failed.len(), failed.iter().take(3).cloned().collect::<Vec<_>>().join("; "));
            first.read.notes.push(Texts::new(
                format!("{n} 个页面没有读到：{named}"),
                format!("{n} pages could not be read: {named}"),
            ));
        }
        if let (1.., Some(first)) = (n_closed, parts.first_mut()) {
            first.read.notes.push(Texts::new(
                format!("{n_closed} 个页面没有读取，因为网站的 robots.txt 不允许"),
                format!("{n_closed} pages were not read because the site's robots.txt asks not to"),
            ));
        }
        let size = i64::try_from(n_bytes).unwrap_or(i64::MAX);
        let writing = self.engine.store.write().await?;
        let hash = secret::hash(&hashes);
        store::documents::note(&writing, self.workspace, &self.document.id, None, Some((&hash, size))).await?;
        writing.commit().await?;
        Ok(parts)
    }
}

impl Work<'_> {
    /// What a site asks of us. One without rules asks nothing; one whose rules cannot be read is left alone.
    async fn rules(&self, of: &Url) -> Result<Robots, Stop> {
        let Ok(address) = of.join("/robots.txt") else { return Ok(Robots::default()) };
        match self.engine.caller.fetch(&address, robots::MAX_BYTES, PAGE_TIME).await {
            Ok(fetched) => Ok(Robots::of(&fetched.bytes)),
            Err(NotFetched { status: Some(400..=499), .. }) => Ok(Robots::default()),
            // Nobody is there, or it may not be asked.
            Err(NotFetched { status: None, why }) => Err(unreachable(&why).into()),
            Err(NotFetched { why, .. }) => Err(unknown_rules(&why).into()),
        }
    }
}

/// The pages of one host that wait, and those that were seen.
struct Site {
    start: Url,
    seen: BTreeSet<String>,
    waiting: VecDeque<(Url, usize)>,
}

impl Site {
    fn new(start: Url) -> Self {
        let mut site = Self { start: start.clone(), seen: BTreeSet::new(), waiting: VecDeque::new() };
        site.wait_for(start, 0);
        site
    }

    /// The first page was somewhere else: that host counts.
    fn moved_to(&mut self, url: &Url) {
        self.start = url.clone();
        self.seen.insert(without_fragment(url.clone()).into());
    }

    fn has(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https")
            && url.host_str() == self.start.host_str()
            && url.port_or_known_default() == self.start.port_or_known_default()
    }

    fn follow(&mut self, from: &Url, links: &[String], depth: usize) {
        for link in links {
            if let Ok(url) = from.join(link)
                && self.has(&url)
                && !is_no_page(&url)
            {
                self.wait_for(url, depth);
            }
        }
    }

    fn wait_for(&mut self, url: Url, depth: usize) {
        let url = without_fragment(url);
        if self.seen.insert(url.clone().into()) {
            self.waiting.push_back((url, depth));
        }
    }
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn is_no_page(url: &Url) -> bool {
    let ending = url.path().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| NO_PAGES.contains(&ending.as_str()))
}

fn kind_of(fetched: &Fetched) -> Result<Kind, Unreadable> {
    let kind = fetched.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/html" | "application/xhtml+xml" => Ok(Kind::Html),
        "text/markdown" => Ok(Kind::Markdown),
        "text/plain" => Ok(Kind::Text),
        _ => Kind::of(fetched.url.path(), &fetched.bytes),
    }
}

fn no_address() -> Unreadable {
    Unreadable::new(
        ("网址不正确", "this is no address"),
        ("请填写以 http:// 或 https:// 开头的网址", "write one that begins with http:// or https://"),
    )
}

fn closed() -> Unreadable {
    Unreadable::new(
        ("网站的 robots.txt 不允许读取这个网址", "the site's robots.txt asks not to read this address"),
        (
            "如果是您自己的网站，请在 robots.txt 里允许 heliu；也可以把页面另存为文件再上传",
            "if it is your own site, allow heliu in its robots.txt; or save the page as a file and upload that",
        ),
    )
}

fn unknown_rules(why: &Texts) -> Unreadable {
    Unreadable::new(
        (
            &format!("网站的 robots.txt 读不到：{}", why.in_language("zh")),
            &format!("the site's robots.txt cannot be read: {}", why.in_language("en")),
        ),
        (
            "网站自己出了问题，请稍后重试；也可以把页面另存为文件再上传",
            "the site has trouble of its own: try again later, or save the page as a file and upload that",
        ),
    )
}

fn unreachable(why: &Texts) -> Unreadable {
    Unreadable::new(
        (
            &format!("打不开这个网址：{}", why.in_language("zh")),
            &format!("the address cannot be read: {}", why.in_language("en")),
        ),
        (
            "请在浏览器里看看它能否从外网打开、会不会太大或太慢；内网地址需要管理员用 --allow-private 放行",
            "see in a browser whether it opens from the internet, and whether it is very large or slow; private addresses must be allowed by the operator with --allow-private",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_same_host_are_followed_and_each_once() {
        let start = Url::parse("https://example.com/help/").expect("an address");
        let mut site = Site::new(start.clone());
        let links = [
            "a",
            "/help/a#b",
            "https://example.com/help/",
            "http://other.com/",
            "//evil.com/",
            "x.png",
            "mailto:a@b",
            "javascript:1",
            "?q=2",
        ];
        let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();

        site.follow(&start, &links, 1);

        let waiting: Vec<_> = site.waiting.iter().map(|(url, depth)| (url.as_str(), *depth)).collect();
        assert_eq!(
            waiting,
            [("https://example.com/help/", 0), ("https://example.com/help/a", 1), ("https://example.com/help/?q=2", 1)]
        );
    }
}
