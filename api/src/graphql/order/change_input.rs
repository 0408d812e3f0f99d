use async_graphql::{ID, InputObject, OneofObject};
use domain::address::{Address, AddressDraft};
use domain::id::{
    OrderChangeId, OrderId, OrderLineId, ProductVariantId, ShippingMethodId, TypedId,
};

use super::enums::Decision;
use super::input::OrderLineQuantityInput;
use crate::error::{Error, Result};
use crate::graphql::address::AddressInput;
use crate::graphql::cart::CartLineInput;
use crate::graphql::input::id_in;
use crate::graphql::money::MoneyInput;
use crate::service::order::change::{CreateChange, PreviewChange, RespondToChange, StepWish};

/// Another price for the units of a line.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderLinePriceInput {
    /// The line.
    pub line_id: ID,
    /// Price of one unit before discounts, which stay.
    pub unit_price: MoneyInput,
}

/// A fee.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderSurchargeInput {
    /// Text to show.
    pub label: String,
    /// How much, net or gross as the order's prices are.
    pub amount: MoneyInput,
    /// Class of the tax on it; no tax if left out.
    pub tax_class: Option<String>,
}

/// One step of an edit: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
pub(super) enum OrderChangeStepInput {
    /// Line to add, at its price of today; promotions, coupons and points do not count for it.
    LineAdd(CartLineInput),
    /// Units of a line; 0 removes it. More units come as a line of their own, at their price of today.
    QuantitySet(OrderLineQuantityInput),
    /// Price of a line none of which is in a parcel.
    PriceSet(OrderLinePriceInput),
    /// Fee to add.
    Surcharge(OrderSurchargeInput),
    /// Address to set, where the same taxes are due.
    ShippingAddress(AddressInput),
    /// Shipping to set, at its price of today; what lowered the price of the old one ends.
    ShippingMethodId(ID),
}

impl OrderChangeStepInput {
    fn read(self, index: usize) -> Result<StepWish> {
        let place = index.to_string();
        Ok(match self {
            Self::LineAdd(line) => {
                let field = ["steps", &place, "lineAdd", "variantId"];
                let id: ProductVariantId = id_in(&line.variant_id, &field)?;
                StepWish::AddLine {
                    variant_id: id.uuid(),
                    quantity: line.quantity,
                }
            }
            Self::QuantitySet(line) => {
                let field = |name| ["steps", &place, "quantitySet", name];
                let id: OrderLineId = id_in(&line.line_id, &field("lineId"))?;
                let quantity = u32::try_from(line.quantity);
                StepWish::SetQuantity {
                    line_id: id.uuid(),
                    quantity: quantity.map_err(|_negative| {
                        Error::invalid(&field("quantity"), "no unit or more")
                    })?,
                }
            }
            Self::PriceSet(line) => {
                let field = ["steps", &place, "priceSet", "lineId"];
                let id: OrderLineId = id_in(&line.line_id, &field)?;
                let field = ["steps", &place, "priceSet", "unitPrice", "amount"];
                StepWish::SetPrice {
                    line_id: id.uuid(),
                    unit_price: amount(line.unit_price, &field)?,
                }
            }
            Self::Surcharge(fee) => {
                let field = ["steps", &place, "surcharge", "amount", "amount"];
                StepWish::Surcharge {
                    label: fee.label,
                    amount: amount(fee.amount, &field)?,
                    tax_class: fee.tax_class,
                }
            }
            Self::ShippingAddress(address) => {
                let address = Address::try_new(AddressDraft::from(address));
                StepWish::ShippingAddress(address.map_err(|error| {
                    let field = ["steps", &place, "shippingAddress", error.field()];
                    Error::invalid(&field, error.to_string())
                })?)
            }
            Self::ShippingMethodId(id) => {
                let field = ["steps", &place, "shippingMethodId"];
                let id: ShippingMethodId = id_in(&id, &field)?;
                StepWish::ShippingMethod(id.uuid())
            }
        })
    }
}

fn amount(input: MoneyInput, field: &[&str]) -> Result<domain::Money> {
    let read = |error: domain::MoneyError| Error::invalid(field, error.to_string());
    input.try_into().map_err(read)
}

fn read_steps(steps: Vec<OrderChangeStepInput>) -> Result<Vec<StepWish>> {
    let steps = steps.into_iter().enumerate();
    steps.map(|(index, step)| step.read(index)).collect()
}

/// Input of orderChangePreview.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderChangePreviewInput {
    /// The order.
    pub order_id: ID,
    /// Steps in order.
    pub steps: Vec<OrderChangeStepInput>,
}

impl TryFrom<OrderChangePreviewInput> for PreviewChange {
    type Error = Error;

    fn try_from(input: OrderChangePreviewInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            steps: read_steps(input.steps)?,
        })
    }
}

/// Input of orderChangeCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderChangeCreateInput {
    /// The order.
    pub order_id: ID,
    /// Steps in order.
    pub steps: Vec<OrderChangeStepInput>,
    /// Why.
    pub reason: String,
    /// Refused if outdated.
    pub expected_version: Option<i32>,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderChangeCreateInput> for CreateChange {
    type Error = Error;

    fn try_from(input: OrderChangeCreateInput) -> Result<Self> {
        Ok(Self {
            order_id: id_in::<OrderId>(&input.order_id, &["orderId"])?.uuid(),
            steps: read_steps(input.steps)?,
            reason: input.reason,
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of orderChangeRespond.
#[derive(Clone, Debug, InputObject)]
pub(super) struct OrderChangeRespondInput {
    /// The edit.
    pub order_change_id: ID,
    /// Yes or no.
    pub decision: Decision,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<OrderChangeRespondInput> for RespondToChange {
    type Error = Error;

    fn try_from(input: OrderChangeRespondInput) -> Result<Self> {
        let id: OrderChangeId = id_in(&input.order_change_id, &["orderChangeId"])?;
        Ok(Self {
            change_id: id.uuid(),
            decision: input.decision.into(),
            idempotency_key: input.idempotency_key,
        })
    }
}
