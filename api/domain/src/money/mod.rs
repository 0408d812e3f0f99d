//! Money: whole minor units of one currency. The only place where amounts are rounded or shared out.

mod allocate;
mod amount;
mod currency;

pub use allocate::allocate;
pub use amount::{Money, MoneyError};
pub use currency::{Currency, UnknownCurrency};
