//! Pictures and films by address.

use std::collections::HashMap;

use entity::media;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::check::{PARTS, SUMMARY, at_most, below, line_or_none, refuse};
use super::fields::MediaFields;
use crate::clock::Clock;
use crate::error::{FieldPath, Result};

/// Longest address.
const MAX_URL: usize = 2_000;

/// Whose pictures they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaOwner {
    Product(Uuid),
    Variant(Uuid),
    /// A category or collection, which refers to its picture itself.
    Reference,
}

/// Makes the owner's pictures these, in this order. A picture that stays at its address keeps its id.
///
/// # Errors
/// A bad address or an overlong list.
pub(super) async fn replace(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    owner: MediaOwner,
    field: &FieldPath,
    pictures: &[MediaFields],
) -> Result<Vec<Uuid>> {
    at_most(field.clone(), pictures.len(), PARTS)?;
    let mut stored: HashMap<String, Uuid> = HashMap::new();
    let is_of_owner = match owner {
        MediaOwner::Product(id) => Some(media::Column::ProductId.eq(id)),
        MediaOwner::Variant(id) => Some(media::Column::VariantId.eq(id)),
        MediaOwner::Reference => None,
    };
    if let Some(condition) = is_of_owner {
        let rows = media::Entity::find()
            .filter(condition.clone())
            .all(transaction)
            .await?;
        stored.extend(rows.into_iter().map(|row| (row.url, row.id)));
        media::Entity::delete_many()
            .filter(condition)
            .exec(transaction)
            .await?;
    }
    let mut rows = Vec::with_capacity(pictures.len());
    let mut ids = Vec::with_capacity(pictures.len());
    for ((index, picture), position) in pictures.iter().enumerate().zip(0_i32..) {
        let at = below(field, &[&index.to_string()]);
        let url = picture.url.to_string();
        if url.len() > MAX_URL || !matches!(picture.url.scheme(), "http" | "https") {
            return Err(refuse(
                below(&at, &["url"]),
                format!("an http or https address of at most {MAX_URL} bytes is needed"),
            ));
        }
        let id = stored.remove(&url).unwrap_or_else(|| clock.new_id());
        ids.push(id);
        rows.push(media::ActiveModel {
            id: Set(id),
            product_id: Set(match owner {
                MediaOwner::Product(id) => Some(id),
                MediaOwner::Variant(_) | MediaOwner::Reference => None,
            }),
            variant_id: Set(match owner {
                MediaOwner::Variant(id) => Some(id),
                MediaOwner::Product(_) | MediaOwner::Reference => None,
            }),
            position: Set(position),
            content_type: Set(content_type(picture.url.path()).to_owned()),
            url: Set(url),
            alt: Set(line_or_none(
                below(&at, &["alt"]),
                picture.alt.as_deref(),
                SUMMARY,
            )?),
            width: Set(None),
            height: Set(None),
        });
    }
    if !rows.is_empty() {
        media::Entity::insert_many(rows)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(ids)
}

/// Guesses the media type from the address: nothing is fetched.
pub(crate) fn content_type(path: &str) -> &'static str {
    let extension = path
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("svg") => "image/svg+xml",
        Some("mp4" | "m4v") => "video/mp4",
        Some("webm") => "video/webm",
        Some(_) | None => "image/jpeg",
    }
}
