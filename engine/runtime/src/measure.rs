//! What goes on in the process, counted: turns, effects, timers, connections; and as text for Prometheus.
//!
//! Whoever does something counts it with one line, such as `engine.measure().timers_late.took(late)`. Adding a figure
//! is a field here and a line in [`Measure::write`].

use std::fmt::{Display, Write};
use std::time::{Duration, Instant};

use store::figures::{Commits, Counter, Gauge, Histogram};

/// All figures of one engine and the doors in front of it.
#[derive(Debug)]
pub struct Measure {
    /// Turns that were carried out and committed.
    pub turns_done: Counter,
    /// Turns that ended in an error; nothing of them was accepted, or they go on later.
    pub turns_failed: Counter,
    /// Turns that were refused before anything was accepted: too much was going on.
    pub turns_refused: Counter,
    /// From admission to the end, waiting in line included.
    pub turn_seconds: Histogram,
    /// Effects that were answered.
    pub effects_answered: Counter,
    /// Effects that failed.
    pub effects_failed: Counter,
    /// How long effects took.
    pub effect_seconds: Histogram,
    /// Answers of language models.
    pub model_answers: Counter,
    /// Asked models that gave none.
    pub model_failures: Counter,
    /// Tasks that were refused: a budget is used up.
    pub model_over_budget: Counter,
    /// Tokens that models read.
    pub model_tokens_in: Counter,
    /// Tokens that models wrote.
    pub model_tokens_out: Counter,
    /// What they cost, in millionths of the workspaces' currency.
    pub model_cost_micros: Counter,
    /// How long models took.
    pub model_seconds: Histogram,
    /// How late timers fired; their count is that of timers fired.
    pub timers_late: Histogram,
    /// Connections that were let in.
    pub connections_accepted: Counter,
    /// Connections closed at once: the product has as many as it takes.
    pub connections_refused_full: Counter,
    /// Connections closed at once: their address has as many as one address may hold.
    pub connections_refused_address: Counter,
    /// Connections that are open.
    pub connections_open: Gauge,
    /// Requests refused because one client sent too many.
    pub requests_refused: Counter,
    /// WebSockets that are open.
    pub sockets_open: Gauge,
    /// Streams of server-sent events that are open.
    pub streams_open: Gauge,
    /// Requests that wait for news.
    pub polls_open: Gauge,
    /// Listeners cut off because they read too slowly.
    pub listeners_too_slow: Counter,
    /// WebSockets closed because they sent too much or what they may not.
    pub sockets_misused: Counter,
}

impl Default for Measure {
    fn default() -> Self {
        Self {
            turns_done: Counter::default(),
            turns_failed: Counter::default(),
            turns_refused: Counter::default(),
            turn_seconds: Histogram::of_seconds(),
            effects_answered: Counter::default(),
            effects_failed: Counter::default(),
            effect_seconds: Histogram::of_seconds(),
            model_answers: Counter::default(),
            model_failures: Counter::default(),
            model_over_budget: Counter::default(),
            model_tokens_in: Counter::default(),
            model_tokens_out: Counter::default(),
            model_cost_micros: Counter::default(),
            model_seconds: Histogram::of_seconds(),
            timers_late: Histogram::of_seconds(),
            connections_accepted: Counter::default(),
            connections_refused_full: Counter::default(),
            connections_refused_address: Counter::default(),
            connections_open: Gauge::default(),
            requests_refused: Counter::default(),
            sockets_open: Gauge::default(),
            streams_open: Gauge::default(),
            polls_open: Gauge::default(),
            listeners_too_slow: Counter::default(),
            sockets_misused: Counter::default(),
        }
    }
}

impl Measure {
    /// How an effect ended that began then.
    pub fn effect_ended(&self, began: Instant, is_failed: bool) {
        self.effect_seconds.took(began.elapsed());
        if is_failed { self.effects_failed.add_one() } else { self.effects_answered.add_one() }
    }

    /// A timer fired so late.
    pub fn timer_fired(&self, late_ms: i64) {
        self.timers_late.took(Duration::from_millis(u64::try_from(late_ms).unwrap_or(0)));
    }

