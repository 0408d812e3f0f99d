use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::{CouponTemplateId, MemberId, PromotionId};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::{coupon, member, promotion};

/// Key of a promotion, for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PromotionById(pub(super) PromotionId);

impl Loader<PromotionById> for Batch {
    type Value = Arc<entity::promotion::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[PromotionById],
    ) -> Result<HashMap<PromotionById, Self::Value>, Arc<Error>> {
        let ids: Vec<PromotionId> = keys.iter().map(|key| key.0).collect();
        let rows = promotion::by_ids(&self.app, &self.viewer, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (PromotionById(PromotionId(row.id)), Arc::new(row)))
            .collect())
    }
}

/// Key of the member in whose wallet a coupon is; who sees the coupon may see whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OwnerById(pub(super) MemberId);

impl Loader<OwnerById> for Batch {
    type Value = Arc<entity::member::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[OwnerById],
    ) -> Result<HashMap<OwnerById, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rows = member::members_by_ids(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (OwnerById(MemberId(row.id)), Arc::new(row)))
            .collect())
    }
}

/// Key of the number of coupons made from a template; there is none for no coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IssuedByTemplate(pub(super) CouponTemplateId);

impl Loader<IssuedByTemplate> for Batch {
    type Value = i32;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[IssuedByTemplate],
    ) -> Result<HashMap<IssuedByTemplate, i32>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let counts = coupon::issued_by_template(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(counts
            .into_iter()
            .map(|(id, count)| (IssuedByTemplate(CouponTemplateId(id)), count))
            .collect())
    }
}
