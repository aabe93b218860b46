//! The sample flows: no problems at all, in the form that export writes, and all their talks pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use interpreter::check;
use model::{Bundle, Language};
use talk::World;

#[test]
fn all_talks_of_the_sample_flows_pass() {
    let report = talk::run_folder(&folder(), &nodes::catalogue());

    assert!(report.has_passed(), "\n{}", report.to_text(&Language::zh()));
    for key in ["order-status", "refund", "faq", "appointment", "complaint", "lead"] {
        let n_talks = report.talks.iter().filter(|talk| talk.flow == key).count();
        assert!(n_talks >= 4, "{key} has {n_talks} talks");
    }
}

#[test]
fn the_sample_flows_have_no_problems() {
    let (bundle, errors) = talk::load_folder(&folder());
    let world = World::new(&bundle);

    let problems: Vec<_> = bundle
        .flows
        .iter()
        .flat_map(|flow| {
            check::check(flow, &nodes::catalogue(), world.resources()).into_iter().map(|it| (flow.key.clone(), it))
        })
        .collect();

    assert_eq!(errors, []);
    let lines = problems
        .iter()
        .map(|(flow, it)| format!("{flow} {} {:?}: {}", it.code, it.place, it.message.in_language("en")));
    assert_eq!(lines.collect::<Vec<_>>().join("\n"), "");
}

/// `HELIU_WRITE=1 cargo test -p talk canonical` writes the files as export would.
#[test]
fn the_sample_flows_are_in_canonical_form() {
    let (bundle, _) = talk::load_folder(&folder());
    let shared = Bundle { flows: Vec::new(), talks: BTreeMap::new(), ..bundle.clone() };
    let shared = serde_json::to_string_pretty(&shared).expect("plain data") + "\n";
    let flows = bundle.flows.iter().map(|flow| (folder().join(flow.key.as_str()).join("flow.json"), flow.to_file()));

    for (file, canonical) in flows.chain([(folder().join("shared.json"), shared)]) {
        if std::env::var_os("HELIU_WRITE").is_some() {
            std::fs::write(&file, &canonical).expect("write the file");
        }
        assert_eq!(std::fs::read_to_string(&file).expect("read the file"), canonical, "{}", file.display());
    }
}

#[test]
fn one_talk_or_one_flow_can_be_played_alone() {
    let catalogue = nodes::catalogue();

    assert_eq!(talk::run_folder(&folder().join("refund/talks/late-order.md"), &catalogue).passed, 1);
    assert!(talk::run_folder(&folder().join("refund"), &catalogue).passed >= 4);
    assert_eq!(talk::run_folder(&folder().join("nothing-here"), &catalogue).failed, 1);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows")
}
