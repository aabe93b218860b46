//! Scripts that mean harm, or only loop too long: each is stopped in time, and says which limit it met.

#![expect(clippy::disallowed_methods, reason = "the caller of an evaluation measures its time")]

use std::cell::Cell;
use std::time::{Duration, Instant};

use expr::{Compiled, Now, Values};

/// The bound that the runtime sets on one evaluation.
const BOUND: Duration = Duration::from_millis(200);
/// No native call takes so long that the bound is missed by more; machines that test are busy ones.
const GRACE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 800 } else { 50 });

/// No script may make the process grow by more.
const MAX_MEMORY_KIB: u64 = 64 * 1024;

thread_local! {
    static BEGAN: Cell<Option<Instant>> = const { Cell::new(None) };
}

#[test]
fn a_hostile_script_is_stopped_in_time() {
    let mut slow = Vec::new();
    let before_kib = peak_memory_kib();
    for source in BOMBS {
        BEGAN.set(Some(Instant::now()));
        let outcome = expr::with_bound(is_too_late, || run(source));
        let took = BEGAN.get().map_or(Duration::ZERO, |began| began.elapsed());
        let end = outcome.as_ref().err().map_or("ended", |error| &error.original);
        println!("{:>8.1} ms  {end}  {source}", took.as_secs_f64() * 1e3);
        if took > BOUND + GRACE {
            slow.push((source, took));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
    if let (Some(before), Some(after)) = (before_kib, peak_memory_kib()) {
        println!("{} scripts, memory grew by {} KiB at most", BOMBS.len(), after - before);
        assert!(after - before <= MAX_MEMORY_KIB, "memory grew by {} KiB", after - before);
    }
}

/// The most memory this process has had, where the system tells (Linux).
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn is_too_late() -> bool {
    BEGAN.get().is_some_and(|began| began.elapsed() > BOUND)
}

#[test]
fn a_large_answer_of_a_service_can_be_worked_with() {
    let items: Vec<_> = (0..100).map(|n| serde_json::json!({ "n": n, "name": "x".repeat(400) })).collect();
    let values = Values::from([("answer".into(), serde_json::json!({ "items": items }))]);
    let script = "let found = answer.items.filter(|item| item.n > 97);\nlet all = default(answer.items, []);\n`${found.len()} of ${all.len()}`";

    let ran = Compiled::script(script).and_then(|script| script.run(&values, &now())).expect("runs");

    assert_eq!(ran.value, "2 of 100");
    assert!(ran.changed.is_empty());
}

#[test]
fn lists_and_objects_are_compared_by_value() {
    for source in [
        "[1, 2.0, \"a\", [true]] == [1.0, 2, \"a\", [true]]",
        "[1] != [2] && [1] != [1, 1]",
        "#{a: [1], b: ()} == #{b: (), a: [1]}",
        "#{a: 1} != #{a: 2}",
        "let a = [1, \"x\"]; `${a}` == \"[1,\\\"x\\\"]\" && a.len() == 2",
        "2 in [1, 2] && !(3 in [1, 2]) && [\"a\", \"b\"].index_of(\"b\") == 1",
        "[1] != 1 && \"a\" != ['a']",
    ] {
        assert_eq!(run(source).expect(source).value, true, "{source}");
    }
}

#[test]
fn a_text_is_padded_with_a_text() {
    for (source, padded) in [
        ("let s = \"7\"; s.pad(4, \"ab\"); s", "7aba"),
        ("let s = \"运\"; s.pad(3, \"费到\"); s", "运费到"),
        ("let s = \"long\"; s.pad(2, \"x\"); s", "long"),
        ("let s = \"a\"; s.pad(-1, \"x\"); s", "a"),
        ("let s = \"a\"; s.pad(5, \"\"); s", "a"),
        ("let s = \"a\"; s.pad(3, '-'); s", "a--"),
    ] {
        assert_eq!(run(source).expect(source).value, padded, "{source}");
    }
    run("let s = \"\"; s.pad(60000, \"字\"); s").expect_err("more than a text may have");
}

#[test]
fn every_way_out_is_closed() {
    for source in WAYS_OUT {
        let error = run(source).expect_err(source);
        assert!(!error.message.in_language("zh").is_empty() && !error.message.in_language("en").is_empty());
    }
}

fn run(source: &str) -> Result<expr::Ran, expr::ExprError> {
    Compiled::script(source).and_then(|script| script.run(&Values::new(), &now()))
}

const BOMBS: &[&str] = &[
    // Loops.
    "loop { }",
    "while true { }",
    "do { } while true;",
    "let i = 0; loop { i += 1; }",
    "for i in 0..9000000000 { let x = i; }",
    "let f = |x| x + 1; let n = 0; loop { n = f.call(n); }",
    "fn f(n) { if n > 0 { f(n - 1); f(n - 1); } } f(11)",
    "fn f(x) { f(x + 1) } f(0)",
    "fn a(x) { b(x) } fn b(x) { a(x) } a(1)",
    "let f = |g| g.call(g); f.call(f)",
    // Sizes.
    "let s = \"a\"; loop { s += s; }",
    "let s = \"a\"; loop { s = `${s}${s}`; }",
    "let s = \"\"; s.pad(2000000000, 'a');",
    "let s = \"\"; s.pad(2000000000, \"ab\");",
    "let s = \"a\"; s.pad(5, \"\"); s",
    "let s = \"\"; s.pad(60000, 'a'); let t = \"\"; t.pad(60000, 'b'); s.replace(\"a\", t); s",
    "let s = \"\"; s.pad(60000, 'a'); let t = \"\"; t.pad(60000, 'b'); s.replace('a', t); s",
    "let s = \"\"; s.pad(60000, 'a'); let t = \"\"; t.pad(60000, 'b'); s.replace(\"\", t); s",
    "let a = []; loop { a.push(1); }",
    "let s = \"\"; s.pad(60000, 'a'); let a = []; loop { a.push(s); a.to_string(); }",
    "let s = \"\"; s.pad(60000, 'a'); let a = []; a.pad(1900, s); a.to_string()",
    "let s = \"\"; s.pad(60000, 'a'); let m = #{}; let i = 0; loop { i += 1; m[`k${i}`] = s; m.to_string(); }",
    "let a = [1]; loop { a += a; }",
    "let a = [1]; loop { a = [a, a]; }",
    "let a = []; a.pad(2000000000, 1);",
    "let a = []; a.pad(1000000000, [1, 2, 3]);",
    "let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }",
    "let m = #{a: 1}; loop { m = #{a: m, b: m}; }",
    "let s = \"\"; s.pad(60000, 'a'); s.split(\"\").len() + s.to_chars().len()",
    "blob(1000000000)",
    // Few operations with much work in each.
    "let a = []; a.pad(1900, 1); loop { let b = a; }",
    "let a = []; a.pad(1900, 1); loop { a.sort(); }",
    "let a = []; for i in 0..1900 { a.push(1900 - i); } loop { let b = a; b.sort(); }",
    "let a = []; a.pad(1900, 1); loop { a.reverse(); }",
    "let a = []; a.pad(1900, 1); loop { a.contains(2); }",
    "let a = []; a.pad(1900, 1); let b = a; loop { a == b; }",
    "let a = []; a.pad(1900, 1); loop { a.to_string(); }",
    "let a = []; a.pad(900, 1); loop { a + a; }",
    "let a = []; a.pad(1900, \"x\"); loop { join(a, \"-\"); }",
    "let a = []; a.pad(1900, 1); loop { a.dedup(); a.pad(1900, 1); }",
    "let m = #{}; for i in 0..1900 { m[`k${i}`] = i; } loop { m.keys(); }",
    "let m = #{}; for i in 0..1900 { m[`k${i}`] = i; } loop { m.values(); }",
    "let m = #{}; for i in 0..1900 { m[`k${i}`] = i; } loop { let n = m; }",
    "let m = #{}; for i in 0..1900 { m[`k${i}`] = i; } loop { text(m); }",
    "let s = \"\"; s.pad(60000, 'a'); loop { upper(s); }",
    "let s = \"\"; s.pad(60000, 'a'); loop { s.index_of(\"aaaaaaaaaaaaaaaaaaaaaaab\"); }",
    "let s = \"\"; s.pad(60000, 'a'); loop { s.replace(\"b\", \"c\"); }",
    "let s = \"\"; s.pad(60000, 'a'); loop { s.contains(\"b\"); }",
    "let s = \"\"; s.pad(1900, 'a'); loop { s.split(\"\"); }",
    "let s = \"\"; s.pad(60000, '字'); loop { s.len(); }",
    "let s = \"\"; s.pad(5000, '字'); loop { s[-1]; }",
    "loop { add_days(\"2026-11-22\", 1); }",
    "loop { now(); }",
];

const WAYS_OUT: &[&str] = &[
    "sleep(10)",
    "Fn(\"sleep\").call(10)",
    "timestamp()",
    "import \"/etc/passwd\" as x; x",
    "export let x = 1;",
    "eval(\"loop { }\")",
    "Fn(\"eval\").call(\"1\")",
    "exit(1)()",
    "open(\"/etc/passwd\")",
    "rand()",
    "parse_json(\"[[[[\")",
    "this.x",
    "2 ** 100000",
    "9223372036854775807 + 1",
    "1 / 0",
    "throw \"x\"",
];

fn now() -> Now {
    Now::new(1_795_000_000_000, "Asia/Shanghai")
}
