use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use domain::id::{CouponTemplateId, MemberId, PromotionId};
use entity::promotion_change;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::coupon::CouponCounts;
use crate::service::promotion::{Performance, Span};
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

/// Key of what happened to a promotion, for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChangesOf(pub(super) PromotionId);

impl Loader<ChangesOf> for Batch {
    type Value = Vec<promotion_change::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ChangesOf],
    ) -> Result<HashMap<ChangesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let changes = promotion::changes_of_promotions(&self.app, &self.viewer, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(changes
            .into_iter()
            .map(|(id, changes)| (ChangesOf(PromotionId(id)), changes))
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

/// Key of how many coupons of a template there are; there is nothing for no coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CountsByTemplate(pub(super) CouponTemplateId);

impl Loader<CountsByTemplate> for Batch {
    type Value = CouponCounts;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[CountsByTemplate],
    ) -> Result<HashMap<CountsByTemplate, CouponCounts>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let counts = coupon::counts_by_template(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(counts
            .into_iter()
            .map(|(id, counts)| (CountsByTemplate(CouponTemplateId(id)), counts))
            .collect())
    }
}

/// Key of a promotion's figures in a span of time; there are none where it was never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PerformanceOf {
    pub(super) promotion_id: PromotionId,
    pub(super) span: Span,
}

impl Loader<PerformanceOf> for Batch {
    type Value = Performance;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[PerformanceOf],
    ) -> Result<HashMap<PerformanceOf, Performance>, Arc<Error>> {
        let mut found = HashMap::new();
        let keys = keys.iter().map(|key| (key.promotion_id, key.span));
        for (span, ids) in by_span(keys) {
            let figures = promotion::performances(&self.app, &self.viewer, &ids, span)
                .await
                .map_err(Arc::new)?;
            found.extend(figures.into_iter().map(|(id, figures)| {
                let promotion_id = PromotionId(id);
                (PerformanceOf { promotion_id, span }, figures)
            }));
        }
        Ok(found)
    }
}

/// Key of a promotion's figures by day in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DaysOf {
    pub(super) promotion_id: PromotionId,
    pub(super) span: Span,
}

impl Loader<DaysOf> for Batch {
    type Value = Vec<(NaiveDate, Performance)>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[DaysOf]) -> Result<HashMap<DaysOf, Self::Value>, Arc<Error>> {
        let mut found = HashMap::new();
        let keys = keys.iter().map(|key| (key.promotion_id, key.span));
        for (span, ids) in by_span(keys) {
            let days = promotion::performances_by_day(&self.app, &self.viewer, &ids, span)
                .await
                .map_err(Arc::new)?;
            found.extend(days.into_iter().map(|(id, days)| {
                let promotion_id = PromotionId(id);
                (DaysOf { promotion_id, span }, days)
            }));
        }
        Ok(found)
    }
}

/// Sorts what is asked for by its span: each is one statement, and a document rarely names a second.
fn by_span(keys: impl Iterator<Item = (PromotionId, Span)>) -> HashMap<Span, Vec<Uuid>> {
    let mut spans: HashMap<Span, Vec<Uuid>> = HashMap::new();
    for (promotion_id, span) in keys {
        spans.entry(span).or_default().push(promotion_id.0);
    }
    spans
}
