//! The shop's side of the model: every operation through GraphQL, as its callers send it.

use chrono::TimeDelta;
use domain::after_sale::AfterSalePolicy;
use entity::column::Json;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, change_channel, product, shop};
use tests::checkout::{self, Order, key, read, respond, try_pay, wait_for_provider};
use tests::{Answer, Client, TestApp};

use super::reference::{COUPON, Outcome, POINTS, PRICES, Purse, Refused, Wish};
use crate::after_sale::{case, examined, pay_out};
use crate::cart::{address, document_for};
use crate::points::{adjust, let_points_pay};
use crate::promotion::open_code;

const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { code message } } }";
const SET: &str = "mutation($input: StockSetInput!) { stockSet(input: $input) { skippedSkus userErrors { code message } } }";
const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { userErrors { code message } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code message } } }";
const RECEIVE: &str = "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) { userErrors { code message } } }";
const PACK: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) {
    fulfillment { id } userErrors { code message } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { userErrors { code message } } }";
const STATE: &str = "status paymentStatus fulfillmentStatus cost { total { amount } } paidTotal { amount } refundedTotal { amount }";
const CODE: &str = "MODEL";

/// What an order shows: its state, that of its money and of its goods; then its total, what was paid and what went back.
pub(super) type Shown = ([String; 3], [i64; 3]);

pub(super) struct World {
    shop: Shop,
    goods: Goods,
    owner: Client,
    members: [Client; 2],
    orders: Vec<Order>,
    /// Version of the figures the back office tells.
    version: u32,
}

/// What the shop answered.
fn outcome(answer: &Answer) -> Outcome {
    match answer.user_codes().as_slice() {
        [] => {
            answer.clone().ok();
            Ok(())
        }
        ["INSUFFICIENT_STOCK"] => Err(Refused::Stock),
        ["COUPON_INVALID"] => Err(Refused::Coupon),
        ["INSUFFICIENT_POINTS"] => Err(Refused::Points),
        ["AMOUNT_TOO_HIGH"] => Err(Refused::TooMuch),
        ["INVALID_TRANSITION" | "NOTHING_DUE" | "QUANTITY_TOO_HIGH"] => Err(Refused::NotNow),
        codes => panic!("{codes:?}: {}", answer.body()),
    }
}

impl World {
    pub(super) async fn open(app: &TestApp) -> Self {
        let shop = shop(app).await;
        let goods = product("Cup")
            .prices(&PRICES)
            .stock(0)
            .insert(app, &shop)
            .await;
        let_points_pay(app).await;
        let long_after = AfterSalePolicy {
            return_days: 60_000,
            fault_days: 60_000,
            ..AfterSalePolicy::default()
        };
        change_channel(app, |channel| {
            channel.payment_due_minutes = Set(24 * 60);
            channel.confirmation_deadline_minutes = Set(20_000_000);
            channel.auto_complete_days = Set(30_000);
            channel.after_sale_policy = Set(Json(long_after));
        })
        .await;
        let owner = app.as_owner().await;
        let off =
            json!([{ "fixedOff": { "amount": { "amount": "1.00", "currencyCode": "EUR" } } }]);
        let fields =
            json!({ "promotion": { "rewards": off }, "coupon": { "usageLimit": COUPON.1 } });
        open_code(&owner, CODE, fields).await;
        Self {
            shop,
            goods,
            owner,
            members: [
                app.as_member("ada@members.test").await,
                app.as_member("bob@members.test").await,
            ],
            orders: Vec::new(),
            version: 0,
        }
    }

    async fn ask(&self, app: &TestApp, document: &str, mut input: Value) -> Outcome {
        input["idempotencyKey"] = json!(key(app));
        outcome(&self.owner.send(document, json!({ "input": input })).await)
    }

    pub(super) async fn set(&mut self, app: &TestApp, sku: usize, units: i32) -> Outcome {
        self.version += 1;
        let row = json!({ "sku": self.goods.skus[sku], "warehouseCode": "main", "onHand": units, "sourceVersion": self.version });
        self.ask(app, SET, json!({ "levels": [row] })).await
    }

    pub(super) async fn adjust(&self, app: &TestApp, sku: usize, units: i32) -> Outcome {
        let row =
            json!({ "sku": self.goods.skus[sku], "warehouseCode": "main", "quantity": units });
        self.ask(
            app,
            ADJUST,
            json!({ "adjustments": [row], "reason": "The model" }),
        )
        .await
    }

