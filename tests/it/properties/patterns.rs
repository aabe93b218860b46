//! Patterns that authors write cost little, whatever they are and whatever customers answer.

use std::time::{Duration, Instant};

use nlu::details::{compile_pattern, pattern};
use tests::dice::Dice;

use super::{is_long, seed};

/// A debug build on a busy machine; the target of a release build is 20 ms.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 20 });

#[test]
fn patterns_that_people_use_can_be_used() {
    for (source, text, found) in [
        ("[A-Z]{2}[0-9]{6}", "单号 AB123456。", "AB123456"),
        (r"\d{4}-\d{2}-\d{2}", "在2026-11-22那天", "2026-11-22"),
        (r"^1[3-9]\d{9}$", "13812345678", "13812345678"),
        (r"[\w.+-]+@[\w-]+\.[\w.]+", "写到 a.b@c-d.com", "a.b@c-d.com"),
        (r"[\u4e00-\u9fa5]{2,4}", "abc 李雷", "李雷"),
        (r"(?i)vip\s*(\d+)", "Vip 77", "77"),
        (r"[京津沪渝][A-Z][A-Z0-9]{5,6}", "车牌京A12345", "京A12345"),
        (r"\p{Han}+路\d+号", "中山路12号", "中山路12号"),
        (r"\d{17}[\dXx]", "11010519491231002X", "11010519491231002X"),
    ] {
        let compiled = compile_pattern(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(pattern(text, &compiled).as_deref(), Some(found), "{source}");
    }
}

#[test]
fn hostile_patterns_are_quick_or_refused() {
    let n_patterns = if is_long() { 10_000 } else { 300 };
    let seed = seed();
    let mut dice = Dice::Seeded(seed);
    let answer = "a".repeat(8_000) + "!";
    let (mut n_refused, mut slowest, mut slowest_match) = (0, Duration::ZERO, Duration::ZERO);
    for n in 0..n_patterns {
        let source = hostile(&mut dice, n);
        let begun = Instant::now();
        let compiled = compile_pattern(&source);
        let took = begun.elapsed();
        assert!(took < LONGEST, "{took:?} to compile {source:?}, HELIU_SEED={seed}");
        slowest = slowest.max(took);
        let Ok(compiled) = compiled else {
            n_refused += 1;
            continue;
        };
        let begun = Instant::now();
        pattern(&answer, &compiled);
        slowest_match = slowest_match.max(begun.elapsed());
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?} to match {source:?}, HELIU_SEED={seed}",
            begun.elapsed()
        );
    }
    println!(
        "{n_patterns} patterns, {n_refused} refused; slowest compile {slowest:?}, match of 8,000 letters {slowest_match:?}; HELIU_SEED={seed}"
    );
}

/// Patterns that make other engines go back and forth, or grow without end; the known ones first.
fn hostile(dice: &mut Dice<'_>, n: usize) -> String {
    const KNOWN: [&str; 16] = [
        "(a+)+$",
        "(a|a)*$",
        "(a|aa)+$",
        "([a-zA-Z]+)*$",
        "(.*a){20}",
        "(.*)*b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:a?){100}a{100}",
        "a{1000}{1000}",
        r"(?:\w{100}){1000}",
        r"\pL{1000}",
        "((((((((((a{10}){10}){10}){10}){10}){10}){10}){10}){10}){10})",
        "x*x*x*x*x*x*x*x*y",
        "[",
        "(?P<a>(?P<a>b))",
        r"\",
    ];
    if let Some(known) = KNOWN.get(n) {
        return (*known).to_owned();
    }
    let mut source = String::new();
    for _ in 0..1 + dice.below(8) {
        let part = dice.pick(&[
            "a", ".", r"\w", "[a-z]", "(a|b|ab)", "(?:a+)+", r"\d", "[^x]", r"\p{Han}", "(a*)*", "😀", "^", "$", r"\b",
        ]);
        let times = dice.pick(&["", "*", "+", "?", "{2,50}", "{1000}", "+?", "{0,300}"]);
        source = match dice.below(4) {
            0 => format!("({source}{part}{times})+"),
            1 => format!("(?:{source}|{part}{times}){times}"),
            _ => format!("{source}{part}{times}"),
        };
    }
    source
}
