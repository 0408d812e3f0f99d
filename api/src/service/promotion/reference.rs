//! What a rule names must exist: a mistyped id would make a promotion that silently never counts.

use std::collections::BTreeSet;

use domain::promotion::{Condition, ProductSelector, ProductSet, Reward};
use entity::promotion::Model;
use entity::{category, collection, product, product_variant, shipping_method};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Ids one part of a rule names.
#[derive(Default)]
struct Named<'a> {
    sets: Vec<&'a ProductSet>,
    shipping_method_ids: Option<&'a BTreeSet<Uuid>>,
}

/// Refuses a rule that names products, categories, collections or ways to ship that do not exist.
pub(super) async fn check_references(
    transaction: &DatabaseTransaction,
    promotion: &Model,
) -> Result<()> {
    for (index, condition) in promotion.conditions.iter().enumerate() {
        let mut named = Named::default();
        named.add_condition(condition);
        named
            .check(transaction, promotion, "conditions", index)
            .await?;
    }
    for (index, reward) in promotion.rewards.iter().enumerate() {
        let mut named = Named::default();
        named.add_reward(reward);
        named
            .check(transaction, promotion, "rewards", index)
            .await?;
    }
    Ok(())
}

impl<'a> Named<'a> {
    fn add(&mut self, products: &'a ProductSelector) {
        self.sets.extend([&products.only, &products.except]);
    }

    fn add_condition(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Products(wanted) => self.add(&wanted.products),
            Condition::ProductsSubtotal(wanted) => self.add(&wanted.products),
            Condition::AnyOf(any) => any.iter().for_each(|inner| self.add_condition(inner)),
            Condition::MinSubtotal(_)
            | Condition::MinQuantity(_)
            | Condition::FirstOrder
            | Condition::CountryCodes(_)
            | Condition::CouponEntered => {}
        }
    }

    fn add_reward(&mut self, reward: &'a Reward) {
        match reward {
            Reward::PercentOff(reward) => reward.products.iter().for_each(|set| self.add(set)),
            Reward::FixedOff(reward) => reward.products.iter().for_each(|set| self.add(set)),
            Reward::TieredSpend(reward) => reward.products.iter().for_each(|set| self.add(set)),
            Reward::FixedPrice(reward) => self.add(&reward.products),
            Reward::EveryNth(reward) => self.add(&reward.products),
            Reward::BuyXGetY(reward) => {
                self.add(&reward.buy.products);
                self.add(&reward.get.products);
            }
            Reward::FreeShipping(reward) => {
                self.shipping_method_ids = Some(&reward.shipping_method_ids);
            }
            Reward::ShippingOff(reward) => {
                self.shipping_method_ids = Some(&reward.shipping_method_ids);
            }
            Reward::PointsMultiplier(_) => {}
        }
    }

    async fn check(
        &self,
        transaction: &DatabaseTransaction,
        promotion: &Model,
        list: &str,
        index: usize,
    ) -> Result<()> {
        let all = |ids: fn(&ProductSet) -> &BTreeSet<Uuid>| -> BTreeSet<Uuid> {
            self.sets.iter().flat_map(|set| ids(set)).copied().collect()
        };
        let ways = self.shipping_method_ids.cloned().unwrap_or_default();
        let products = all(|set| &set.product_ids);
        let variants = all(|set| &set.variant_ids);
        let categories = all(|set| &set.category_ids);
        let collections = all(|set| &set.collection_ids);
        let of_channel = shipping_method::Entity::find()
            .filter(shipping_method::COLUMN.channel_id.eq(promotion.channel_id));
        let unknown = if !exist(
            transaction,
            product::Entity::find(),
            product::Column::Id,
            &products,
        )
        .await?
        {
            "product"
        } else if !exist(
            transaction,
            product_variant::Entity::find(),
            product_variant::Column::Id,
            &variants,
        )
        .await?
        {
            "variant"
        } else if !exist(
            transaction,
            category::Entity::find(),
            category::Column::Id,
            &categories,
        )
        .await?
        {
            "category"
        } else if !exist(
            transaction,
            collection::Entity::find(),
            collection::Column::Id,
            &collections,
        )
        .await?
        {
            "collection"
        } else if !exist(transaction, of_channel, shipping_method::Column::Id, &ways).await? {
            "way to ship"
        } else {
            return Ok(());
        };
        Err(Error::invalid(
            &["promotion", list, &index.to_string()],
            format!("names a {unknown} that does not exist"),
        ))
    }
}

/// Whether all ids are among the rows.
async fn exist<E: EntityTrait>(
    transaction: &DatabaseTransaction,
    rows: Select<E>,
    id: E::Column,
    ids: &BTreeSet<Uuid>,
) -> Result<bool>
where
    E::Model: Sync,
{
    if ids.is_empty() {
        return Ok(true);
    }
    let found = rows
        .filter(id.is_in(ids.iter().copied()))
        .count(transaction)
        .await?;
    Ok(usize::try_from(found).is_ok_and(|found| found == ids.len()))
}
