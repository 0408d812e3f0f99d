//! The demo's offers: promotions, coupons, points, and the member who has some.

use domain::id::{PromotionId, TypedId};
use domain::money::{Currency, Money};
use domain::percent::Percent;
use domain::points::PointsTrigger;
use domain::promotion::{Condition, Reward};

use super::{COUPON_CODE, MEMBER_EMAIL, MEMBER_PASSWORD, SeedError};
use crate::auth::Viewer;
use crate::service::coupon::{self, CreateCoupons, TemplatePatch};
use crate::service::member::{self, OperatorMember};
use crate::service::points::{self, Adjust, RuleInput};
use crate::service::promotion::{self, PromotionPatch};
use crate::state::AppState;

/// Points the demo's member begins with.
const MEMBER_POINTS: i32 = 800;

/// A promotion of the demo.
struct Offer {
    name: &'static str,
    conditions: Vec<Condition>,
    reward: Reward,
    /// Code that switches it on; by itself without one.
    code: Option<&'static str>,
}

/// Writes promotions with their coupons, the points rules and the member.
pub(super) async fn write(app: &AppState, viewer: &Viewer) -> Result<(), SeedError> {
    let currency = viewer.channel.currency.0;
    for (offer, priority) in offers(currency)?.into_iter().zip(1..) {
        write_offer(app, viewer, offer, priority).await?;
    }
    points::upsert_rules(
        app,
        viewer,
        vec![rule("order", "Points for orders"), welcome_rule()],
    )
    .await
    .map_err(SeedError::at("points rules"))?;
    write_member(app, viewer).await
}

fn offers(currency: Currency) -> Result<Vec<Offer>, SeedError> {
    Ok(vec![
        Offer {
            name: "10 % off for newcomers",
            conditions: Vec::new(),
            reward: Reward::percent_off(
                Percent::from_ppm(100_000).map_err(SeedError::at("promotions"))?,
            ),
            code: Some(COUPON_CODE),
        },
        Offer {
            name: "Free shipping from 25",
            conditions: vec![Condition::MinSubtotal(Money::new(2_500, currency))],
            reward: Reward::free_shipping(),
            code: Some("SHIPFREE"),
        },
        Offer {
            name: "5 off from 80",
            conditions: vec![Condition::MinSubtotal(Money::new(8_000, currency))],
            reward: Reward::fixed_off(Money::new(500, currency)),
            code: None,
        },
    ])
}

async fn write_offer(
    app: &AppState,
    viewer: &Viewer,
    offer: Offer,
    priority: i32,
) -> Result<(), SeedError> {
    let patch = PromotionPatch {
        name: Some(offer.name.to_owned()),
        label: Some(offer.name.to_owned()),
        coupon_required: Some(offer.code.is_some()),
        conditions: Some(offer.conditions),
        rewards: Some(vec![offer.reward]),
        priority: Some(priority),
        ..PromotionPatch::default()
    };
    let promotion = promotion::create(app, viewer, patch)
        .await
        .map_err(SeedError::at("promotions"))?;
    let promotion_id = PromotionId::from(promotion.id);
    promotion::activate(app, viewer, promotion_id)
        .await
        .map_err(SeedError::at("promotions"))?;
    let Some(code) = offer.code else {
        return Ok(());
    };
    let template = TemplatePatch {
        label: Some(offer.name.to_owned()),
        promotion_id: Some(promotion_id),
        per_member: Some(1),
        restorable: Some(true),
        ..TemplatePatch::default()
    };
    let template = coupon::create_template(app, viewer, template)
        .await
        .map_err(SeedError::at("coupons"))?;
    let coupons = CreateCoupons {
        template_id: template.id,
        code: Some(code.to_owned()),
        member_ids: Vec::new(),
        usage_limit: None,
        idempotency_key: format!("demo-shop-{code}"),
    };
    coupon::create(app, viewer, coupons)
        .await
        .map_err(SeedError::at("coupons"))?;
    Ok(())
}

/// One point for each unit of money, usable at once, for a year.
fn rule(key: &str, label: &str) -> RuleInput {
    RuleInput {
        key: key.to_owned(),
        label: Some(label.to_owned()),
        trigger: Some(PointsTrigger::Order),
        points_per_money_unit_ppm: Some(Some(1_000_000)),
        fixed_points: None,
        max_per_day: None,
        pending_days: Some(0),
        products: None,
        expiry_policy: None,
        expiry_days: Some(Some(365)),
        active: Some(true),
    }
}

fn welcome_rule() -> RuleInput {
    RuleInput {
        trigger: Some(PointsTrigger::Registration),
        points_per_money_unit_ppm: None,
        fixed_points: Some(Some(100)),
        ..rule("welcome", "Points for a new account")
    }
}

async fn write_member(app: &AppState, viewer: &Viewer) -> Result<(), SeedError> {
    let account = OperatorMember {
        email: MEMBER_EMAIL.to_owned(),
        password: MEMBER_PASSWORD.to_owned(),
        full_name: "Ann Example".to_owned(),
    };
    let member = member::open_by_operator(app, viewer, &account)
        .await
        .map_err(SeedError::at("member"))?;
    let gift = Adjust {
        member_id: member.uuid(),
        points: MEMBER_POINTS,
        reason: "Welcome to the demo".to_owned(),
        idempotency_key: "demo-shop-member".to_owned(),
    };
    points::adjust(app, viewer, gift)
        .await
        .map_err(SeedError::at("points"))?;
    Ok(())
}
