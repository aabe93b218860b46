//! The suite of the product, run on PostgreSQL.

use std::process::Command;

use tests::postgres::Server;

use super::amount;

/// What stands for the whole in a short run: chat, kills, the desk, import and export, knowledge.
const SHORT: [&str; 6] = [
    "product::chat::the_same_id_gets_the_same_answer_and_another_text_is_refused",
    "product::chat::twenty_at_once_are_taken_one_after_the_other",
    "product::chat::odd_messages_are_answered_clearly",
    "product::restart::killed_twenty_times_it_loses_nothing_and_says_nothing_twice",
    "product::desk::",
    "product::flows::",
];

#[test]
fn the_products_suite_holds_on_postgresql() {
    let Some(server) = Server::shared() else { return };
    drop(server);
    let mut suite = Command::new(std::env::current_exe().expect("this test runs from a file"));
    suite.env("HELIU_TEST_DATABASE", "postgres").args(["--test-threads", "3"]);
    if amount(0, 1) == 1 {
        suite.arg("product::");
    } else {
        suite.args(SHORT).env("HELIU_TEST_ROUNDS", "6");
    }

    let output = suite.output().expect("the tests start");

    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let summary = text.lines().find(|line| line.starts_with("test result: ok.")).unwrap_or_default();
    let n_passed: usize = summary.split_whitespace().nth(3).and_then(|n| n.parse().ok()).unwrap_or(0);
    assert!(n_passed >= SHORT.len(), "{text}");
    super::print(&format!("on PostgreSQL: {summary}"));
}
