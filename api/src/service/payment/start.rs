//! Starting a payment: the row first, the provider after the commit.

use chrono::TimeDelta;
use domain::Money;
use domain::id::OrderId;
use domain::order::{OrderStatus, PaymentEventKind, PaymentProvider, PaymentStatus};
use entity::column::{CurrencyCode, Text};
use entity::order::Model as Order;
use entity::payment::{ActiveModel, Entity, Model};
use entity::payment_method;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::{self, Books};
use super::on_account;
use super::record::record;
use super::schedule;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::job::{self, Job};
use crate::payment::{Opened, Opening, ProviderError, ProviderMessage};
use crate::service::idempotency;
use crate::service::order::access::require_buyer;
use crate::service::order::history::PROVIDER;
use crate::service::order::row;
use crate::state::AppState;

/// Attempts to pay one order.
const MAX_ATTEMPTS: usize = 20;
/// Longest `OpenID` of WeChat.
const MAX_OPEN_ID: usize = 128;
/// How long an order waits for a transfer by hand, from when it was placed.
const TRANSFER_TIME: TimeDelta = TimeDelta::days(7);

/// An attempt to pay.
#[derive(Clone, Debug, Serialize)]
pub struct StartPayment {
    /// The order.
    pub order_id: Uuid,
    /// The way to pay.
    pub payment_method_id: Uuid,
    /// Where the provider sends the buyer back to.
    #[serde(serialize_with = "as_text")]
    pub return_url: Url,
    /// Whom WeChat knows the buyer as, who pays inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechat_open_id: Option<String>,
    /// A guest's key.
    #[serde(skip)]
    pub order_token: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

fn as_text<S: Serializer>(url: &Url, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(url.as_str())
}

#[derive(Serialize, Deserialize)]
struct Started {
    payment_id: Uuid,
}

/// What a payment asks for.
#[derive(Clone, Copy)]
struct Asked {
    amount: Money,
    status: PaymentStatus,
    for_change: bool,
}

/// Starts a payment of what an order owes.
///
/// # Errors
/// [`Error::NotFound`] for a stranger's order; [`PaymentError::NotNow`] when it does not wait for money;
/// [`PaymentError::NothingDue`]; [`PaymentError::MethodUnavailable`]; [`Error::Invalid`] for an `OpenID` that is none, or
/// without WeChat Pay; [`PaymentError::CreditLimitExceeded`] on account.
pub async fn start(
    app: &AppState,
    viewer: &Viewer,
    command: StartPayment,
) -> Result<Model, PaymentError> {
    let payment_id = app
        .database
        .retry(|| attempt(app, viewer, &command))
        .await?;
    // At once, so that the buyer need not wait; the job does it if the provider does not answer now.
    if let Err(error) = open(app, payment_id).await {
        tracing::warn!(payment.id = %payment_id, error = %error, "a payment is opened later");
    }
    app.wake.wake();
    let started = Entity::find_by_id(payment_id)
        .one(app.database.read())
        .await?;
    Ok(started.ok_or(Error::NotFound("payment"))?)
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &StartPayment,
) -> Result<Uuid, PaymentError> {
    let transaction = app.database.begin().await?;
    let order = row::lock(&transaction, OrderId::from(command.order_id)).await?;
    require_buyer(viewer, &order, command.order_token.as_deref())?;
    let actor_key = viewer.idempotency_actor(command.order_token.as_deref().unwrap_or_default());
    let request = idempotency::Request::try_new(
        &actor_key,
        "paymentStart",
        &command.idempotency_key,
        command,
    )?;
    let started = Started {
        payment_id: app.clock.new_id(),
    };
    if let Some(first) = request.claim(&transaction, &app.clock, &started).await? {
        return Ok(first.payment_id);
    }
    let payments = ledger::lock_all(&transaction, &order).await?;
    let mut books = Books { order, payments };
    let amount = check(app, &transaction, &books).await?;
    let method = method(app, &transaction, &books.order, command.payment_method_id).await?;
    check_payer(command, method.provider.0)?;
    if method.provider.0 == PaymentProvider::Manual && books.order.status.0 == OrderStatus::Placed {
        let waits_until = books.order.placed_at + TRANSFER_TIME;
        books.order.payment_due_at = books.order.payment_due_at.max(Some(waits_until));
    }
    let mut asked = Asked {
        amount,
        status: PaymentStatus::Created,
        for_change: books.order.status.0.takes_payment(true),
    };
    let on_account = method.provider.0 == PaymentProvider::OnAccount;
    if on_account {
        on_account::take(app, &transaction, &mut books, amount, viewer.actor()).await?;
        asked.status = PaymentStatus::Succeeded;
    }
    write(
        app,
        &transaction,
        command,
        started.payment_id,
        &method,
        asked,
    )
    .await?;
    row::save(&transaction, &app.clock, &mut books.order).await?;
    if !on_account {
        let payment_id = started.payment_id;
        job::push(&transaction, &app.clock, &Job::PaymentOpen { payment_id }).await?;
    }
    transaction.commit().await?;
    Ok(started.payment_id)
}

/// What is to be asked for.
async fn check(
    app: &AppState,
    transaction: &DatabaseTransaction,
    books: &Books,
) -> Result<Money, PaymentError> {
    let due = row::due(&books.order)?;
    if !books.order.status.0.can_be_paid() {
        return Err(if due.is_positive() {
            PaymentError::NotNow("the order is not waiting for money")
        } else {
            PaymentError::NothingDue
        });
    }
    if !due.is_positive() {
        return Err(PaymentError::NothingDue);
    }
    let now = app.clock.db_now(transaction).await?;
    if books
        .order
        .payment_due_at
        .is_some_and(|due_at| due_at <= now)
    {
        return Err(PaymentError::NotNow("the time to pay is over"));
    }
    // Of a promise for a change no more is taken than is owed by then.
    let is_under_way = |payment: &Model| {
        payment.is_settling
            && payment.captured_minor < payment.amount_minor
            && (!payment.for_change || payment.authorized_minor > payment.captured_minor)
    };
    if books.payments.iter().any(is_under_way) {
        return Err(PaymentError::NotNow("another payment is under way"));
    }
    if books.payments.len() >= MAX_ATTEMPTS {
        return Err(PaymentError::NotNow(
            "there were too many attempts to pay this order",
        ));
    }
    Ok(due)
}

/// A buyer inside WeChat pays by WeChat Pay.
fn check_payer(command: &StartPayment, provider: PaymentProvider) -> Result<()> {
    let Some(open_id) = &command.wechat_open_id else {
        return Ok(());
    };
    let message = if provider != PaymentProvider::WechatPay {
        "only with WeChat Pay".to_owned()
    } else if !is_open_id(open_id) {
        format!("1 to {MAX_OPEN_ID} letters, digits, dashes and underscores")
    } else {
        return Ok(());
    };
    Err(Error::invalid(&["wechatOpenId"], message))
}

fn is_open_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=MAX_OPEN_ID).contains(&text.len()) && text.bytes().all(is_plain)
}

