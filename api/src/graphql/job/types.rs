use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use domain::id::JobId;
use entity::job::Model;

use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::scalar::{DateTime, Url};
use crate::graphql::viewer::Actor;
use crate::service::job;

/// What jobs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::job::JobKind")]
pub enum JobKind {
    /// Make codes.
    CouponCodesGenerate,
    /// Write codes to CSV.
    CouponCodesExport,
    /// Make gift cards and write their codes to CSV.
    GiftCardsGenerate,
    /// Withdraw the coupons of a template.
    CouponsRevoke,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::job::JobStatus")]
pub enum JobStatus {
    /// Waits.
    Pending,
    /// Runs.
    Running,
    /// Failed, will try again.
    Retrying,
    /// Done.
    Succeeded,
    /// Gave up.
    Failed,
}

/// Background work.
#[derive(Clone)]
pub struct Job(pub Model);

/// Background work.
#[Object]
impl Job {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        JobId(self.0.id).to_string().into()
    }

    /// What it does.
    fn kind(&self) -> JobKind {
        self.0.kind.0.into()
    }

    /// Where it stands.
    fn status(&self) -> JobStatus {
        self.0.status.0.into()
    }

    /// Rows in all, null while unknown.
    fn total(&self) -> Option<i32> {
        self.0.total
    }

    /// Rows done.
    fn done(&self) -> i32 {
        self.0.done
    }

    /// Runs so far: those that failed, and the one under way or done.
    fn attempts(&self) -> i32 {
        let latest = i32::from(self.0.started_at.is_some());
        self.0.failures.saturating_add(latest)
    }

    /// Why it failed.
    fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// File it made; the address lapses after 24 hours. Null without one, and unless you may read what is in it; whoever
    /// holds the address can fetch the file.
    fn result_url(&self, ctx: &Context<'_>) -> Option<Result<Url>> {
        let address = || {
            let address = job::address(ctx.app()?, ctx.viewer()?, &self.0);
            Ok(address.map_err(|error| top_level(&error))?.map(Url))
        };
        address().transpose()
    }

    /// Who started it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }

    /// When it was queued.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it began.
    fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// When it ended.
    fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }
}

connection!(JobConnection, JobEdge, Job, "The job.");

/// Narrows jobs.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct JobFilter {
    /// Of these kinds.
    pub kind: Option<Vec<JobKind>>,
    /// In these states.
    pub status: Option<Vec<JobStatus>>,
}

impl From<JobFilter> for job::JobFilter {
    fn from(filter: JobFilter) -> Self {
        Self {
            kind: filter
                .kind
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            status: filter
                .status
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
        }
    }
}
