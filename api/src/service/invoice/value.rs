//! What an order comes to now, subject by subject: what its rows cost, without what went back.

use std::collections::HashMap;

use domain::Money;
use domain::id::{TaxRateId, TypedId as _};
use domain::invoice::{Item, Subject, SubjectKind, add_up, goodwill};
use domain::order::RefundStatus;
use domain::order::cost::CostStep;
use domain::order::refund::{LineLeft, RefundStepOrigin};
use domain::percent::Percent;
use domain::pricing::AdjustmentKind;
use entity::column::Text;
use entity::order::Model as Order;
use entity::{order_line, refund, refund_adjustment, tax_rate};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::error::InvoiceError;
use crate::error::{Error, Result};
use crate::service::order::row;
use crate::service::payment;

/// Tells what an order comes to now. Refunds count from the moment they are decided, and those that failed do not.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn of_order<C: ConnectionTrait>(
    connection: &C,
    order: &Order,
) -> Result<Vec<Item>, InvoiceError> {
    let left = payment::left_of(connection, order).await?;
    let lines = order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(order.id))
        .order_by_asc(order_line::Column::Position)
        .all(connection)
        .await?;
    let mut items = Vec::new();
    for line in &lines {
        let left = left.refundable.lines.iter().find(|left| left.id == line.id);
        let left = left.ok_or_else(|| Error::internal("an order line without its money"))?;
        items.push(goods(line, left)?);
    }
    let rates = Rates::load(connection, &lines, &left.steps).await?;
    items.extend(of_whole(order, &left.steps, &rates)?);
    let mut items = add_up(&items)?;
    let given = given_beyond(connection, order).await?;
    if given.is_positive() {
        items.extend(goodwill(
            given,
            &sold(order, &lines)?,
            goodwill_text(order),
        )?);
    }
    Ok(items)
}

fn goods(line: &order_line::Model, left: &LineLeft) -> Result<Item, InvoiceError> {
    let zero = Money::zero(left.subtotal.currency);
    let (mut tax, mut total) = (zero, left.subtotal);
    for step in &left.steps {
        if step.is_tax {
            tax = tax.plus(step.amount)?;
        }
        if !step.included {
            total = total.plus(step.amount)?;
        }
    }
    Ok(Item {
        subject: Subject {
            kind: SubjectKind::Goods,
            id: Some(line.id),
        },
        description: name(line),
        sku: Some(line.sku.clone()),
        units: i64::from(left.units),
        rate: rate(line.tax_rate_ppm)?,
        tax,
        total,
    })
}

/// Product and variant, unless they are called the same.
fn name(line: &order_line::Model) -> String {
    if line.variant_name.is_empty() || line.variant_name == line.product_name {
        line.product_name.clone()
    } else {
        format!("{}, {}", line.product_name, line.variant_name)
    }
}

fn rate(ppm: i32) -> Result<Percent> {
    let ppm = u32::try_from(ppm).map_err(Error::internal)?;
    Percent::from_ppm(ppm).map_err(Error::internal)
}

/// Lines as they were ordered, by which goodwill is spread.
fn sold(order: &Order, lines: &[order_line::Model]) -> Result<Vec<Item>, InvoiceError> {
    lines
        .iter()
        .map(|line| {
            Ok(Item {
                subject: Subject {
                    kind: SubjectKind::Goods,
                    id: Some(line.id),
                },
                description: String::new(),
                sku: None,
                units: i64::from(line.quantity),
                rate: rate(line.tax_rate_ppm)?,
                tax: row::money(order, line.tax_minor),
                total: row::money(order, line.total_minor),
            })
        })
        .collect()
}

