//! Bringing the tables up to date: all steps or none.

use migrations::Migrator;
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use sea_orm_migration::MigratorTrait;

use crate::connect::is_sqlite;
use crate::{Result, crash};

/// Takes the steps that are missing, in one transaction: an upgrade that is cut off leaves the tables as they were, and
/// the next start takes the same steps again. (By itself, the migrator takes every statement alone on SQLite.)
pub(crate) async fn up(db: &DatabaseConnection) -> Result<()> {
    let mut db = db.clone();
    db.set_metric_callback(|_| crash::point("mid_migration"));
    let options = TransactionOptions {
        sqlite_transaction_mode: is_sqlite(&db).then_some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let upgrade = db.begin_with_options(options).await?;
    Migrator::up(&upgrade, None).await?;
    Ok(upgrade.commit().await?)
}
