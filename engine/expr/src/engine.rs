//! The one rhai engine of the process, hardened.
//!
//! It is built from chosen packages instead of `Engine::new()`, without modules, time, blobs and bit fields, so that
//! nothing of the host can be reached. Limits stop rhai's own loops; they do not stop one native call, and a call
//! counts as one operation however long it takes. That is why functions that can multiply sizes (`replace`), or never
//! end (`pad` with nothing), are shadowed by ones that check first, and those that look through long lists by quick ones
//! that charge their work.

use std::sync::OnceLock;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString, Map, OptimizationLevel, Position, Token,
};

use serde_json::Value;

use crate::{clock, convert, functions};

/// Operations of one evaluation.
pub(crate) const MAX_OPERATIONS: u64 = 50_000;
/// Bytes of all texts in one value: as much as a variable may keep.
pub(crate) const MAX_STRING: usize = 64 * 1024;
/// Items of one list, fields of one object.
pub(crate) const MAX_ITEMS: usize = 2_000;
/// Characters of a script.
pub(crate) const MAX_SOURCE: usize = 16 * 1024;

/// The engine all evaluations share.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(build)
}

fn build() -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    limit(&mut engine);
    free_the_word_default(&mut engine);
    divide_like_people(&mut engine);
    shadow_replace(&mut engine);
    shadow_pad(&mut engine);
    compare_quickly(&mut engine);
    write_quickly(&mut engine);
    functions::register(&mut engine);
    engine
}

fn limit(engine: &mut Engine) {
    engine
        .set_max_operations(MAX_OPERATIONS)
        .set_max_string_size(MAX_STRING)
        .set_max_array_size(MAX_ITEMS)
        .set_max_map_size(MAX_ITEMS)
        .set_max_expr_depths(40, 24)
        .set_max_call_levels(12)
        .set_max_functions(30)
        .set_max_variables(300)
        .set_optimization_level(OptimizationLevel::Simple)
        .disable_symbol("eval")
        .on_print(|_| {})
        .on_debug(|_, _, _| {})
        .on_progress(|operations| {
            // The outer bound may look at a clock; asking it each time would cost more than the script.
            let is_over = operations + clock::charged() > MAX_OPERATIONS;
            (is_over || (operations % 128 == 0 && clock::is_too_late())).then_some(Dynamic::UNIT)
        });
}

/// rhai keeps `default` for later; here it is a function's name.
#[expect(deprecated, reason = "rhai marks the hook as volatile; there is no other")]
fn free_the_word_default(engine: &mut Engine) {
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if word.as_str() == "default" => Token::Identifier(word),
        other => other,
    });
}

/// `5 / 2` is 2.5, `6 / 2` is 3: whole numbers divide as people expect.
fn divide_like_people(engine: &mut Engine) {
    engine.set_fast_operators(false);
    engine.register_fn("/", |left: INT, right: INT| -> Result<Dynamic, Box<EvalAltResult>> {
        match left.checked_rem(right) {
            _ if right == 0 => Err(Box::new(EvalAltResult::ErrorArithmetic("Division by zero".into(), Position::NONE))),
            Some(0) => Ok(Dynamic::from_int(left / right)),
            _ => Ok(Dynamic::from_float(left as FLOAT / right as FLOAT)),
        }
    });
}

/// Lists and objects are compared here, not by a call of the engine per item: that took a millisecond for each list.
fn compare_quickly(engine: &mut Engine) {
    let find = |list: &Array, wanted: &Dynamic| list.iter().position(|item| same(item, wanted));
    engine
        .register_fn("==", |a: &mut Array, b: Array| same_lists(a, &b))
        .register_fn("!=", |a: &mut Array, b: Array| !same_lists(a, &b))
        .register_fn("==", |a: &mut Map, b: Map| same_maps(a, &b))
        .register_fn("!=", |a: &mut Map, b: Map| !same_maps(a, &b))
        .register_fn("contains", move |list: &mut Array, item: Dynamic| find(list, &item).is_some())
        .register_fn("dedup", |list: &mut Array| list.dedup_by(|a, b| same(a, b)))
        .register_fn("index_of", move |list: &mut Array, item: Dynamic| find(list, &item).map_or(-1, |at| at as INT));
}

