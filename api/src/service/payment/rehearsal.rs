//! The test provider's page: what it shows, and what its buttons play.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::order::{PaymentProvider, PaymentStatus};
use entity::column::Text;
use entity::payment::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use url::Url;

use super::schedule;
use crate::error::{Error, Result};
use crate::payment::Opening;
use crate::payment::test::scenario::Scenario;
use crate::state::AppState;

/// What the test provider's page shows.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The order's number.
    pub order_number: String,
    /// What is asked for.
    pub amount: Money,
    /// Where the payment stands.
    pub status: PaymentStatus,
    /// Where the buyer goes back to.
    pub return_url: Option<Url>,
    /// When the session lapses.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A payment on the test provider's page; `None` when the reference is unknown or the provider is off.
///
/// # Errors
/// When the database cannot be read.
pub async fn rehearsal(app: &AppState, provider_ref: &str) -> Result<Option<Rehearsal>> {
    let Some((payment, order)) = find(app, provider_ref).await? else {
        return Ok(None);
    };
    Ok(Some(Rehearsal {
        order_number: order.number,
        amount: Money::new(payment.amount_minor, payment.currency.0),
        status: payment.status.0,
        return_url: payment
            .return_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok()),
        expires_at: payment.expires_at,
    }))
}

/// Plays a scenario for a payment; the provider's webhooks tell how it went.
///
/// # Errors
/// [`Error::NotFound`] for an unknown reference.
pub async fn play(app: &AppState, provider_ref: &str, scenario: Scenario) -> Result<()> {
    let (payment, order) = find(app, provider_ref)
        .await?
        .ok_or(Error::NotFound("payment"))?;
    let provider = app.payments.test().ok_or(Error::NotFound("payment"))?;
    let opening = Opening {
        payment_id: payment.id,
        amount: Money::new(payment.amount_minor, payment.currency.0),
        return_url: None,
        payer_ref: None,
        due_at: order.payment_due_at,
        now: app.clock.now(),
    };
    schedule::later(app, payment.id, &provider.play(scenario, &opening)).await?;
    app.wake.wake();
    Ok(())
}

async fn find(app: &AppState, provider_ref: &str) -> Result<Option<(Model, entity::order::Model)>> {
    if app.payments.test().is_none() {
        return Ok(None);
    }
    let payment = Entity::find()
        .filter(Column::Provider.eq(Text(PaymentProvider::Test)))
        .filter(Column::ProviderRef.eq(provider_ref))
        .one(app.database.read())
        .await?;
    let Some(payment) = payment else {
        return Ok(None);
    };
    let order = entity::order::Entity::find_by_id(payment.order_id)
        .one(app.database.read())
        .await?;
    Ok(order.map(|order| (payment, order)))
}
