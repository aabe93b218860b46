//! Records histories: all talks of the sample flows, and customers at random on sample flows and random ones.

use std::collections::BTreeMap;
use std::path::Path;

use interpreter::{BEHAVIOUR, Effect, Event, State};
use model::{Bundle, Flow, Language, Moment};
use talk::World;
use tests::dice::Dice;
use tests::flows::Family;
use tests::walk::walk;

use super::archive::{Archive, Document, History, Recorded, folder};

/// Conversations at random on each sample flow.
const N_WALKS: u64 = 24;
/// Random flows, one conversation each.
const N_RANDOM: u64 = 60;

/// With `HELIU_GOLDEN=write` only: adds a file for this release, and never touches another.
#[test]
fn histories_of_this_release_can_be_added() {
    let mut archive = Archive { behaviour: BEHAVIOUR, ..Archive::default() };
    talks_and_walks(&mut archive);
    let n_samples = archive.histories.len();
    random(&mut archive);
    assert!(n_samples > 150 && archive.histories.len() > n_samples + 20, "{n_samples}, {}", archive.histories.len());

    if std::env::var_os("HELIU_GOLDEN").is_some_and(|what| what == "write") {
        let name = |n: u32| format!("{}-behaviour-{BEHAVIOUR}-{n}.jsonl.gz", env!("CARGO_PKG_VERSION"));
        let path = (1..1_000).map(|n| folder().join(name(n))).find(|path| !path.exists()).expect("a free name");
        archive.write(&path);
        println!("wrote {}", path.display());
    }
}

fn talks_and_walks(archive: &mut Archive) {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows");
    let (bundle, errors) = talk::load_folder(&flows);
    assert!(errors.is_empty(), "{errors:?}");
    let (world, catalogue) = (World::new(&bundle), nodes::catalogue());
    for (key, talks) in &bundle.talks {
        let key = model::FlowKey::from(key.as_str());
        let program = talk::program_of(&key, &bundle, &catalogue, &world).expect("a sample flow compiles");
        let document = document(&bundle, program.flow(), &world);
        archive.documents.insert(key.0.clone(), document);
        for (name, text) in talks {
            let played = talk::parse(text).expect("a sample's talk can be read");
            let (report, happened) = talk::record(&played, &program, &world);
            assert!(report.passed, "{key}/{name}");
            let language = played.language.unwrap_or_else(|| program.flow().main_language());
            let events = happened.iter().map(|it| recorded(it.now, &it.event, &it.state, &it.effects)).collect();
            archive.histories.push(history(format!("{key}/{name}"), &key.0, language, events));
        }
        for n in 0..N_WALKS {
            let happened = walk(&program, 12, &mut Dice::Seeded(n));
            let title = format!("{key}/at random {n}");
            archive.histories.push(history(title, &key.0, program.flow().main_language(), events_of(&happened)));
        }
    }
}

fn random(archive: &mut Archive) {
    let catalogue = nodes::catalogue();
    for n in 0..N_RANDOM {
        let mut dice = Dice::Seeded(n);
        let family = Family::random(&catalogue, &mut dice);
        if !family.errors(&catalogue).is_empty() {
            continue;
        }
        let name = format!("random {n}");
        let document = Document {
            flow: family.main.clone(),
            callees: family.others.clone(),
            resources: (*family.resources()).clone(),
        };
        let happened = walk(&document.program(&catalogue), 10, &mut dice);
        archive.documents.insert(name.clone(), document);
        let language = family.main.main_language();
        archive.histories.push(history(format!("{name}/walk"), &name, language, events_of(&happened)));
    }
}

/// A sample flow with the flows it may call.
fn document(bundle: &Bundle, flow: &Flow, world: &World) -> Document {
    let called: BTreeMap<_, _> =
        flow.nodes.iter().filter_map(|node| Some((node.config.get("flow")?.as_str()?, ()))).collect();
    let callees = bundle.flows.iter().filter(|other| called.contains_key(other.key.as_str())).cloned().collect();
    Document { flow: flow.clone(), callees, resources: (**world.resources()).clone() }
}

fn events_of(happened: &[tests::walk::Happening]) -> Vec<Recorded> {
    happened.iter().map(|it| recorded(it.now, &it.event, &it.step.state, &it.step.effects)).collect()
}

fn history(title: String, program: &str, language: Language, events: Vec<Recorded>) -> History {
    History { title, program: program.to_owned(), language, events }
}

fn recorded(now: Moment, event: &Event, state: &State, effects: &[Effect]) -> Recorded {
    let text = |value: Result<String, serde_json::Error>| value.expect("plain data");
    Recorded {
        now,
        event: text(serde_json::to_string(event)),
        state: text(serde_json::to_string(state)),
        effects: text(serde_json::to_string(effects)),
    }
}
