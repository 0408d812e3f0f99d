//! Which use case carries out which kind of job.

use std::sync::Arc;

use uuid::Uuid;

use super::Job;
use super::worker::{Consumer, Run};
use crate::error::{Error, Result};
use crate::state::AppState;
use crate::{mail, service};

/// Changed products whose documents are written together.
const PRODUCTS_TOGETHER: u32 = 200;

/// All consumers; each gets a task of its own.
pub(super) fn all() -> Vec<Consumer> {
    vec![
        each(&["mail", "password_reset_requested"], mails),
        Consumer {
            kinds: &["product_changed"],
            run: Run::Batch(Arc::new(|app, jobs| Box::pin(products(app, jobs))), PRODUCTS_TOGETHER),
        },
    ]
}

/// A consumer that takes its jobs one by one.
fn each<F>(kinds: &'static [&'static str], run: fn(AppState, Uuid, Job) -> F) -> Consumer
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    Consumer { kinds, run: Run::Each(Arc::new(move |app, id, job| Box::pin(run(app, id, job)))) }
}

async fn mails(app: AppState, id: Uuid, job: Job) -> Result<()> {
    if let Job::Mail(mail) = job {
        mail::deliver(&app, id, &mail).await
    } else if let Job::PasswordResetRequested { email, locale, requested_at } = job {
        service::session::mail_reset(&app, &email, &locale, requested_at).await
    } else {
        Err(misrouted())
    }
}

async fn products(app: AppState, jobs: Vec<Job>) -> Result<()> {
    let product_id = |job: &Job| if let Job::ProductChanged { product_id } = job { Some(*product_id) } else { None };
    let changed: Option<Vec<Uuid>> = jobs.iter().map(product_id).collect();
    service::search::products_changed(&app, &changed.ok_or_else(misrouted)?).await
}

/// Says nothing of the job: its payload may hold a token.
fn misrouted() -> Error {
    Error::internal("a job came to another's consumer")
}
