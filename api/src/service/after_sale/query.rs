//! Reading cases: one, lists, and the parts the loaders ask for by many ids at once.

use std::collections::HashMap;

use domain::after_sale::{AfterSaleKind, AfterSaleStatus, Asked, CaseFacts};
use domain::id::{AfterSaleId, AfterSaleLineId, OrderId, TypedId};
use domain::permission::Permission;
use entity::after_sale::{Column, Entity, Model};
use entity::column::Text;
use entity::order::Model as Order;
use entity::{after_sale_line, after_sale_photo};
use sea_orm::sea_query::{Expr, Func, LikeExpr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::access::access;
use super::claims;
use super::pay_out::asked;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::order::{self, Access, row};
use crate::service::page::{Page, PageRequest};
use crate::service::payment::{RefundPreview, preview_cases};
use crate::state::AppState;

/// Longest text searched for, in characters.
const MAX_QUERY: usize = 100;

/// Narrows a list of cases; all given parts must hold.
#[derive(Clone, Debug, Default)]
pub struct AfterSaleFilter {
    /// Part of a number.
    pub query: Option<String>,
    /// Of these kinds.
    pub kind: Option<Vec<AfterSaleKind>>,
    /// In these states.
    pub status: Option<Vec<AfterSaleStatus>>,
}

/// One case, and in what capacity the viewer sees it; `None` for strangers.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: AfterSaleId,
    order_token: Option<&str>,
) -> Result<Option<(Model, Access)>> {
    let connection = app.database.read();
    let Some(case) = Entity::find_by_id(id.uuid()).one(connection).await? else {
        return Ok(None);
    };
    let order = row::load(connection, OrderId::from(case.order_id)).await?;
    Ok(access(viewer, &order, order_token).map(|access| (case, access)))
}

/// Units in a case the viewer may see, and in what capacity.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_line(
    app: &AppState,
    viewer: &Viewer,
    id: AfterSaleLineId,
) -> Result<Option<(after_sale_line::Model, Model)>> {
    let Some(line) = after_sale_line::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let case = find(app, viewer, AfterSaleId::from(line.after_sale_id), None).await?;
    Ok(case.map(|(case, _)| (line, case)))
}

/// All cases, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `AFTER_SALE_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list(
    app: &AppState,
    viewer: &Viewer,
    filter: AfterSaleFilter,
    page: &PageRequest,
) -> Result<Page<Model>> {
    viewer.require(Permission::AfterSaleRead)?;
    let mut query = Entity::find();
    let text = filter.query.as_deref().map(str::trim).unwrap_or_default();
    if !text.is_empty() {
        let text: String = text.to_lowercase().chars().take(MAX_QUERY).collect();
        let escaped = text
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let number = Expr::expr(Func::lower(Expr::col((Entity, Column::Number))));
        query = query.filter(number.like(LikeExpr::new(format!("%{escaped}%")).escape('\\')));
    }
    if let Some(kinds) = filter.kind {
        query = query.filter(Column::Kind.is_in(kinds.into_iter().map(Text)));
    }
    if let Some(statuses) = filter.status {
        query = query.filter(Column::Status.is_in(statuses.into_iter().map(Text)));
    }
    page.newest_first(app.database.read(), query, Column::Id, |case| case.id)
        .await
}

/// Cases of orders, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// Units that cases are about, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn lines_by_case_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<after_sale_line::Model>> {
    Ok(after_sale_line::Entity::find()
        .filter(after_sale_line::Column::AfterSaleId.is_in(ids.iter().copied()))
        .order_by_asc(after_sale_line::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Photos of cases, in their order.
///
/// # Errors
/// When the database cannot be read.
pub async fn photos_by_case_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<after_sale_photo::Model>> {
    Ok(after_sale_photo::Entity::find()
        .filter(after_sale_photo::Column::AfterSaleId.is_in(ids.iter().copied()))
        .order_by_asc(after_sale_photo::Column::Position)
        .all(app.database.read())
        .await?)
}

/// Units the buyer may still send back, by line of the orders.
///
/// # Errors
/// When the database cannot be read.
pub async fn returnable_by_order_ids(
    app: &AppState,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, HashMap<Uuid, u32>>> {
    let orders = order::query::by_ids(app, order_ids).await?;
    let mut claims = claims::of_orders(app.database.read(), order_ids).await?;
    let now = app.clock.now();
    let mut returnable = HashMap::new();
    for order in orders {
        let channel = app.channels.find_by_id(order.channel_id)?;
        let window = channel.after_sale_policy.0.longest_window();
        let lines = claims.remove(&order.id).unwrap_or_default();
        let units = lines
            .into_iter()
            .map(|(line_id, line)| (line_id, line.returnable(window, now)));
        returnable.insert(order.id, units.collect());
    }
    Ok(returnable)
}

/// A case with what its next steps depend on.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// What its actions depend on.
    pub facts: CaseFacts,
    /// What it would give back now.
    pub preview: RefundPreview,
}

/// What the next steps of cases depend on, and what they would give back now, by case.
///
/// # Errors
/// When the database cannot be read.
pub async fn views_by_ids(app: &AppState, ids: &[Uuid]) -> Result<HashMap<Uuid, CaseView>> {
    let connection = app.database.read();
    let cases = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let mut lines: HashMap<Uuid, Vec<after_sale_line::Model>> = HashMap::new();
    for line in lines_by_case_ids(app, ids).await? {
        lines.entry(line.after_sale_id).or_default().push(line);
    }
    let own = cases.iter().map(|case| case.order_id);
    let instead = cases.iter().filter_map(|case| case.replacement_order_id);
    let order_ids: Vec<Uuid> = own.chain(instead).collect();
    let orders = order::query::by_ids(app, &order_ids).await?;
    let mut facts = HashMap::new();
    let mut wishes = Vec::with_capacity(cases.len());
    for case in &cases {
        let lines = lines.remove(&case.id).unwrap_or_default();
        let own = facts_of(case, &orders);
        let wish = if own.gives_money() {
            asked(case, &lines)?
        } else {
            Asked {
                units: Vec::new(),
                is_shops_fault: false,
            }
        };
        wishes.push((case.id, case.order_id, wish));
        facts.insert(case.id, own);
    }
    let mut previews = preview_cases(connection, &orders, &wishes)
        .await
        .map_err(Error::from)?;
    let views = facts.into_iter().filter_map(|(id, facts)| {
        let preview = previews.remove(&id)?;
        Some((id, CaseView { facts, preview }))
    });
    Ok(views.collect())
}

fn facts_of(case: &Model, orders: &[Order]) -> CaseFacts {
    let instead = case
        .replacement_order_id
        .and_then(|id| orders.iter().find(|order| order.id == id));
    CaseFacts {
        kind: case.kind.0,
        status: case.status.0,
        resolution: case.resolution.map(|resolution| resolution.0),
        is_replacement_called_off: instead.is_some_and(|order| order.status.0.is_called_off()),
    }
}
