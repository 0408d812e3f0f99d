//! The outbox: late commits, retries, parking, dead workers, order.

use std::sync::{Arc, Mutex};

use api::database::Database;
use api::error::Error;
use api::job::outbox::{self, Claim, LEASE, MAX_ATTEMPTS};
use api::job::worker::{self, Consumer, Run};
use api::job::{self, Job, MailJob};
use chrono::TimeDelta;
use domain::event::{EventKind, OutboxStatus};
use entity::column::Text;
use entity::outbox_message;
use sea_orm::{EntityTrait, QueryOrder, TransactionTrait};
use tests::{Backend, TestApp, both};
use uuid::Uuid;

const KINDS: &[&str] = &["order_event"];

fn event(order_id: Uuid, event: EventKind) -> Job {
    Job::OrderEvent {
        order_id,
        event,
        notify: false,
    }
}

async fn push(app: &TestApp, job: &Job) {
    let transaction = app.state().database.begin().await.unwrap();
    job::push(&transaction, app.clock(), job).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn rows(app: &TestApp) -> Vec<outbox_message::Model> {
    outbox_message::Entity::find()
        .order_by_asc(outbox_message::Column::Id)
        .all(app.connection())
        .await
        .unwrap()
}

/// A consumer that writes down what it sees and fails as told.
fn recording(
    fail: impl Fn(EventKind) -> Result<(), Error> + Send + Sync + 'static,
) -> (Consumer, Arc<Mutex<Vec<EventKind>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let fail = Arc::new(fail);
    let run = move |_app, _id, job| {
        let (kept, fail) = (Arc::clone(&kept), Arc::clone(&fail));
        let done: futures_util::future::BoxFuture<'static, Result<(), Error>> =
            Box::pin(async move {
                let Job::OrderEvent { event, .. } = job else {
                    panic!("another's job")
                };
                kept.lock().unwrap().push(event);
                fail(event)
            });
        done
    };
    (
        Consumer {
            kinds: KINDS,
            run: Run::Each(Arc::new(run)),
        },
        seen,
    )
}

both! {
    async fn a_message_that_commits_late_is_not_skipped(app: TestApp) {
        // SQLite has one writer, so there a transaction cannot commit behind a later one.
        if app.backend() == Backend::Sqlite {
            return;
        }
        let (consumer, seen) = recording(|_event| Ok(()));
        let late = app.state().database.write().begin().await.unwrap();
        job::push(&late, app.clock(), &event(Uuid::from_u128(1), EventKind::OrderPlaced)).await.unwrap();
        push(&app, &event(Uuid::from_u128(2), EventKind::OrderConfirmed)).await;
        worker::run_with_until_idle(app.state(), std::slice::from_ref(&consumer)).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [EventKind::OrderConfirmed]);
        late.commit().await.unwrap();
        worker::run_with_until_idle(app.state(), &[consumer]).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [EventKind::OrderConfirmed, EventKind::OrderPlaced]);
    }

    async fn a_failed_message_is_tried_again_later_and_holds_back_its_subject(app: TestApp) {
        let order = Uuid::from_u128(7);
        push(&app, &event(order, EventKind::OrderPlaced)).await;
        push(&app, &event(order, EventKind::OrderConfirmed)).await;
        push(&app, &event(Uuid::from_u128(8), EventKind::OrderCancelled)).await;
        let is_broken = Arc::new(Mutex::new(true));
        let broken = Arc::clone(&is_broken);
        let (consumer, seen) = recording(move |event| match event {
            EventKind::OrderPlaced if *broken.lock().unwrap() => Err(Error::internal("broken")),
            _ => Ok(()),
        });
        worker::run_with_until_idle(app.state(), std::slice::from_ref(&consumer)).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [EventKind::OrderPlaced, EventKind::OrderCancelled]);
        let first = rows(&app).await.remove(0);
        assert_eq!((first.status, first.attempts, first.leased_until), (Text(OutboxStatus::Pending), 1, None));
        assert_eq!(first.last_error.as_deref(), Some("internal error: broken"));
        *is_broken.lock().unwrap() = false;
        app.clock().advance(TimeDelta::seconds(2));
        worker::run_with_until_idle(app.state(), &[consumer]).await.unwrap();
        assert_eq!(
            *seen.lock().unwrap(),
            [EventKind::OrderPlaced, EventKind::OrderCancelled, EventKind::OrderPlaced, EventKind::OrderConfirmed]
        );
        assert!(rows(&app).await.iter().all(|row| row.status == Text(OutboxStatus::Done)));
    }

    async fn a_poison_message_is_parked_and_a_panic_is_only_a_failure(app: TestApp) {
        push(&app, &event(Uuid::from_u128(1), EventKind::OrderPlaced)).await;
        let (consumer, seen) = recording(|_event| panic!("poison"));
        for _attempt in 0..MAX_ATTEMPTS + 2 {
            worker::run_with_until_idle(app.state(), std::slice::from_ref(&consumer)).await.unwrap();
            app.clock().advance(TimeDelta::hours(1));
        }
        assert_eq!(seen.lock().unwrap().len(), usize::try_from(MAX_ATTEMPTS).unwrap());
        let row = rows(&app).await.remove(0);
        assert_eq!(row.status, Text(OutboxStatus::Parked));
        assert_eq!(row.last_error.as_deref(), Some("internal error: it panicked"));
    }

    async fn what_only_waits_for_another_part_is_never_parked(app: TestApp) {
        push(&app, &event(Uuid::from_u128(1), EventKind::OrderPlaced)).await;
        let (consumer, seen) = recording(|_event| Err(Error::Unavailable("the back office")));
        for _attempt in 0..MAX_ATTEMPTS + 5 {
            worker::run_with_until_idle(app.state(), std::slice::from_ref(&consumer)).await.unwrap();
            app.clock().advance(TimeDelta::hours(1));
        }
        assert_eq!(seen.lock().unwrap().len(), usize::try_from(MAX_ATTEMPTS + 5).unwrap());
        assert_eq!(rows(&app).await.remove(0).status, Text(OutboxStatus::Pending));
    }

    async fn the_messages_of_a_dead_worker_are_taken_over_when_its_lease_ends(app: TestApp) {
        push(&app, &event(Uuid::from_u128(1), EventKind::OrderPlaced)).await;
        let claim = Claim { kinds: KINDS, is_ordered: true, at_most: 10 };
        let dead = outbox::claim(app.state(), claim).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(outbox::claim(app.state(), claim).await.unwrap().is_empty(), "leased");
        app.clock().advance(LEASE + TimeDelta::seconds(1));
        let heir = outbox::claim(app.state(), claim).await.unwrap();
        assert_eq!(heir[0].attempts, 2);
        // The dead one comes back to life: its failure must not take the heir's lease away.
        outbox::fail(app.state(), &dead[0], &Error::internal("late")).await.unwrap();
        assert!(rows(&app).await[0].leased_until.is_some());
        outbox::hand_back(app.state(), &heir).await.unwrap();
        let row = rows(&app).await.remove(0);
        assert_eq!((row.leased_until, row.attempts), (None, 1));
        outbox::complete(app.state(), &[heir[0].id]).await.unwrap();
    }

    async fn a_lease_that_is_renewed_goes_on_and_one_that_ran_out_is_not_taken_back(app: TestApp) {
        push(&app, &event(Uuid::from_u128(1), EventKind::OrderPlaced)).await;
        let claim = Claim { kinds: KINDS, is_ordered: true, at_most: 10 };
        let slow = outbox::claim(app.state(), claim).await.unwrap();
        for _renewal in 0..3 {
            app.clock().advance(LEASE - TimeDelta::seconds(1));
            outbox::renew(app.state(), &slow).await.unwrap();
            assert!(outbox::claim(app.state(), claim).await.unwrap().is_empty(), "renewed");
        }
        app.clock().advance(LEASE + TimeDelta::seconds(1));
        let heir = outbox::claim(app.state(), claim).await.unwrap();
        assert_eq!(heir[0].attempts, 2);
        let ends = rows(&app).await[0].leased_until;
        app.clock().advance(TimeDelta::seconds(5));
        outbox::renew(app.state(), &slow).await.unwrap();
        assert_eq!(rows(&app).await[0].leased_until, ends, "it is the heir's");
        outbox::complete(app.state(), &[heir[0].id]).await.unwrap();
    }

    async fn two_workers_never_take_the_same_message(app: TestApp) {
        for number in 0..40 {
            push(&app, &event(Uuid::from_u128(number), EventKind::OrderPlaced)).await;
        }
        let claim = Claim { kinds: KINDS, is_ordered: true, at_most: 25 };
        let (left, right) = tokio::join!(outbox::claim(app.state(), claim), outbox::claim(app.state(), claim));
        let mut ids: Vec<Uuid> = left.unwrap().iter().chain(&right.unwrap()).map(|message| message.id).collect();
        let taken = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), taken);
        outbox::complete(app.state(), &ids).await.unwrap();
        let (consumer, _seen) = recording(|_event| Ok(()));
        worker::run_with_until_idle(app.state(), &[consumer]).await.unwrap();
    }

    async fn the_database_says_what_it_is_and_finds_no_damage(app: TestApp) {
        let database: &Database = &app.state().database;
        let name = database.describe().await.unwrap();
        assert!(name.starts_with(if app.backend() == Backend::Sqlite { "SQLite 3." } else { "PostgreSQL " }), "{name}");
        assert_eq!(database.find_damage().await.unwrap(), None);
    }

    async fn the_token_of_a_mail_is_gone_from_the_table_once_the_mail_is_out(app: TestApp) {
        let verify = Job::Mail(MailJob::EmailVerify {
            to: "ada@example.com".to_owned(),
            locale: "en".to_owned(),
            token: "q".repeat(32),
        });
        let plain = Job::Mail(MailJob::AlreadyRegistered { to: "bob@example.com".to_owned(), locale: "en".to_owned() });
        push(&app, &verify).await;
        push(&app, &plain).await;
        let before: Vec<serde_json::Value> = rows(&app).await.into_iter().map(|row| row.payload.0).collect();
        assert_eq!(before[0]["token"], "q".repeat(32));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("ada@example.com").text.contains(&"q".repeat(32)));
        let after = rows(&app).await;
        assert!(after.iter().all(|row| row.status == Text(OutboxStatus::Done)));
        let mut blank = before[0].clone();
        blank["token"] = "".into();
        assert_eq!([&after[0].payload.0, &after[1].payload.0], [&blank, &before[1]]);
    }
}
