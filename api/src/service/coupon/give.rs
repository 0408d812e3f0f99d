//! The shop gives coupons by itself: when something happened to a member, and on days of the calendar. A template gives a
//! member one coupon for each occasion, however often it is told of it.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use domain::birthday::days_to_celebrate;
use domain::coupon::{CouponGrantTrigger, CouponOccasion};
use domain::promotion::PromotionStatus;
use domain::time_zone::TimeZone;
use entity::column::Text;
use entity::coupon_template::{COLUMN, Column, Entity, Model};
use entity::{channel, coupon, coupon_grant, member_standing, promotion};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait as _,
};
use uuid::Uuid;

use super::{template, wallet};
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::service::promotion::{PromotionError, is_in_status};
use crate::service::{event, member};
use crate::state::AppState;

/// Members whose wallets are filled in one transaction.
const BATCH: u64 = 200;

/// Has coupons given for something that happened to a member, after the commit of what happened.
pub(in crate::service) async fn announce(
    transaction: &DatabaseTransaction,
    app: &AppState,
    channel_id: Uuid,
    member_id: Uuid,
    occasion: CouponOccasion,
) -> Result<()> {
    let told = Job::CouponOccasion {
        channel_id,
        member_id,
        occasion,
    };
    job::push(transaction, &app.clock, &told).await
}

/// Gives a member the coupons of an occasion: one of each template that is for it.
///
/// # Errors
/// When the database does not answer; what was given stays, and is not given again.
pub async fn give(
    app: &AppState,
    channel_id: Uuid,
    member_id: Uuid,
    occasion: CouponOccasion,
) -> Result<()> {
    let channel = app.channels.find_by_id(channel_id)?;
    for template in templates(app, &channel, &[occasion.trigger()]).await? {
        if is_meant(&template, occasion) {
            fill(app, channel.id, &template, &[member_id], occasion).await?;
        }
    }
    Ok(())
}

/// Gives the coupons of birthdays and of months that have begun, on the shops' calendars. Answers how many coupons.
///
/// # Errors
/// When the database does not answer; what was given stays, and is not given again.
pub async fn give_due(app: &AppState) -> Result<u64> {
    let mut given = 0;
    for channel in app.channels.all()? {
        let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
        let today = zone.day(app.clock.now());
        let calendar = [CouponGrantTrigger::Birthday, CouponGrantTrigger::EachMonth];
        for template in templates(app, &channel, &calendar).await? {
            if template.granted_until.is_some_and(|last| last >= today) {
                continue;
            }
            given += match template.grant_tier_id {
                Some(tier_id) => of_month(app, channel.id, &template, tier_id, today).await?,
                None => of_birthdays(app, channel.id, &template, today).await?,
            };
            Entity::update_many()
                .col_expr(Column::GrantedUntil, Expr::value(today))
                .filter(COLUMN.id.eq(template.id))
                .exec(app.database.write())
                .await?;
        }
    }
    Ok(given)
}

/// Templates given by themselves whose coupons could be used now.
async fn templates(
    app: &AppState,
    channel: &channel::Model,
    triggers: &[CouponGrantTrigger],
) -> Result<Vec<Model>> {
    let now = app.clock.now();
    let running = promotion::Entity::find()
        .select_only()
        .column(promotion::Column::Id)
        .filter(promotion::COLUMN.channel_id.eq(channel.id))
        .filter(is_in_status(PromotionStatus::Active, now))
        .into_query();
    let is_not_over = Condition::any()
        .add(COLUMN.expires_at.is_null())
        .add(COLUMN.expires_at.gt(now));
    let rows = Entity::find()
        .filter(COLUMN.grant_on.is_in(triggers.iter().copied().map(Text)))
        .filter(COLUMN.promotion_id.in_subquery(running))
        .filter(COLUMN.stopped_at.is_null())
        .filter(is_not_over)
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?;
    Ok(rows)
}

/// A template for one tier means no other.
fn is_meant(template: &Model, occasion: CouponOccasion) -> bool {
    match occasion {
        CouponOccasion::TierReached { tier_id } => {
            template.grant_tier_id.is_none_or(|meant| meant == tier_id)
        }
        CouponOccasion::Registration
        | CouponOccasion::Birthday { .. }
        | CouponOccasion::OrderCompleted { .. }
        | CouponOccasion::Month { .. } => true,
    }
}

