//! The kinds as a value: found by name, no global registry.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use model::spec::Example;
use model::{Flow, KindName, LibraryKey, NodeSpec, Problem, Texts};
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::check::with_defaults;
use crate::{Ctx, Failure, Happened, Kind, Next};

/// All kinds a product knows.
#[derive(Clone, Default)]
pub struct Catalogue {
    entries: BTreeMap<KindName, Entry>,
}

impl Catalogue {
    /// A catalogue of these kinds; a name that comes twice keeps the last.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.spec.kind.clone(), entry)).collect() }
    }

    /// The kind with this name.
    pub fn get(&self, kind: &KindName) -> Option<&Entry> {
        self.entries.get(kind)
    }

    /// All kinds by name.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// A flow with every node's settings in their newest version; what it does stays the same.
    pub fn upgraded(&self, flow: &Flow) -> Flow {
        let mut flow = flow.clone();
        for node in &mut flow.nodes {
            let entry = self.get(&node.kind).filter(|entry| node.v < entry.spec.version);
            if let Some(entry) = entry {
                node.config = entry.upgrade(&node.config, node.v);
                node.v = entry.spec.version;
            }
        }
        flow
    }

    /// The choices of libraries that a flow may search in; an empty one means all.
    pub fn library_choices(&self, flow: &Flow) -> BTreeSet<Vec<LibraryKey>> {
        let mut choices = BTreeSet::new();
        for node in &flow.nodes {
            let Some(entry) = self.get(&node.kind) else { continue };
            let config = with_defaults(&entry.spec, &entry.upgrade(&node.config, node.v));
            let properties = entry.spec.schema.get("properties").and_then(Value::as_object);
            for (name, part) in properties.into_iter().flatten() {
                let is_choice = part.pointer("/items/x-ref").and_then(Value::as_str) == Some("library");
                let chosen = config.get(name).filter(|_| is_choice).and_then(Value::as_array);
                choices
                    .extend(chosen.map(|keys| keys.iter().filter_map(Value::as_str).map(LibraryKey::from).collect()));
            }
        }
        choices.extend(flow.repair.as_ref().map(|repair| repair.libraries.clone()));
        choices
    }

    /// All descriptions in the order of the picker.
    pub fn specs(&self) -> Vec<NodeSpec> {
        let mut specs: Vec<_> = self.entries.values().map(|entry| entry.spec.clone()).collect();
        specs.sort_by(|a, b| (a.order, &a.kind).cmp(&(b.order, &b.kind)));
        specs
    }
}

/// One kind: its description and how to build a node of it.
#[derive(Clone)]
pub struct Entry {
    /// The description.
    pub spec: NodeSpec,
    build: fn(&Value) -> Result<Box<dyn Built>, String>,
    upgrade: fn(Value, u32) -> Value,
    /// Built from the schema when the first node of the kind is checked.
    validator: Arc<OnceLock<Option<Validator>>>,
}

impl Entry {
    /// The entry of a kind.
    pub fn of<K: Kind>() -> Self {
        let info = K::info();
        let schema = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true).into_generator();
        let mut schema = schema.into_root_schema_for::<K>().to_value();
        if let Some(root) = schema.as_object_mut() {
            root.remove("$schema");
            root.remove("title");
            root.insert("additionalProperties".into(), false.into());
        }
        let plain = |config: &K| serde_json::to_value(config).expect("settings are plain data with string keys");
        let spec = NodeSpec {
            kind: info.kind.into(),
            version: info.version,
            family: info.family,
            icon: info.icon.into(),
            label: info.label,
            description: info.description,
            keywords: info.keywords.iter().map(|&word| word.to_owned()).collect(),
            summary: info.summary,
            schema,
            defaults: plain(&K::default()),
            ports: info.ports,
            enterable: info.enterable,
            waits: info.waits,
            order: info.order,
            examples: K::examples()
                .iter()
                .map(|(title, config)| Example { title: title.clone(), config: plain(config) })
                .collect(),
        };
        Self { spec, build: build::<K>, upgrade: K::upgrade, validator: Arc::default() }
    }

    /// Builds a node from its settings; `Err` says what does not fit, in serde's words.
    pub fn build(&self, config: &Value) -> Result<Box<dyn Built>, String> {
        (self.build)(config)
    }

    /// Says whether settings fit the schema; nothing when the schema itself cannot be read.
    pub(crate) fn validator(&self) -> Option<&Validator> {
        self.validator.get_or_init(|| jsonschema::validator_for(&self.spec.schema).ok()).as_ref()
    }

    /// The settings in the newest version.
    pub fn upgrade(&self, config: &Value, from: u32) -> Value {
        if from >= self.spec.version { config.clone() } else { (self.upgrade)(config.clone(), from) }
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(type_name::<Self>()).field("kind", &self.spec.kind).finish_non_exhaustive()
    }
}

/// A node that is ready to run: a kind with its settings.
pub trait Built: Send + Sync {
    /// See [`Kind::enter`].
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure>;
    /// See [`Kind::resume`].
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure>;
    /// See [`Kind::help`].
    fn help(&self, ctx: &Ctx<'_>) -> Option<Texts>;
    /// See [`Kind::check`].
    fn check(&self) -> Vec<Problem>;
}

impl<K: Kind> Built for K {
    fn enter(&self, ctx: &mut Ctx<'_>) -> Result<Next, Failure> {
        Kind::enter(self, ctx)
    }
    fn resume(&self, ctx: &mut Ctx<'_>, happened: Happened) -> Result<Next, Failure> {
        Kind::resume(self, ctx, happened)
    }
    fn help(&self, ctx: &Ctx<'_>) -> Option<Texts> {
        Kind::help(self, ctx)
    }
    fn check(&self) -> Vec<Problem> {
        Kind::check(self)
    }
}

fn build<K: Kind>(config: &Value) -> Result<Box<dyn Built>, String> {
    // Settings that a document leaves out are the defaults, so that new fields do not break old files.
    let mut whole = serde_json::to_value(K::default()).expect("settings are plain data with string keys");
    match (whole.as_object_mut(), config) {
        (Some(whole), Value::Object(given)) => whole.extend(given.clone()),
        (_, Value::Null) => {}
        _ => return Err("settings must be an object".into()),
    }
    serde_json::from_value::<K>(whole).map(|kind| Box::new(kind) as Box<dyn Built>).map_err(|error| error.to_string())
}
