use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{
    payment, payment_event, payment_method, refund, refund_adjustment, refund_approval,
    refund_line, refund_request, refund_transfer,
};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::{grouped, ids};
use crate::service::payment::settlement::{self, Count};
use crate::service::payment::{query, refund_requests};

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

/// Key of an order's payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PaymentsOf(pub(super) Uuid);

/// Key of an order's refunds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundsOf(pub(super) Uuid);

/// Key of the refunds of an order that people have to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundRequestsOf(pub(super) Uuid);

/// Key of what approvers said to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundApprovalsOf(pub(super) Uuid);

/// Key of how many lines of a settlement came to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SettlementCounts(pub(super) Uuid);

/// Key of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundById(pub(super) Uuid);

/// Key of the refund a cancellation led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundOfCancellation(pub(super) Uuid);

/// Key of the units a refund is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundLinesOf(pub(super) Uuid);

/// Key of a refund's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RefundStepsOf(pub(super) Uuid);

/// Key of the ways in which a refund goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TransfersOf(pub(super) Uuid);

/// Key of a payment's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EventsOf(pub(super) Uuid);

/// Key of a way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MethodById(pub(super) Uuid);

/// Key of the ways to pay a channel offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MethodsOf(pub(super) Uuid);

impl Loader<PaymentsOf> for Batch {
    type Value = Arc<Vec<payment::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PaymentsOf]) -> Loaded<PaymentsOf, Self::Value> {
        let rows = query::by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| PaymentsOf(row.order_id)))
    }
}

impl Loader<RefundsOf> for Batch {
    type Value = Arc<Vec<refund::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundsOf]) -> Loaded<RefundsOf, Self::Value> {
        let rows = query::refunds_by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| RefundsOf(row.order_id)))
    }
}

impl Loader<RefundRequestsOf> for Batch {
    type Value = Arc<Vec<refund_request::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundRequestsOf]) -> Loaded<RefundRequestsOf, Self::Value> {
        let rows = refund_requests::by_order_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| RefundRequestsOf(row.order_id)))
    }
}

impl Loader<RefundApprovalsOf> for Batch {
    type Value = Arc<Vec<refund_approval::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundApprovalsOf]) -> Loaded<RefundApprovalsOf, Self::Value> {
        let rows = refund_requests::approvals_by_request_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| {
            RefundApprovalsOf(row.refund_request_id)
        }))
    }
}

impl Loader<SettlementCounts> for Batch {
    type Value = Arc<Vec<Count>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[SettlementCounts]) -> Loaded<SettlementCounts, Self::Value> {
        let rows = settlement::counts_by_import_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| {
            SettlementCounts(row.settlement_import_id)
        }))
    }
}

impl Loader<RefundById> for Batch {
    type Value = Arc<refund::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundById]) -> Loaded<RefundById, Self::Value> {
        let rows = query::refunds_by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        let keyed = rows.into_iter();
        Ok(keyed
            .map(|row| (RefundById(row.id), Arc::new(row)))
            .collect())
    }
}

impl Loader<RefundOfCancellation> for Batch {
    type Value = Arc<refund::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[RefundOfCancellation],
    ) -> Loaded<RefundOfCancellation, Self::Value> {
        let rows = query::refunds_by_cancellation_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        let keyed = rows.into_iter().filter_map(|row| {
            let key = RefundOfCancellation(row.order_cancellation_id?);
            Some((key, Arc::new(row)))
        });
        Ok(keyed.collect())
    }
}

impl Loader<RefundLinesOf> for Batch {
    type Value = Arc<Vec<refund_line::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundLinesOf]) -> Loaded<RefundLinesOf, Self::Value> {
        let rows = query::lines_by_refund_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| RefundLinesOf(row.refund_id)))
    }
}

impl Loader<TransfersOf> for Batch {
    type Value = Arc<Vec<refund_transfer::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TransfersOf]) -> Loaded<TransfersOf, Self::Value> {
        let rows = query::transfers_by_refund_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| TransfersOf(row.refund_id)))
    }
}

impl Loader<RefundStepsOf> for Batch {
    type Value = Arc<Vec<refund_adjustment::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RefundStepsOf]) -> Loaded<RefundStepsOf, Self::Value> {
        let rows = query::adjustments_by_refund_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| RefundStepsOf(row.refund_id)))
    }
}

impl Loader<EventsOf> for Batch {
    type Value = Arc<Vec<payment_event::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[EventsOf]) -> Loaded<EventsOf, Self::Value> {
        let rows = query::events_by_payment_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| EventsOf(row.payment_id)))
    }
}

impl Loader<MethodById> for Batch {
    type Value = Arc<payment_method::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MethodById]) -> Loaded<MethodById, Self::Value> {
        let rows = query::methods_by_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (MethodById(row.id), Arc::new(row)))
            .collect())
    }
}

impl Loader<MethodsOf> for Batch {
    type Value = Arc<Vec<payment_method::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MethodsOf]) -> Loaded<MethodsOf, Self::Value> {
        let rows = query::methods_by_channel_ids(&self.app, ids!(keys))
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| MethodsOf(row.channel_id)))
    }
}
