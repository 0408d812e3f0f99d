//! What categories and collections have in common: both are known by their slug.

use std::collections::HashMap;

use entity::media;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::check::{BULK, at_most, below, path, refuse};
use super::fields::{MediaFields, Patch};
use super::media::{MediaOwner, replace};
use super::slug::chosen;
use super::text::TextEntity;
use crate::clock::Clock;
use crate::error::{FieldPath, Result};

/// Checks the slugs of a bulk write: well formed, each once, not too many.
pub(super) fn check_slugs<'a>(
    list: &'static str,
    slugs: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>> {
    let mut checked: Vec<String> = Vec::new();
    for (index, slug) in slugs.enumerate() {
        at_most(path(&[list]), index, BULK - 1)?;
        let field = path(&[list, &index.to_string(), "slug"]);
        let slug = chosen(field.clone(), slug)?.to_string();
        if checked.contains(&slug) {
            return Err(refuse(field, "each slug is given once"));
        }
        checked.push(slug);
    }
    Ok(checked)
}

/// Finds things of entity `E` by slug of any language.
pub(super) async fn ids_by_slug<E: TextEntity>(
    transaction: &DatabaseTransaction,
    slugs: impl IntoIterator<Item = String>,
) -> Result<HashMap<String, Uuid>> {
    let rows: Vec<(String, Uuid)> = E::find()
        .select_only()
        .column(E::slug())
        .column(E::owner())
        .filter(E::slug().is_in(slugs))
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Writes the picture of a category or collection and gives its id; `None` when it has none any more.
///
/// The old picture's row goes with [`drop_media`], once nothing refers to it.
pub(super) async fn write_media(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    base: &FieldPath,
    stored: Option<Uuid>,
    wish: Patch<&MediaFields>,
) -> Result<Option<Uuid>> {
    match wish {
        None => Ok(stored),
        Some(None) => Ok(None),
        Some(Some(picture)) => {
            let field = below(base, &["media"]);
            let ids = replace(
                transaction,
                clock,
                MediaOwner::Reference,
                &field,
                std::slice::from_ref(picture),
            )
            .await?;
            Ok(ids.into_iter().next())
        }
    }
}

/// Drops a picture nothing refers to any more.
pub(super) async fn drop_media(
    transaction: &DatabaseTransaction,
    before: Option<Uuid>,
    after: Option<Uuid>,
) -> Result<()> {
    let Some(gone) = before.filter(|before| Some(*before) != after) else {
        return Ok(());
    };
    media::Entity::delete_many()
        .filter(media::Column::Id.eq(gone))
        .exec(transaction)
        .await?;
    Ok(())
}
