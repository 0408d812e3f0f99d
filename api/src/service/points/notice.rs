//! Members are told before points lapse: one mail for what lapses about the same time, and of each lot once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::locale::Locale;
use domain::points::PointsLotStatus;
use entity::column::Text;
use entity::member;
use entity::points_lot::{COLUMN, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::earn::zone;
use super::ledger;
use super::timers::{channel_of, is_active};
use crate::error::{Error, Result};
use crate::job::{self, Job, Lapse, MailJob};
use crate::state::AppState;

/// Members told in one turn; the rest waits for the next.
const BATCH: u64 = 200;
/// What is to be told so much later is told in the same mail.
const TOGETHER: TimeDelta = TimeDelta::days(1);

/// Tells members of points that lapse soon. Answers how many members.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn notify_due(app: &AppState) -> Result<u64> {
    let due = Entity::find()
        .select_only()
        .column(Column::MemberId)
        .filter(is_active())
        .filter(COLUMN.notice_at.lte(app.clock.now()))
        .order_by_asc(Column::NoticeAt)
        .limit(BATCH)
        .into_tuple::<Uuid>()
        .all(app.database.read())
        .await?;
    let mut told = 0;
    for member_id in due {
        told += u64::from(app.database.retry(|| notify(app, member_id)).await?);
    }
    Ok(told)
}

async fn notify(app: &AppState, member_id: Uuid) -> Result<bool> {
    let transaction = app.database.begin().await?;
    ledger::lock(&transaction, &app.clock, member_id).await?;
    let now = app.clock.now();
    let lots = Entity::find()
        .filter(COLUMN.member_id.eq(member_id))
        .filter(COLUMN.status.eq(Text(PointsLotStatus::Active)))
        .filter(COLUMN.notice_at.lte(now + TOGETHER))
        .order_by_asc(Column::NoticeAt)
        .order_by_asc(Column::Id)
        .all(&transaction)
        .await?;
    let Some(first) = lots
        .first()
        .filter(|lot| lot.notice_at.is_some_and(|due| due <= now))
    else {
        return Ok(false);
    };
    let channel_id = channel_of(&transaction, app, first).await?;
    let channel = app.channels.find_by_id(channel_id)?;
    let zone = zone(&channel)?;
    Entity::update_many()
        .col_expr(Column::NoticeAt, Expr::value(None::<DateTime<Utc>>))
        .filter(COLUMN.id.is_in(lots.iter().map(|lot| lot.id)))
        .exec(&transaction)
        .await?;
    let lapses: Vec<Lapse> = by_end(&lots)
        .into_iter()
        .filter(|(end, _)| *end > now)
        .map(|(end, points)| Lapse {
            points,
            at: zone.wall(end),
        })
        .collect();
    if !lapses.is_empty() {
        push_mail(&transaction, app, member_id, lapses).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// What is left in lots, by the instant it lapses.
fn by_end(lots: &[Model]) -> BTreeMap<DateTime<Utc>, i64> {
    let mut points = BTreeMap::new();
    for lot in lots {
        if let Some(end) = lot.expires_at {
            *points.entry(end).or_default() += lot.remaining;
        }
    }
    points
}

async fn push_mail(
    transaction: &DatabaseTransaction,
    app: &AppState,
    member_id: Uuid,
    lapses: Vec<Lapse>,
) -> Result<()> {
    let member = member::Entity::find_by_id(member_id)
        .one(transaction)
        .await?
        .ok_or_else(|| Error::internal("points have no member"))?;
    let mail = MailJob::PointsLapse {
        to: member.email,
        locale: member
            .locale
            .unwrap_or_else(|| Locale::english().to_string()),
        lapses,
    };
    job::push(transaction, &app.clock, &Job::Mail(mail)).await
}
