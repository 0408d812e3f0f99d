use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::ids;
use crate::service::receivable::{self, TermsView};

/// Key of a member's terms in the channel of the request; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TermsOf(pub(super) Uuid);

impl Loader<TermsOf> for Batch {
    type Value = TermsView;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TermsOf]) -> Result<HashMap<TermsOf, TermsView>, Arc<Error>> {
        let views = receivable::of_members(&self.app, self.viewer.channel.id, ids!(keys))
            .await
            .map_err(Arc::new)?;
        let keyed = views
            .into_iter()
            .map(|view| (TermsOf(view.member_id), view));
        Ok(keyed.collect())
    }
}
