use async_graphql::{Context, Object, Result};
use domain::id::SessionId;

use super::input::{
    MemberAddressCreateInput, MemberAddressDeleteInput, MemberAddressUpdateInput,
    MemberEmailVerifyInput, MemberLoginInput, MemberRegisterInput, MemberTaxExemptionSetInput,
    MemberUpdateInput, PasswordChangeInput, PasswordResetInput, PasswordResetRequestInput,
    SessionLogoutInput, SessionRefreshInput, SessionRevokeInput,
};
use super::payload::{
    MemberAddressCreatePayload, MemberAddressDeletePayload, MemberAddressUpdatePayload,
    MemberEmailVerifyPayload, MemberLoginPayload, MemberRegisterPayload,
    MemberTaxExemptionSetPayload, MemberUpdatePayload, PasswordChangePayload, PasswordResetPayload,
    PasswordResetRequestPayload, SessionLogoutPayload, SessionRefreshPayload, SessionRevokePayload,
    deleted, halves,
};
use super::types::{Member, MemberAddress};
use crate::graphql::context::Reach;
use crate::graphql::input::id_in;
use crate::graphql::payload::{outcome, run};
use crate::service::member;
use crate::service::session::{self, SessionError};

/// Mutations around credentials and sessions.
#[derive(Default)]
pub struct MemberAccountMutation;

/// Mutations of a member's profile and address book.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberAccountMutation {
    /// Opens an account; the answer is the same whether or not the e-mail is known.
    async fn member_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberRegisterInput,
    ) -> Option<Result<MemberRegisterPayload>> {
        let payload = async {
            let answer = member::register(ctx.app()?, ctx.viewer()?, input.into()).await;
            Ok(MemberRegisterPayload::new(outcome(ctx, answer)?, |()| true))
        };
        Some(payload.await)
    }

    /// Confirms an e-mail by the mailed token, logs in and adopts earlier guest orders.
    async fn member_email_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberEmailVerifyInput,
    ) -> Option<Result<MemberEmailVerifyPayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                member::verify_email(ctx.app()?, ctx.viewer()?, &input.into()).await,
            )?;
            let (tokens, member) = halves(outcome.value);
            Ok(MemberEmailVerifyPayload {
                tokens,
                member,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Logs a member in.
    async fn member_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberLoginInput,
    ) -> Option<Result<MemberLoginPayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                member::login(ctx.app()?, ctx.viewer()?, &input.into()).await,
            )?;
            let (tokens, member) = halves(outcome.value);
            Ok(MemberLoginPayload {
                tokens,
                member,
                user_errors: outcome.user_errors,
            })
        };
        Some(payload.await)
    }

    /// Mails a reset link; the answer is the same for unknown e-mails.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PasswordResetRequestInput,
    ) -> Option<Result<PasswordResetRequestPayload>> {
        let payload = async {
            let answer = session::request_reset(ctx.app()?, ctx.viewer()?, &input.into()).await;
            Ok(PasswordResetRequestPayload::new(
                outcome(ctx, answer)?,
                |()| true,
            ))
        };
        Some(payload.await)
    }

    /// Sets a password by the mailed token, for members and staff, and ends all sessions.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PasswordResetInput,
    ) -> Option<Result<PasswordResetPayload>> {
        let payload = async {
            let answer = session::reset_password(ctx.app()?, ctx.viewer()?, &input.into()).await;
            Ok(PasswordResetPayload::new(outcome(ctx, answer)?, |()| true))
        };
        Some(payload.await)
    }

    /// Changes your password and ends your other sessions.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: PasswordChangeInput,
    ) -> Option<Result<PasswordChangePayload>> {
        let payload = async {
            let answer = session::change_password(ctx.app()?, ctx.viewer()?, &input.into()).await;
            Ok(PasswordChangePayload::new(outcome(ctx, answer)?, |()| true))
        };
        Some(payload.await)
    }

    /// Trades a refresh token for new tokens; using one twice ends the session.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: SessionRefreshInput,
    ) -> Option<Result<SessionRefreshPayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                session::refresh(ctx.app()?, ctx.viewer()?, &input.into()).await,
            )?;
            Ok(SessionRefreshPayload::new(outcome, Into::into))
        };
        Some(payload.await)
    }

    /// Ends the session you are using, or all of yours.
    async fn session_logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: SessionLogoutInput,
    ) -> Option<Result<SessionLogoutPayload>> {
        let payload = async {
            let answer = session::logout(
                ctx.app()?,
                ctx.viewer()?,
                input.everywhere.unwrap_or_default(),
            )
            .await;
            let (deleted_id, user_errors) = deleted(outcome(ctx, answer)?);
            Ok(SessionLogoutPayload {
                deleted_id,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Ends one session. Yours, or needs permission MEMBER_WRITE.
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: SessionRevokeInput,
    ) -> Option<Result<SessionRevokePayload>> {
        let payload = async {
            let answer = match id_in::<SessionId>(&input.session_id, &["sessionId"]) {
                Ok(session_id) => session::revoke(ctx.app()?, ctx.viewer()?, session_id).await,
                Err(error) => Err(SessionError::from(error)),
            };
            let (deleted_id, user_errors) = deleted(outcome(ctx, answer)?);
            Ok(SessionRevokePayload {
                deleted_id,
                user_errors,
            })
        };
        Some(payload.await)
    }
}

#[Object]
impl MemberMutation {
    /// Changes a profile. Yours, or needs permission MEMBER_WRITE.
    async fn member_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberUpdateInput,
    ) -> Option<Result<MemberUpdatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                member::update(app, viewer, command).await
            })
            .await?;
            Ok(MemberUpdatePayload::new(outcome, Member))
        };
        Some(payload.await)
    }

    /// Frees a member of tax, or ends that: what they buy from now on is charged net. Needs permission MEMBER_WRITE.
    async fn member_tax_exemption_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberTaxExemptionSetInput,
    ) -> Option<Result<MemberTaxExemptionSetPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                member::exempt(app, viewer, command).await
            })
            .await?;
            Ok(MemberTaxExemptionSetPayload::new(outcome, Member))
        };
        Some(payload.await)
    }

    /// Adds to your address book.
    async fn member_address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberAddressCreateInput,
    ) -> Option<Result<MemberAddressCreatePayload>> {
        let payload = async {
            let outcome = outcome(
                ctx,
                member::create_address(ctx.app()?, ctx.viewer()?, input.into()).await,
            )?;
            Ok(MemberAddressCreatePayload::new(outcome, MemberAddress))
        };
        Some(payload.await)
    }

    /// Changes an address in your book.
    async fn member_address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberAddressUpdateInput,
    ) -> Option<Result<MemberAddressUpdatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                member::update_address(app, viewer, command).await
            })
            .await?;
            Ok(MemberAddressUpdatePayload::new(outcome, MemberAddress))
        };
        Some(payload.await)
    }

    /// Removes an address from your book.
    async fn member_address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: MemberAddressDeleteInput,
    ) -> Option<Result<MemberAddressDeletePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                member::delete_address(app, viewer, command).await
            })
            .await?;
            let (deleted_id, user_errors) = deleted(outcome);
            Ok(MemberAddressDeletePayload {
                deleted_id,
                user_errors,
            })
        };
        Some(payload.await)
    }
}
