//! Tells a member by mail of a coupon the shop gave by itself; runs after the commit.

use domain::coupon::CouponStatus;
use domain::locale::Locale;
use domain::time_zone::TimeZone;
use entity::{coupon, coupon_template, member, promotion};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::job::MailJob;
use crate::mail;
use crate::state::AppState;

/// Mails the member, if they want to hear of offers and the coupon can still be used. `message_id` is the outbox message's:
/// a repeated attempt sends the same mail.
///
/// # Errors
/// When the mail cannot be handed over; it is tried again.
pub async fn tell(app: &AppState, message_id: Uuid, coupon_id: Uuid) -> Result<()> {
    let connection = app.database.read();
    let coupon = coupon::Entity::find_by_id(coupon_id)
        .one(connection)
        .await?;
    let usable = coupon.filter(|coupon| {
        let is_over = coupon.expires_at.is_some_and(|end| end <= app.clock.now());
        coupon.status.0 == CouponStatus::Available && !is_over
    });
    let Some(coupon) = usable else {
        return Ok(());
    };
    let (Some(member_id), Some(code)) = (coupon.member_id, coupon.code) else {
        return Ok(());
    };
    let member = member::Entity::find_by_id(member_id)
        .one(connection)
        .await?;
    let Some(member) = member.filter(|member| member.accepts_marketing) else {
        return Ok(());
    };
    let template = coupon_template::Entity::find_by_id(coupon.template_id)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal("a coupon has no template"))?;
    let promotion = promotion::Entity::find_by_id(template.promotion_id)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal("a template of coupons has no promotion"))?;
    let channel = app.channels.find_by_id(promotion.channel_id)?;
    let zone = TimeZone::parse(&channel.timezone).map_err(Error::internal)?;
    let mail = MailJob::CouponGiven {
        to: member.email,
        locale: member
            .locale
            .unwrap_or_else(|| Locale::english().to_string()),
        label: template.label,
        code,
        until: coupon.expires_at.map(|end| zone.wall(end)),
    };
    mail::deliver(app, message_id, &mail).await
}
