use async_graphql::Enum;
use domain::locale::Locale;
use domain::order::CancellationError;
use domain::order::confirmation::AnswerError;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::order::OrderError;

/// Why an order mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// Not in this status.
    InvalidTransition,
    /// Not the total you expected.
    TotalChanged,
    /// What is left to pay beside gift cards and store credit is not what you expected.
    PayableChanged,
    /// The cart has blocking problems; see `problems`.
    CartHasProblems,
    /// The cart became an order already.
    CartClosed,
    /// Fewer units than wanted.
    InsufficientStock,
    /// A coupon was used up meanwhile.
    CouponInvalid,
    /// Points were spent meanwhile.
    InsufficientPoints,
    /// Another edit is open.
    ChangeOpen,
    /// The time to answer is over.
    TooLate,
    /// Another person has to answer.
    SecondPersonNeeded,
}

user_error! {
    /// A refused order mutation.
    OrderUserError, OrderErrorCode
}

impl OrderUserError {
    fn new(code: OrderErrorCode, message: String) -> Self {
        Self {
            message,
            field: None,
            code,
        }
    }

    fn in_line(message: String, index: usize, field: &str) -> Self {
        let place = index.to_string();
        let field: FieldPath = ["input", "lines", &place, field].map(str::to_owned).into();
        Self {
            message,
            field: Some(field),
            code: OrderErrorCode::Invalid,
        }
    }

    fn of_answer(error: AnswerError, locale: &Locale) -> Self {
        let lines = |english: &'static str, chinese: &'static str| {
            Self::at(
                OrderErrorCode::Invalid,
                say(locale, english, chinese),
                "lines",
            )
        };
        match error {
            AnswerError::UnknownLine { index } => Self::in_line(
                say(locale, "This line was not asked for.", "未询问此行。"),
                index,
                "lineId",
            ),
            AnswerError::TooMany { index, asked } => Self::in_line(
                say(
                    locale,
                    format!("Only {asked} units were asked for."),
                    format!("仅询问了 {asked} 件。"),
                ),
                index,
                "quantity",
            ),
            AnswerError::NotAll { index } => Self::in_line(
                say(
                    locale,
                    "Less or something else is a partial answer.",
                    "数量不足或替换商品应作部分确认。",
                ),
                index,
                "quantity",
            ),
            AnswerError::Past { index } => Self::in_line(
                say(locale, "This date is over.", "该日期已过。"),
                index,
                "promisedShipAt",
            ),
            AnswerError::SplitSubstitute { index } => Self::in_line(
                say(
                    locale,
                    "Several warehouses send this line, so it cannot be replaced.",
                    "此行由多个仓库发货，无法替换。",
                ),
                index,
                "substituteSku",
            ),
            AnswerError::EmptySubstitute { index } => Self::in_line(
                say(
                    locale,
                    "Say how many units are offered instead.",
                    "请填写替换商品的数量。",
                ),
                index,
                "quantity",
            ),
            AnswerError::Incomplete => lines(
                "Say of every line what can be delivered.",
                "请逐行说明可发货的数量。",
            ),
            AnswerError::NothingDiffers => lines(
                "All of this can be delivered as asked: that is a full confirmation.",
                "与询问一致，应作全部确认。",
            ),
            AnswerError::LinesOfRejection => {
                lines("A rejection names no lines.", "拒绝时不应填写明细。")
            }
        }
    }

    fn of_cancellation(error: CancellationError, locale: &Locale) -> Self {
        match error {
            CancellationError::UnknownLine { index } => Self::in_line(
                say(locale, "This is no line of the order.", "订单中没有此行。"),
                index,
                "lineId",
            ),
            CancellationError::TooManyUnits { index, open } => Self::in_line(
                say(
                    locale,
                    format!("Only {open} units can be cancelled."),
                    format!("仅可取消 {open} 件。"),
                ),
                index,
                "quantity",
            ),
            CancellationError::NothingOpen => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    "Everything has left or is in a parcel.",
                    "商品均已发出或已装入包裹。",
                ),
            ),
            CancellationError::NotConfirmed => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    "Some units can be cancelled only once the order is confirmed.",
                    "订单确认后方可取消部分商品。",
                ),
            ),
        }
    }

    fn at(code: OrderErrorCode, message: String, field: &str) -> Self {
        let field: FieldPath = vec!["input".to_owned(), field.to_owned()];
        Self {
            message,
            field: Some(field),
            code,
        }
    }
}

