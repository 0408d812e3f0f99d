//! From what staff wish to steps with everything they depend on: prices, taxes and names of this moment.

use std::collections::HashMap;

use domain::Money;
use domain::address::Address;
use domain::id::{ProductVariantId, ShippingMethodId, TaxRateId};
use domain::order::change::{AddedLine, MAX_STEPS, NewShipping, StepTax};
use domain::order::{ChangeError, ChangeStep};
use domain::tax::{Destination, TaxRate, applicable, are_taxed_alike};
use entity::channel;
use entity::column::Json;
use entity::order::Model as Order;
use sea_orm::ConnectionTrait;
use serde::Serialize;
use uuid::Uuid;

use super::Subject;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::cart::{self, Basket, CartError, Case, LineFacts, LineWish};
use crate::service::order::error::OrderError;
use crate::service::order::{names, row};
use crate::state::AppState;

/// Longest label of a surcharge, in characters.
const MAX_LABEL: usize = 100;

/// The field of a step that says how many.
const UNITS: &str = "quantity";

/// One step somebody wishes for.
#[derive(Clone, Debug, Serialize)]
pub enum StepWish {
    /// A variant to add.
    AddLine {
        /// The variant.
        variant_id: Uuid,
        /// Units.
        quantity: i32,
    },
    /// Units of a line; none to remove it.
    SetQuantity {
        /// The line.
        line_id: Uuid,
        /// Units.
        quantity: u32,
    },
    /// Price of one unit of a line.
    SetPrice {
        /// The line.
        line_id: Uuid,
        /// The price.
        unit_price: Money,
    },
    /// A fee.
    Surcharge {
        /// Text to show.
        label: String,
        /// How much.
        amount: Money,
        /// Class of the tax on it; none for no tax.
        tax_class: Option<String>,
    },
    /// Where it goes.
    ShippingAddress(Address),
    /// How it goes.
    ShippingMethod(Uuid),
}

/// Resolves wishes into steps.
///
/// # Errors
/// [`Error::Invalid`] for a step that makes no sense; [`OrderError::Change`] for one the order cannot take;
/// [`OrderError::InsufficientStock`].
pub(super) async fn steps<C: ConnectionTrait>(
    app: &AppState,
    connection: &C,
    viewer: &Viewer,
    order: &Order,
    subject: &Subject,
    wishes: &[StepWish],
) -> Result<Vec<ChangeStep>, OrderError> {
    if wishes.is_empty() || wishes.len() > MAX_STEPS {
        return Err(ChangeError::StepCount.into());
    }
    let channel = app.channels.find_by_id(order.channel_id)?;
    let additions = additions(subject, wishes)?;
    let market = Market::load(app, connection, viewer, order, wishes, &additions).await?;
    let names = product_names(connection, order, &channel, &market.case.lines).await?;
    let rows = subject.by_id();
    let sku = |id: &Uuid| {
        rows.get(id)
            .map_or_else(String::new, |line| line.sku.clone())
    };
    let mut steps = Vec::with_capacity(wishes.len());
    for (index, wish) in wishes.iter().enumerate() {
        if let Some(addition) = additions.iter().find(|addition| addition.index == index) {
            let line = market.line(addition)?;
            addition.check(&channel, line)?;
            let name = names.get(&line.sale.product_id).cloned();
            steps.push(added(&market, line, name.unwrap_or_default())?);
            continue;
        }
        steps.push(match wish {
            StepWish::AddLine { .. } => {
                return Err(Error::internal("a line to add was not found").into());
            }
            StepWish::SetQuantity { line_id, quantity } => ChangeStep::Remove {
                line: *line_id,
                sku: sku(line_id),
                units: *quantity,
            },
            StepWish::SetPrice {
                line_id,
                unit_price,
            } => ChangeStep::Price {
                line: *line_id,
                sku: sku(line_id),
                unit_price: checked(order, *unit_price, index, &["priceSet", "unitPrice"])?,
                label: if row::locale(order).is_chinese() {
                    "商家定价"
                } else {
                    "Price set by the shop"
                }
                .to_owned(),
            },
            StepWish::Surcharge {
                label,
                amount,
                tax_class,
            } => ChangeStep::Surcharge {
                label: checked_label(label, index)?,
                amount: checked(order, *amount, index, &["surcharge", "amount"])?,
                tax: market.tax_of(tax_class.as_deref(), index)?,
            },
            StepWish::ShippingAddress(address) => {
                market.check_address(order, index)?;
                ChangeStep::Address(Box::new(address.clone()))
            }
            StepWish::ShippingMethod(_) => market.shipping(index)?,
        });
    }
    Ok(steps)
}

