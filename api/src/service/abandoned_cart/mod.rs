//! Carts that their buyers left: noted an hour later, told in steps to programs that remind buyers who agreed to it, added up for
//! the shop. Rules: `domain::cart::abandoned`. No change of a cart writes anything for it but its hour.

mod merge;
mod note;
mod query;
mod report;
mod tell;

pub(in crate::service) use merge::follow;
pub use note::note_due;
pub use query::{AbandonedCartFilter, Behind, behind, find, lines_by_carts, list};
pub use report::{LeftBehind, Report, report};
pub use tell::tell_due;

use entity::abandoned_cart::{Column, Entity};
use entity::{cart, member};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait as _, JoinType, QuerySelect, Select};

/// Of an order, behind its table's name: that it was placed and not called off.
const STANDS: &str = "status NOT IN ('DRAFT', 'CANCELLED', 'REJECTED', 'EXPIRED')";

/// Where the buyer of a joined cart is written to: the account's address, or the one a guest entered.
const ADDRESS: &str = "COALESCE(member.email, cart.email)";

/// Of carts with which others were merged their own notes tell.
const NOT_MERGED: &str = "EXISTS (SELECT 1 FROM cart kept WHERE kept.id = abandoned_cart.cart_id AND kept.status <> 'MERGED')";

/// Carts that were left, each with the cart and the member it may belong to.
fn with_buyer() -> Select<Entity> {
    let cart = Entity::belongs_to(cart::Entity)
        .from(Column::CartId)
        .to(cart::Column::Id);
    let member = cart::Entity::belongs_to(member::Entity)
        .from(cart::Column::MemberId)
        .to(member::Column::Id);
    Entity::find()
        .join(JoinType::InnerJoin, cart.into())
        .join(JoinType::LeftJoin, member.into())
}

/// Whether the buyer of a joined cart may be reminded of it: it is as it was left, the member, whose e-mail is known to be theirs,
/// takes offers, or the guest said so in the cart and no account of that e-mail says otherwise; and nothing was ordered since in
/// the channel, by the member or at that e-mail, with an account or without.
fn may_be_reminded() -> Expr {
    let account = "(SELECT known.id FROM member known WHERE known.email = cart.email)";
    let ordered = |by: &str| {
        format!(
            "EXISTS (SELECT 1 FROM \"order\" own WHERE {by} AND own.channel_id = cart.channel_id \
             AND own.status <> 'DRAFT' AND own.placed_at >= cart.updated_at)"
        )
    };
    Expr::cust(format!(
        "(cart.status = 'ACTIVE' AND cart.updated_at = abandoned_cart.left_at AND CASE WHEN cart.member_id IS NULL \
         THEN cart.accepts_reminders AND cart.email IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM member known WHERE known.email = cart.email AND NOT known.accepts_marketing) \
         ELSE member.accepts_marketing AND member.email_verified_at IS NOT NULL END \
         AND NOT {} AND NOT {} AND NOT {})",
        ordered("own.member_id = cart.member_id"),
        ordered(&format!("own.member_id = {account}")),
        ordered("own.member_id IS NULL AND own.email = cart.email"),
    ))
}
