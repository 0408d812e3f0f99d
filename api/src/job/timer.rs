//! Work at fixed intervals: each timer is one message of the outbox that is never done, only planned again.
//!
//! So the lease of the outbox is the leader's lease: of several servers one runs a timer, and when that one dies
//! another takes over as soon as the lease runs out.

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::cleanup;
use super::outbox::{self, Claim, Claimed};
use super::worker;
use crate::error::Result;
use crate::service;
use crate::state::AppState;

/// Something done again and again.
#[derive(Debug, Clone, Copy)]
pub struct Timer {
    /// Kind in the outbox.
    pub kind: &'static str,
    /// Its one row.
    id: Uuid,
    /// Pause between two runs.
    every: TimeDelta,
    /// Whether there is anything to do in this shop at all: an idle timer still writes its row at every turn.
    is_needed: fn(&AppState) -> bool,
    run: fn(&AppState) -> BoxFuture<'_, Result<()>>,
}

/// All timers. A row's id is fixed for good: it is what keeps two servers from planning the same work twice.
const TIMERS: &[Timer] = &[
    Timer {
        kind: "timer.cleanup",
        id: row(1),
        every: TimeDelta::hours(1),
        is_needed: |_app| true,
        run: |app| Box::pin(cleanup::run(app)),
    },
    Timer {
        kind: "timer.search_send",
        id: row(2),
        every: TimeDelta::seconds(1),
        is_needed: |app| app.search.meilisearch.is_some(),
        run: |app| Box::pin(async { service::search::send_pending(app).await.map(|_sent| ()) }),
    },
    Timer {
        kind: "timer.points",
        id: row(3),
        every: TimeDelta::minutes(1),
        is_needed: |_app| true,
        run: |app| Box::pin(points(app)),
    },
    Timer {
        kind: "timer.orders",
        id: row(4),
        every: TimeDelta::seconds(30),
        is_needed: |_app| true,
        run: |app| Box::pin(orders(app)),
    },
    Timer {
        kind: "timer.members",
        id: row(20),
        every: TimeDelta::minutes(1),
        is_needed: |_app| true,
        run: |app| Box::pin(members(app)),
    },
    Timer {
        kind: "timer.coupons",
        id: row(60),
        every: TimeDelta::minutes(1),
        is_needed: |_app| true,
        run: |app| Box::pin(coupons(app)),
    },
    Timer {
        kind: "timer.gift_cards",
        id: row(70),
        every: TimeDelta::minutes(1),
        is_needed: |_app| true,
        run: |app| Box::pin(gift_cards(app)),
    },
    Timer {
        kind: "timer.abandoned_carts",
        id: row(140),
        every: TimeDelta::minutes(5),
        is_needed: |_app| true,
        run: |app| Box::pin(abandoned_carts(app)),
    },
    Timer {
        kind: "timer.stock_alerts",
        id: row(131),
        every: TimeDelta::seconds(30),
        is_needed: |_app| true,
        run: |app| Box::pin(async { service::stock_alert::tell_due(app).await.map(|_told| ()) }),
    },
    Timer {
        kind: "timer.presales",
        id: row(141),
        every: TimeDelta::minutes(1),
        is_needed: |_app| true,
        run: |app| Box::pin(async { service::presale::follow_moved(app).await.map(|_told| ()) }),
    },
    Timer {
        kind: "timer.stock_check",
        id: row(130),
        every: TimeDelta::hours(1),
        is_needed: |_app| true,
        run: |app| Box::pin(service::inventory::check_stock(app)),
    },
    Timer {
        kind: "timer.payments",
        id: row(120),
        every: TimeDelta::minutes(1),
        is_needed: |app| app.payments.are_remote(),
        run: |app| Box::pin(async { service::payment::inquire_due(app).await.map(|_asked| ()) }),
    },
];

const fn row(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | number)
}

