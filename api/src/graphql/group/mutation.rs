use async_graphql::{Context, Object, Result};

use super::input::{
    MemberGroupMembersAddInput, MemberGroupMembersRemoveInput, MemberGroupsUpsertInput,
};
use super::types::MemberGroup;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Listed;
use crate::graphql::member::MemberUserError;
use crate::graphql::payload::{payloads, run};
use crate::service::group::{self, GroupPatch};

/// Mutations of groups of members.
#[derive(Default)]
pub struct GroupMutation;

payloads! {
    MemberUserError;

    /// Result of memberGroupsUpsert.
    MemberGroupsUpsertPayload { member_groups: Listed<MemberGroup> }

    /// Result of memberGroupMembersAdd.
    MemberGroupMembersAddPayload { member_group: MemberGroup }

    /// Result of memberGroupMembersRemove.
    MemberGroupMembersRemovePayload { member_group: MemberGroup }
}

#[Object]
impl GroupMutation {
    /// Creates or renames groups of members. Needs permission MEMBER_WRITE.
    async fn member_groups_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberGroupsUpsertInput,
    ) -> Option<Result<MemberGroupsUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |groups: Vec<GroupPatch>| {
                group::upsert(app, viewer, &groups).await
            })
            .await?;
            Ok(MemberGroupsUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(MemberGroup).collect()
            }))
        };
        Some(payload.await)
    }

    /// Puts members into a group; those in it stay. Needs permission MEMBER_WRITE.
    async fn member_group_members_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberGroupMembersAddInput,
    ) -> Option<Result<MemberGroupMembersAddPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                group::add_members(app, viewer, command).await
            })
            .await?;
            Ok(MemberGroupMembersAddPayload::new(outcome, MemberGroup))
        };
        Some(payload.await)
    }

    /// Takes members out of a group; those not in it do not matter. Needs permission MEMBER_WRITE.
    async fn member_group_members_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberGroupMembersRemoveInput,
    ) -> Option<Result<MemberGroupMembersRemovePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                group::remove_members(app, viewer, command).await
            })
            .await?;
            Ok(MemberGroupMembersRemovePayload::new(outcome, MemberGroup))
        };
        Some(payload.await)
    }
}
