//! What the variants of a cart are, as rules of promotions name it.

use std::collections::HashMap;

use domain::promotion::Goods;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::facts::LineFacts;
use crate::error::Result;
use crate::service::promotion::fill_groups;

/// Gives what the lines of a cart are, by variant; what products have in common only when a rule names it.
pub(super) async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    lines: &[LineFacts],
    names_groups: bool,
) -> Result<HashMap<Uuid, Goods>> {
    let mut goods: HashMap<Uuid, Goods> = lines
        .iter()
        .map(|line| {
            let goods = Goods {
                product_id: line.sale.product_id,
                variant_id: line.sale.variant_id,
                brand: line.sale.brand.clone(),
                ..Goods::default()
            };
            (line.sale.variant_id, goods)
        })
        .collect();
    if names_groups {
        fill_groups(connection, &mut goods).await?;
    }
    Ok(goods)
}
