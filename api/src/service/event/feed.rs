//! The feed programs read.

use domain::event::{CursorError, EventKind, FeedBounds, Stretch};
use domain::permission::Permission;
use entity::column::Text;
use entity::event::{COLUMN, Column, Entity, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{DEFAULT_PAGE, MAX_PAGE, decode_cursor, encode_cursor};
use crate::state::AppState;

/// A stretch of the feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Events, oldest first.
    pub events: Vec<Model>,
    /// Where the next call goes on.
    pub next_cursor: String,
    /// Whether more is waiting there.
    pub has_more: bool,
}

/// Reads the channel's events after a cursor, of these kinds or of all when there are none. A call looks at
/// [`domain::event::FEED_REACH`] positions at most.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::EventRead`]; [`Error::Invalid`] for a cursor of another list, one whose
/// events are no longer kept, or a number out of range.
pub async fn since(
    app: &AppState,
    viewer: &Viewer,
    cursor: Option<&str>,
    kinds: &[EventKind],
    first: Option<i32>,
) -> Result<Feed> {
    viewer.require(Permission::EventRead)?;
    let first = match first {
        None => DEFAULT_PAGE,
        Some(first) => u64::try_from(first)
            .ok()
            .filter(|first| (1..=MAX_PAGE).contains(first))
            .ok_or_else(|| Error::invalid(&["first"], format!("`first` is 1 to {MAX_PAGE}")))?,
    };
    let cursor: Option<i64> = cursor
        .map(decode_cursor)
        .transpose()
        .map_err(|_other| unusable(CursorError::Unknown))?;
    let bounds = bounds(app, viewer.channel.id).await?;
    let stretch = Stretch::after(cursor, bounds).map_err(unusable)?;
    let mut query = Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(Column::Position.gt(stretch.after))
        .filter(Column::Position.lte(stretch.until));
    if !kinds.is_empty() {
        query = query.filter(COLUMN.kind.is_in(kinds.iter().copied().map(Text)));
    }
    let mut events = query
        .order_by_asc(Column::Position)
        .limit(first + 1)
        .all(app.database.read())
        .await?;
    let wanted = usize::try_from(first).map_err(Error::internal)?;
    let is_cut = events.len() > wanted;
    events.truncate(wanted);
    let cut_at = events
        .last()
        .filter(|_| is_cut)
        .and_then(|event| event.position);
    let (next, has_more) = stretch.end(cut_at);
    Ok(Feed {
        events,
        next_cursor: encode_cursor(&next)?,
        has_more,
    })
}

async fn bounds(app: &AppState, channel_id: Uuid) -> Result<FeedBounds> {
    let sql = "SELECT position AS newest, COALESCE((SELECT MIN(event.position) FROM event \
               WHERE event.channel_id = $1), position + 1) AS oldest FROM event_head WHERE channel_id = $1";
    let statement =
        Statement::from_sql_and_values(app.database.backend(), sql, [channel_id.into()]);
    let Some(row) = app.database.read().query_one_raw(statement).await? else {
        return Ok(FeedBounds {
            oldest: 1,
            newest: 0,
        });
    };
    Ok(FeedBounds {
        oldest: row.try_get("", "oldest")?,
        newest: row.try_get("", "newest")?,
    })
}

fn unusable(error: CursorError) -> Error {
    Error::invalid(&["cursor"], error.to_string())
}