/// More units of something: a step adds a line, or raises the number of one there is.
struct Addition {
    index: usize,
    wish: LineWish,
    /// The field of the step, and the field in it that says what is added.
    names: (&'static str, &'static str),
}

/// Finds the steps that add something. A line that grows does so by a line of its own: what was promised keeps its price.
fn additions(subject: &Subject, wishes: &[StepWish]) -> Result<Vec<Addition>, ChangeError> {
    let rows = subject.by_id();
    let mut additions: Vec<Addition> = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let (variant_id, quantity, names) = match wish {
            StepWish::AddLine {
                variant_id,
                quantity,
            } => (*variant_id, *quantity, ("lineAdd", "variantId")),
            StepWish::SetQuantity { line_id, quantity } => {
                let mut lines = subject.order.lines.iter();
                let line = lines.find(|line| line.id == *line_id);
                let (Some(line), Some(row)) = (line, rows.get(line_id)) else {
                    return Err(ChangeError::UnknownLine { index });
                };
                let Some(more) = quantity.checked_sub(line.units.live()) else {
                    continue; // fewer
                };
                if more == 0 {
                    continue;
                }
                if line.is_gift {
                    return Err(ChangeError::Gift { index });
                }
                let more = i32::try_from(more).unwrap_or(i32::MAX);
                (row.variant_id, more, ("quantitySet", "lineId"))
            }
            StepWish::SetPrice { .. }
            | StepWish::Surcharge { .. }
            | StepWish::ShippingAddress(_)
            | StepWish::ShippingMethod(_) => continue,
        };
        let variant_id = ProductVariantId::from(variant_id);
        if additions
            .iter()
            .any(|other| other.wish.variant_id == variant_id)
        {
            return Err(ChangeError::Twice { index });
        }
        additions.push(Addition {
            index,
            wish: LineWish {
                variant_id,
                quantity,
            },
            names,
        });
    }
    Ok(additions)
}

impl Addition {
    fn field(&self, name: &str) -> Vec<String> {
        let index = self.index.to_string();
        ["steps", &index, self.names.0, name]
            .map(str::to_owned)
            .into()
    }

    fn check(&self, channel: &channel::Model, line: &LineFacts) -> Result<(), OrderError> {
        let (variant, units) = (self.field(self.names.1), self.field(UNITS));
        match cart::check_line(channel, line, variant, units) {
            Ok(()) => Ok(()),
            Err(CartError::Unavailable { field }) => {
                let message = "this is not for sale".to_owned();
                Err(Error::Invalid { field, message }.into())
            }
            Err(CartError::QuantityLimit { field, .. }) => {
                let message = "this many cannot be ordered".to_owned();
                Err(Error::Invalid { field, message }.into())
            }
            Err(CartError::InsufficientStock { .. }) => Err(OrderError::InsufficientStock),
            Err(other) => Err(other.into()),
        }
    }
}

/// What is said about a wish's variant or number is said about its step.
fn relocate(error: Error, additions: &[Addition]) -> Error {
    let Error::Invalid { field, message } = error else {
        return error;
    };
    let place = field.get(1).and_then(|place| place.parse::<usize>().ok());
    let field = match place.and_then(|place| additions.get(place)) {
        Some(addition) if field.last().is_some_and(|name| name == UNITS) => addition.field(UNITS),
        Some(addition) => addition.field(addition.names.1),
        None => vec!["steps".to_owned()],
    };
    Error::Invalid { field, message }
}

