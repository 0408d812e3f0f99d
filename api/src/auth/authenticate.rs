//! From what came with a request to its viewer.

use std::collections::BTreeSet;
use std::net::IpAddr;

use domain::account::AccountKind;
use domain::id::{MemberId, StaffId};
use domain::locale::{Locale, parse_accept_language, resolve};
use uuid::Uuid;

use super::viewer::{Account, Viewer};
use crate::error::{Error, Result};
use crate::state::AppState;

/// What every API key begins with.
pub const KEY_PREFIX: &str = "vk_";
/// Longest user agent kept, in characters.
const MAX_USER_AGENT: usize = 255;

/// What a request says about its sender.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// Slug of the sales channel asked for.
    pub channel: Option<&'a str>,
    /// The `Accept-Language` header.
    pub accept_language: Option<&'a str>,
    /// Address the request came from, proxies seen through.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
}

/// Finds out who asks. No credentials make a guest; bad ones make nobody.
///
/// # Errors
/// [`Error::Unauthenticated`] for credentials that are broken, ended or unknown, [`Error::NotFound`] for an unknown channel,
/// [`Error::Unavailable`] when the database does not answer.
pub async fn authenticate(
    app: &AppState,
    credentials: Credentials<'_>,
    request_id: Uuid,
) -> Result<Viewer> {
    let channel = app.channels.find(credentials.channel)?;
    let locale = locale_of(&channel, credentials.accept_language);
    let mut viewer = Viewer {
        account: Account::Guest,
        permissions: BTreeSet::new(),
        session_id: None,
        channel,
        locale,
        ip: credentials.ip.map(|ip| ip.to_canonical()),
        user_agent: credentials.user_agent.and_then(clean_user_agent),
        request_id,
    };
    let Some(authorization) = credentials.authorization else {
        return Ok(viewer);
    };
    let bearer = bearer_token(authorization).ok_or(Error::Unauthenticated)?;
    if bearer.starts_with(KEY_PREFIX) {
        let key = app
            .access
            .key(&app.database, &app.clock, bearer, viewer.ip)
            .await?;
        viewer.account = Account::ApiKey(key.id);
        viewer.permissions.clone_from(&key.permissions);
        return Ok(viewer);
    }
    let claims = app.tokens.verify(bearer)?;
    let session = app
        .access
        .session(&app.database, &app.clock, &claims)
        .await?;
    viewer.account = match claims.kind {
        AccountKind::Member => Account::Member(MemberId(claims.account_id)),
        AccountKind::Staff => Account::Staff(StaffId(claims.account_id)),
    };
    viewer.permissions.clone_from(&session.permissions);
    viewer.session_id = Some(claims.session_id);
    Ok(viewer)
}

/// The token of a `Bearer` header.
fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The channel's language that serves the header best.
fn locale_of(channel: &entity::channel::Model, accept_language: Option<&str>) -> Locale {
    let default = Locale::parse(&channel.default_locale).unwrap_or_else(|_| Locale::english());
    let Some(header) = accept_language else {
        return default;
    };
    let available: Vec<Locale> = channel
        .locales
        .0
        .iter()
        .filter_map(|tag| Locale::parse(tag).ok())
        .collect();
    resolve(&parse_accept_language(header), &available, &default).clone()
}

/// Shows up in lists of sessions and in logs: one line, of bounded length.
fn clean_user_agent(user_agent: &str) -> Option<String> {
    let clean: String = user_agent
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_USER_AGENT)
        .collect();
    (!clean.is_empty()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::{bearer_token, clean_user_agent};

    #[test]
    fn only_bearer_headers_carry_a_token() {
        assert_eq!(bearer_token("Bearer abc"), Some("abc"));
        assert_eq!(bearer_token("bearer  abc "), Some("abc"));
        for header in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(bearer_token(header), None, "{header}");
        }
    }

    #[test]
    fn user_agents_are_one_bounded_line() {
        assert_eq!(clean_user_agent(" a\r\nb ").as_deref(), Some("ab"));
        assert_eq!(clean_user_agent(" \n "), None);
        assert_eq!(
            clean_user_agent(&"ü".repeat(300)).map(|text| text.chars().count()),
            Some(255)
        );
    }
}
