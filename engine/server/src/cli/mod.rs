//! The command line: one file per command.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command answers on the terminal")]

mod archive;
mod backup;
mod check;
mod doctor;
mod evaluate;
mod folder;
mod read_document;
mod replay;
mod restore;
mod rotate_key;
mod serve;
mod talk;
mod transfer;
mod user;

use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config;

/// Heliu 合流: conversations with customers, drawn as flows
#[derive(Debug, Parser)]
#[command(name = "heliu", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the product: designer, desk, customers' doors (settings may also stand in heliu.toml)
    Serve(Box<config::Serve>),
    /// Check flow files or bundles
    Check(check::Args),
    /// Play written conversations: talk files, or folders of flows
    Talk(talk::Args),
    /// Take a flow file or bundle into the data folder
    Import(transfer::Import),
    /// Write the whole workspace as a bundle
    Export(transfer::Export),
    /// Fold the journals of conversations again and compare with what is stored
    Replay(replay::Args),
    /// Copy the database into one file, also while a server runs on it
    Backup(backup::Args),
    /// Put the database of a backup into a data folder
    Restore(restore::Args),
    /// Look the data over: is it whole, does anything wait in vain
    Doctor(doctor::Args),
    /// Move conversations that ended long ago out of the database into compressed files
    Archive(archive::Args),
    /// Seal all secrets with another key, while no server runs on the folder
    RotateKey(rotate_key::Args),
    /// Measure understanding on labelled lines
    #[command(subcommand)]
    Evaluate(evaluate::Evaluate),
    /// Members: list, add, change a password, print a new set-up link
    User(user::Args),
    /// Read one document from the standard input, with limits; the server calls it
    #[command(hide = true)]
    ReadDocument(read_document::Args),
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let command = match config::with_file(Cli::command(), Path::new("heliu.toml")) {
        Ok(command) => command,
        Err(error) => return failed(&error),
    };
    let cli = match Cli::from_arg_matches(&command.get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let result = match cli.command {
        Command::Serve(settings) => wait(serve::run(*settings)),
        Command::Check(args) => check::run(&args),
        Command::Talk(args) => talk::run(&args),
        Command::Import(args) => wait(transfer::import(args)),
        Command::Export(args) => wait(transfer::export(args)),
        Command::Replay(args) => wait(replay::run(args)),
        Command::Backup(args) => wait(backup::run(args)),
        Command::Restore(args) => wait(restore::run(args)),
        Command::Doctor(args) => wait(doctor::run(args)),
        Command::Archive(args) => wait(archive::run(args)),
        Command::RotateKey(args) => wait(rotate_key::run(args)),
        Command::Evaluate(what) => evaluate::run(&what),
        Command::User(args) => wait(user::run(args)),
        Command::ReadDocument(args) => read_document::run(&args),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn wait(work: impl Future<Output = anyhow::Result<bool>>) -> anyhow::Result<bool> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("heliu: {error:#}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_hangs_together() {
        Cli::command().debug_assert();
    }
}