    pub(super) async fn give(&self, app: &TestApp, member: usize, points: i64) -> Outcome {
        outcome(&adjust(&self.owner, &self.members[member], points, &key(app)).await)
    }

    /// Fills a cart as wished and orders it.
    pub(super) async fn place(&mut self, app: &TestApp, wish: Wish) -> Outcome {
        let member = self.members[wish.member].clone();
        let lines: Vec<Value> = (0..2)
            .filter(|sku| wish.units[*sku] > 0)
            .map(
                |sku| json!({ "variantId": self.goods.variants[sku], "quantity": wish.units[sku] }),
            )
            .collect();
        let who = json!({ "email": "ada@members.test", "shippingAddress": address(), "shippingMethodId": self.shop.shipping_method });
        let mut cart = fill(
            &member,
            "cartCreate",
            json!({ "lines": lines, "cart": who }),
        )
        .await?;
        if wish.coupon {
            // Codes are tried a few times a minute at most.
            app.clock().advance(TimeDelta::minutes(1));
            let input = json!({ "cartId": cart["id"], "couponCode": CODE });
            let applied = fill(&member, "cartCouponApply", input).await;
            let applied = applied.and_then(|cart| {
                let counts = cart["evaluations"][0]["applied"] == true;
                counts.then_some(cart).ok_or(Refused::Coupon)
            });
            cart = or_emptied(&member, cart, applied).await?;
        }
        if wish.points {
            let input = json!({ "cartId": cart["id"], "cart": { "points": POINTS.0 } });
            let spent = fill(&member, "cartUpdate", input).await;
            cart = or_emptied(&member, cart, spent).await?;
        }
        let cart = checkout::Cart {
            id: text(&cart["id"]),
            total: cart["cost"]["total"].clone(),
        };
        self.orders
            .push(checkout::ordered(app, &member, &cart).await);
        Ok(())
    }

    pub(super) async fn pay(&self, app: &TestApp, order: usize, member: usize) -> Outcome {
        let order = &self.orders[order];
        let member = &self.members[member];
        let method = &self.shop.test_payment;
        outcome(&try_pay(app, member, order, method, "success").await)?;
        wait_for_provider(app).await;
        Ok(())
    }

    pub(super) async fn confirm(&self, app: &TestApp, order: usize) {
        respond(app, &self.orders[order], "CONFIRMED").await;
        app.run_outbox_until_idle().await;
    }