/// Lists and objects are written as JSON, again without a call of the engine per item.
fn write_quickly(engine: &mut Engine) {
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine
            .register_fn(name, |list: &mut Array| charged_text(&convert::list_to_json(list)))
            .register_fn(name, |map: &mut Map| charged_text(&convert::map_to_json(map)));
    }
}

fn charged_text(value: &Value) -> String {
    let text = value.to_string();
    clock::charge(text.len());
    text
}

/// Are the values equal? Whole numbers and fractions are compared by value.
fn same(a: &Dynamic, b: &Dynamic) -> bool {
    clock::charge(4);
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a == b;
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return a == b;
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return a == b;
    }
    if let (Ok(a), Ok(b)) = (a.as_array_ref(), b.as_array_ref()) {
        return same_lists(&a, &b);
    }
    if let (Ok(a), Ok(b)) = (a.as_map_ref(), b.as_map_ref()) {
        return same_maps(&a, &b);
    }
    a.is_unit() && b.is_unit()
}

fn same_lists(a: &Array, b: &Array) -> bool {
    // Both were copied for the call.
    clock::charge(a.len() + b.len());
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_maps(a: &Map, b: &Map) -> bool {
    clock::charge(a.len() + b.len());
    a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
}

fn number(value: &Dynamic) -> Option<FLOAT> {
    match value.as_int() {
        Ok(whole) => Some(whole as FLOAT),
        Err(_) => value.as_float().ok(),
    }
}

/// `replace` that knows the size of its result before it makes it.
fn shadow_replace(engine: &mut Engine) {
    engine
        .register_fn("replace", |text: &mut ImmutableString, from: &str, to: &str| replace(text, from, to))
        .register_fn("replace", |text: &mut ImmutableString, from: &str, to: char| {
            replace(text, from, to.encode_utf8(&mut [0; 4]))
        })
        .register_fn("replace", |text: &mut ImmutableString, from: char, to: &str| {
            replace(text, from.encode_utf8(&mut [0; 4]), to)
        })
        .register_fn("replace", |text: &mut ImmutableString, from: char, to: char| {
            replace(text, from.encode_utf8(&mut [0; 4]), to.encode_utf8(&mut [0; 4]))
        });
}

fn replace(text: &mut ImmutableString, from: &str, to: &str) -> Result<(), Box<EvalAltResult>> {
    clock::charge(text.len());
    let n_found = text.matches(from).count();
    let size = text.len() - n_found * from.len() + n_found.saturating_mul(to.len());
    if size > MAX_STRING {
        return Err(too_long());
    }
    *text = text.replace(from, to).into();
    Ok(())
}

/// `pad` with a text that ends when the text is empty: rhai's would add nothing for ever.
fn shadow_pad(engine: &mut Engine) {
    engine.register_fn("pad", |text: &mut ImmutableString, length: INT, with: &str| pad(text, length, with));
}

/// Repeats a text after another until that has so many characters; with an empty one it stays as it is.
fn pad(text: &mut ImmutableString, length: INT, with: &str) -> Result<(), Box<EvalAltResult>> {
    clock::charge(text.len());
    let length = usize::try_from(length).unwrap_or(0);
    let missing = length.saturating_sub(text.chars().count());
    if missing == 0 || with.is_empty() {
        return Ok(());
    }
    if length > MAX_STRING {
        return Err(too_long());
    }
    text.make_mut().extend(with.chars().cycle().take(missing));
    if text.len() > MAX_STRING { Err(too_long()) } else { Ok(()) }
}

fn too_long() -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorDataTooLarge("Length of string".into(), Position::NONE))
}
