//! `cargo xtask VERB`: builds, runs and tests the whole product with nothing but a Rust toolchain to begin with.

mod command;
mod designer;
mod fuzz;
mod input;
mod new_node;
mod product;
mod provision;
mod stages;
mod test;
mod wasm_toolchain;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "\
cargo xtask VERB

  run [--release] [ARGUMENTS…]  build everything, start Heliu on ./data and print its link
  build                         the finished product, designer embedded, at target/release/heliu
  test [--long] [STAGE…]        install what the tests need and run every test (or only the stages named)
  verify                        format and lints, for before a commit
  designer [--dev]              only the browser part, into target/designer
  bench [NAME…]                 the benchmarks: `step` (the interpreter alone), `w1` (conversations over HTTP),
                                `library` (100,000 passages over HTTP), `nlu` (understanding, on the public sets
                                in ../shared/data)
  docs                          the crates' documentation, at target/doc
  new-node NAME                 a new node kind from a template, in nodes/src/kinds";

fn main() -> ExitCode {
    match dispatch(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\nerror: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut arguments: Vec<String>) -> anyhow::Result<()> {
    if arguments.is_empty() {
        bail!("a verb is missing\n\n{USAGE}");
    }
    let verb = arguments.remove(0);
    match verb.as_str() {
        "run" => product::run(&arguments),
        "build" => product::build(),
        "test" => test::run(&arguments),
        "verify" => test::verify(),
        "designer" => designer::verb(&arguments),
        "bench" => product::bench(&arguments),
        "docs" => product::docs(),
        "new-node" => new_node::run(&arguments),
        "help" | "--help" | "-h" => {
            say(USAGE);
            Ok(())
        }
        unknown => bail!("there is no verb {unknown:?}\n\n{USAGE}"),
    }
}

/// One line to the person at the terminal, in order with what the tools below print.
#[expect(clippy::print_stderr, reason = "the tool's own voice; its tools print to standard output")]
fn say(line: &str) {
    eprintln!("{line}");
}
