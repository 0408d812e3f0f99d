//! What the variants of a cart are, as rules of promotions name it.

use domain::promotion::Goods;
use sea_orm::ConnectionTrait;

use super::facts::LineFacts;
use crate::error::Result;
use crate::service::promotion::fill_groups;

/// Gives what each line of a cart is; what products have in common only when a rule names it.
pub(super) async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    lines: &[LineFacts],
    names_groups: bool,
) -> Result<Vec<Goods>> {
    let of_line = |line: &LineFacts| Goods {
        product_id: line.sale.product_id,
        variant_id: line.sale.variant_id,
        brand: line.sale.brand.clone(),
        ..Goods::default()
    };
    let mut goods: Vec<Goods> = lines.iter().map(of_line).collect();
    if names_groups {
        fill_groups(connection, &mut goods).await?;
    }
    Ok(goods)
}
