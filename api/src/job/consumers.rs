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
/// Events that get their places in the feed together.
const EVENTS_TOGETHER: u32 = 200;

/// All consumers; each gets a task of its own.
pub(super) fn all() -> Vec<Consumer> {
    vec![
        each(&["mail", "password_reset_requested"], mails),
        each(&["order_event"], orders),
        each(&["order_resume"], resumes),
        each(&["member_tier_changed"], members),
        each(&["coupon_occasion"], coupons),
        each(&["coupon_given"], given_coupons),
        each(&["promotion_due"], promotions),
        each(&["invoice_due"], invoices),
        each(&["webhook_received"], webhooks),
        each(&["job_step"], steps),
        each(
            &[
                "payment_open",
                "payment_capture",
                "payment_void",
                "refund_send",
                "test_payment_message",
            ],
            payments,
        ),
        Consumer {
            kinds: &["product_changed"],
            run: Run::Batch {
                run: Arc::new(|app, jobs| Box::pin(products(app, jobs))),
                at_most: PRODUCTS_TOGETHER,
                is_ordered: false,
            },
        },
        Consumer {
            kinds: &["event"],
            run: Run::Batch {
                run: Arc::new(|app, jobs| Box::pin(events(app, jobs))),
                at_most: EVENTS_TOGETHER,
                is_ordered: true,
            },
        },
    ]
}

/// A consumer that takes its jobs one by one.
fn each<F>(kinds: &'static [&'static str], run: fn(AppState, Uuid, Job) -> F) -> Consumer
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    Consumer {
        kinds,
        run: Run::Each(Arc::new(move |app, id, job| Box::pin(run(app, id, job)))),
    }
}

async fn mails(app: AppState, id: Uuid, job: Job) -> Result<()> {
    if let Job::Mail(mail) = job {
        mail::deliver(&app, id, &mail).await
    } else if let Job::PasswordResetRequested {
        email,
        locale,
        requested_at,
    } = job
    {
        service::session::mail_reset(&app, &email, &locale, requested_at).await
    } else {
        Err(misrouted())
    }
}

async fn products(app: AppState, jobs: Vec<Job>) -> Result<()> {
    let product_id = |job: &Job| {
        if let Job::ProductChanged { product_id } = job {
            Some(*product_id)
        } else {
            None
        }
    };
    let changed: Option<Vec<Uuid>> = jobs.iter().map(product_id).collect();
    service::search::products_changed(&app, &changed.ok_or_else(misrouted)?).await
}

async fn events(app: AppState, jobs: Vec<Job>) -> Result<()> {
    let told = |job| {
        if let Job::Event { event } = job {
            Some(event)
        } else {
            None
        }
    };
    let told: Option<Vec<_>> = jobs.into_iter().map(told).collect();
    service::event::publish(&app, told.ok_or_else(misrouted)?).await
}

async fn orders(app: AppState, id: Uuid, job: Job) -> Result<()> {
    if let Job::OrderEvent {
        order_id,
        event,
        notify: true,
    } = job
    {
        service::order::announce(&app, id, order_id, event).await
    } else if let Job::OrderEvent { notify: false, .. } = job {
        Ok(())
    } else {
        Err(misrouted())
    }
}

async fn resumes(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::OrderResume { order_id } = job {
        service::order::resume(&app, order_id).await
    } else {
        Err(misrouted())
    }
}

async fn members(app: AppState, id: Uuid, job: Job) -> Result<()> {
    if let Job::MemberTierChanged {
        change_id,
        notify: true,
        ..
    } = job
    {
        service::tier::announce(&app, id, change_id).await
    } else if let Job::MemberTierChanged { notify: false, .. } = job {
        Ok(())
    } else {
        Err(misrouted())
    }
}

async fn given_coupons(app: AppState, id: Uuid, job: Job) -> Result<()> {
    if let Job::CouponGiven { coupon_id } = job {
        service::coupon::tell(&app, id, coupon_id).await
    } else {
        Err(misrouted())
    }
}

async fn coupons(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::CouponOccasion {
        channel_id,
        member_id,
        occasion,
    } = job
    {
        service::coupon::give(&app, channel_id, member_id, occasion).await
    } else {
        Err(misrouted())
    }
}

async fn promotions(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::PromotionDue { promotion_id } = job {
        service::promotion::keep_time(&app, promotion_id).await
    } else {
        Err(misrouted())
    }
}

async fn invoices(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::InvoiceDue { order_id } = job {
        service::invoice::follow(&app, order_id)
            .await
            .map_err(Error::internal)
    } else {
        Err(misrouted())
    }
}

async fn webhooks(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::WebhookReceived { inbox_id } = job {
        service::payment::webhook::process(&app, inbox_id).await
    } else {
        Err(misrouted())
    }
}

async fn steps(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::JobStep { job_id, done } = job {
        service::job::step(&app, job_id, done).await
    } else {
        Err(misrouted())
    }
}

async fn payments(app: AppState, _id: Uuid, job: Job) -> Result<()> {
    if let Job::PaymentOpen { payment_id } = job {
        service::payment::open(&app, payment_id).await
    } else if let Job::PaymentCapture { payment_id } = job {
        service::payment::take_promise(&app, payment_id).await
    } else if let Job::PaymentVoid { payment_id } = job {
        service::payment::void_authorization(&app, payment_id).await
    } else if let Job::RefundSend { transfer_id } = job {
        service::payment::send_refund(&app, transfer_id).await
    } else if let Job::TestPaymentMessage { message, .. } = job {
        service::payment::send_test_message(&app, &message).await
    } else {
        Err(misrouted())
    }
}

/// Says nothing of the job: its payload may hold a token.
fn misrouted() -> Error {
    Error::internal("a job came to another's consumer")
}
