use async_graphql::{Context, ID, Object, Result};
use domain::id::MemberGroupId;
use uuid::Uuid;

use super::loader::{GroupsOf, SizeOf};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;

/// Members put together by hand. Who is in it: `members` with its id in the filter.
#[derive(Clone)]
pub struct MemberGroup(pub entity::member_group::Model);

impl MemberGroup {
    /// The groups of a member; the caller has checked who may see them.
    ///
    /// # Errors
    /// A top-level error when the database does not answer.
    pub async fn of_member(ctx: &Context<'_>, member_id: Uuid) -> Result<Vec<Self>> {
        let groups = ctx.loaders()?.load_one(GroupsOf(member_id)).await;
        let groups = groups
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(groups.len())?;
        Ok(groups.iter().cloned().map(Self).collect())
    }
}

/// Members put together by hand. Who is in it: `members` with its id in the filter.
#[Object]
impl MemberGroup {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        MemberGroupId(self.0.id).to_string().into()
    }

    /// Short code, unique.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// Name for staff.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// How many members are in it.
    async fn size(&self, ctx: &Context<'_>) -> Result<i32> {
        let size = ctx
            .loaders()?
            .load_one(SizeOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        i32::try_from(size).map_err(|error| top_level(&Error::internal(error)))
    }

    /// Counts changes of its name.
    fn version(&self) -> i32 {
        self.0.version
    }
}
