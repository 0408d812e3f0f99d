//! Who changes what. A mutation of staff or of a program runs under a note; each writing transaction that is begun meanwhile
//! holds the note as its first row. So a change and its entry are committed together or not at all, and no use case can
//! forget it.

use entity::audit_entry::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, IntoActiveModel};

use crate::error::Result;

tokio::task_local! {
    static NOTE: Model;
}

/// Does some work under a note.
pub async fn under<F: Future>(note: Model, work: F) -> F::Output {
    NOTE.scope(note, work).await
}

/// Writes the note of the work under way into a transaction, if there is one. A use case that needs several transactions
/// leaves one entry.
///
/// # Errors
/// When the row cannot be written.
pub(crate) async fn write_into(transaction: &DatabaseTransaction) -> Result<()> {
    let Ok(note) = NOTE.try_with(Clone::clone) else {
        return Ok(());
    };
    let once = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(note.into_active_model())
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
