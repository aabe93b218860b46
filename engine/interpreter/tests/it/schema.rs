//! The committed JSON Schema of flow documents is the one the types give.

/// Run with `UPDATE_SCHEMA=1` to write it anew after a change of the types.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares with a committed file; the interpreter does no I/O")]
fn the_committed_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../model/flow.schema.json");
    let fresh = serde_json::to_string_pretty(&interpreter::check::schema()).expect("a schema is JSON") + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &fresh).expect("the schema can be written");
    }

    let committed = std::fs::read_to_string(path).expect("engine/model/flow.schema.json is there");

    assert_eq!(
        committed, fresh,
        "run UPDATE_SCHEMA=1 cargo test -p interpreter and commit engine/model/flow.schema.json"
    );
}
