//! What is noted of a cart goes with its goods.

use entity::abandoned_cart::{COLUMN, Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{
    DatabaseTransaction, EntityTrait, ExprTrait as _, QueryFilter, QuerySelect, QueryTrait as _,
};
use uuid::Uuid;

use crate::error::Result;

/// Notes of a cart that another one takes in become that one's, unless it has its own. The caller holds the locks of both.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn follow(
    transaction: &DatabaseTransaction,
    from: Uuid,
    into: Uuid,
) -> Result<()> {
    let own = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(COLUMN.cart_id.eq(into))
        .into_query();
    Entity::update_many()
        .col_expr(Column::CartId, Expr::value(into))
        .filter(COLUMN.cart_id.eq(from))
        .filter(Expr::exists(own).not())
        .exec(transaction)
        .await?;
    Ok(())
}
