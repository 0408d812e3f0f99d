use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::{PaymentEventId, PaymentId, PaymentMethodId};
use domain::locale::Locale;
use domain::order::{Asker, PaymentFacts, PaymentProvider};
use domain::permission::Permission;
use entity::{payment, payment_event, payment_method};
use uuid::Uuid;

use super::enums::{PaymentEventKind, PaymentStatus};
use super::loader::{EventsOf, MethodById, MethodsOf, PaymentsOf};
use crate::graphql::context::Reach;
use crate::graphql::error::{say, top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::order::{Action, Order, OrderById, actions};
use crate::graphql::receivable::has_terms;
use crate::graphql::scalar::{DateTime, Json, Url};
use crate::service::order::{Access, approval};
use crate::service::payment as service;

/// A way to pay.
#[derive(Clone, Debug, SimpleObject)]
pub struct PaymentMethod {
    /// Id to choose it by.
    pub id: ID,
    /// Name to show.
    pub name: String,
    /// What to tell the buyer, such as the account to transfer to.
    pub instructions: Option<String>,
    /// Whether it can be used here.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl PaymentMethod {
    /// Shows a way to pay in a language; a method whose provider this shop lacks is not available.
    #[must_use]
    pub fn new(row: &payment_method::Model, has_provider: bool, locale: &Locale) -> Self {
        let available = row.active && has_provider;
        let why = || {
            say(
                locale,
                "This way to pay is not set up at the moment.",
                "该支付方式暂不可用。",
            )
        };
        Self {
            id: PaymentMethodId(row.id).to_string().into(),
            name: row
                .name_translations
                .0
                .get(locale.as_str())
                .unwrap_or(&row.name)
                .clone(),
            instructions: row.instructions.clone(),
            available,
            reason: (!available).then(why),
        }
    }

    fn shown(ctx: &Context<'_>, row: &payment_method::Model) -> Result<Self> {
        let has_provider = ctx.app()?.payments.offer(row.provider.0);
        Ok(Self::new(row, has_provider, &ctx.viewer()?.locale))
    }

    /// Lets nobody choose it: it is for members with payment terms.
    fn withheld(self, locale: &Locale) -> Self {
        let why = || {
            say(
                locale,
                "Buying on account has to be agreed with us first.",
                "账期付款须事先与我们约定。",
            )
        };
        Self {
            available: false,
            reason: Some(self.reason.unwrap_or_else(why)),
            ..self
        }
    }
}

/// Ways to pay that a channel offers, best first; on account only a member can buy who has terms.
///
/// # Errors
/// When they cannot be loaded.
pub async fn methods_of_channel(
    ctx: &Context<'_>,
    channel_id: Uuid,
    member_id: Option<Uuid>,
) -> Result<Vec<PaymentMethod>> {
    let rows = ctx
        .loaders()?
        .load_one(MethodsOf(channel_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let mut methods = Vec::new();
    for row in rows.unwrap_or_default().iter() {
        let method = PaymentMethod::shown(ctx, row)?;
        let is_open = match (row.provider.0, member_id) {
            (PaymentProvider::OnAccount, Some(member_id)) => has_terms(ctx, member_id).await?,
            (PaymentProvider::OnAccount, None) => false,
            (
                PaymentProvider::Manual
                | PaymentProvider::Test
                | PaymentProvider::Stripe
                | PaymentProvider::Alipay
                | PaymentProvider::WechatPay,
                _,
            ) => true,
        };
        methods.push(if is_open {
            method
        } else {
            method.withheld(&ctx.viewer()?.locale)
        });
    }
    Ok(methods)
}

/// An order's payments, oldest first.
pub(in crate::graphql) async fn payments_of(
    ctx: &Context<'_>,
    order_id: Uuid,
    access: Access,
) -> Result<Vec<Payment>> {
    let rows = ctx
        .loaders()?
        .load_one(PaymentsOf(order_id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(rows
        .unwrap_or_default()
        .iter()
        .map(|row| Payment::new(row.clone(), access))
        .collect())
}

/// One attempt to pay an order; its amounts are sums over its events.
#[derive(Clone, Debug)]
pub struct Payment {
    row: Arc<payment::Model>,
    access: Access,
}

impl Payment {
    /// Shows a payment in the capacity in which the viewer may see its order.
    #[must_use]
    pub fn new(row: payment::Model, access: Access) -> Self {
        Self {
            row: Arc::new(row),
            access,
        }
    }

    fn money(&self, minor: i64) -> Money {
        domain::Money::new(minor, self.row.currency.0).into()
    }

    async fn facts(&self, ctx: &Context<'_>) -> Result<Option<PaymentFacts>> {
        let key = OrderById(self.row.order_id);
        let order = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(order.map(|order| service::facts(&order, &self.row)))
    }
}

/// One attempt to pay an order; its amounts are sums over its events.
#[Object]
impl Payment {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PaymentId(self.row.id).to_string().into()
    }
    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Order> {
        Order::load(ctx, self.row.order_id, self.access).await
    }
    /// How.
    async fn method(&self, ctx: &Context<'_>) -> Result<PaymentMethod> {
        let key = MethodById(self.row.payment_method_id);
        let row = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?;
        let row = row
            .ok_or_else(|| top_level(&crate::error::Error::internal("a way to pay is missing")))?;
        PaymentMethod::shown(ctx, &row)
    }
    /// Where it stands.
    fn status(&self) -> PaymentStatus {
        self.row.status.0.into()
    }
    /// What was asked for.
    fn amount(&self) -> Money {
        self.money(self.row.amount_minor)
    }
    /// Promised.
    fn authorized_total(&self) -> Money {
        self.money(self.row.authorized_minor)
    }
    /// Received.
    fn captured_total(&self) -> Money {
        self.money(self.row.captured_minor)
    }
    /// Given back.
    fn refunded_total(&self) -> Money {
        self.money(self.row.refunded_minor)
    }
    /// What the buyer's browser needs next.
    fn session(&self) -> Option<PaymentSession> {
        if self.row.status.0 != domain::order::PaymentStatus::ActionRequired {
            return None;
        }
        let redirect_url = self.row.redirect_url.as_deref();
        let redirect_url = redirect_url.and_then(|url| url::Url::parse(url).ok().map(Url));
        // What the browser pays with is the buyer's alone.
        let is_buyer = self.access.is_buyer();
        let client_secret = self.row.client_secret.clone().filter(|_| is_buyer);
        let parameters = self.row.parameters.clone().filter(|_| is_buyer);
        if redirect_url.is_none() && client_secret.is_none() && parameters.is_none() {
            return None;
        }
        Some(PaymentSession {
            redirect_url,
            client_secret,
            parameters: parameters.map(|parameters| Json(parameters.0)),
            expires_at: DateTime(self.row.expires_at?),
        })
    }
    /// Why it failed.
    fn error(&self) -> Option<&str> {
        self.row.error.as_deref()
    }
    /// What you may do now.
    async fn available_actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let facts = self.facts(ctx).await?;
        let viewer = ctx.viewer()?;
        let may = |permission| viewer.may(permission);
        let asker = Asker {
            is_buyer: self.access.is_buyer(),
            person: approval::person(viewer),
            may: &may,
        };
        Ok(facts.map_or_else(Vec::new, |facts| actions(facts.actions(asker))))
    }
    /// Key at the provider. Needs permission PAYMENT_READ.
    fn provider_ref(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let allowed = ctx.viewer().and_then(|viewer| {
            viewer
                .require(Permission::PaymentRead)
                .map_err(|error| top_level(&error))
        });
        match allowed {
            Ok(()) => self.row.provider_ref.clone().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
    /// All that happened, oldest first. Needs permission PAYMENT_READ.
    async fn events(&self, ctx: &Context<'_>) -> Option<Result<Vec<PaymentEvent>>> {
        let events = async {
            ctx.viewer()?
                .require(Permission::PaymentRead)
                .map_err(|error| top_level(&error))?;
            let rows = ctx.loaders()?.load_one(EventsOf(self.row.id)).await;
            let rows = rows
                .map_err(|error| top_level_shared(&error))?
                .unwrap_or_default();
            ctx.meter(rows.len())?;
            Ok(rows.iter().cloned().map(PaymentEvent).collect())
        };
        Some(events.await)
    }
    /// When it began.
    fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }
}

/// What the buyer's browser needs.
#[derive(Clone, Debug, SimpleObject)]
pub struct PaymentSession {
    /// Page to go to.
    pub redirect_url: Option<Url>,
    /// Secret for the provider's script. Only the buyer reads it.
    pub client_secret: Option<String>,
    /// What else that script wants; its shape is the provider's. Only the buyer reads it.
    pub parameters: Option<Json>,
    /// When it lapses.
    pub expires_at: DateTime,
}

/// One thing a provider or staff did; never changed.
#[derive(Clone, Debug)]
pub struct PaymentEvent(pub payment_event::Model);

/// One thing a provider or staff did; never changed.
#[Object]
impl PaymentEvent {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PaymentEventId(self.0.id).to_string().into()
    }
    /// What happened.
    fn kind(&self) -> PaymentEventKind {
        self.0.kind.0.into()
    }
    /// Amount.
    fn amount(&self) -> Money {
        domain::Money::new(self.0.amount_minor, self.0.currency.0).into()
    }
    /// Key at the provider.
    fn provider_ref(&self) -> Option<&str> {
        self.0.provider_ref.as_deref()
    }
    /// Words of the provider.
    fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }
    /// When, by the provider's clock.
    fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }
}