/// Shipping with its discounts, and each surcharge; their tax says at which rate they are.
fn of_whole(order: &Order, steps: &[CostStep], rates: &Rates) -> Result<Vec<Item>, InvoiceError> {
    let zero = row::money(order, 0);
    let mut items: Vec<Item> = Vec::new();
    for step in steps.iter().filter(|step| step.line.is_none()) {
        let subject = subject(step);
        let place = items.iter().position(|item| item.subject == subject);
        let place = place.unwrap_or_else(|| {
            items.push(Item {
                subject,
                description: String::new(),
                sku: None,
                units: 0,
                rate: Percent::ZERO,
                tax: zero,
                total: zero,
            });
            items.len() - 1
        });
        let Some(item) = items.get_mut(place) else {
            continue;
        };
        if step.kind == AdjustmentKind::Tax {
            item.tax = item.tax.plus(step.amount)?;
            item.rate = rates.of(step);
        } else if item.description.is_empty() {
            item.description.clone_from(&step.label);
        }
        if !step.included {
            item.total = item.total.plus(step.amount)?;
        }
    }
    Ok(items)
}

fn subject(step: &CostStep) -> Subject {
    let (kind, id) = match (step.surcharge, step.kind) {
        (Some(surcharge), _) => (SubjectKind::Surcharge, Some(surcharge)),
        (None, AdjustmentKind::Surcharge | AdjustmentKind::Manual | AdjustmentKind::Rounding) => {
            (SubjectKind::Surcharge, Some(step.id))
        }
        (
            None,
            AdjustmentKind::Promotion
            | AdjustmentKind::Coupon
            | AdjustmentKind::Points
            | AdjustmentKind::Shipping
            | AdjustmentKind::Tax,
        ) => (SubjectKind::Shipping, None),
    };
    Subject { kind, id }
}

/// Tax rates by their public ids: as they were on the order's lines, or else as they are.
struct Rates(HashMap<String, Percent>);

impl Rates {
    async fn load<C: ConnectionTrait>(
        connection: &C,
        lines: &[order_line::Model],
        steps: &[CostStep],
    ) -> Result<Self> {
        let mut known = HashMap::new();
        let mut unknown: Vec<Uuid> = Vec::new();
        let taxes = steps.iter().filter(|step| step.kind == AdjustmentKind::Tax);
        for (step, source) in taxes.filter_map(|step| Some((step, step.source_id.as_ref()?))) {
            let line = lines.iter().find(|line| Some(line.id) == step.line);
            if let Some(line) = line {
                known.insert(source.clone(), rate(line.tax_rate_ppm)?);
            } else {
                unknown.extend(TaxRateId::parse(source).ok().map(TaxRateId::uuid));
            }
        }
        unknown.retain(|id| !known.contains_key(&TaxRateId(*id).to_string()));
        if !unknown.is_empty() {
            let rows = tax_rate::Entity::find()
                .filter(tax_rate::Column::Id.is_in(unknown))
                .all(connection)
                .await?;
            for row in rows {
                known.insert(TaxRateId(row.id).to_string(), rate(row.rate_ppm)?);
            }
        }
        Ok(Self(known))
    }

    fn of(&self, step: &CostStep) -> Percent {
        let known = step
            .source_id
            .as_ref()
            .and_then(|source| self.0.get(source));
        known.copied().unwrap_or(Percent::ZERO)
    }
}

/// Money given back beyond what goods cost. What later refunds came short of because it was back already is taken off; what
/// they came short of beyond that, such as money a bank took, changes nothing about the goods.
async fn given_beyond<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Money> {
    use refund_adjustment::Column;
    let refunds = refund::Entity::find()
        .filter(refund::Column::OrderId.eq(order.id))
        .filter(refund::Column::Status.ne(Text(RefundStatus::Failed)))
        .all(connection)
        .await?;
    let ids = refunds.iter().map(|refund| refund.id);
    let origins = [RefundStepOrigin::Extra, RefundStepOrigin::Short].map(Text);
    let steps = refund_adjustment::Entity::find()
        .filter(Column::RefundId.is_in(ids))
        .filter(Column::Origin.is_in(origins))
        .all(connection)
        .await?;
    let sum: i64 = steps.iter().map(|step| step.amount_minor).sum();
    Ok(row::money(order, sum.max(0)))
}

fn goodwill_text(order: &Order) -> &'static str {
    if row::locale(order).is_chinese() {
        "折让"
    } else {
        "Price reduction"
    }
}
