//! Coupons as the price of a cart needs them.

use std::collections::HashMap;

use domain::coupon::{Coupon, CouponCode, CouponTemplate, RedemptionStatus};
use domain::locale::Locale;
use domain::pricing::{CouponFacts, EnteredCoupon};
use entity::column::Text;
use entity::{channel, coupon, coupon_redemption, coupon_template, promotion};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::promotion::by_ids_for_pricing;

/// Loads what is known about the coupons entered into a cart, in the order of the codes.
///
/// Codes of other channels are unknown here.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn load_entered<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    locale: &Locale,
    buyer_key: Option<&str>,
    codes: Vec<CouponCode>,
) -> Result<Vec<EnteredCoupon>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = find_with_templates(connection, &codes).await?;
    let promotion_ids: Vec<Uuid> = rows
        .iter()
        .map(|(_, template)| template.promotion_id)
        .collect();
    let promotions =
        by_ids_for_pricing(connection, channel, locale, buyer_key, promotion_ids).await?;
    let limited: Vec<Uuid> = rows
        .iter()
        .filter(|(coupon, _)| coupon.uses_per_member.is_some())
        .map(|(coupon, _)| coupon.id)
        .collect();
    let uses = match buyer_key {
        Some(buyer_key) if !limited.is_empty() => {
            uses_by_buyer(connection, buyer_key, limited).await?
        }
        Some(_) | None => HashMap::new(),
    };
    codes
        .into_iter()
        .map(|code| {
            let row = rows
                .iter()
                .find(|(coupon, _)| coupon.code.as_deref() == Some(code.as_str()));
            let facts = row
                .and_then(|(coupon, template)| {
                    Some((coupon, template, promotions.get(&template.promotion_id)?))
                })
                .map(|(coupon, template, promotion)| {
                    Ok::<_, Error>(CouponFacts {
                        coupon: to_domain(coupon)?,
                        template: window(coupon, template),
                        label: template.label.clone(),
                        uses_by_buyer: uses.get(&coupon.id).copied().unwrap_or_default(),
                        promotion: promotion.clone(),
                    })
                })
                .transpose()?;
            Ok(EnteredCoupon { code, facts })
        })
        .collect()
}

/// Finds a coupon of the channel by its code, with its template and the buyer's uses so far.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn find_by_code<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    buyer_key: Option<&str>,
    code: &CouponCode,
) -> Result<Option<(Coupon, CouponTemplate, u32)>> {
    let Some((row, template)) = find_row(connection, channel, code).await? else {
        return Ok(None);
    };
    let counted = match buyer_key.filter(|_| row.uses_per_member.is_some()) {
        Some(buyer_key) => uses_by_buyer(connection, buyer_key, vec![row.id]).await?,
        None => HashMap::new(),
    };
    let uses = counted.get(&row.id).copied().unwrap_or_default();
    Ok(Some((to_domain(&row)?, window(&row, &template), uses)))
}

/// Finds a coupon of the channel by its code, with its template.
pub(super) async fn find_row<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    code: &CouponCode,
) -> Result<Option<(coupon::Model, coupon_template::Model)>> {
    let Some(found) = find_with_templates(connection, std::slice::from_ref(code))
        .await?
        .pop()
    else {
        return Ok(None);
    };
    let is_here = promotion::Entity::find_by_id(found.1.promotion_id)
        .filter(promotion::COLUMN.channel_id.eq(channel.id))
        .one(connection)
        .await?
        .is_some();
    Ok(Some(found).filter(|_| is_here))
}

async fn find_with_templates<C: ConnectionTrait>(
    connection: &C,
    codes: &[CouponCode],
) -> Result<Vec<(coupon::Model, coupon_template::Model)>> {
    let template = coupon::Entity::belongs_to(coupon_template::Entity)
        .from(coupon::Column::TemplateId)
        .to(coupon_template::Column::Id);
    let rows = coupon::Entity::find()
        .join(JoinType::InnerJoin, template.into())
        .select_also(coupon_template::Entity)
        .filter(
            coupon::COLUMN
                .code
                .is_in(codes.iter().map(CouponCode::as_str)),
        )
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(coupon, template)| Some((coupon, template?)))
        .collect())
}

async fn uses_by_buyer<C: ConnectionTrait>(
    connection: &C,
    buyer_key: &str,
    coupon_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, u32>> {
    let column = coupon_redemption::COLUMN;
    let rows: Vec<Uuid> = coupon_redemption::Entity::find()
        .select_only()
        .column(coupon_redemption::Column::CouponId)
        .filter(column.buyer_key.eq(buyer_key))
        .filter(column.coupon_id.is_in(coupon_ids))
        .filter(column.status.ne(Text(RedemptionStatus::Restored)))
        .into_tuple()
        .all(connection)
        .await?;
    let mut uses: HashMap<Uuid, u32> = HashMap::new();
    for id in rows {
        *uses.entry(id).or_default() += 1;
    }
    Ok(uses)
}

/// Reads a row as the domain's coupon.
pub(super) fn to_domain(row: &coupon::Model) -> Result<Coupon> {
    let unsigned = |value: i32| u32::try_from(value).map_err(Error::internal);
    Ok(Coupon {
        id: row.id,
        status: row.status.0,
        member_id: row.member_id,
        usage_limit: row.usage_limit.map(unsigned).transpose()?,
        used_count: unsigned(row.used_count)?,
        uses_per_member: row.uses_per_member.map(unsigned).transpose()?,
    })
}

/// Reads when a coupon of a template can be used.
pub(super) fn window(coupon: &coupon::Model, template: &coupon_template::Model) -> CouponTemplate {
    CouponTemplate {
        usable_from: template.usable_from,
        expires_at: coupon.expires_at,
        is_claimable: template.claimable,
    }
}
