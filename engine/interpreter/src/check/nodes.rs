//! Each node by itself: a known kind, settings that fit its schema, what the kind itself says.

use model::{Flow, Node, Place, Problem, Texts};

use super::Known;
use crate::Catalogue;

pub(super) fn check(flow: &Flow, catalogue: &Catalogue, known: &[Known<'_>]) -> Vec<Problem> {
    let unknown = flow.nodes.iter().filter(|node| catalogue.get(&node.kind).is_none());
    unknown.map(unknown_kind).chain(known.iter().flat_map(check_node)).collect()
}

fn unknown_kind(node: &Node) -> Problem {
    Problem::error(
        "unknown-kind",
        Place::node(&node.id),
        Texts::new(
            format!("本版本不认识步骤种类“{}”", node.kind),
            format!("this release does not know the kind of step “{}”", node.kind),
        ),
        Texts::new(
            "步骤原样保留着；请升级 Heliu，或换成别的步骤",
            "the step is kept as it is: upgrade Heliu, or replace the step",
        ),
    )
}

fn check_node(known: &Known<'_>) -> Vec<Problem> {
    let Known { node, entry, config, .. } = known;
    if node.v > entry.spec.version {
        return vec![Problem::error(
            "newer-kind",
            Place::node(&node.id),
            Texts::new(
                format!("这个步骤的设置是第 {} 版，本版本只认识到第 {} 版", node.v, entry.spec.version),
                format!(
                    "the settings of this step are version {}; this release knows up to {}",
                    node.v, entry.spec.version
                ),
            ),
            Texts::new("请升级 Heliu", "upgrade Heliu"),
        )];
    }
    let Some(validator) = entry.validator() else {
        return Vec::new();
    };
    let mut problems: Vec<_> = validator
        .iter_errors(config)
        .take(20)
        .map(|error| {
            Problem::error(
                "setting-not-valid",
                Place::field(&node.id, error.instance_path().to_string()),
                Texts::new(format!("设置不正确：{error}"), format!("a setting does not fit: {error}")),
                Texts::new("请在表单里重新填写", "enter it again in the form"),
            )
        })
        .collect();
    if problems.is_empty() {
        match entry.build(config) {
            Ok(built) => problems.extend(built.check().into_iter().map(|mut problem| {
                problem.place.node = Some(node.id.clone());
                problem
            })),
            Err(error) => problems.push(Problem::error(
                "setting-not-valid",
                Place::node(&node.id),
                Texts::new(format!("设置不正确：{error}"), format!("a setting does not fit: {error}")),
                Texts::new("请在表单里重新填写", "enter it again in the form"),
            )),
        }
    }
    problems
}
