//! The load: customers who talk without a pause, or with short ones, send again what was not accepted, and remember everything.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::RwLock;
use tokio::task::JoinSet;

use crate::customer::{ANSWER_WITHIN, Outcome, Sent, Talk, http, outcome};
use crate::flow::{Step, WAIT_MS};
use crate::random::Random;

/// Messages after which a customer begins a new conversation.
const TALK_LENGTH: usize = 25;
/// How often a customer looks for something that comes by itself.
const LOOK_EVERY: Duration = Duration::from_millis(60);
/// After the last new message.
const REST_WITHIN: Duration = Duration::from_secs(20);

/// What all customers share: the address, what they were told so far, and a gate that is shut while the server is away.
pub(crate) struct Load {
    url: String,
    /// What the ids of its messages begin with, after their step.
    name: String,
    steps: Vec<Step>,
    /// Customers pause for so long at most after each answer.
    pause: Duration,
    /// Whoever talks to the server holds it for reading; who kills and starts the server holds it for writing.
    pub(crate) gate: RwLock<()>,
    /// No new messages: finish what is begun.
    is_ending: AtomicBool,
    /// A network that breaks on its own: silence and broken connections are no fault of the server.
    is_network_bad: bool,
    talks: Mutex<Vec<Arc<Mutex<Talk>>>>,
    violations: Mutex<Vec<String>>,
    acked: AtomicUsize,
}

impl Load {
    /// No customers yet; they ask for these steps, more often for those that are named more often.
    pub(crate) fn new(name: &str, url: &str, steps: &[Step]) -> Arc<Self> {
        Self::with_pauses(name, url, steps, Duration::ZERO)
    }

    /// The same with customers who pause for so long at most after each answer.
    pub(crate) fn with_pauses(name: &str, url: &str, steps: &[Step], pause: Duration) -> Arc<Self> {
        Self::over(name, url, steps, pause, false)
    }

    /// The same over a network that breaks.
    pub(crate) fn over_a_bad_network(name: &str, url: &str, steps: &[Step]) -> Arc<Self> {
        Self::over(name, url, steps, Duration::ZERO, true)
    }

    fn over(name: &str, url: &str, steps: &[Step], pause: Duration, is_network_bad: bool) -> Arc<Self> {
        Arc::new(Self {
            url: url.to_owned(),
            name: name.to_owned(),
            steps: steps.to_vec(),
            pause,
            gate: RwLock::new(()),
            is_ending: AtomicBool::new(false),
            is_network_bad,
            talks: Mutex::default(),
            violations: Mutex::default(),
            acked: AtomicUsize::new(0),
        })
    }

    /// Lets so many new customers begin to talk.
    pub(crate) fn begin(self: &Arc<Self>, customers: usize, random: &mut Random) -> JoinSet<()> {
        self.begin_all((0..customers).map(|_| None), random)
    }

    /// Lets the customers of these conversations go on.
    pub(crate) fn begin_in(self: &Arc<Self>, talks: &[Talk], random: &mut Random) -> JoinSet<()> {
        self.begin_all(talks.iter().cloned().map(Some), random)
    }

    fn begin_all(self: &Arc<Self>, talks: impl Iterator<Item = Option<Talk>>, random: &mut Random) -> JoinSet<()> {
        let mut talking = JoinSet::new();
        for (number, talk) in talks.enumerate() {
            let talk = talk.map(|talk| Arc::new(Mutex::new(talk)));
            locked(&self.talks).extend(talk.clone());
            let (load, http, random) = (Arc::clone(self), http(), random.split());
            let customer =
                Customer { load, http, number, n_sent: 0, random, talk, silent_since: None, has_given_up: false };
            talking.spawn(customer.talk());
        }
        talking
    }

    /// Lets every customer finish what they have begun.
    pub(crate) async fn end(&self, mut talking: JoinSet<()>) {
        self.is_ending.store(true, Ordering::SeqCst);
        let rest = async { while talking.join_next().await.is_some() {} };
        if tokio::time::timeout(REST_WITHIN, rest).await.is_err() {
            self.violated(format!("{} customers did not come to rest within {REST_WITHIN:?} (I8)", talking.len()));
        }
    }

    /// Messages that were accepted.
    pub(crate) fn n_acked(&self) -> usize {
        self.acked.load(Ordering::SeqCst)
    }

    /// All conversations, as their customers know them.
    pub(crate) fn talks(&self) -> Vec<Talk> {
        locked(&self.talks).iter().map(|talk| locked(talk).clone()).collect()
    }

    /// What customers saw that must not be.
    pub(crate) fn violations(&self) -> Vec<String> {
        let seen = self.talks().into_iter().flat_map(|talk| talk.contradictions);
        locked(&self.violations).iter().cloned().chain(seen).collect()
    }