async fn method(
    app: &AppState,
    transaction: &DatabaseTransaction,
    order: &Order,
    id: Uuid,
) -> Result<payment_method::Model, PaymentError> {
    payment_method::Entity::find_by_id(id)
        .one(transaction)
        .await?
        .filter(|method| method.active && method.channel_id == order.channel_id)
        .filter(|method| row::may_be_paid_by(order, method.id))
        .filter(|method| app.payments.offer(method.provider.0))
        // What stands on account, or has to be paid before goods leave, is paid some other way.
        .filter(|method| {
            method.provider.0 != PaymentProvider::OnAccount || order.status.0.takes_payment(false)
        })
        .ok_or(PaymentError::MethodUnavailable)
}

async fn write(
    app: &AppState,
    transaction: &DatabaseTransaction,
    command: &StartPayment,
    id: Uuid,
    method: &payment_method::Model,
    asked: Asked,
) -> Result<()> {
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(id),
        order_id: Set(command.order_id),
        payment_method_id: Set(method.id),
        provider: Set(method.provider),
        status: Set(Text(asked.status)),
        amount_minor: Set(asked.amount.minor),
        currency: Set(CurrencyCode(asked.amount.currency)),
        authorized_minor: Set(0),
        captured_minor: Set(0),
        refunded_minor: Set(0),
        provider_ref: Set(None),
        redirect_url: Set(None),
        client_secret: Set(None),
        parameters: Set(None),
        payer_ref: Set(command.wechat_open_id.clone()),
        return_url: Set(Some(command.return_url.to_string())),
        expires_at: Set(None),
        inquire_at: Set(None),
        error: Set(None),
        is_settling: Set(false),
        for_change: Set(asked.for_change),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    row.insert(transaction).await?;
    Ok(())
}

