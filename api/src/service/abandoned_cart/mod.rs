//! Carts that their buyers left: noted an hour later, told in steps to programs that remind buyers who agreed to it, added up for
//! the shop. Rules: `domain::cart::abandoned`. No change of a cart writes anything for it but its hour.

mod note;
mod query;
mod report;
mod tell;

pub use note::note_due;
pub use query::{AbandonedCartFilter, Behind, behind, find, lines_by_carts, list};
pub use report::{LeftBehind, Report, report};
pub use tell::tell_due;

use entity::abandoned_cart::{Column, Entity};
use entity::{cart, member};
use sea_orm::{EntityTrait as _, JoinType, QuerySelect, Select};

/// Whether the buyer of a joined cart may be reminded of it: the member, whose e-mail is known to be theirs, takes offers, or the
/// guest said so in the cart.
const MAY_BE_REMINDED: &str = "cart.status = 'ACTIVE' AND CASE WHEN cart.member_id IS NULL \
    THEN cart.accepts_reminders AND cart.email IS NOT NULL \
    ELSE member.accepts_marketing AND member.email_verified_at IS NOT NULL END";

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
