//! Reads members.

use domain::id::{MemberGroupId, MemberId, MemberTierId};
use domain::permission::Permission;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, SimpleExpr};
use sea_orm::{Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Most ids in a list of a filter.
const MAX_LISTED: usize = 100;

/// Narrows the list of members.
#[derive(Clone, Debug, Default)]
pub struct ListMembers {
    /// Part of a name, e-mail or phone; case does not matter.
    pub query: Option<String>,
    /// In one of these tiers.
    pub tier_ids: Option<Vec<MemberTierId>>,
    /// In one of these groups.
    pub group_ids: Option<Vec<MemberGroupId>>,
}

/// Finds the viewer's own account, or anybody's with [`Permission::MemberRead`].
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unauthenticated`], [`Error::Forbidden`].
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    member_id: MemberId,
) -> Result<entity::member::Model> {
    if viewer.member_id() != Some(member_id) {
        viewer.require(Permission::MemberRead)?;
    }
    entity::member::Entity::find_by_id(member_id.0)
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("member"))
}

/// All members, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::MemberRead`].
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: &ListMembers,
    request: &PageRequest,
) -> Result<Page<entity::member::Model>> {
    viewer.require(Permission::MemberRead)?;
    let mut narrowed = entity::member::Entity::find();
    if let Some(query) = filter
        .query
        .as_deref()
        .map(str::trim)
        .filter(|query| !query.is_empty())
    {
        narrowed = narrowed.filter(mentions(query));
    }
    if let Some(tier_ids) = &filter.tier_ids {
        check_length("memberTierIds", tier_ids.len())?;
        narrowed = narrowed.filter(in_tiers(tier_ids));
    }
    if let Some(group_ids) = &filter.group_ids {
        check_length("memberGroupIds", group_ids.len())?;
        narrowed = narrowed.filter(in_groups(group_ids));
    }
    request
        .newest_first(
            app.database.read(),
            narrowed,
            entity::member::Column::Id,
            |row| row.id,
        )
        .await
}

/// Members by their ids, for loaders; the caller decides who may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn members_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<entity::member::Model>> {
    let column = entity::member::COLUMN;
    Ok(entity::member::Entity::find()
        .filter(column.id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

fn check_length(field: &str, length: usize) -> Result<()> {
    if length > MAX_LISTED {
        let message = format!("at most {MAX_LISTED} ids");
        return Err(Error::invalid(&["filter", field], message));
    }
    Ok(())
}

fn in_groups(group_ids: &[MemberGroupId]) -> SimpleExpr {
    use entity::member_group_member::{COLUMN, Column, Entity};
    let members = Entity::find()
        .select_only()
        .column(Column::MemberId)
        .filter(COLUMN.group_id.is_in(group_ids.iter().map(|id| id.0)))
        .into_query();
    entity::member::COLUMN.id.in_subquery(members)
}

fn in_tiers(tier_ids: &[MemberTierId]) -> SimpleExpr {
    use entity::member_standing::{COLUMN, Column, Entity};
    let members = Entity::find()
        .select_only()
        .column(Column::MemberId)
        .filter(COLUMN.tier_id.is_in(tier_ids.iter().map(|id| id.0)))
        .into_query();
    entity::member::COLUMN.id.in_subquery(members)
}

fn mentions(query: &str) -> Condition {
    let mut pattern = String::from("%");
    for letter in query.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    [
        entity::member::Column::Email,
        entity::member::Column::FullName,
        entity::member::Column::Phone,
    ]
    .into_iter()
    .fold(Condition::any(), |any, column| {
        any.add(
            Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(&pattern).escape('\\')),
        )
    })
}
