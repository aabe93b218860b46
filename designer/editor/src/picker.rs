//! The kinds to choose from: grouped, ordered, found by words in either language.

use model::spec::Family;
use model::{KindName, NodeSpec, Texts};

use crate::Specs;

/// Kinds below this order are the common ones.
const COMMON_BELOW: u32 = 100;

/// Kinds under one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The heading; `None` over the results of a search.
    pub label: Option<Texts>,
    /// The kinds, the most wanted first.
    pub kinds: Vec<KindName>,
}

/// All kinds a path can lead to: the common ones, then each family.
pub fn groups(specs: &Specs) -> Vec<Group> {
    let mut common = ordered(specs.values().filter(|spec| is_offered(spec) && spec.order < COMMON_BELOW));
    common.truncate(8);
    let common = Group { label: Some(Texts::new("常用", "Common")), kinds: common };
    let families = Family::ALL.into_iter().map(|family| Group {
        label: Some(family_words(family)),
        kinds: ordered(specs.values().filter(|spec| is_offered(spec) && spec.family == family)),
    });
    std::iter::once(common).chain(families).filter(|group| !group.kinds.is_empty()).collect()
}

/// The kinds that match, the best first: by name, then by other words for it, then by what it does.
pub fn find(specs: &Specs, query: &str) -> Vec<KindName> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<(u32, u32, &KindName)> = specs
        .values()
        .filter(|spec| is_offered(spec))
        .filter_map(|spec| Some((score(spec, &query)?, spec.order, &spec.kind)))
        .collect();
    found.sort();
    found.into_iter().map(|(_, _, kind)| kind.clone()).collect()
}

/// A family with what it is about.
pub fn family_words(family: Family) -> Texts {
    match family {
        Family::Say => Texts::new("说话", "Say"),
        Family::Ask => Texts::new("提问", "Ask"),
        Family::Understand => Texts::new("理解", "Understand"),
        Family::Know => Texts::new("知识", "Know"),
        Family::Do => Texts::new("系统操作", "Do"),
        Family::Decide => Texts::new("判断", "Decide"),
        Family::Set => Texts::new("记录", "Remember"),
        Family::People => Texts::new("人工", "People"),
        Family::Frame => Texts::new("流程", "Flow"),
    }
}

fn is_offered(spec: &NodeSpec) -> bool {
    spec.enterable
}

fn ordered<'a>(specs: impl Iterator<Item = &'a NodeSpec>) -> Vec<KindName> {
    let mut specs: Vec<_> = specs.collect();
    specs.sort_by_key(|spec| (spec.order, &spec.kind));
    specs.into_iter().map(|spec| spec.kind.clone()).collect()
}

/// How well a kind matches; smaller is better.
fn score(spec: &NodeSpec, query: &str) -> Option<u32> {
    let labels: Vec<String> = spec.label.iter().map(|(_, text)| text.to_lowercase()).collect();
    let starts = |text: &String| text.starts_with(query) || text.split_whitespace().any(|word| word.starts_with(query));
    if labels.iter().any(starts) {
        return Some(0);
    }
    if labels.iter().any(|label| label.contains(query)) || spec.kind.as_str().contains(query) {
        return Some(1);
    }
    let keywords: Vec<String> = spec.keywords.iter().map(|word| word.to_lowercase()).collect();
    if keywords.iter().any(starts) {
        return Some(2);
    }
    if keywords.iter().any(|word| word.contains(query)) {
        return Some(3);
    }
    spec.description.iter().any(|(_, text)| text.to_lowercase().contains(query)).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn kinds_are_found_by_name_and_by_other_words() {
        let specs = samples::refund().specs;

        assert_eq!(find(&specs, "as"), ["ask"]);
        assert_eq!(find(&specs, "消息"), ["say"]);
        assert_eq!(find(&specs, "menu"), Vec::<KindName>::new());
        assert_eq!(find(&specs, "greet"), ["say"]);
    }

    #[test]
    fn the_start_is_not_offered() {
        let specs = samples::refund().specs;

        assert!(groups(&specs).iter().all(|group| !group.kinds.contains(&KindName::from("start"))));
        assert_eq!(groups(&specs)[0].kinds, ["say", "ask"]);
    }
}
