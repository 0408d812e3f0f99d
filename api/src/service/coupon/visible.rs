//! Templates: staff with the permission see all, everybody else those one may claim a coupon of.

use chrono::{DateTime, Utc};
use domain::coupon::CouponStatus;
use domain::id::{CouponTemplateId, MemberId, TypedId as _};
use domain::permission::Permission;
use domain::promotion::PromotionStatus;
use entity::column::Text;
use entity::coupon_template::{COLUMN, Column, Entity, Model};
use entity::{coupon, promotion};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait as _,
    Select,
};

use super::query::promotions_of;
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
use crate::service::promotion::is_in_status;
use crate::state::AppState;

/// Lists the templates the viewer may see, newest first.
///
/// # Errors
/// For a bad cursor.
pub async fn templates(
    app: &AppState,
    viewer: &Viewer,
    request: &PageRequest,
) -> Result<Page<Model>> {
    let query = visible_to(app, viewer);
    request
        .newest_first(app.database.read(), query, Column::Id, |row| row.id)
        .await
}

/// Loads templates by id that the viewer may see.
///
/// # Errors
/// When the database does not answer.
pub async fn templates_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[CouponTemplateId],
) -> Result<Vec<Model>> {
    let rows = visible_to(app, viewer)
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?;
    Ok(rows)
}

fn visible_to(app: &AppState, viewer: &Viewer) -> Select<Entity> {
    let of_channel = Entity::find().filter(
        COLUMN
            .promotion_id
            .in_subquery(promotions_of(viewer.channel.id)),
    );
    if viewer.may(Permission::CouponRead) {
        of_channel
    } else {
        of_channel
            .filter(is_open_to_claims(app.clock.now()))
            .filter(can_be_had(viewer.member_id()))
    }
}

/// Opened to be claimed, not stopped, not over, and of a promotion that runs.
pub(super) fn is_open_to_claims(now: DateTime<Utc>) -> Condition {
    let running = promotion::Entity::find()
        .select_only()
        .column(promotion::Column::Id)
        .filter(is_in_status(PromotionStatus::Active, now))
        .into_query();
    let is_not_over = Condition::any()
        .add(COLUMN.expires_at.is_null())
        .add(COLUMN.expires_at.gt(now));
    Condition::all()
        .add(COLUMN.claimable.eq(true))
        .add(COLUMN.stopped_at.is_null())
        .add(COLUMN.promotion_id.in_subquery(running))
        .add(is_not_over)
}

/// Not all given away; and for a member, one they may hold another coupon of.
fn can_be_had(member_id: Option<MemberId>) -> Condition {
    let are_some_left = Condition::any()
        .add(COLUMN.issue_limit.is_null())
        .add(Expr::col((Entity, Column::IssuedCount)).lt(Expr::col((Entity, Column::IssueLimit))));
    Condition::all()
        .add(are_some_left)
        .add_option(member_id.map(|member_id| COLUMN.id.not_in_subquery(held_in_full(member_id))))
}

/// Templates a member holds as many coupons of as one may.
fn held_in_full(member_id: MemberId) -> SelectStatement {
    let template_id = || Expr::col((coupon::Entity, coupon::Column::TemplateId));
    Query::select()
        .expr(template_id())
        .from(coupon::Entity)
        .inner_join(Entity, template_id().equals((Entity, Column::Id)))
        .and_where(coupon::COLUMN.member_id.eq(member_id.uuid()))
        .and_where(coupon::COLUMN.status.ne(Text(CouponStatus::Revoked)))
        .group_by_col((coupon::Entity, coupon::Column::TemplateId))
        .group_by_col((Entity, Column::PerMember))
        .and_having(
            Expr::col((coupon::Entity, coupon::Column::Id))
                .count()
                .gte(Expr::col((Entity, Column::PerMember))),
        )
        .to_owned()
}
