//! What must hold in the database after every scenario, whatever happened in it. Numbers as in the design: I1 stock,
//! I2 payment, I3 totals, I4 coupons and promotions, I5 ledgers, I6 idempotency, I8 outbox, I10 leftovers,
//! I13 after-sale.

mod rule;
mod totals;

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

pub use rule::RULES;

/// How long a dropped transaction may take to be rolled back on a busy machine.
const GRACE: Duration = Duration::from_secs(5);

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
        findings.extend(open_transactions(connection).await);
    }
    assert!(
        findings.is_empty(),
        "invariants that do not hold:\n{}",
        findings.join("\n")
    );
}

/// Transactions that stay open. A refused request drops its transaction, and the pool rolls it back a moment later.
async fn open_transactions(connection: &DatabaseConnection) -> Vec<String> {
    let deadline = Instant::now() + GRACE;
    loop {
        let left = query(connection, rule::IDLE_IN_TRANSACTION).await;
        if left.is_empty() || Instant::now() >= deadline {
            let offender = |row: &QueryResult| {
                let statement: String = row.try_get("", "offender").expect("text");
                format!("I10 no transaction is left open: {statement}")
            };
            return left.iter().map(offender).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
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