    fn violated(&self, what: String) {
        locked(&self.violations).push(what);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Customer {
    load: Arc<Load>,
    http: reqwest::Client,
    number: usize,
    n_sent: usize,
    random: Random,
    talk: Option<Arc<Mutex<Talk>>>,
    /// Since when something is missing from a server that runs.
    silent_since: Option<Instant>,
    /// Something happened that must not: this customer says no more.
    has_given_up: bool,
}

impl Customer {
    async fn talk(mut self) {
        loop {
            let load = Arc::clone(&self.load);
            let asked_at = Instant::now();
            let passing = load.gate.read().await;
            // The server was away: whatever is missing is missing from now on.
            if asked_at.elapsed() > Duration::from_millis(20) {
                self.silent_since = None;
            }
            let is_done = self.go_on().await;
            drop(passing);
            if is_done {
                return;
            }
            if !load.pause.is_zero() {
                tokio::time::sleep(Duration::from_millis(self.random.below(load.pause.as_millis() as u64))).await;
            }
        }
    }

    /// One request. True when there is nothing left to do.
    async fn go_on(&mut self) -> bool {
        if self.has_given_up {
            return true;
        }
        let is_ending = self.load.is_ending.load(Ordering::SeqCst);
        let Some(talk) = self.talk.clone() else {
            if is_ending {
                return true;
            }
            self.open().await;
            return false;
        };
        let (unacked, awaited, n_sent) = {
            let talk = locked(&talk);
            let awaited = talk.sent.last().filter(|sent| sent.is_acked && sent.step == Step::Wait);
            let awaited = awaited.map(|sent| format!("T:{}", sent.id)).filter(|text| !talk.has_seen(text));
            (talk.unacked().cloned(), awaited, talk.sent.len())
        };
        if let Some(sent) = unacked {
            self.send(&talk, &sent).await;
        } else if let Some(text) = awaited {
            self.look_for(&talk, &text).await;
        } else if is_ending {
            return true;
        } else if n_sent >= TALK_LENGTH {
            self.talk = None;
        } else {
            let step = self.load.steps[self.random.below(self.load.steps.len() as u64) as usize];
            self.n_sent += 1;
            let id = format!("{}-{}.{}-{}", step.word(), self.load.name, self.number, self.n_sent);
            locked(&talk).sent.push(Sent { id, step, is_acked: false });
        }
        false
    }

    async fn open(&mut self) {
        match Talk::open(&self.http, &self.load.url).await {
            Ok(talk) => {
                let talk = Arc::new(Mutex::new(talk));
                locked(&self.load.talks).push(Arc::clone(&talk));
                self.talk = Some(talk);
                self.silent_since = None;
            }
            Err(outcome) => self.failed("a new conversation", outcome).await,
        }
    }

    async fn send(&mut self, talk: &Mutex<Talk>, sent: &Sent) {
        let request = locked(talk).saying(&self.http, &self.load.url, &sent.id, &sent.id);
        match outcome(request).await {
            Outcome::Answered(answer) => {
                locked(talk).ack(&sent.id, &answer);
                self.load.acked.fetch_add(1, Ordering::SeqCst);
                self.silent_since = None;
            }
            other => self.failed(&sent.id, other).await,
        }
    }

    async fn look_for(&mut self, talk: &Mutex<Talk>, text: &str) {
        let (request, is_found) = {
            let talk = locked(talk);
            (talk.after(&self.http, &self.load.url, talk.last_seq()), talk.has_seen(text))
        };
        if is_found {
            return;
        }
        match outcome(request).await {
            Outcome::Answered(answer) => {
                let is_found = {
                    let mut talk = locked(talk);
                    talk.see(&answer);
                    talk.has_seen(text)
                };
                if is_found {
                    self.silent_since = None;
                    return;
                }
                let since = *self.silent_since.get_or_insert_with(Instant::now);
                if since.elapsed() > ANSWER_WITHIN + Duration::from_millis(WAIT_MS as u64) {
                    self.violated(format!("{text} did not come within {ANSWER_WITHIN:?} (I8)"));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            other => self.failed(text, other).await,
        }
    }

    fn violated(&mut self, what: String) {
        self.has_given_up = true;
        self.load.violated(what);
    }

    async fn failed(&mut self, what: &str, outcome: Outcome) {
        match outcome {
            Outcome::Silent if !self.load.is_network_bad => {
                self.violated(format!("{what}: no answer within {ANSWER_WITHIN:?} (I8)"));
            }
            Outcome::Refused(status, body) => self.violated(format!("{what}: refused with {status}: {body}")),
            Outcome::Answered(answer) => self.violated(format!("{what}: answered with {answer}")),
            Outcome::Silent | Outcome::Busy | Outcome::Broken => {}
        }
        // The server is gone, or about to be; the gate shuts at any moment.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
