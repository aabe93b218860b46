//! What must be true of every kind: descriptions in both languages, valid schema, defaults and examples, real fields.

use std::collections::BTreeSet;

use model::spec::ports;
use model::{NodeSpec, Texts};
use serde_json::Value;

use crate::catalogue;

#[test]
fn the_picker_begins_with_the_common_kinds_and_names_each_once() {
    let specs = catalogue().specs();
    let kinds: Vec<_> = specs.iter().map(|spec| spec.kind.as_str()).collect();

    assert_eq!(kinds[..8], ["say", "ask", "choose", "classify", "answer", "call_api", "branch", "hand_off"]);
    assert_eq!(kinds.last(), Some(&"start"));
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len());
    assert!(specs.is_sorted_by_key(|spec| spec.order));
}

#[test]
fn every_kind_is_described_in_both_languages() {
    each(|spec| {
        both(&spec.label, "label");
        both(&spec.description, "description");
        both(&spec.summary, "summary");
        assert!(!spec.icon.is_empty() && spec.version >= 1);
        assert!(spec.keywords.len() >= 4, "people search by other words");
        assert!(spec.examples.len() >= 2, "two examples");
        for example in &spec.examples {
            both(&example.title, "example");
        }
    });
}

#[test]
fn defaults_and_examples_fit_the_schema_and_build() {
    each(|spec| {
        let validator = jsonschema::draft202012::new(&spec.schema).expect("a schema");
        let catalogue = catalogue();
        let entry = catalogue.get(&spec.kind).expect("a kind");
        for config in spec.examples.iter().map(|example| &example.config).chain([&spec.defaults]) {
            let errors: Vec<_> = validator.iter_errors(config).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{config}: {errors:?}");
            let built = entry.build(config).expect("builds");
            let problems: Vec<_> = built.check().into_iter().filter(|problem| problem.is_error()).collect();
            assert!(problems.is_empty(), "{problems:?}");
        }
        entry.build(&Value::Null).expect("no settings are the defaults");
        entry.build(&serde_json::json!({})).expect("no settings are the defaults");
    });
}

#[test]
fn a_schema_has_no_references() {
    each(|spec| {
        let text = spec.schema.to_string();
        assert!(!text.contains("\"$ref\"") && !text.contains("\"$defs\""), "{text}");
    });
}

#[test]
fn every_field_has_label_and_help_in_both_languages() {
    each(|spec| {
        fields(&spec.schema, "", &mut |path, _, field| {
            let text = |name: &str| field.get(name).and_then(Value::as_str).unwrap_or_default();
            assert!(!text("title").is_empty(), "{path}: English label");
            assert!(!text("description").is_empty(), "{path}: English help");
            let zh: Vec<_> = field["x-zh"].as_array().expect(path).iter().filter_map(Value::as_str).collect();
            assert!(zh.len() == 2 && zh.iter().all(|text| !text.is_empty()), "{path}: Chinese label and help");
        });
    });
}

#[test]
fn hints_are_ones_that_forms_know() {
    each(|spec| {
        fields(&spec.schema, "", &mut |path, siblings, field| {
            if let Some(group) = field.get("x-group") {
                assert!(["more", "trouble"].contains(&group.as_str().expect(path)), "{path}: group");
            }
            for name in field.get("x-show-when").and_then(Value::as_object).into_iter().flat_map(|when| when.keys()) {
                assert!(siblings.get(name).is_some(), "{path}: x-show-when names {name}");
            }
            let values = values_of(field);
            if !values.is_empty() {
                let options = field["x-options"].as_array().expect(path);
                let named: BTreeSet<_> = options.iter().filter_map(|option| option[0].as_str()).collect();
                assert_eq!(named, values.iter().map(String::as_str).collect(), "{path}: every value is named");
                assert!(options.iter().all(|option| option.as_array().is_some_and(|o| o.len() == 3)), "{path}");
            }
            if field["type"] == "array" {
                assert!(field.get("x-item").is_some() || field["x-widget"] == "words", "{path}: a word for one item");
            }
        });
    });
}

#[test]
fn forms_know_the_order_of_fields() {
    each(|spec| {
        let in_order = |schema: &Value| {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
            if properties.len() > 1 {
                let order: BTreeSet<_> = schema["x-order"]
                    .as_array()
                    .expect("x-order")
                    .iter()
                    .map(|name| name.as_str().expect("a name"))
                    .collect();
                assert_eq!(order, properties.keys().map(String::as_str).collect(), "x-order names every field");
            }
        };
        in_order(&spec.schema);
        fields(&spec.schema, "", &mut |_, _, field| {
            in_order(field);
            in_order(&field["items"]);
        });
    });
}

#[test]
fn exits_are_distinct_and_named() {
    each(|spec| {
        for config in spec.examples.iter().map(|example| &example.config).chain([&spec.defaults]) {
            let ports = ports(spec, config);
            let ids: BTreeSet<_> = ports.iter().map(|port| &port.id).collect();
            assert_eq!(ids.len(), ports.len());
            for port in &ports {
                both(&port.label, port.id.as_str());
            }
        }
    });
}

#[test]
fn a_summary_names_real_fields() {
    each(|spec| {
        for template in spec.summary.0.values() {
            for placeholder in template.split('{').skip(1) {
                let inside = placeholder.split('}').next().expect("a part");
                let path = inside.split(['?', '|']).next().expect("a part").replace("[]", "");
                let mut schema = &spec.schema;
                for step in path.split('.') {
                    schema = &schema["properties"][step];
                    assert!(schema.is_object(), "{placeholder}");
                    if schema["type"] == "array" {
                        schema = &schema["items"];
                    }
                }
            }
        }
    });
}

fn each(check: impl Fn(&NodeSpec)) {
    for spec in catalogue().specs() {
        eprintln_kind(&spec);
        check(&spec);
    }
}

fn eprintln_kind(spec: &NodeSpec) {
    eprintln!("kind {}", spec.kind);
}

fn both(texts: &Texts, what: &str) {
    for language in ["zh", "en"] {
        let text = texts.0.get(&language.into()).map(String::as_str).unwrap_or_default();
        assert!(!text.is_empty(), "{what} in {language}");
    }
}

/// Calls `check` with the path, the fields beside it, and the schema of every field at any depth.
fn fields(schema: &Value, path: &str, check: &mut impl FnMut(&str, &Value, &Value)) {
    let Some(properties) = schema.get("properties") else { return };
    for (name, field) in properties.as_object().expect("properties") {
        let path = format!("{path}/{name}");
        check(&path, properties, field);
        fields(field, &path, check);
        if let Some(items) = field.get("items") {
            fields(items, &path, check);
        }
    }
}

/// The values of an enum.
fn values_of(field: &Value) -> Vec<String> {
    let of = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(values) = field.get("enum").and_then(Value::as_array) {
        return values.iter().filter_map(of).collect();
    }
    let alternatives = field.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    alternatives.filter_map(|part| of(part.get("const")?)).collect()
}
