//! PostgreSQL: is the address usable at all? A wrong one is answered in plain words, without its password.

use std::io::ErrorKind;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions, Connection};

use crate::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(8);

/// Connects once, so that what is wrong with the address is known: a pool would try until its time is up.
pub(crate) async fn check(url: &str) -> Result<()> {
    let scheme = url.split(':').next().unwrap_or_default();
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(Error::Unsafe(format!(
            "DATABASE_URL must begin with postgres://, not {}; leave it out to use the embedded database",
            if url.contains(':') { scheme } else { "what was given" }
        )));
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        Error::Unsafe("DATABASE_URL cannot be read; it looks like postgres://user:password@host:5432/database".into())
    })?;
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let (user, database) = (options.get_username().to_owned(), options.get_database().unwrap_or_default().to_owned());
    let options = options.disable_statement_logging();
    match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => {
            // It was only a knock: how it ends does not matter.
            let _ = connection.close().await;
            Ok(())
        }
        Ok(Err(error)) => Err(Error::Unsafe(plain(&error, &place, &user, &database))),
        Err(_) => Err(Error::Unsafe(format!(
            "PostgreSQL at {place} does not answer within {} seconds; is the host right, and is a firewall between?",
            PATIENCE.as_secs()
        ))),
    }
}

fn plain(error: &sqlx::Error, place: &str, user: &str, database: &str) -> String {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    match (error, code.as_ref()) {
        (_, "28P01" | "28000") => {
            format!("PostgreSQL at {place} does not let the user {user} in; check user and password in DATABASE_URL")
        }
        (_, "3D000") => {
            format!("PostgreSQL at {place} has no database {database}; make it with: createdb {database}")
        }
        (sqlx::Error::Io(io), _) if io.kind() == ErrorKind::ConnectionRefused => {
            format!("nothing listens at {place}; start PostgreSQL, or correct host and port in DATABASE_URL")
        }
        (sqlx::Error::Io(io), _) => {
            format!("PostgreSQL at {place} cannot be reached ({io}); correct the host in DATABASE_URL")
        }
        _ => format!("PostgreSQL at {place} refuses: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_address_is_answered_in_plain_words_and_without_its_password() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let free = listener.local_addr().expect("an address").port();
        drop(listener);
        let wrong = [
            ("mysql://me:hush@localhost/heliu".to_owned(), "must begin with postgres://, not mysql"),
            ("me:hush".to_owned(), "must begin with postgres://"),
            ("postgres://me:hush@127.0.0.1:nope/heliu".to_owned(), "it looks like postgres://"),
            (format!("postgres://me:hush@127.0.0.1:{free}/heliu"), "nothing listens at 127.0.0.1:"),
            ("postgres://me:hush@no.such.host.invalid/heliu".to_owned(), "cannot be reached"),
        ];

        for (url, wanted) in wrong {
            let refused = check(&url).await.expect_err(&url).to_string();
            assert!(refused.contains(wanted), "{url}: {refused}");
            assert!(!refused.contains("hush"), "{refused}");
        }
    }
}
