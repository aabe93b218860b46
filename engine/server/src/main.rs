//! The binary `heliu`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run()
}
