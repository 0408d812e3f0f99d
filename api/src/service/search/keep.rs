//! Keeping the documents of the built-in engine: the consumer of changed products.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use uuid::Uuid;

use super::languages;
use crate::error::Result;
use crate::search::{Embedded, Languages, load_documents, prepare_words};
use crate::state::AppState;

/// Products read and written in one transaction: few, since SQLite has one writer.
pub(super) const BATCH: usize = 100;

/// Names the lock under which documents are written ("search", in hexadecimal).
const DOCUMENTS_LOCK: i64 = 0x7365_6172_6368;

/// Writes the documents of changed products anew; the search server gets them with the next [`super::send_pending`].
///
/// One call for many products is much cheaper than many calls; ids that come twice count once, unknown ones are ignored.
///
/// # Errors
/// When the database fails; what was written stays right, and the call may be made again.
pub async fn products_changed(app: &AppState, product_ids: &[Uuid]) -> Result<()> {
    let distinct: Vec<Uuid> = product_ids
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let languages = languages(app)?;
    if languages.all.iter().any(|locale| locale.starts_with("zh")) {
        prepare_words("中").await; // the dictionary is not loaded with a transaction open
    }
    for batch in distinct.chunks(BATCH) {
        app.database.retry(|| write(app, batch, &languages)).await?;
    }
    Ok(())
}

async fn write(app: &AppState, product_ids: &[Uuid], languages: &Languages) -> Result<()> {
    let transaction = app.database.begin().await?;
    lock(&transaction).await?;
    let documents = load_documents(&transaction, product_ids, languages).await?;
    Embedded::store(&transaction, &documents, app.clock.now()).await?;
    transaction.commit().await?;
    Ok(())
}

/// One writer of documents at a time: an older state of a product never replaces a newer one. On SQLite every writing
/// transaction is alone anyway.
async fn lock(transaction: &DatabaseTransaction) -> Result<()> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        let statement = Statement::from_sql_and_values(
            backend,
            "SELECT pg_advisory_xact_lock($1)",
            [DOCUMENTS_LOCK.into()],
        );
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}
