use async_graphql::{Context, ID, Object, Result};
use domain::id::OrderChangeId;
use domain::locale::Locale;
use domain::order::change::MAX_STEPS;
use domain::order::{ChangeError, ChangeStep, OrderCost};
use entity::order_change;

use super::enums::RequestStatus;
use super::error::{OrderErrorCode, OrderUserError};
use crate::error::{Error, FieldPath};
use crate::graphql::context::Reach;
use crate::graphql::cost::Cost;
use crate::graphql::error::{say, top_level};
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::Actor;

/// An edit of a placed order.
#[derive(Clone, Debug)]
pub struct OrderChange(pub order_change::Model);

/// An edit of a placed order.
#[Object]
impl OrderChange {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        OrderChangeId(self.0.id).to_string().into()
    }
    /// Where it stands.
    fn status(&self) -> RequestStatus {
        self.0.status.0.into()
    }
    /// Each step as a sentence.
    fn steps(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let locale = &ctx.viewer()?.locale;
        let steps = &self.0.steps.0;
        ctx.meter(steps.len())?;
        Ok(steps.iter().map(|step| sentence(step, locale)).collect())
    }
    /// What it costs.
    fn preview(&self) -> Result<OrderChangePreview> {
        let (before, after) = (self.0.cost_before.0.clone(), self.0.cost_after.0.clone());
        OrderChangePreview::new(before, after)
    }
    /// Why.
    fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Who wrote it.
    fn actor(&self) -> Actor {
        Actor::new(self.0.actor_kind.0, self.0.actor_id)
    }
    /// When.
    fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// Before and after of an edit.
#[derive(Clone, Debug)]
pub struct OrderChangePreview {
    before: OrderCost,
    after: OrderCost,
    difference: domain::Money,
}

impl OrderChangePreview {
    /// Shows what an edit costs.
    ///
    /// # Errors
    /// When the sums cannot be computed.
    pub(super) fn new(before: OrderCost, after: OrderCost) -> Result<Self> {
        let difference = after.total.minus(before.total);
        let difference = difference.map_err(|error| top_level(&Error::internal(error)))?;
        Ok(Self {
            before,
            after,
            difference,
        })
    }
}

/// Before and after of an edit.
#[Object]
impl OrderChangePreview {
    /// Cost before, without what went back already.
    fn before(&self) -> Cost {
        (&self.before).into()
    }
    /// Cost after.
    fn after(&self) -> Cost {
        (&self.after).into()
    }
    /// To pay if positive, to refund if negative.
    fn difference(&self) -> Money {
        self.difference.into()
    }
}

impl OrderUserError {
    /// Says why an order cannot be changed so.
    ///
    /// # Errors
    /// When sums cannot be computed, which is no fault of the input.
    pub(super) fn of_change(
        error: ChangeError,
        locale: &Locale,
    ) -> std::result::Result<Self, Error> {
        let of_order = |code, english: &str, chinese: &str| Self {
            message: say(locale, english, chinese),
            field: None,
            code,
        };
        let (index, english, chinese) = match error {
            ChangeError::Money(error) => return Err(Error::internal(error)),
            ChangeError::NotNow => {
                return Ok(of_order(
                    OrderErrorCode::InvalidTransition,
                    "An order can be changed once it is confirmed, until all of it is in parcels.",
                    "订单确认后、全部装入包裹前方可更改。",
                ));
            }
            ChangeError::StepCount => {
                return Ok(of_order(
                    OrderErrorCode::Invalid,
                    &format!("A change has 1 to {MAX_STEPS} steps."),
                    &format!("每次更改须有 1 至 {MAX_STEPS} 步。"),
                ));
            }
            ChangeError::NothingLeft => {
                return Ok(of_order(
                    OrderErrorCode::Invalid,
                    "Nothing would be left of the order; cancel it.",
                    "更改后订单将无商品，请直接取消订单。",
                ));
            }
            ChangeError::NotOpen { index, open } => (
                index,
                format!("Only {open} units of the line are in no parcel."),
                format!("该行仅 {open} 件尚未装入包裹。"),
            ),
            ChangeError::UnknownLine { index } => (
                index,
                "This is no line of the order.".to_owned(),
                "订单中没有此行。".to_owned(),
            ),
            ChangeError::Twice { index } => (
                index,
                "Another step is about the same thing.".to_owned(),
                "另一步骤已涉及同一内容。".to_owned(),
            ),
            ChangeError::Gift { index } => (
                index,
                "A gift has no price, and its number cannot be raised.".to_owned(),
                "赠品没有价格，数量也不能增加。".to_owned(),
            ),
            ChangeError::BelowZero { index } => (
                index,
                "Discounts of the line are more than it would cost.".to_owned(),
                "该行优惠将超过其价格。".to_owned(),
            ),
            ChangeError::Nothing { index } => (
                index,
                "It is so already.".to_owned(),
                "此步骤不会带来任何变化。".to_owned(),
            ),
            ChangeError::Picked { index } => (
                index,
                "Picking has begun.".to_owned(),
                "已开始拣货。".to_owned(),
            ),
        };
        let place = index.to_string();
        let field: FieldPath = ["input", "steps", &place].map(str::to_owned).into();
        Ok(Self {
            message: say(locale, english, chinese),
            field: Some(field),
            code: OrderErrorCode::Invalid,
        })
    }
}

fn sentence(step: &ChangeStep, locale: &Locale) -> String {
    match step {
        ChangeStep::Add(line) => {
            let (units, sku, price) = (line.units, &line.sku, line.unit_price);
            say(
                locale,
                format!("{units} of {sku} are added, each for {price}."),
                format!("增加 {units} 件 {sku}，单价 {price}。"),
            )
        }
        ChangeStep::Remove { sku, units: 0, .. } => say(
            locale,
            format!("{sku} is taken out."),
            format!("移除 {sku}。"),
        ),
        ChangeStep::Remove { sku, units, .. } => say(
            locale,
            format!("{units} of {sku} are kept."),
            format!("{sku} 保留 {units} 件。"),
        ),
        ChangeStep::Price {
            sku, unit_price, ..
        } => say(
            locale,
            format!("{sku} costs {unit_price} each."),
            format!("{sku} 单价改为 {unit_price}。"),
        ),
        ChangeStep::Surcharge { label, amount, .. } => say(
            locale,
            format!("{label}: {amount} more."),
            format!("{label}：加收 {amount}。"),
        ),
        ChangeStep::Address(address) => {
            let (name, city) = (&address.full_name, &address.city);
            say(
                locale,
                format!("It goes to {name} in {city}."),
                format!("改寄至{city}，收件人 {name}。"),
            )
        }
        ChangeStep::Shipping(method) => {
            let name = &method.name;
            say(
                locale,
                format!("It is shipped by {name}."),
                format!("改用{name}配送。"),
            )
        }
    }
}
