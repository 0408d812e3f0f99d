use async_graphql::{ID, InputObject, Object, Result};
use domain::id::{ApiKeyId, AuditEntryId, MemberId, StaffId, TypedId as _, split};
use entity::audit_entry::Model;

use crate::graphql::connection::connection;
use crate::graphql::error::Code;
use crate::graphql::money::DateTimeRangeInput;
use crate::graphql::scalar::{DateTime, Json};
use crate::graphql::viewer::Actor;
use crate::service::audit::EntryFilter;

/// One change staff or a program made; never changed or deleted.
#[derive(Clone)]
pub struct AuditEntry(pub Model);

/// One change staff or a program made; never changed or deleted.
#[Object]
impl AuditEntry {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        AuditEntryId(self.0.id).to_string().into()
    }

    /// Who.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, Some(self.0.actor_id))
    }

    /// Mutation used.
    fn action(&self) -> &str {
        &self.0.action
    }

    /// Object changed; null for what was made by it, and for many at a time.
    fn subject_id(&self) -> Option<ID> {
        self.0.subject_id.clone().map(ID)
    }

    /// Fields after: the input as it was given, without passwords and the like. Of a very long one only its length in bytes,
    /// as `bytesLeftOut`.
    fn after(&self) -> Option<Json> {
        self.0.after.as_ref().map(|after| Json(after.0.clone()))
    }

    /// Address it came from.
    fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }

    /// Id of the request, as in the logs.
    fn request_id(&self) -> String {
        self.0.request_id.to_string()
    }

    /// When.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}

connection!(
    AuditEntryConnection,
    AuditEntryEdge,
    AuditEntry,
    "The entry."
);

/// Narrows audit entries.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct AuditEntryFilter {
    /// By this member, staff or key.
    pub account_id: Option<ID>,
    /// On this object.
    pub subject_id: Option<ID>,
    /// In this span.
    pub occurred_at: Option<DateTimeRangeInput>,
}

impl AuditEntryFilter {
    /// Reads the filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id that is no account's.
    pub(super) fn read(self) -> Result<EntryFilter> {
        let actor_id = self.account_id.map(|id| match split(&id) {
            Some((StaffId::PREFIX | ApiKeyId::PREFIX | MemberId::PREFIX, uuid)) => Ok(uuid),
            Some(_) | None => Err(Code::BadUserInput.error("this is no id of an account")),
        });
        let span = self.occurred_at;
        Ok(EntryFilter {
            actor_id: actor_id.transpose()?,
            subject_id: self.subject_id.map(|id| id.0),
            from: span
                .as_ref()
                .and_then(|span| span.from.as_ref())
                .map(|at| at.0),
            until: span
                .as_ref()
                .and_then(|span| span.until.as_ref())
                .map(|at| at.0),
        })
    }
}
