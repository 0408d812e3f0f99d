use async_graphql::{Context, Object, Result};

use super::types::{ApiKey, Role, Staff};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::staff;

/// Queries about staff, roles and keys.
#[derive(Default)]
pub struct StaffQuery;

#[Object]
impl StaffQuery {
    /// Everybody who may use the console. Needs permission STAFF_READ.
    async fn staff_accounts(&self, ctx: &Context<'_>) -> Option<Result<Vec<Staff>>> {
        let accounts = async {
            let rows = staff::list(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(Staff).collect())
        };
        Some(accounts.await)
    }

    /// Named sets of permissions. Needs permission STAFF_READ.
    async fn roles(&self, ctx: &Context<'_>) -> Option<Result<Vec<Role>>> {
        let roles = async {
            let rows = staff::list_roles(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(Role).collect())
        };
        Some(roles.await)
    }

    /// Keys for programs. Needs permission STAFF_READ.
    async fn api_keys(&self, ctx: &Context<'_>) -> Option<Result<Vec<ApiKey>>> {
        let keys = async {
            let rows = staff::list_keys(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(ApiKey).collect())
        };
        Some(keys.await)
    }
}
