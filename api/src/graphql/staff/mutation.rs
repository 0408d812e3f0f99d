use async_graphql::{Context, Object, Result};
use domain::id::ApiKeyId;

use super::input::{
    ApiKeyCreateInput, ApiKeyRevokeInput, RolesUpsertInput, StaffCreateInput, StaffLoginInput,
    StaffUpdateInput,
};
use super::payload::{
    ApiKeyCreatePayload, ApiKeyRevokePayload, RolesUpsertPayload, StaffCreatePayload,
    StaffLoginPayload, StaffUpdatePayload,
};
use super::types::{ApiKey, Role, Staff};
use crate::graphql::context::Reach;
use crate::graphql::input::id_in;
use crate::graphql::payload::{outcome, run};
use crate::service::staff::{self, StaffError};

/// Mutations of staff, roles and keys.
#[derive(Default)]
pub struct StaffMutation;

#[Object]
impl StaffMutation {
    /// Logs staff in.
    async fn staff_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StaffLoginInput,
    ) -> Option<Result<StaffLoginPayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                staff::login(ctx.app()?, ctx.viewer()?, &input.into()).await,
            )?;
            Ok(StaffLoginPayload::new(outcome, Into::into))
        };
        Some(payload.await)
    }

    /// Opens a staff account and mails a link to set its password. Needs permission STAFF_WRITE.
    async fn staff_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StaffCreateInput,
    ) -> Option<Result<StaffCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                staff::create(app, viewer, command).await
            })
            .await?;
            Ok(StaffCreatePayload::new(outcome, Staff))
        };
        Some(payload.await)
    }

    /// Changes name, roles or access of staff. Needs permission STAFF_WRITE.
    async fn staff_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: StaffUpdateInput,
    ) -> Option<Result<StaffUpdatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                staff::update(app, viewer, command).await
            })
            .await?;
            Ok(StaffUpdatePayload::new(outcome, Staff))
        };
        Some(payload.await)
    }

    /// Creates or updates roles; you can give only what you have. Needs permission STAFF_WRITE.
    async fn roles_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: RolesUpsertInput,
    ) -> Option<Result<RolesUpsertPayload>> {
        let payload = async {
            let roles = input.roles.into_iter().map(Into::into).collect();
            let outcome = outcome(
                ctx,
                staff::upsert_roles(ctx.app()?, ctx.viewer()?, roles).await,
            )?;
            Ok(RolesUpsertPayload::new(outcome, |rows| {
                rows.into_iter().map(Role).collect()
            }))
        };
        Some(payload.await)
    }

    /// Creates an API key; you can give only what you have. Needs permission STAFF_WRITE.
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ApiKeyCreateInput,
    ) -> Option<Result<ApiKeyCreatePayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                staff::create_key(ctx.app()?, ctx.viewer()?, input.into()).await,
            )?;
            let (api_key, secret) = outcome
                .value
                .map(|created| (ApiKey(created.key), created.secret))
                .unzip();
            Ok(ApiKeyCreatePayload {
                api_key,
                secret,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Ends an API key at once. Needs permission STAFF_WRITE.
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ApiKeyRevokeInput,
    ) -> Option<Result<ApiKeyRevokePayload>> {
        let payload = async {
            let answer = match id_in::<ApiKeyId>(&input.api_key_id, &["apiKeyId"]) {
                Ok(key_id) => staff::revoke_key(ctx.app()?, ctx.viewer()?, key_id).await,
                Err(error) => Err(StaffError::from(error)),
            };
            Ok(ApiKeyRevokePayload::new(outcome(ctx, answer)?, ApiKey))
        };
        Some(payload.await)
    }
}
