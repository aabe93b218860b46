//! `heliu check`: the problems of flow files, bundles and folders of flows.

use std::path::{Path, PathBuf};

use anyhow::Context;
use interpreter::check::{self, File, read_file};
use model::{Bundle, Problem};
use serde_json::json;
use talk::World;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Flow files, bundles, or folders with NAME/flow.json
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// True when no file has an error.
pub(super) fn run(args: &Args) -> anyhow::Result<bool> {
    let catalogue = nodes::catalogue();
    let mut is_well = true;
    let mut reports = Vec::new();
    for path in &args.files {
        let (bundle, mut problems, excerpt) = load(path)?;
        if let Some(bundle) = bundle {
            let world = World::new(&around(path, &bundle));
            for flow in &bundle.flows {
                let found = check::check(flow, &catalogue, world.resources());
                problems.extend(found.into_iter().map(|problem| (flow.key.0.clone(), problem)));
            }
        }
        is_well &= !problems.iter().any(|(_, problem)| problem.is_error());
        if args.json {
            let shown = problems.iter().map(|(flow, problem)| json!({ "flow": flow, "problem": problem }));
            let shown: Vec<_> = shown.collect();
            reports.push(json!({ "file": path, "problems": shown, "excerpt": excerpt }));
        } else {
            print(path, &problems, excerpt.as_deref());
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    Ok(is_well)
}

type Found = (Option<Bundle>, Vec<(String, Problem)>, Option<String>);

fn load(path: &Path) -> anyhow::Result<Found> {
    if path.is_dir() {
        let (bundle, errors) = talk::load_folder(path);
        let errors = errors.into_iter().map(|(file, message)| {
            let place = model::Place::flow();
            (file.display().to_string(), Problem::error("not-readable", place, message, Default::default()))
        });
        return Ok((Some(bundle), errors.collect(), None));
    }
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    Ok(match read_file(&bytes) {
        Ok(File::Flow(flow)) => (Some(Bundle { flows: vec![*flow], ..Bundle::default() }), Vec::new(), None),
        Ok(File::Bundle(bundle)) => (Some(*bundle), Vec::new(), None),
        Err(refused) => {
            let problems = refused.problems.into_iter().map(|problem| (String::new(), problem)).collect();
            (None, problems, refused.excerpt)
        }
    })
}

/// What the flows of a file may refer to: the bundle itself, or the folder of flows that the file stands in.
fn around(path: &Path, bundle: &Bundle) -> Bundle {
    let folder = path.parent().and_then(Path::parent).filter(|folder| folder.join("shared.json").is_file());
    match folder {
        Some(folder) if path.is_file() && bundle.intents.is_empty() => talk::load_folder(folder).0,
        _ => bundle.clone(),
    }
}

fn print(path: &Path, problems: &[(String, Problem)], excerpt: Option<&str>) {
    if problems.is_empty() {
        return println!("{}: ok", path.display());
    }
    for (flow, problem) in problems {
        let word = if problem.is_error() { "error" } else { "warning" };
        let place = &problem.place;
        let parts = [
            Some(flow.clone()).filter(|flow| !flow.is_empty()),
            place.node.as_ref().map(ToString::to_string),
            place.port.as_ref().map(|port| format!("exit {port}")),
            place.field.clone(),
        ];
        let place = parts.into_iter().flatten().collect::<Vec<_>>().join(" › ");
        println!("{}: {word}: {place}: {}", path.display(), problem.message.in_language("en"));
        println!("    {}", problem.message.in_language("zh"));
        if !problem.advice.is_empty() {
            println!("    → {}", problem.advice.in_language("en"));
        }
    }
    if let Some(excerpt) = excerpt {
        println!("{excerpt}");
    }
}
