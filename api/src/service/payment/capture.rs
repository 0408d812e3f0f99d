//! Staff take promised money, say that a transfer came, or drop an attempt. The provider is asked between two transactions:
//! one that only looks, one that writes what it answered.

use domain::Money;
use domain::id::{PaymentId, TypedId};
use domain::order::{OrderStatus, PaymentFacts, PaymentProvider};
use domain::permission::Permission;
use entity::order::Model as Order;
use entity::payment::{Entity, Model};
use sea_orm::{DatabaseTransaction, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::PaymentError;
use super::ledger::Books;
use super::record::record;
use super::schedule;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::payment::{Instruction, ProviderMessage, Settlement};
use crate::service::idempotency;
use crate::state::AppState;

/// Longest reason, in characters.
const MAX_REASON: usize = 255;

/// Money to be taken.
#[derive(Clone, Debug, Serialize)]
pub struct CapturePayment {
    /// The payment.
    pub payment_id: Uuid,
    /// Part of it; all that is missing if left out.
    pub amount: Option<Money>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// An attempt to be dropped.
#[derive(Clone, Debug, Serialize)]
pub struct VoidPayment {
    /// The payment.
    pub payment_id: Uuid,
    /// Why.
    pub reason: Option<String>,
    /// Unique per request.
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Done {
    payment_id: Uuid,
}

/// What staff want of a payment.
#[derive(Clone, Copy)]
enum Wish<'a> {
    Capture(&'a CapturePayment),
    Void(&'a VoidPayment),
}

/// Where a wish stands before the provider is asked.
enum Look {
    /// It was carried out before.
    Before(Model),
    /// The provider is to be asked for this much.
    Ask(Model, Money),
}

/// Takes money that was promised, or notes a transfer that came.
///
/// # Errors
/// [`Error::NotFound`]; [`PaymentError::NotNow`]; [`PaymentError::AmountTooHigh`]; the provider's refusals.
pub async fn capture(
    app: &AppState,
    viewer: &Viewer,
    command: CapturePayment,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    carry_out(app, viewer, Wish::Capture(&command)).await
}

/// Drops a promise, or stops waiting for a transfer.
///
/// # Errors
/// [`Error::NotFound`]; [`PaymentError::NotNow`]; the provider's refusals.
pub async fn void(
    app: &AppState,
    viewer: &Viewer,
    command: VoidPayment,
) -> Result<Model, PaymentError> {
    viewer.require(Permission::PaymentWrite)?;
    if command
        .reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > MAX_REASON)
    {
        return Err(Error::invalid(&["reason"], format!("at most {MAX_REASON} characters")).into());
    }
    carry_out(app, viewer, Wish::Void(&command)).await
}

async fn carry_out(app: &AppState, viewer: &Viewer, wish: Wish<'_>) -> Result<Model, PaymentError> {
    let (payment, amount) = match app.database.retry(|| look(app, viewer, wish)).await? {
        Look::Before(payment) => return Ok(payment),
        Look::Ask(payment, amount) => (payment, amount),
    };
    let provider = app
        .payments
        .find(payment.provider.0)
        .ok_or(PaymentError::ProviderUnavailable)?;
    let (payment_id, idempotency_key) = wish.key();
    let verb = wish.verb();
    let now = app.clock.now();
    let instruction = Instruction {
        payment_id,
        provider_ref: payment.provider_ref.clone().unwrap_or_default(),
        amount,
        idempotency_key: format!("{}:{verb}:{idempotency_key}", viewer.idempotency_actor("")),
        decided_at: now,
        now,
    };
    let settlement = match wish {
        Wish::Capture(_) => provider.capture(&instruction).await?,
        Wish::Void(_) => provider.void(&instruction).await?,
    };
    let done = app
        .database
        .retry(|| write(app, viewer, wish, &settlement))
        .await?;
    app.wake.wake();
    Ok(done)
}

impl Wish<'_> {
    fn verb(&self) -> &'static str {
        match self {
            Self::Capture(_) => "capture",
            Self::Void(_) => "void",
        }
    }

    fn key(&self) -> (Uuid, &str) {
        match self {
            Self::Capture(command) => (command.payment_id, &command.idempotency_key),
            Self::Void(command) => (command.payment_id, &command.idempotency_key),
        }
    }

    async fn claim(
        &self,
        app: &AppState,
        viewer: &Viewer,
        transaction: &DatabaseTransaction,
    ) -> Result<Option<Done>, PaymentError> {
        let actor_key = viewer.idempotency_actor("");
        let (payment_id, key) = self.key();
        let request = match self {
            Self::Capture(command) => {
                idempotency::Request::try_new(&actor_key, "paymentCapture", key, command)?
            }
            Self::Void(command) => {
                idempotency::Request::try_new(&actor_key, "paymentVoid", key, command)?
            }
        };
        Ok(request
            .claim(transaction, &app.clock, &Done { payment_id })
            .await?)
    }

    /// Whether the wish can be carried out now, and with how much money.
    fn check(&self, order: &Order, payment: &Model) -> Result<Money, PaymentError> {
        let facts = facts(order, payment);
        match self {
            Self::Capture(_) if !facts.may_be_captured() => {
                Err(PaymentError::NotNow("there is nothing to take"))
            }
            Self::Void(_) if !facts.may_be_voided() => {
                Err(PaymentError::NotNow("there is nothing to drop"))
            }
            Self::Capture(command) => wanted(command.amount, facts),
            Self::Void(_) if facts.open_authorization.is_positive() => Ok(facts.open_authorization),
            Self::Void(_) => Ok(facts.amount),
        }
    }
}

fn wanted(asked: Option<Money>, facts: PaymentFacts) -> Result<Money, PaymentError> {
    let missing = facts.amount.minus(facts.captured)?;
    let Some(asked) = asked else {
        return Ok(missing);
    };
    if facts.order_status == OrderStatus::AwaitingConfirmation && asked != missing {
        return Err(Error::invalid(&["amount"], "this order needs all of it").into());
    }
    if asked.currency != missing.currency {
        return Err(Error::invalid(
            &["amount", "currencyCode"],
            format!("the payment is in {}", missing.currency),
        )
        .into());
    }
    if !asked.is_positive() {
        return Err(Error::invalid(&["amount", "amount"], "more than nothing").into());
    }
    if asked.minor > missing.minor {
        return Err(PaymentError::AmountTooHigh);
    }
    if asked.minor < missing.minor && facts.is_taken_whole() {
        return Err(Error::invalid(&["amount", "amount"], "this payment is taken whole").into());
    }
    Ok(asked)
}

/// What a payment's next steps depend on.
#[must_use]
pub fn facts(order: &Order, payment: &Model) -> PaymentFacts {
    let money = |minor| Money::new(minor, payment.currency.0);
    PaymentFacts {
        provider: payment.provider.0,
        order_status: order.status.0,
        for_change: payment.for_change,
        status: payment.status.0,
        amount: money(payment.amount_minor),
        captured: money(payment.captured_minor),
        open_authorization: money(
            payment
                .authorized_minor
                .saturating_sub(payment.captured_minor)
                .max(0),
        ),
    }
}

/// Looks whether the provider is to be asked; whatever it claims is rolled back.
async fn look(app: &AppState, viewer: &Viewer, wish: Wish<'_>) -> Result<Look, PaymentError> {
    let transaction = app.database.begin().await?;
    let payment = find(&transaction, wish.key().0).await?;
    if wish.claim(app, viewer, &transaction).await?.is_some() {
        return Ok(Look::Before(payment));
    }
    let mut books = Books::open(&transaction, payment.order_id).await?;
    let order = books.order.clone();
    let payment = books.payment(payment.id)?.clone();
    let amount = wish.check(&order, &payment)?;
    transaction.rollback().await?;
    Ok(Look::Ask(payment, amount))
}

async fn write(
    app: &AppState,
    viewer: &Viewer,
    wish: Wish<'_>,
    settlement: &Settlement,
) -> Result<Model, PaymentError> {
    let transaction = app.database.begin().await?;
    let payment = find(&transaction, wish.key().0).await?;
    if wish.claim(app, viewer, &transaction).await?.is_some() {
        return Ok(payment);
    }
    let mut books = Books::open(&transaction, payment.order_id).await?;
    if payment.provider.0 == PaymentProvider::Manual {
        // Nothing moved outside, so a lost race is simply refused; what a provider has done must be written down.
        let order = books.order.clone();
        wish.check(&order, books.payment(payment.id)?)?;
    }
    match settlement {
        Settlement::Done(messages) => {
            for message in messages {
                let message = match wish {
                    Wish::Capture(_) => message.clone(),
                    Wish::Void(command) => ProviderMessage {
                        message: command.reason.clone(),
                        ..message.clone()
                    },
                };
                record(
                    app,
                    &transaction,
                    &mut books,
                    payment.id,
                    &message,
                    viewer.actor(),
                )
                .await?;
            }
        }
        Settlement::Accepted(follow_ups) => {
            schedule::plan(app, &transaction, payment.id, follow_ups).await?;
        }
        Settlement::ByHand => {}
    }
    let written = books.payment(payment.id)?.clone();
    transaction.commit().await?;
    Ok(written)
}

async fn find(transaction: &DatabaseTransaction, id: Uuid) -> Result<Model, PaymentError> {
    let found = Entity::find_by_id(PaymentId::from(id).uuid())
        .one(transaction)
        .await?;
    Ok(found.ok_or(Error::NotFound("payment"))?)
}
