use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::account::ActorKind;
use domain::id::PointsAdjustmentId;
use entity::points_adjustment;

use crate::error::Error;
use crate::graphql::connection::connection;
use crate::graphql::error::top_level;
use crate::graphql::input::id_in;
use crate::graphql::member::{Member, load_member};
use crate::graphql::order::{Decision, RequestStatus};
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;
use crate::service::points::{AdjustmentFilter, AnswerAdjustment};

/// An adjustment of points that needs a second person.
#[derive(Clone)]
pub struct PointsAdjustment(pub points_adjustment::Model);

connection!(
    PointsAdjustmentConnection,
    PointsAdjustmentEdge,
    PointsAdjustment,
    "The adjustment."
);

/// An adjustment of points that needs a second person.
#[Object]
impl PointsAdjustment {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PointsAdjustmentId(self.0.id).to_string().into()
    }

    /// Whose points.
    async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
        load_member(ctx, self.0.member_id)
            .await?
            .ok_or_else(|| top_level(&Error::internal("an adjustment without its member")))
    }

    /// Signed points.
    fn points(&self) -> i32 {
        self.0.points
    }

    /// Why; the member reads it.
    fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Where it stands; points move when it is accepted.
    fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }

    /// Who asked.
    fn requested_by(&self) -> Actor {
        Actor::new(self.0.requested_by_kind.0, self.0.requested_by_id)
    }

    /// When.
    fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// Who answered.
    fn answered_by(&self) -> Option<Actor> {
        Some(Actor::new(ActorKind::Staff, Some(self.0.answered_by_id?)))
    }

    /// When it was answered.
    fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(DateTime)
    }
}

/// Narrows adjustments.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct PointsAdjustmentFilter {
    /// In these states.
    pub status: Option<Vec<RequestStatus>>,
}

impl From<PointsAdjustmentFilter> for AdjustmentFilter {
    fn from(filter: PointsAdjustmentFilter) -> Self {
        Self {
            statuses: filter
                .status
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}

/// Input of pointsAdjustmentRespond.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsAdjustmentRespondInput {
    /// The adjustment.
    pub points_adjustment_id: ID,
    /// Your decision.
    pub decision: Decision,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PointsAdjustmentRespondInput> for AnswerAdjustment {
    type Error = Error;

    fn try_from(input: PointsAdjustmentRespondInput) -> Result<Self, Error> {
        let id: PointsAdjustmentId = id_in(&input.points_adjustment_id, &["pointsAdjustmentId"])?;
        Ok(Self {
            adjustment_id: id.0,
            decision: input.decision.into(),
            idempotency_key: input.idempotency_key,
        })
    }
}
