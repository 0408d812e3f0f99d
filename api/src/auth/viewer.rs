//! The viewer: who asks, in which channel and language. Every service function takes one.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use domain::account::ActorKind;
use domain::id::{ApiKeyId, MemberId, SessionId, StaffId, TypedId as _};
use domain::locale::Locale;
use domain::permission::Permission;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Whose credentials came with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Nobody's.
    Guest,
    /// A buyer's access token.
    Member(MemberId),
    /// A console user's access token.
    Staff(StaffId),
    /// A program's key.
    ApiKey(ApiKeyId),
    /// The server itself: timers, consumers, the command line.
    System,
}

/// Who asks, where and in which language.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Whose credentials came along.
    pub account: Account,
    /// Rights beyond a buyer's; always empty for guests and members.
    pub permissions: BTreeSet<Permission>,
    /// Session behind the token.
    pub session_id: Option<SessionId>,
    /// Sales channel asked for.
    pub channel: Arc<entity::channel::Model>,
    /// Language of texts, one of the channel's.
    pub locale: Locale,
    /// Address the request came from.
    pub ip: Option<IpAddr>,
    /// Browser or program.
    pub user_agent: Option<String>,
    /// Names the request in answers and logs.
    pub request_id: Uuid,
}

impl Viewer {
    /// Anybody in a channel, in its language.
    #[must_use]
    pub fn guest(channel: Arc<entity::channel::Model>, request_id: Uuid) -> Self {
        let locale =
            Locale::parse(&channel.default_locale).unwrap_or_else(|_unknown| Locale::english());
        Self {
            account: Account::Guest,
            permissions: BTreeSet::new(),
            session_id: None,
            channel,
            locale,
            ip: None,
            user_agent: None,
            request_id,
        }
    }

    /// The server acting for itself in a channel, with every permission.
    #[must_use]
    pub fn system(channel: Arc<entity::channel::Model>, request_id: Uuid) -> Self {
        let permissions = <Permission as domain::text_enum::TextEnum>::ALL
            .iter()
            .copied()
            .collect();
        Self {
            account: Account::System,
            permissions,
            ..Self::guest(channel, request_id)
        }
    }

    /// The member who asks, if one does.
    #[must_use]
    pub fn member_id(&self) -> Option<MemberId> {
        match self.account {
            Account::Member(id) => Some(id),
            Account::Guest | Account::Staff(_) | Account::ApiKey(_) | Account::System => None,
        }
    }

    /// Whether the viewer has a permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Lets only holders of a permission pass.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for guests, [`Error::Forbidden`] for everybody else without it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            Ok(())
        } else if self.account == Account::Guest {
            Err(Error::Unauthenticated)
        } else {
            Err(Error::Forbidden(permission))
        }
    }

    /// Lets only members pass.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for everybody else.
    pub fn require_member(&self) -> Result<MemberId> {
        self.member_id().ok_or(Error::Unauthenticated)
    }

    /// Kind and id for histories and ledgers.
    #[must_use]
    pub fn actor(&self) -> (ActorKind, Option<Uuid>) {
        match self.account {
            Account::Guest => (ActorKind::Guest, None),
            Account::Member(id) => (ActorKind::Member, Some(id.uuid())),
            Account::Staff(id) => (ActorKind::Staff, Some(id.uuid())),
            Account::ApiKey(id) => (ActorKind::ApiKey, Some(id.uuid())),
            Account::System => (ActorKind::System, None),
        }
    }

    /// Whose idempotency keys these are. A guest is known only by the secret of the cart or order at hand.
    #[must_use]
    pub fn idempotency_actor(&self, guest_secret: &str) -> String {
        match self.account {
            Account::Guest => format!("guest:{}", super::secret::digest(guest_secret)),
            Account::Member(id) => format!("member:{}", id.uuid()),
            Account::Staff(id) => format!("staff:{}", id.uuid()),
            Account::ApiKey(id) => format!("api_key:{}", id.uuid()),
            Account::System => "system".to_owned(),
        }
    }
}