/// Prices, taxes and ways to ship of this moment, for the order as it would be.
struct Market {
    case: Case,
    /// Where it is taxed as it is.
    taxed_before: Option<Destination>,
    /// Whether the buyer owes no tax.
    is_exempt: bool,
}

impl Market {
    async fn load<C: ConnectionTrait>(
        app: &AppState,
        connection: &C,
        viewer: &Viewer,
        order: &Order,
        wishes: &[StepWish],
        additions: &[Addition],
    ) -> Result<Self, OrderError> {
        let channel = app.channels.find_by_id(order.channel_id)?;
        if channel.tax_included != order.tax_included {
            return Err(OrderError::NotNow(
                "its prices and those of the shop today do not contain tax alike",
            ));
        }
        let now = app.clock.db_now(connection).await?;
        let locale = row::locale(order);
        let mut cart = cart::blank(app, viewer, None)?;
        cart.channel_id = order.channel_id;
        cart.member_id = order.member_id;
        cart.email.clone_from(&order.email);
        cart.shipping_address.clone_from(&order.shipping_address);
        cart.billing_address.clone_from(&order.billing_address);
        cart.shipping_method_id = order.shipping_method_id;
        let before = cart.clone();
        let mut moves = false;
        for wish in wishes {
            match wish {
                StepWish::ShippingAddress(address) => {
                    cart.shipping_address = Some(Json(address.clone()));
                    moves = true;
                }
                StepWish::ShippingMethod(id) => {
                    cart.shipping_method_id = Some(*id);
                    moves = true;
                }
                StepWish::AddLine { .. }
                | StepWish::SetQuantity { .. }
                | StepWish::SetPrice { .. }
                | StepWish::Surcharge { .. } => {}
            }
        }
        let wishes: Vec<LineWish> = additions.iter().map(|addition| addition.wish).collect();
        let lines = cart::made_up(connection, app, cart.id, &wishes).await;
        let lines = lines.map_err(|error| relocate(error, additions))?;
        let basket = |cart, lines| Basket {
            cart,
            lines,
            coupon_codes: Vec::new(),
            tried: None,
        };
        let mut case = Case::load(connection, &channel, basket(cart, lines), &locale, now).await?;
        for line in &mut case.lines {
            line.forget_flash_sales()?;
        }
        let taxed_before = if moves {
            let before = basket(before, Vec::new());
            let before = Case::load(connection, &channel, before, &locale, now).await?;
            before.draft.destination
        } else {
            case.draft.destination.clone()
        };
        Ok(Self {
            case,
            taxed_before,
            is_exempt: order.tax_exemption.is_some(),
        })
    }

    fn line(&self, addition: &Addition) -> Result<&LineFacts> {
        let variant_id = addition.wish.variant_id.0;
        let mut lines = self.case.lines.iter();
        let line = lines.find(|line| line.sale.variant_id == variant_id);
        line.ok_or_else(|| Error::internal("a line to add was not loaded"))
    }

    fn tax(&self, tax_class: &str) -> Option<StepTax> {
        let (rates, place) = (&self.case.rules.tax_rates, &self.case.draft.destination);
        let named = |rate: &TaxRate| StepTax::of(rate, TaxRateId(rate.id).to_string());
        let rate = applicable(rates, tax_class, place.as_ref()).filter(|_| !self.is_exempt);
        rate.map(named)
    }

    /// What an exempt buyer pays of a price that contains tax; others pay all of it.
    fn net(&self, amount: Money, tax_class: &str) -> Result<Money> {
        let (rates, place) = (&self.case.rules.tax_rates, &self.case.draft.destination);
        let rate = applicable(rates, tax_class, place.as_ref());
        match rate.filter(|_| self.is_exempt && self.case.draft.tax_included) {
            Some(rate) => amount
                .included_tax(rate.rate)
                .and_then(|tax| amount.minus(tax))
                .map_err(Error::internal),
            None => Ok(amount),
        }
    }

