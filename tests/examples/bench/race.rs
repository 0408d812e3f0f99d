//! Races for one row: the counter of a coupon every order uses, and the points of one member.

use std::io;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::catalog::{STAFF_EMAIL, STAFF_PASSWORD};
use crate::checkout::{PLACE, ask, fill_cart, place_input, send};
use crate::scenario::{Round, Scenario, body};
use tests::connection::Connection;

/// Orders that all use one coupon with a limit.
#[derive(Default)]
pub(crate) struct CouponRace {
    ready: Mutex<Vec<String>>,
}

/// Points all taken from one member.
#[derive(Default)]
pub(crate) struct PointsRace {
    /// The token's header and the member.
    case: Mutex<(String, Value)>,
}

/// More than any run uses up.
const PLENTY: u32 = 500_000;

const LOGIN: &str = "mutation Login($input: StaffLoginInput!) { staffLogin(input: $input) { tokens { accessToken } userErrors { code } } }";
const PROMOTION: &str = "mutation Promotion($input: PromotionCreateInput!) { promotionCreate(input: $input) { promotion { id } userErrors { code } } }";
const ACTIVATE: &str = "mutation Activate($input: PromotionActivateInput!) { promotionActivate(input: $input) { promotion { id } userErrors { code } } }";
const TEMPLATE: &str = "mutation Template($input: CouponTemplateCreateInput!) { couponTemplateCreate(input: $input) { couponTemplate { id } userErrors { code } } }";
const COUPON: &str = "mutation Coupon($input: CouponCreateInput!) { couponCreate(input: $input) { coupons { code } userErrors { code } } }";
const APPLY: &str = "mutation Apply($input: CartCouponApplyInput!) { cartCouponApply(input: $input) { cart { cost { total { amount currencyCode } } } userErrors { code } } }";
const MEMBERS: &str = "query Members { members(first: 1) { nodes { id } } }";
const ADJUST: &str = "mutation Adjust($input: PointsAdjustInput!) { pointsAdjust(input: $input) { pointsAccount { balance } userErrors { code } } }";

impl Scenario for CouponRace {
    fn name(&self) -> &'static str {
        "orderPlace, all with one coupon"
    }

    fn prepare<'a>(&'a self, connection: &'a mut Connection, rounds: u64) -> Round<'a> {
        Box::pin(async move {
            let code = coupon(connection).await?;
            for number in 0..rounds {
                let address = number.to_be_bytes();
                // Tries of codes are counted by address.
                connection.headers = format!(
                    "x-forwarded-for: 10.{}.{}.{}\r\n",
                    address[5], address[6], address[7]
                );
                let (cart, _) = fill_cart(connection, number).await?;
                let input = json!({ "input": { "cartId": cart, "couponCode": code } });
                let applied = ask(connection, APPLY, input).await?;
                let total = &applied["cartCouponApply"]["cart"]["cost"]["total"];
                let body = body(PLACE, &place_input(&cart, total));
                self.ready.lock().unwrap().push(body);
            }
            Ok(())
        })
    }

    fn has_more(&self) -> bool {
        !self.ready.lock().unwrap().is_empty()
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, _number: u64) -> Round<'a> {
        Box::pin(async move {
            let Some(body) = self.ready.lock().unwrap().pop() else {
                return Ok(());
            };
            send(connection, PLACE, &body).await.map(drop)
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

impl Scenario for PointsRace {
    fn name(&self) -> &'static str {
        "pointsAdjust, all of one member"
    }

    fn prepare<'a>(&'a self, connection: &'a mut Connection, _rounds: u64) -> Round<'a> {
        Box::pin(async move {
            connection.headers = logged_in(connection).await?;
            let members = ask(connection, MEMBERS, json!({})).await?;
            let member = members["members"]["nodes"][0]["id"].clone();
            let gift = json!({ "input": {
                "memberId": member, "points": PLENTY, "reason": "To be taken", "idempotencyKey": "race",
            } });
            ask(connection, ADJUST, gift).await?;
            *self.case.lock().unwrap() = (connection.headers.clone(), member);
            Ok(())
        })
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a> {
        Box::pin(async move {
            let (headers, member) = self.case.lock().unwrap().clone();
            connection.headers = headers;
            let taken = json!({ "input": {
                "memberId": member, "points": -1, "reason": "Taken", "idempotencyKey": format!("race-{number}"),
            } });
            ask(connection, ADJUST, taken).await.map(drop)
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

/// The header of a staff member with every permission.
pub(crate) async fn logged_in(connection: &mut Connection) -> io::Result<String> {
    let input = json!({ "input": { "email": STAFF_EMAIL, "password": STAFF_PASSWORD } });
    let data = ask(connection, LOGIN, input).await?;
    let token = data["staffLogin"]["tokens"]["accessToken"].as_str();
    Ok(format!(
        "authorization: Bearer {}\r\n",
        token.unwrap_or_default()
    ))
}

/// Makes a coupon with a limit that is not reached; gives its code.
async fn coupon(connection: &mut Connection) -> io::Result<&'static str> {
    const CODE: &str = "RACE";
    connection.headers = logged_in(connection).await?;
    let promotion = json!({ "input": { "promotion": {
        "name": "Race", "label": "Race", "couponRequired": true, "rewards": [{ "percentOff": { "percent": "10" } }],
    } } });
    let promotion =
        ask(connection, PROMOTION, promotion).await?["promotionCreate"]["promotion"]["id"].clone();
    let input = json!({ "input": { "promotionId": promotion } });
    ask(connection, ACTIVATE, input).await?;
    let template =
        json!({ "input": { "couponTemplate": { "label": "Race", "promotionId": promotion } } });
    let template = ask(connection, TEMPLATE, template).await?;
    let coupon = json!({ "input": {
        "couponTemplateId": template["couponTemplateCreate"]["couponTemplate"]["id"], "code": CODE,
        "usageLimit": PLENTY, "idempotencyKey": CODE,
    } });
    ask(connection, COUPON, coupon).await?;
    Ok(CODE)
}
