use async_graphql::{Context, ID, Object, Result};

use super::input::MemberFilter;
use super::types::{Member, MemberConnection};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::{id_arg, paging};
use crate::service;

/// Queries about members.
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// One member. Needs permission MEMBER_READ.
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Option<Result<Member>> {
        let found = async {
            match service::member::find(ctx.app()?, ctx.viewer()?, id_arg(&id)?).await {
                Ok(member) => Ok(Some(Member(member))),
                Err(Error::NotFound(_)) => Ok(None),
                Err(error) => Err(top_level(&error)),
            }
        };
        found.await.transpose()
    }

    /// All members, newest first. Needs permission MEMBER_READ.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<MemberFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<MemberConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter
                .unwrap_or_default()
                .try_into()
                .map_err(|error| top_level(&error))?;
            let page = service::member::list(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| MemberConnection::new(page, Member))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }
}
