use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::MemberId;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
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
