//! R12: what holds on SQLite when a process dies holds on PostgreSQL too.

use std::process::Command;

use tests::{is_long, postgres};

/// What is about the process and not about the files of SQLite.
const ROWS: [&str; 6] = [
    "rounds::killed_at_random_it_loses_nothing_and_repeats_nothing",
    "points::dying_at_any_named_place_loses_nothing_and_repeats_nothing",
    "dedupe::a_message_sent_three_times_has_one_effect_and_one_answer",
    "order::pipelined_messages_of_two_connections_keep_their_order",
    "away::who_was_away_gets_all_that_was_missed_once_and_in_order",
    "pinning::conversations_stay_on_their_version_when_another_is_published",
];
/// Rows of a short run: the others take a minute more.
const N_SHORT: usize = 1;

#[test]
fn the_rows_of_crashes_hold_on_postgresql() {
    if postgres::programs().is_none() {
        println!("R12 is skipped: PostgreSQL is not installed");
        return;
    }
    let rows = if is_long() { &ROWS[..] } else { &ROWS[..N_SHORT] };
    for row in rows {
        let mut test = Command::new(std::env::current_exe().expect("this test runs from a file"));
        test.env("HELIU_TEST_DATABASE", "postgres").args(["--exact", row, "--nocapture"]);
        if !is_long() {
            test.env("HELIU_ROUNDS", "5");
        }

        let output = test.output().expect("the test starts");

        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{row}: {text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("test result: ok. 1 passed"), "{row}: {text}");
        println!("on PostgreSQL: {}", text.lines().filter(|line| line.contains(": ")).collect::<Vec<_>>().join("; "));
    }
}
