//! The frozen history of the tables.
//!
//! A migration is never changed once it is released: it uses literal names and no entity, so that it means the same
//! for ever. Every table carries its workspace. Each step works with the code before it and after it
//! (expand, move, contract), on SQLite and on PostgreSQL.
//!
//! Times are milliseconds since 1970-01-01T00:00:00Z. JSON is kept as text, byte for byte as it was written.

#![expect(elided_lifetimes_in_paths, reason = "async_trait wants the trait's own signature")]

use sea_orm_migration::prelude::*;

mod m0001_workspace;
mod m0002_flows;
mod m0003_knowledge;
mod m0004_conversations;
mod m0005_circumstances;
mod m0007_replicas;
mod m0009_details;
mod m0010_documents;
mod m0011_models;
mod m0012_phrases;
mod m0013_topic_sets;
mod m0014_meaning;
mod m0015_accepted;
mod table;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_workspace::Migration),
            Box::new(m0002_flows::Migration),
            Box::new(m0003_knowledge::Migration),
            Box::new(m0004_conversations::Migration),
            Box::new(m0005_circumstances::Migration),
            Box::new(m0007_replicas::Migration),
            Box::new(m0009_details::Migration),
            Box::new(m0010_documents::Migration),
            Box::new(m0011_models::Migration),
            Box::new(m0012_phrases::Migration),
            Box::new(m0013_topic_sets::Migration),
            Box::new(m0014_meaning::Migration),
            Box::new(m0015_accepted::Migration),
        ]
    }
}