    fn tax_of(&self, tax_class: Option<&str>, index: usize) -> Result<Option<StepTax>> {
        let Some(tax_class) = tax_class else {
            return Ok(None);
        };
        let rates = &self.case.rules.tax_rates;
        if rates.iter().any(|rate| rate.tax_class == tax_class) {
            return Ok(self.tax(tax_class));
        }
        let index = index.to_string();
        let field = ["steps", &index, "surcharge", "taxClass"];
        Err(Error::invalid(&field, "no tax rate is for this class"))
    }

    /// Goods that stay were taxed where they were to go.
    fn check_taxes(&self, field: &[&str]) -> Result<()> {
        let rates = &self.case.rules.tax_rates;
        let (before, after) = (&self.taxed_before, &self.case.draft.destination);
        if are_taxed_alike(rates, before.as_ref(), after.as_ref()) {
            return Ok(());
        }
        let message = "other taxes are due there: cancel the order and place it anew";
        Err(Error::invalid(field, message))
    }

    fn check_address(&self, order: &Order, index: usize) -> Result<()> {
        let index = index.to_string();
        let field = ["steps", &index, "shippingAddress"];
        let Some(before) = &order.shipping_address else {
            return Err(Error::invalid(&field, "the order is not sent anywhere"));
        };
        let after = self.case.draft.destination.as_ref();
        let is_abroad = after.is_some_and(|place| place.country != before.country_code);
        if is_abroad && self.case.shipping.chosen.is_none() {
            return Err(Error::invalid(&field, "the way to ship does not serve it"));
        }
        self.check_taxes(&field)
    }

    fn shipping(&self, index: usize) -> Result<ChangeStep> {
        let index = index.to_string();
        let field = ["steps", &index, "shippingMethodId"];
        let chosen = self.case.shipping.chosen.as_ref();
        let (_, method) =
            chosen.ok_or_else(|| Error::invalid(&field, "this way cannot be had here"))?;
        self.check_taxes(&field)?;
        Ok(ChangeStep::Shipping(Box::new(NewShipping {
            id: method.id,
            source_id: ShippingMethodId(method.id).to_string(),
            name: method.name.clone(),
            price: self.net(method.price, &method.tax_class)?,
            free_over: method.free_over,
            tax: self.tax(&method.tax_class),
        })))
    }
}

fn added(market: &Market, line: &LineFacts, product_name: String) -> Result<ChangeStep> {
    let sale = &line.sale;
    Ok(ChangeStep::Add(Box::new(AddedLine {
        id: line.row.id,
        variant_id: sale.variant_id,
        product_id: sale.product_id,
        sku: sale.sku.clone(),
        product_name,
        variant_name: sale.name()?,
        is_shippable: sale.is_shippable(),
        units: line.quantity()?,
        unit_price: market.net(line.unit_price, &sale.tax_class)?,
        compare_at: line
            .compare_at
            .map(|before| market.net(before, &sale.tax_class))
            .transpose()?,
        tax: market.tax(&sale.tax_class),
    })))
}

async fn product_names<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
    channel: &channel::Model,
    lines: &[LineFacts],
) -> Result<HashMap<Uuid, String>> {
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let products = lines.iter().map(|line| line.sale.product_id);
    names::of_products(connection, products, &order.locale, &channel.default_locale).await
}

/// An amount in the order's currency, nothing or more.
fn checked(order: &Order, amount: Money, index: usize, field: &[&str; 2]) -> Result<Money> {
    let index = index.to_string();
    let field = |last| [["steps", &index].as_slice(), field, &[last]].concat();
    if amount.currency != order.currency.0 {
        let message = format!("the order is in {}", order.currency.0);
        return Err(Error::invalid(&field("currencyCode"), message));
    }
    if amount.is_negative() {
        return Err(Error::invalid(&field("amount"), "nothing or more"));
    }
    Ok(amount)
}

fn checked_label(label: &str, index: usize) -> Result<String> {
    let label = label.trim();
    let length = label.chars().count();
    if length == 0 || length > MAX_LABEL || label.chars().any(char::is_control) {
        let index = index.to_string();
        let field = ["steps", &index, "surcharge", "label"];
        let message = format!("1 to {MAX_LABEL} characters in one line");
        return Err(Error::invalid(&field, message));
    }
    Ok(label.to_owned())
}
