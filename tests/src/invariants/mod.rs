//! What must hold in the database after every scenario, whatever happened in it. Numbers as in the design: I1 stock,
//! I2 payment, I3 totals, I4 coupons and promotions, I5 ledgers, I6 idempotency, I8 outbox, I10 leftovers.

mod rule;
mod totals;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

pub use rule::RULES;

/// Checks every invariant.
///
/// # Panics
/// With everything that does not hold.
pub async fn check(connection: &DatabaseConnection) {
    let mut findings = Vec::new();
    for rule in RULES {
        for row in query(connection, rule.offenders).await {
            let offender: String = row
                .try_get("", "offender")
                .expect("a rule selects text as `offender`");
            findings.push(format!("{}: {offender}", rule.name));
        }
    }
    findings.extend(totals::check(connection).await);
    if connection.get_database_backend() == DbBackend::Postgres {
        for row in query(connection, rule::IDLE_IN_TRANSACTION).await {
            let offender: String = row.try_get("", "offender").expect("text");
            findings.push(format!("I10 no transaction is left open: {offender}"));
        }
    }
    assert!(
        findings.is_empty(),
        "invariants that do not hold:\n{}",
        findings.join("\n")
    );
}

/// Runs a query in which `TEXT(x)` stands for an id as text.
async fn query(connection: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let backend = connection.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => sql.replace("TEXT(", "HEX("),
        _ => sql.replace("TEXT(", "CONCAT("),
    };
    connection
        .query_all_raw(Statement::from_string(backend, sql.clone()))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}