    /// Packs everything and sends it.
    pub(super) async fn send(&self, app: &TestApp, order: usize) -> Outcome {
        let order = &self.orders[order];
        let shown = read(&self.owner, order, "lines { id quantity }").await;
        let lines: Vec<Value> = shown["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|line| json!({ "lineId": line["id"], "quantity": line["quantity"] }))
            .collect();
        let input = json!({ "orderId": order.id, "warehouseId": self.shop.warehouse, "lines": lines, "idempotencyKey": key(app) });
        let packed = self.owner.send(PACK, json!({ "input": input })).await;
        outcome(&packed)?;
        let parcel = &packed.data()["fulfillmentCreate"]["fulfillment"]["id"];
        self.ask(
            app,
            SHIP,
            json!({ "fulfillmentId": parcel, "notify": false }),
        )
        .await
    }

    pub(super) async fn receive(&self, app: &TestApp, order: usize, member: usize) -> Outcome {
        let input = json!({ "orderId": self.orders[order].id, "idempotencyKey": key(app) });
        let answer = self.members[member]
            .send(RECEIVE, json!({ "input": input }))
            .await;
        outcome(&answer)
    }

    pub(super) async fn cancel(&self, app: &TestApp, order: usize) -> Outcome {
        let input = json!({ "orderId": self.orders[order].id, "reason": "STAFF", "refund": true, "restock": true, "notify": false });
        self.ask(app, CANCEL, input).await?;
        wait_for_provider(app).await;
        Ok(())
    }

    /// Gives a part of shipping back.
    pub(super) async fn refund(&self, app: &TestApp, order: usize, minor: i64) -> Outcome {
        let amount = format!("{}.{:02}", minor / 100, minor % 100);
        let input = json!({ "orderId": self.orders[order].id, "reason": "The model",
            "shipping": { "amount": amount, "currencyCode": "EUR" } });
        self.ask(app, REFUND, input).await?;
        wait_for_provider(app).await;
        Ok(())
    }

    /// A unit of an order's first line comes back, as good as new but not what was promised; answers the money and the points
    /// that go back.
    pub(super) async fn come_back(&self, app: &TestApp, order: usize, member: usize) -> (i64, i64) {
        let (buyer, order) = (&self.members[member], &self.orders[order]);
        let wish = ("RETURN", "DEFECTIVE");
        let found = examined(app, buyer, &self.owner, (order, &self.shop), wish, 1).await;
        let total = text(&found["breakdown"]["total"]["amount"]);
        let paid = pay_out(app, &self.owner, &found, &total).await;
        let breakdown = case("afterSaleRefund", paid)["breakdown"].clone();
        wait_for_provider(app).await;
        let points = breakdown["pointsRestored"].as_i64().expect("points");
        (minor(&breakdown["total"]["amount"]), points)
    }

    /// Over a day passes.
    pub(super) async fn wait(&self, app: &TestApp) {
        app.clock().advance(TimeDelta::hours(25));
        app.run_timers().await;
    }

    /// What an order shows.
    pub(super) async fn show(&self, order: usize) -> Shown {
        let shown = read(&self.owner, &self.orders[order], STATE).await;
        let axes = ["status", "paymentStatus", "fulfillmentStatus"].map(|axis| text(&shown[axis]));
        let sums = [
            &shown["cost"]["total"],
            &shown["paidTotal"],
            &shown["refundedTotal"],
        ];
        (axes, sums.map(|sum| minor(&sum["amount"])))
    }

    /// Units on hand and promised of each kind of goods.
    pub(super) async fn stock(&self, app: &TestApp) -> ([i32; 2], [i32; 2]) {
        let levels = entity::stock_level::Entity::find()
            .all(app.connection())
            .await
            .expect("levels");
        let of = |sku: usize| {
            use domain::id::{ProductVariantId, TypedId as _};
            let id = ProductVariantId::parse(&self.goods.variants[sku]).expect("an id");
            let level = levels.iter().find(|level| level.variant_id == id.uuid());
            level.map_or((0, 0), |level| (level.on_hand, level.allocated))
        };
        let [first, second] = [of(0), of(1)];
        ([first.0, second.0], [first.1, second.1])
    }

    /// Uses of the coupon.
    pub(super) async fn coupons(&self, app: &TestApp) -> usize {
        let coupon = entity::coupon::Entity::find()
            .filter(entity::coupon::Column::Code.eq(CODE))
            .one(app.connection())
            .await
            .expect("coupons");
        usize::try_from(coupon.expect("the coupon").used_count).expect("a count")
    }

    pub(super) async fn purse(&self, member: usize) -> Purse {
        let document = "{ viewer { member { points { balance held } } } }";
        let shown = self.members[member].run(document, json!({})).await;
        let points = &shown["viewer"]["member"]["points"];
        Purse {
            balance: points["balance"].as_i64().expect("points"),
            held: points["held"].as_i64().expect("points"),
        }
    }
}

/// A member has one cart: what cannot be ordered is taken out of it, for the next wish to begin anew.
async fn or_emptied(
    member: &Client,
    cart: Value,
    filled: Result<Value, Refused>,
) -> Result<Value, Refused> {
    if filled.is_err() {
        let lines = cart["lines"].as_array().expect("lines").iter();
        let lines: Vec<&Value> = lines.map(|line| &line["id"]).collect();
        for (mutation, mut input) in [
            ("cartCouponRemove", json!({ "couponCode": CODE })),
            ("cartUpdate", json!({ "cart": { "points": 0 } })),
            ("cartLinesRemove", json!({ "lineIds": lines })),
        ] {
            input["cartId"] = cart["id"].clone();
            fill(member, mutation, input)
                .await
                .expect("it can be undone");
        }
    }
    filled
}

async fn fill(member: &Client, mutation: &str, input: Value) -> Result<Value, Refused> {
    const FIELDS: &str =
        "id lines { id } cost { total { amount currencyCode } } evaluations { applied }";
    let document = document_for(mutation, FIELDS);
    let answer = member.send(&document, json!({ "input": input })).await;
    outcome(&answer)?;
    Ok(answer.data()[mutation]["cart"].clone())
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// An amount of two decimals as minor units.
fn minor(amount: &Value) -> i64 {
    let digits = text(amount).replace('.', "");
    digits.parse().expect("an amount")
}
