//! Traces of turns for an OpenTelemetry collector, by OTLP over HTTP with JSON (opentelemetry.io/docs/specs/otlp).
//!
//! A few spans a turn need no more than this; the usual crates would bring a second web stack. A turn never waits for
//! the collector: spans go into a bounded queue, and when that is full they are lost and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;
use uuid::Uuid;

/// Spans that wait for the collector at most.
const QUEUE: usize = 4_096;
/// Spans in one request at most.
const BATCH: usize = 512;
/// Spans are gathered for this long.
const GATHER: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Turns spans into OTLP's and queues them.
#[derive(Debug)]
pub(crate) struct Spans {
    queue: mpsc::Sender<Item>,
    lost: Arc<AtomicU64>,
}

/// Lets the last spans go.
#[derive(Clone, Debug)]
pub(crate) struct Exporter {
    queue: mpsc::Sender<Item>,
}

#[derive(Debug)]
enum Item {
    Span(Value),
    Flush(oneshot::Sender<()>),
}

/// A span that is open.
struct Begun {
    trace: Uuid,
    id: u64,
    parent: Option<u64>,
    at: SystemTime,
    attributes: Vec<Value>,
}

/// Sends the spans of turns to a collector such as `http://127.0.0.1:4318`, from a task of its own.
pub(crate) fn start(endpoint: &str) -> anyhow::Result<(Spans, Exporter)> {
    let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
    let url = reqwest::Url::parse(&url).with_context(|| format!("--otlp {endpoint}"))?;
    let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build().context("--otlp")?;
    let (queue, items) = mpsc::channel(QUEUE);
    let lost = Arc::<AtomicU64>::default();
    tokio::spawn(export(items, client, url, Arc::clone(&lost)));
    Ok((Spans { queue: queue.clone(), lost }, Exporter { queue }))
}

/// Only the engine's own spans; those of libraries are not about turns.
pub(crate) fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("runtime")
}

impl Exporter {
    /// Waits until everything queued so far was sent, or given up.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        let flush = async {
            if self.queue.send(Item::Flush(done)).await.is_ok() {
                let _ = flushed.await;
            }
        };
        let _ = tokio::time::timeout(TIMEOUT, flush).await;
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let parent = span.parent().and_then(|parent| {
            let extensions = parent.extensions();
            extensions.get::<Begun>().map(|begun| (begun.trace, begun.id))
        });
        let mut begun = Begun {
            trace: parent.map_or_else(Uuid::new_v4, |(trace, _)| trace),
            // A span's id must not be zero.
            id: Uuid::new_v4().as_u64_pair().0.max(1),
            parent: parent.map(|(_, id)| id),
            at: SystemTime::now(),
            attributes: Vec::new(),
        };
        attributes.record(&mut Reader(&mut begun.attributes));
        span.extensions_mut().insert(begun);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(begun) = span.extensions_mut().get_mut::<Begun>() {
            values.record(&mut Reader(&mut begun.attributes));
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(&id) else { return };
        let Some(begun) = span.extensions_mut().remove::<Begun>() else { return };
        let item = Item::Span(as_json(span.name(), &begun, SystemTime::now()));
        if self.queue.try_send(item).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn export(mut items: mpsc::Receiver<Item>, client: reqwest::Client, url: reqwest::Url, lost: Arc<AtomicU64>) {
    let mut is_well = true;
    let (mut spans, mut flushes) = (Vec::new(), Vec::new());
    while let Some(first) = items.recv().await {
        sort(first, &mut spans, &mut flushes);
        let gathering = tokio::time::Instant::now() + GATHER;
        while spans.len() < BATCH && flushes.is_empty() {
            match tokio::time::timeout_at(gathering, items.recv()).await {
                Ok(Some(item)) => sort(item, &mut spans, &mut flushes),
                _ => break,
            }
        }
        if !spans.is_empty() {
            let body = request(std::mem::take(&mut spans)).to_string();
            let sending = client.post(url.clone()).header("content-type", "application/json").body(body);
            let sent = sending.send().await.and_then(reqwest::Response::error_for_status);
            let lost = lost.swap(0, Ordering::Relaxed);
            match &sent {
                Err(error) if is_well => tracing::warn!(%error, "the collector does not take traces; they are lost"),
                _ if lost > 0 => tracing::warn!(lost, "the collector is too slow; some traces are lost"),
                _ => {}
            }
            is_well = sent.is_ok();
        }
        for flush in flushes.drain(..) {
            let _ = flush.send(());
        }
    }
}

fn sort(item: Item, spans: &mut Vec<Value>, flushes: &mut Vec<oneshot::Sender<()>>) {
    match item {
        Item::Span(span) => spans.push(span),
        Item::Flush(done) => flushes.push(done),
    }
}

fn request(spans: Vec<Value>) -> Value {
    let resource = [attribute("service.name", "heliu"), attribute("service.version", env!("CARGO_PKG_VERSION"))];
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "heliu" }, "spans": spans }],
    }] })
}

fn as_json(name: &str, begun: &Begun, end: SystemTime) -> Value {
    let nanos = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
    let mut span = json!({
        "traceId": begun.trace.simple().to_string(),
        "spanId": format!("{:016x}", begun.id),
        "name": name,
        // Internal: neither a request that came in nor one that goes out.
        "kind": 1,
        "startTimeUnixNano": nanos(begun.at),
        "endTimeUnixNano": nanos(end),
        "attributes": begun.attributes,
    });
    if let Some(parent) = begun.parent {
        span["parentSpanId"] = format!("{parent:016x}").into();
    }
    span
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// Reads a span's fields.
struct Reader<'a>(&'a mut Vec<Value>);

impl Visit for Reader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push(attribute(field.name(), &format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push(attribute(field.name(), value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push(json!({ "key": field.name(), "value": { "intValue": value.to_string() } }));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push(json!({ "key": field.name(), "value": { "boolValue": value } }));
    }
}
