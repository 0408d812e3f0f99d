use async_graphql::{ID, InputObject};
use domain::id::{MemberGroupId, MemberId};

use crate::error::Error;
use crate::graphql::input::id_in;
use crate::service::group::{ChangeMembers, GroupPatch};

/// A group of members.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberGroupInput {
    /// Short code, unique.
    pub code: String,
    /// Name for staff.
    pub name: String,
}

/// Input of memberGroupsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberGroupsUpsertInput {
    /// Groups, matched by code.
    pub member_groups: Vec<MemberGroupInput>,
}

impl TryFrom<MemberGroupsUpsertInput> for Vec<GroupPatch> {
    type Error = Error;

    fn try_from(input: MemberGroupsUpsertInput) -> Result<Self, Error> {
        let groups = input.member_groups.into_iter().map(|group| GroupPatch {
            code: group.code,
            name: group.name,
        });
        Ok(groups.collect())
    }
}

/// Input of memberGroupMembersAdd.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberGroupMembersAddInput {
    /// The group.
    pub member_group_id: ID,
    /// Members to put into it, up to 500.
    pub member_ids: Vec<ID>,
}

impl TryFrom<MemberGroupMembersAddInput> for ChangeMembers {
    type Error = Error;

    fn try_from(input: MemberGroupMembersAddInput) -> Result<Self, Error> {
        change(&input.member_group_id, &input.member_ids)
    }
}

/// Input of memberGroupMembersRemove.
#[derive(Clone, Debug, InputObject)]
pub(super) struct MemberGroupMembersRemoveInput {
    /// The group.
    pub member_group_id: ID,
    /// Members to take out of it, up to 500.
    pub member_ids: Vec<ID>,
}

impl TryFrom<MemberGroupMembersRemoveInput> for ChangeMembers {
    type Error = Error;

    fn try_from(input: MemberGroupMembersRemoveInput) -> Result<Self, Error> {
        change(&input.member_group_id, &input.member_ids)
    }
}

fn change(group_id: &ID, member_ids: &[ID]) -> Result<ChangeMembers, Error> {
    let member_ids = member_ids
        .iter()
        .enumerate()
        .map(|(index, id)| Ok(id_in::<MemberId>(id, &["memberIds", &index.to_string()])?.0));
    Ok(ChangeMembers {
        group_id: id_in::<MemberGroupId>(group_id, &["memberGroupId"])?,
        member_ids: member_ids.collect::<Result<_, Error>>()?,
    })
}