    /// All figures, and those of the writer.
    pub fn write(&self, text: &mut Exposition, commits: &Commits) {
        let turns = [("done", &self.turns_done), ("failed", &self.turns_failed), ("refused", &self.turns_refused)];
        text.counters("heliu_turns_total", "Turns by outcome.", "outcome", &turns);
        text.histogram("heliu_turn_seconds", "Turns, from admission to the end.", &self.turn_seconds);
        text.gauge("heliu_commit_queue", "Turns that wait for the writer.", commits.waiting.get());
        text.histogram("heliu_commit_turns", "Turns under one commit.", &commits.turns);
        text.histogram("heliu_commit_seconds", "Commits, the fsync included.", &commits.seconds);
        text.counter("heliu_commit_failures_total", "Commits that failed.", commits.failures.get());
        let effects = [("answered", &self.effects_answered), ("failed", &self.effects_failed)];
        text.counters("heliu_effects_total", "Effects by outcome.", "outcome", &effects);
        text.histogram("heliu_effect_seconds", "Effects that are answered.", &self.effect_seconds);
        let models = [
            ("answered", &self.model_answers),
            ("failed", &self.model_failures),
            ("over_budget", &self.model_over_budget),
        ];
        text.counters("heliu_model_calls_total", "Language models that were asked, by outcome.", "outcome", &models);
        let tokens = [("in", &self.model_tokens_in), ("out", &self.model_tokens_out)];
        text.counters("heliu_model_tokens_total", "Tokens of language models.", "way", &tokens);
        text.counter(
            "heliu_model_cost_micros_total",
            "What language models cost, in millionths.",
            self.model_cost_micros.get(),
        );
        text.histogram("heliu_model_seconds", "Language models, one provider each.", &self.model_seconds);
        text.histogram("heliu_timer_late_seconds", "How late timers fired.", &self.timers_late);
        text.counter("heliu_connections_total", "Connections let in.", self.connections_accepted.get());
        let refused = [("full", &self.connections_refused_full), ("address", &self.connections_refused_address)];
        text.counters("heliu_connections_refused_total", "Connections closed at once.", "why", &refused);
        text.gauge("heliu_connections_open", "Connections that are open.", self.connections_open.get());
        text.counter("heliu_requests_refused_total", "Requests beyond one client's rate.", self.requests_refused.get());
        let open = [("socket", &self.sockets_open), ("events", &self.streams_open), ("poll", &self.polls_open)];
        text.gauges("heliu_listeners_open", "Listeners by their way.", "way", &open);
        text.counter("heliu_listeners_too_slow_total", "Listeners cut off as too slow.", self.listeners_too_slow.get());
        text.counter("heliu_sockets_misused_total", "WebSockets closed for misuse.", self.sockets_misused.get());
    }
}

/// Figures in Prometheus' text format, version 0.0.4.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

impl Exposition {
    /// A number that only grows.
    pub fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "counter");
        self.line(name, "", value);
    }

    /// The same with a value for each word of a label.
    pub fn counters(&mut self, name: &str, help: &str, label: &str, values: &[(&str, &Counter)]) {
        self.head(name, help, "counter");
        for (word, counter) in values {
            self.line(name, &labelled(label, word), counter.get());
        }
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, "gauge");
        self.line(name, "", value);
    }

    /// The same with a value for each word of a label.
    pub fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, &Gauge)]) {
        self.head(name, help, "gauge");
        for (word, gauge) in values {
            self.line(name, &labelled(label, word), gauge.get());
        }
    }

    /// A histogram.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, help, "histogram");
        let bucket = format!("{name}_bucket");
        for (bound, count) in histogram.cumulated() {
            self.line(&bucket, &format!("{{le=\"{bound}\"}}"), count);
        }
        let count = histogram.count();
        self.line(&bucket, "{le=\"+Inf\"}", count);
        self.line(&format!("{name}_sum"), "", histogram.sum());
        self.line(&format!("{name}_count"), "", count);
    }

    /// The name, help and type before the values of a figure.
    pub fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// One value.
    pub fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// A label with its value, escaped as the format wants it.
pub fn labelled(label: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{{{label}=\"{value}\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_help_a_type_and_a_value() {
        let measure = Measure::default();
        measure.turns_done.add_one();
        measure.timer_fired(3);
        let mut text = Exposition::default();

        measure.write(&mut text, &Commits::default());

        let text = text.finish();
        assert!(text.contains("heliu_turns_total{outcome=\"done\"} 1\n"), "{text}");
        assert!(text.contains("heliu_timer_late_seconds_bucket{le=\"0.005\"} 1\n"), "{text}");
        assert!(text.contains("heliu_timer_late_seconds_sum 0.003\n"), "{text}");
        let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        for name in names.filter_map(|line| line.split(' ').next()) {
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
            assert!(text.lines().any(|line| line.starts_with(name) && !line.starts_with('#')), "{name}");
        }
    }

    #[test]
    fn a_label_cannot_break_out() {
        assert_eq!(labelled("host", "a\"b\\c\nd"), r#"{host="a\"b\\c\nd"}"#);
    }
}
