use async_graphql::{Context, Enum, Object, Result};
use domain::id::PromotionId;
use entity::promotion_change::Model;
use uuid::Uuid;

use super::condition::PromotionCondition;
use super::loader::ChangesOf;
use super::reward::PromotionReward;
use super::settings::PromotionSettings;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::limits::meter::Metered;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;

/// What happened to a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::PromotionChangeKind")]
pub enum PromotionChangeKind {
    /// It was written first.
    Created,
    /// Its rule was changed.
    Updated,
    /// A second person was asked.
    ApprovalRequested,
    /// The second person agreed.
    Approved,
    /// The second person did not.
    Declined,
    /// It was activated.
    Activated,
    /// It was stopped for now.
    Paused,
    /// Its start came.
    Started,
    /// Its end came.
    Ended,
    /// It was put away.
    Archived,
}

/// Something that happened to a promotion.
pub(super) struct PromotionChange(Model);

impl PromotionChange {
    /// Loads what happened to a promotion, newest first.
    pub(super) async fn load(ctx: &Context<'_>, promotion_id: Uuid) -> Result<Vec<Self>> {
        let changes = ctx
            .loaders()?
            .load_one(ChangesOf(PromotionId(promotion_id)))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(changes.len())?;
        Ok(changes.into_iter().map(Self).collect())
    }
}

/// Something that happened to a promotion.
#[Object]
impl PromotionChange {
    /// What happened.
    fn kind(&self) -> PromotionChangeKind {
        self.0.kind.0.into()
    }

    /// Version of the promotion from then on; its start and end leave the version.
    fn version(&self) -> i32 {
        self.0.version
    }

    /// Who did it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }

    /// Why, if a reason was given.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Text for buyers from then on, null unless the rule was written.
    fn label(&self) -> Option<&str> {
        self.0.label.as_deref()
    }

    /// Conditions from then on, null unless the rule was written.
    fn conditions(&self, ctx: &Context<'_>) -> Result<Option<Vec<PromotionCondition>>> {
        let Some(conditions) = &self.0.conditions else {
            return Ok(None);
        };
        ctx.meter(conditions.len())?;
        Ok(Some(conditions.iter().map(Into::into).collect()))
    }

    /// Rewards from then on, null unless the rule was written.
    fn rewards(&self, ctx: &Context<'_>) -> Result<Option<Vec<PromotionReward>>> {
        let Some(rewards) = &self.0.rewards else {
            return Ok(None);
        };
        ctx.meter(rewards.len())?;
        Ok(Some(rewards.iter().map(Into::into).collect()))
    }

    /// What else it was set to from then on, null unless the rule was written, and before this was kept.
    fn settings(&self) -> Option<PromotionSettings> {
        let settings = self.0.settings.clone();
        settings.map(|settings| PromotionSettings(settings.0))
    }

    /// When.
    fn at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