impl FromFailure<OrderError> for OrderUserError {
    fn from_failure(failure: OrderError, locale: &Locale) -> Result<Self, Error> {
        Ok(match failure {
            OrderError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => OrderErrorCode::NotFound,
                    CommonCode::Invalid => OrderErrorCode::Invalid,
                    CommonCode::Conflict => OrderErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => OrderErrorCode::IdempotencyKeyReused,
                };
                Self {
                    message,
                    field,
                    code,
                }
            }
            OrderError::InvalidTransition(error) => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done to an order in {}.", error.from),
                    format!("订单处于 {} 状态，无法执行此操作。", error.from),
                ),
            ),
            OrderError::ReductionGone => Self::at(
                OrderErrorCode::TotalChanged,
                say(
                    locale,
                    "A promotion or the price of a flash sale was used up meanwhile; read the cart again.",
                    "优惠或限时抢购名额已被抢完，请刷新购物车。",
                ),
                "expectedTotal",
            ),
            OrderError::NotNow(why) => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done now: {why}."),
                    format!("当前无法执行此操作（{why}）。"),
                ),
            ),
            OrderError::TooLate => Self::new(
                OrderErrorCode::TooLate,
                say(locale, "The time to answer is over.", "答复时限已过。"),
            ),
            OrderError::SecondPerson => Self::new(
                OrderErrorCode::SecondPersonNeeded,
                say(
                    locale,
                    "A person has to answer who neither placed this order nor approved it before.",
                    "须由未下此订单且未曾审批过的其他员工审批。",
                ),
            ),
            OrderError::Answer(error) => Self::of_answer(error, locale),
            OrderError::Cancellation(error) => Self::of_cancellation(error, locale),
            OrderError::Change(error) => Self::of_change(error, locale)?,
            OrderError::ChangeOpen => Self::new(
                OrderErrorCode::ChangeOpen,
                say(
                    locale,
                    "Another edit is open: carry it out or drop it first.",
                    "已有待处理的更改，请先执行或放弃。",
                ),
            ),
            OrderError::TotalChanged(total) => {
                let total = format!("{} {}", total.currency.code(), total.amount_text());
                Self::at(
                    OrderErrorCode::TotalChanged,
                    say(
                        locale,
                        format!("The total is {total} now."),
                        format!("总价现为 {total}。"),
                    ),
                    "expectedTotal",
                )
            }
            OrderError::PayableChanged(payable) => Self::at(
                OrderErrorCode::PayableChanged,
                say(
                    locale,
                    format!("{payable} are left to pay now."),
                    format!("现需支付 {payable}。"),
                ),
                "expectedPayable",
            ),
            OrderError::CartHasProblems(_) => Self::at(
                OrderErrorCode::CartHasProblems,
                say(
                    locale,
                    "The cart cannot be ordered yet; see the problems.",
                    "购物车暂时无法下单，请查看问题列表。",
                ),
                "cartId",
            ),
            OrderError::CartClosed => Self::at(
                OrderErrorCode::CartClosed,
                say(
                    locale,
                    "This cart became an order already.",
                    "该购物车已生成订单。",
                ),
                "cartId",
            ),
            OrderError::InsufficientStock => Self::new(
                OrderErrorCode::InsufficientStock,
                say(
                    locale,
                    "Somebody was faster: too few units are left.",
                    "手慢了：库存不足。",
                ),
            ),
            OrderError::CouponInvalid => Self::new(
                OrderErrorCode::CouponInvalid,
                say(
                    locale,
                    "A coupon was used up meanwhile.",
                    "优惠券已被用完。",
                ),
            ),
            OrderError::InsufficientPoints => Self::new(
                OrderErrorCode::InsufficientPoints,
                say(
                    locale,
                    "The points were spent meanwhile.",
                    "积分已被使用，余额不足。",
                ),
            ),
        })
    }
}
