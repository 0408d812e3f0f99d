use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::order::OrderFacts;
use entity::{
    order, order_adjustment, order_approval, order_cancellation, order_cancellation_line,
    order_change, order_confirmation_line, order_confirmation_request, order_event, order_line,
    order_line_component,
};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::order as service;

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

/// Key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct OrderById(pub(in crate::graphql) Uuid);

/// Key of the order a cart became.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct OrderOfCart(pub(in crate::graphql) Uuid);

/// Key of an order's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) Uuid);

/// Key of what a line was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ComponentsOf(pub(super) Uuid);

/// Key of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct LineById(pub(in crate::graphql) Uuid);

/// Key of an order's price steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AdjustmentsOf(pub(super) Uuid);

/// Key of an order's timeline: all of it, or what the buyer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TimelineOf {
    pub(super) order_id: Uuid,
    pub(super) public_only: bool,
}

/// Key of an order's cancellations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CancellationsOf(pub(super) Uuid);

/// Key of the questions to the back office about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ConfirmationRequestsOf(pub(super) Uuid);

/// Key of what a question to the back office is about, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ConfirmationLinesOf(pub(super) Uuid);

/// Key of the counter-proposal to an order's buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ProposalOf(pub(super) Uuid);

/// Key of what approvers said about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ApprovalsOf(pub(super) Uuid);

/// Key of an order's edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChangesOf(pub(super) Uuid);

/// Key of the units a cancellation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CancellationLinesOf(pub(super) Uuid);

/// Key of the coupon codes that counted in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CouponCodesOf(pub(super) Uuid);

/// Key of what an order's next steps depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FactsOf(pub(super) Uuid);

/// Sorts rows under the keys they belong to, in their order.
pub(in crate::graphql) fn grouped<K: std::hash::Hash + Eq, R>(
    rows: Vec<R>,
    key: impl Fn(&R) -> K,
) -> HashMap<K, Arc<Vec<R>>> {
    let mut groups: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
        .into_iter()
        .map(|(key, rows)| (key, Arc::new(rows)))
        .collect()
}

macro_rules! ids {
    ($keys:expr) => {
        &$keys.iter().map(|key| key.0).collect::<Vec<Uuid>>()
    };
}
pub(in crate::graphql) use ids;

impl Loader<OrderById> for Batch {
    type Value = Arc<order::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OrderById]) -> Loaded<OrderById, Self::Value> {
        let rows = service::query::by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (OrderById(row.id), Arc::new(row)))
            .collect())
    }
}

impl Loader<OrderOfCart> for Batch {
    type Value = Arc<order::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OrderOfCart]) -> Loaded<OrderOfCart, Self::Value> {
        let rows = service::query::by_cart_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((OrderOfCart(row.cart_id?), Arc::new(row))))
            .collect())
    }
}

impl Loader<LinesOf> for Batch {
    type Value = Arc<Vec<order_line::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LinesOf]) -> Loaded<LinesOf, Self::Value> {
        let rows = service::query::lines_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| LinesOf(row.order_id)))
    }
}

impl Loader<ComponentsOf> for Batch {
    type Value = Arc<Vec<order_line_component::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ComponentsOf]) -> Loaded<ComponentsOf, Self::Value> {
        let rows = service::components::by_line_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ComponentsOf(row.order_line_id)))
    }
}

impl Loader<LineById> for Batch {
    type Value = Arc<order_line::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LineById]) -> Loaded<LineById, Self::Value> {
        let rows = service::query::lines_by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (LineById(row.id), Arc::new(row)))
            .collect())
    }
}

impl Loader<AdjustmentsOf> for Batch {
    type Value = Arc<Vec<order_adjustment::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AdjustmentsOf]) -> Loaded<AdjustmentsOf, Self::Value> {
        let rows = service::query::adjustments_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| AdjustmentsOf(row.order_id)))
    }
}

impl Loader<TimelineOf> for Batch {
    type Value = Arc<Vec<order_event::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TimelineOf]) -> Loaded<TimelineOf, Self::Value> {
        let mut timelines = HashMap::new();
        for public_only in [true, false] {
            let wanted: Vec<Uuid> = keys
                .iter()
                .filter(|key| key.public_only == public_only)
                .map(|key| key.order_id)
                .collect();
            if !wanted.is_empty() {
                let rows = service::query::events_by_order_ids(&self.app, &wanted, public_only)
                    .await
                    .map_err(Arc::new)?;
                timelines.extend(grouped(rows, |row| TimelineOf {
                    order_id: row.order_id,
                    public_only,
                }));
            }
        }
        Ok(timelines)
    }
}

impl Loader<CancellationsOf> for Batch {
    type Value = Arc<Vec<order_cancellation::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CancellationsOf]) -> Loaded<CancellationsOf, Self::Value> {
        let rows = service::query::cancellations_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| CancellationsOf(row.order_id)))
    }
}

impl Loader<ConfirmationRequestsOf> for Batch {
    type Value = Arc<Vec<order_confirmation_request::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ConfirmationRequestsOf],
    ) -> Loaded<ConfirmationRequestsOf, Self::Value> {
        let rows = service::query::confirmation_requests_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ConfirmationRequestsOf(row.order_id)))
    }
}

impl Loader<ConfirmationLinesOf> for Batch {
    type Value = Arc<Vec<order_confirmation_line::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ConfirmationLinesOf]) -> Loaded<ConfirmationLinesOf, Self::Value> {
        let rows = service::requests::confirmation_lines_by_request_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ConfirmationLinesOf(row.request_id)))
    }
}

impl Loader<ProposalOf> for Batch {
    type Value = Arc<service::requests::Proposal>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProposalOf]) -> Loaded<ProposalOf, Self::Value> {
        let rows = service::requests::proposals_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|proposal| (ProposalOf(proposal.row.order_id), Arc::new(proposal)))
            .collect())
    }
}

impl Loader<ApprovalsOf> for Batch {
    type Value = Arc<Vec<order_approval::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ApprovalsOf]) -> Loaded<ApprovalsOf, Self::Value> {
        let rows = service::requests::approvals_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ApprovalsOf(row.order_id)))
    }
}

impl Loader<ChangesOf> for Batch {
    type Value = Arc<Vec<order_change::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChangesOf]) -> Loaded<ChangesOf, Self::Value> {
        let rows = service::change::query::by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| ChangesOf(row.order_id)))
    }
}

impl Loader<CancellationLinesOf> for Batch {
    type Value = Arc<Vec<order_cancellation_line::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CancellationLinesOf]) -> Loaded<CancellationLinesOf, Self::Value> {
        let rows = service::requests::cancellation_lines_by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| {
            CancellationLinesOf(row.cancellation_id)
        }))
    }
}

impl Loader<CouponCodesOf> for Batch {
    type Value = Arc<Vec<(Uuid, String)>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CouponCodesOf]) -> Loaded<CouponCodesOf, Self::Value> {
        let rows = service::query::coupon_codes_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |(order_id, _)| CouponCodesOf(*order_id)))
    }
}

impl Loader<FactsOf> for Batch {
    type Value = Arc<OrderFacts>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[FactsOf]) -> Loaded<FactsOf, Self::Value> {
        let facts = service::query::facts_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(facts
            .into_iter()
            .map(|(id, facts)| (FactsOf(id), Arc::new(facts)))
            .collect())
    }
}
