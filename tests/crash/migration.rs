//! U3: an upgrade that dies at any statement leaves the tables as they were, and the next start completes it.

use tests::sized;

use crate::data::Data;
use crate::server::{Start, crashes_at_start};
use crate::snapshot::{Snapshot, at, rows};

/// More statements than all migrations have.
const AT_MOST: usize = 500;

#[tokio::test]
async fn an_upgrade_that_dies_at_any_statement_is_completed_by_the_next_start() {
    let whole = Data::embedded();
    let expected = schema(&whole).await;
    assert!(expected.len() > 20, "{expected:?}");

    let mut n_crashes = 0;
    // Every third statement by default, every one in the long form.
    let stride = sized(3, 1);
    for k in (1..AT_MOST).step_by(stride) {
        let data = Data::embedded();
        if !crashes_at_start(&data, &Start::crashing_at("mid_migration", k)).await {
            break;
        }
        n_crashes += 1;
        assert_eq!(schema(&data).await, expected, "after dying at statement {k}");
        let damage = Snapshot::read(&data).await.expect("it opens").damage;
        assert_eq!(damage, Vec::<String>::new(), "after dying at statement {k}");
    }

    // Indexes that SQLite makes by itself have no statement of their own.
    let n_made = expected.iter().filter(|line| !line.ends_with(": ")).count();
    println!("U3: {n_crashes} crashes during the migrations, {n_made} tables and indexes each time after");
    assert!(n_crashes * stride >= n_made, "{n_crashes} crashes for {n_made} things");
}

/// Opens the folder, as the next start would, and lists what is in it.
async fn schema(data: &Data) -> Vec<String> {
    let store = data.open().await.expect("the next start completes the upgrade");
    let found = rows(&store, "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
    let lines = found.await.expect("a schema").iter().map(|row| at(row, 0).expect("text")).collect();
    store.close().await;
    lines
}
