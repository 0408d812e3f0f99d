use async_graphql::Object;
use domain::account::ActorKind;
use entity::order_approval;

use super::enums::RequestStatus;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;

/// One person's answer that an order needs before it goes on.
#[derive(Clone, Debug)]
pub struct OrderApproval(pub order_approval::Model);

/// One person's answer that an order needs before it goes on.
#[Object]
impl OrderApproval {
    /// Place among the order's approvals, from 1.
    fn level(&self) -> i32 {
        self.0.level
    }
    /// Where it stands.
    fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }
    /// Who answered.
    fn actor(&self) -> Option<Actor> {
        let approver = self.0.approver_id?;
        Some(Actor::new(ActorKind::Staff, Some(approver)))
    }
    /// Words of the answer.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// When it was answered.
    fn responded_at(&self) -> Option<DateTime> {
        self.0.responded_at.map(DateTime)
    }
}
