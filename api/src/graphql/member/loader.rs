use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use domain::id::MemberId;
use uuid::Uuid;

use super::types::Member;
use crate::error::Error;
use crate::graphql::context::{Batch, Reach};
use crate::graphql::error::top_level_shared;
use crate::service::member;

/// Key of a member's address book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AddressesOf(pub(super) MemberId);

impl Loader<AddressesOf> for Batch {
    type Value = Arc<Vec<entity::member_address::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[AddressesOf],
    ) -> Result<HashMap<AddressesOf, Self::Value>, Arc<Error>> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let books = member::addresses_by_members(&self.app, &members)
            .await
            .map_err(Arc::new)?;
        Ok(books
            .into_iter()
            .map(|(id, rows)| (AddressesOf(MemberId(id)), Arc::new(rows)))
            .collect())
    }
}

/// Key of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct MemberById(Uuid);

impl Loader<MemberById> for Batch {
    type Value = Arc<entity::member::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[MemberById],
    ) -> Result<HashMap<MemberById, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = member::members_by_ids(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|row| (MemberById(row.id), Arc::new(row)))
            .collect())
    }
}

/// Loads the member behind something the viewer may see.
///
/// # Errors
/// A top-level error when the database does not answer.
pub(in crate::graphql) async fn load_member(
    ctx: &Context<'_>,
    id: Uuid,
) -> async_graphql::Result<Option<Member>> {
    let row = ctx
        .loaders()?
        .load_one(MemberById(id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(row.map(|row| Member(row.as_ref().clone())))
}