/// Carts and unpaid orders let go of their stock before anything else; then silence is taken for what it means, and returns that were
/// never sent are dropped.
async fn orders(app: &AppState) -> Result<()> {
    service::inventory::lapse_due(app).await?;
    service::order::expire_due(app).await?;
    service::order::answer_overdue(app).await?;
    service::order::complete_due(app).await?;
    service::fulfillment::release_due(app).await?;
    service::after_sale::lapse_due(app).await?;
    Ok(())
}

/// Points of finished waiting times first, so that what lapses at once is booked in the same turn; then members are told of what
/// lapses soon.
async fn points(app: &AppState) -> Result<()> {
    while service::points::activate_due(app).await? > 0 {}
    while service::points::expire_due(app).await? > 0 {}
    while service::points::notify_due(app).await? > 0 {}
    Ok(())
}

/// Members fall from tiers whose grace is over, and are given something on their birthdays.
async fn members(app: &AppState) -> Result<()> {
    service::points::celebrate_due(app).await?;
    while service::tier::review_due(app).await? > 0 {}
    Ok(())
}

/// Coupons lapse, and are given for birthdays and at the beginning of months.
async fn coupons(app: &AppState) -> Result<()> {
    service::coupon::expire_due(app).await?;
    service::coupon::give_due(app).await?;
    Ok(())
}

/// Gift cards lapse.
async fn gift_cards(app: &AppState) -> Result<()> {
    while service::credit::expire_due(app).await? > 0 {}
    Ok(())
}

/// Carts that were left are noted, then told: also those noted before, should noting fail.
async fn abandoned_carts(app: &AppState) -> Result<()> {
    let noted = service::abandoned_cart::note_due(app).await;
    while service::abandoned_cart::tell_due(app).await? > 0 {}
    noted.map(|_carts| ())
}

/// Writes down the timers that are not there yet.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub async fn install(app: &AppState) -> Result<()> {
    for timer in TIMERS.iter().filter(|timer| (timer.is_needed)(app)) {
        let now = app.clock.now();
        let sql = "INSERT INTO outbox_message \
                   (id, kind, subject_kind, subject_id, payload, status, attempts, next_attempt_at, created_at) \
                   VALUES ($1, $2, 'timer', $1, $3, 'PENDING', 0, $4, $4) ON CONFLICT (id) DO NOTHING";
        let values = vec![
            timer.id.into(),
            timer.kind.into(),
            serde_json::json!({}).into(),
            now.into(),
        ];
        let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
        app.database.write().execute_raw(statement).await?;
    }
    Ok(())
}

/// Runs the timers that are due; answers how many.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer. A timer's own failure is logged and it is planned again.
pub async fn run_due(app: &AppState) -> Result<usize> {
    let kinds: Vec<&'static str> = TIMERS
        .iter()
        .filter(|timer| (timer.is_needed)(app))
        .map(|timer| timer.kind)
        .collect();
    let at_most = u32::try_from(TIMERS.len()).unwrap_or(u32::MAX);
    let claimed = outbox::claim(
        app,
        Claim {
            kinds: &kinds,
            is_ordered: false,
            at_most,
        },
    )
    .await?;
    // Side by side: one that waits for somebody else's server does not hold up the others.
    let turns = claimed.iter().filter_map(|message| {
        let timer = TIMERS.iter().find(|timer| timer.kind == message.kind)?;
        Some(run(app, timer, message))
    });
    futures_util::future::join_all(turns)
        .await
        .into_iter()
        .collect::<Result<()>>()?;
    Ok(claimed.len())
}

async fn run(app: &AppState, timer: &Timer, message: &Claimed) -> Result<()> {
    let turn = worker::guarded((timer.run)(app));
    if let Err(error) = worker::holding(app, std::slice::from_ref(message), turn).await {
        tracing::error!(timer.kind = timer.kind, error = %error, "timer failed and runs again at its next turn");
    }
    outbox::plan_again(app, message, timer.every).await
}
