//! Reads segments, how many are in them, some of those, and whether one member is.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::id::{SegmentId, TypedId as _};
use domain::permission::Permission;
use entity::member;
use entity::segment::{COLUMN, Column, Entity, Model};
use sea_orm::sea_query::{CaseStatement, Expr, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::filter::condition;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Most members of a sample.
pub const MAX_SAMPLE: u64 = 50;
/// Rules asked about in one statement.
const TOGETHER: usize = 20;

/// Lists the channel's segments by code.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_READ`.
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    viewer.require(Permission::MemberRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .order_by_asc(Column::Code)
        .all(app.database.read())
        .await?)
}

/// Loads segments by id; unknown ones are left out.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_READ`.
pub async fn segments_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[SegmentId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::MemberRead)?;
    Ok(Entity::find()
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?)
}

/// Counts the members of many segments now, for a loader; the caller has checked who may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn sizes(app: &AppState, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let now = app.clock.now();
    let connection = app.database.read();
    let segments = Entity::find()
        .filter(COLUMN.id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let count = |segment: &Model| {
        let members = member::Entity::find()
            .select_only()
            .expr(member::COLUMN.id.count())
            .filter(condition(&segment.rule, segment.channel_id, now));
        Expr::from(members.into_query())
    };
    ask(connection, &segments, count).await
}

/// Gives some members of a segment, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `MEMBER_READ`, [`Error::Invalid`] for more than [`MAX_SAMPLE`].
pub async fn sample(
    app: &AppState,
    viewer: &Viewer,
    segment: &Model,
    first: i32,
) -> Result<Vec<member::Model>> {
    viewer.require(Permission::MemberRead)?;
    let first = u64::try_from(first)
        .ok()
        .filter(|first| *first <= MAX_SAMPLE)
        .ok_or_else(|| Error::invalid(&["first"], format!("`first` is 0 to {MAX_SAMPLE}")))?;
    Ok(member::Entity::find()
        .filter(condition(
            &segment.rule,
            segment.channel_id,
            app.clock.now(),
        ))
        .order_by_desc(member::Column::Id)
        .limit(first)
        .all(app.database.read())
        .await?)
}

/// Says in which of these segments of a channel a member is, for the price of a cart: two statements, none for none.
///
/// # Errors
/// When the database does not answer.
pub async fn held<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    member_id: Uuid,
    segment_ids: &BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>> {
    if segment_ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let segments = Entity::find()
        .filter(COLUMN.channel_id.eq(channel_id))
        .filter(COLUMN.id.is_in(segment_ids.iter().copied()))
        .all(connection)
        .await?;
    let is_in = |segment: &Model| {
        let found = member::Entity::find()
            .select_only()
            .column(member::Column::Id)
            .filter(member::COLUMN.id.eq(member_id))
            .filter(condition(&segment.rule, channel_id, now));
        CaseStatement::new()
            .case(Expr::exists(found.into_query()), 1_i64)
            .finally(0_i64)
            .into()
    };
    let answers = ask(connection, &segments, is_in).await?;
    Ok(answers
        .into_iter()
        .filter_map(|(id, is_in)| (is_in == 1).then_some(id))
        .collect())
}

/// Asks for one number about each of many segments, many in one statement.
async fn ask<C: ConnectionTrait>(
    connection: &C,
    segments: &[Model],
    question: impl Fn(&Model) -> Expr,
) -> Result<HashMap<Uuid, i64>> {
    let mut answers = HashMap::new();
    for together in segments.chunks(TOGETHER) {
        let mut query = Query::select();
        for (index, segment) in together.iter().enumerate() {
            query.expr_as(question(segment), format!("answer_{index}"));
        }
        let row = connection
            .query_one(&query)
            .await?
            .ok_or_else(|| Error::internal("no row from SELECT"))?;
        for (index, segment) in together.iter().enumerate() {
            answers.insert(segment.id, row.try_get("", &format!("answer_{index}"))?);
        }
    }
    Ok(answers)
}
