//! `heliu talk`: plays written conversations.

use std::path::PathBuf;

use model::Language;
use talk::run_folder;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Talk files, or folders of flows with their talks
    #[arg(required = true, value_name = "FILE-OR-FOLDER")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The language of the report
    #[arg(long, default_value = "en", value_parser = ["zh", "en"])]
    language: String,
}

/// True when all talks pass.
pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    let catalogue = nodes::catalogue();
    let language = Language::from(args.language.as_str());
    let mut is_well = true;
    let mut reports = Vec::new();
    for path in &args.paths {
        let report = run_folder(path, &catalogue);
        is_well &= report.failed == 0;
        if args.json {
            reports.push(serde_json::to_value(&report)?);
        } else {
            println!("{}", report.to_text(&language));
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    Ok(is_well)
}