/// Opens a payment at its provider; runs after the commit, any number of times.
///
/// # Errors
/// When the provider or the database does not answer; it is tried again.
pub async fn open(app: &AppState, payment_id: Uuid) -> Result<()> {
    let Some(payment) = Entity::find_by_id(payment_id)
        .one(app.database.read())
        .await?
    else {
        return Ok(());
    };
    if payment.status.0 != PaymentStatus::Created {
        return Ok(());
    }
    let order = entity::order::Entity::find_by_id(payment.order_id)
        .one(app.database.read())
        .await?
        .ok_or_else(|| Error::internal("a payment without its order"))?;
    let provider = app
        .payments
        .find(payment.provider.0)
        .ok_or(Error::Unavailable("the payment provider"))?;
    let opening = Opening {
        payment_id,
        amount: Money::new(payment.amount_minor, payment.currency.0),
        return_url: payment
            .return_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok()),
        payer_ref: payment.payer_ref.clone(),
        due_at: order.payment_due_at,
        now: app.clock.now(),
    };
    let answer = match provider.open(&opening).await {
        Err(ProviderError::Unavailable(_)) => {
            return Err(Error::Unavailable("the payment provider"));
        }
        Err(ProviderError::Declined(words)) => Err(words),
        Ok(opened) => Ok(opened),
    };
    app.database
        .retry(|| note(app, &payment, &opening, &answer))
        .await?;
    app.wake.wake();
    Ok(())
}

async fn note(
    app: &AppState,
    payment: &Model,
    opening: &Opening,
    answer: &Result<Opened, String>,
) -> Result<(), PaymentError> {
    let transaction = app.database.begin().await?;
    let mut books = Books::open(&transaction, payment.order_id).await?;
    let row = books.payment(payment.id)?;
    if row.status.0 != PaymentStatus::Created || row.provider_ref.is_some() {
        return Ok(()); // noted by another attempt, or money has come already
    }
    let (kind, provider_ref, message) = match answer {
        Ok(opened) => {
            row.provider_ref = Some(opened.provider_ref.clone());
            row.redirect_url.clone_from(&opened.redirect_url);
            row.client_secret.clone_from(&opened.client_secret);
            row.parameters = opened.parameters.clone().map(Into::into);
            row.expires_at = opened.expires_at;
            schedule::plan(app, &transaction, payment.id, &opened.follow_ups).await?;
            (
                PaymentEventKind::ActionRequired,
                opened.provider_ref.clone(),
                None,
            )
        }
        Err(words) => (
            PaymentEventKind::AuthorizeFailed,
            String::new(),
            Some(words.clone()),
        ),
    };
    let event = ProviderMessage {
        event_id: format!("opened:{}", payment.id),
        provider_ref,
        kind,
        amount: opening.amount,
        occurred_at: opening.now,
        message,
        refund_id: None,
    };
    record(app, &transaction, &mut books, payment.id, &event, PROVIDER).await?;
    transaction.commit().await?;
    Ok(())
}
