//! Short words for the columns that migrations write often.

use sea_orm_migration::prelude::*;

/// A new table that belongs to a workspace.
pub(crate) fn in_workspace(name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name).col(number("workspace_id"));
    table
}

/// A whole number that is always there.
pub(crate) fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A whole number that may be absent.
pub(crate) fn maybe_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// A counter that begins at 0.
pub(crate) fn counter(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().default(0).take()
}

/// A text that is always there.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A text that may be absent.
pub(crate) fn maybe_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// Yes or no.
pub(crate) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(false).take()
}

/// The primary key over these columns.
pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    columns.iter().fold(Index::create(), |mut index, column| index.col(*column).take())
}

/// An index with a name of its own.
pub(crate) fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    key(columns).name(name).table(table).take()
}