async fn of_birthdays(
    app: &AppState,
    channel_id: Uuid,
    template: &Model,
    today: NaiveDate,
) -> Result<u64> {
    let mut given = 0;
    for day in days_to_celebrate(template.granted_until, today) {
        let occasion = CouponOccasion::Birthday { year: day.year() };
        let mut last = Uuid::nil();
        loop {
            let born = member::born_on(app.database.read(), day, last, BATCH).await?;
            let Some(end) = born.last() else { break };
            last = *end;
            given += fill(app, channel_id, template, &born, occasion).await?;
        }
    }
    Ok(given)
}

async fn of_month(
    app: &AppState,
    channel_id: Uuid,
    template: &Model,
    tier_id: Uuid,
    today: NaiveDate,
) -> Result<u64> {
    let is_done = |last: NaiveDate| (last.year(), last.month()) == (today.year(), today.month());
    if template.granted_until.is_some_and(is_done) {
        return Ok(0);
    }
    let column = member_standing::COLUMN;
    let (mut given, mut last) = (0, Uuid::nil());
    loop {
        let members: Vec<Uuid> = member_standing::Entity::find()
            .select_only()
            .column(member_standing::Column::MemberId)
            .filter(column.tier_id.eq(tier_id))
            .filter(column.member_id.gt(last))
            .order_by_asc(member_standing::Column::MemberId)
            .limit(BATCH)
            .into_tuple()
            .all(app.database.read())
            .await?;
        let Some(end) = members.last() else {
            return Ok(given);
        };
        last = *end;
        given += fill(
            app,
            channel_id,
            template,
            &members,
            CouponOccasion::month_of(today),
        )
        .await?;
    }
}

/// Gives members one coupon each, as far as they have none for the occasion and coupons are left. Answers how many.
async fn fill(
    app: &AppState,
    channel_id: Uuid,
    template: &Model,
    members: &[Uuid],
    occasion: CouponOccasion,
) -> Result<u64> {
    loop {
        let attempt = || attempt(app, channel_id, template.id, members, occasion);
        match app.database.retry(attempt).await {
            Ok(given) => return Ok(given),
            // Others took some of the last ones: what they left is counted anew.
            Err(PromotionError::NoneLeft) => {}
            Err(PromotionError::Common(error)) => return Err(error),
            Err(error) => return Err(Error::internal(error)),
        }
    }
}

async fn attempt(
    app: &AppState,
    channel_id: Uuid,
    template_id: Uuid,
    members: &[Uuid],
    occasion: CouponOccasion,
) -> Result<u64, PromotionError> {
    let transaction = app.database.begin().await?;
    wallet::lock(&transaction, members).await?;
    let Some(template) = template::still_open(&transaction, template_id).await? else {
        return Ok(0);
    };
    let column = coupon_grant::COLUMN;
    let given: HashSet<Uuid> = coupon_grant::Entity::find()
        .select_only()
        .column(coupon_grant::Column::MemberId)
        .filter(column.template_id.eq(template.id))
        .filter(column.occasion.eq(occasion.key()))
        .filter(column.member_id.is_in(members.iter().copied()))
        .into_tuple()
        .all(&transaction)
        .await?
        .into_iter()
        .collect();
    let left = template.issue_limit.map_or(usize::MAX, |most| {
        usize::try_from(most.saturating_sub(template.issued_count)).unwrap_or_default()
    });
    let lucky: Vec<Uuid> = members
        .iter()
        .copied()
        .filter(|member_id| !given.contains(member_id))
        .take(left)
        .collect();
    if lucky.is_empty() {
        return Ok(0);
    }
    let now = app.clock.now();
    let (mut coupons, mut grants, mut mails) = (Vec::new(), Vec::new(), Vec::new());
    let mut fresh = Vec::new();
    for member_id in &lucky {
        let coupon_id = app.clock.new_id();
        coupons.push(wallet::granted(coupon_id, &template, *member_id, now)?);
        grants.push(coupon_grant::ActiveModel {
            template_id: Set(template.id),
            member_id: Set(*member_id),
            occasion: Set(occasion.key()),
            coupon_id: Set(coupon_id),
        });
        mails.push(Job::CouponGiven { coupon_id });
        fresh.push((coupon_id, *member_id));
    }
    coupon::Entity::insert_many(coupons)
        .exec_without_returning(&transaction)
        .await?;
    coupon_grant::Entity::insert_many(grants)
        .exec_without_returning(&transaction)
        .await?;
    job::push_all(&transaction, &app.clock, &mails).await?;
    let issued = event::Issued {
        channel_id,
        template_id: template.id,
        coupons: &fresh,
    };
    event::coupons_issued(&transaction, &app.clock, &issued).await?;
    // Last, since everybody who issues waits for this row.
    wallet::issue(&transaction, &template, lucky.len()).await?;
    transaction.commit().await?;
    u64::try_from(lucky.len()).map_err(|error| Error::internal(error).into())
}
