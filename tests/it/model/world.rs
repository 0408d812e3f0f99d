//! The shop's side of the model: every operation through GraphQL, as its callers send it.

use chrono::TimeDelta;
use domain::after_sale::AfterSalePolicy;
use domain::id::{ProductVariantId, TypedId as _};
use entity::column::Json;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, change_channel, product, shop};
use tests::checkout::{Order, key, read, try_pay, wait_for_provider};
use tests::{Answer, Client, TestApp};
use uuid::Uuid;

use super::reference::{COUPON, Given, Outcome, PRICES, Refused, USES};
use crate::after_sale::{act, approve, case, inspect, pay_out, receive};
use crate::credit::send;
use crate::points::{adjust, let_points_pay};
use crate::promotion::{running, staff};

const CONFIRM: &str =
    "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
    userErrors { code message } } }";

pub(super) struct World {
    pub(super) shop: Shop,
    pub(super) goods: Goods,
    pub(super) owner: Client,
    pub(super) members: [Client; 2],
    /// The carts members fill now, once they have any.
    pub(super) carts: [Option<Value>; 2],
    pub(super) orders: Vec<Order>,
    /// Their lines, of each kind of goods.
    pub(super) lines: Vec<[Option<Value>; 2]>,
    template: Value,
    /// How many coupons there are.
    coupons: usize,
    /// The rows of stock.
    variants: [Uuid; 2],
    /// Version of the figures the back office tells.
    version: u32,
}

/// What the shop answered.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    match answer.user_codes().as_slice() {
        [] => {
            answer.clone().ok();
            Ok(())
        }
        ["INSUFFICIENT_STOCK"] => Err(Refused::Stock),
        ["COUPON_INVALID"] => Err(Refused::Coupon),
        ["INSUFFICIENT_POINTS"] => Err(Refused::Points),
        ["INSUFFICIENT_CREDIT"] => Err(Refused::Credit),
        ["AMOUNT_TOO_HIGH"] => Err(Refused::TooMuch),
        // Units that are not open are no valid wish.
        ["INVALID"] if answer.data()["orderCancel"].is_object() => Err(Refused::NotNow),
        ["INVALID_TRANSITION" | "NOTHING_DUE" | "QUANTITY_TOO_HIGH" | "NOT_RETURNABLE"] => {
            Err(Refused::NotNow)
        }
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
        let rewards = json!([{ "fixedOff": { "amount": eur(COUPON) } }]);
        let promotion = json!({ "couponRequired": true, "rewards": rewards });
        let promotion = running(&owner, promotion).await;
        let template =
            json!({ "label": "One off", "promotionId": promotion["id"], "perMember": USES.1 });
        let input = json!({ "couponTemplate": template });
        let made = staff(
            &owner,
            "couponTemplateCreate",
            "couponTemplate { id }",
            input,
        )
        .await;
        let variants = [0, 1].map(|sku: usize| {
            let id = ProductVariantId::parse(&goods.variants[sku]);
            id.expect("an id").uuid()
        });
        let mut world = Self {
            shop,
            goods,
            owner,
            members: [
                app.as_member("ada@members.test").await,
                app.as_member("bob@members.test").await,
            ],
            carts: [None, None],
            orders: Vec::new(),
            lines: Vec::new(),
            template: made["couponTemplate"]["id"].clone(),
            coupons: 0,
            variants,
            version: 0,
        };
        world.open_coupon(app).await;
        world
    }

    /// Gives another coupon out.
    pub(super) async fn open_coupon(&mut self, app: &TestApp) {
        self.coupons += 1;
        let input = json!({ "couponTemplateId": self.template, "code": code(self.coupons), "usageLimit": USES.0,
            "idempotencyKey": key(app) });
        staff(&self.owner, "couponCreate", "coupons { id }", input).await;
    }

    /// The code that is given out now.
    pub(super) fn newest_code(&self) -> String {
        code(self.coupons)
    }

    /// Sends what staff ask for.
    async fn ask(&self, app: &TestApp, mutation: &str, mut input: Value) -> Outcome {
        input["idempotencyKey"] = json!(key(app));
        outcome(&send(&self.owner, mutation, "", input).await)
    }

    pub(super) async fn set(&mut self, app: &TestApp, sku: usize, units: i32) -> Outcome {
        self.version += 1;
        let row = json!({ "sku": self.goods.skus[sku], "warehouseCode": "main", "onHand": units, "sourceVersion": self.version });
        self.ask(app, "stockSet", json!({ "levels": [row] })).await
    }

    pub(super) async fn adjust(&self, app: &TestApp, sku: usize, units: i32) -> Outcome {
        let row =
            json!({ "sku": self.goods.skus[sku], "warehouseCode": "main", "quantity": units });
        let input = json!({ "adjustments": [row], "reason": "The model" });
        self.ask(app, "stockAdjust", input).await
    }

    pub(super) async fn give_points(&self, app: &TestApp, member: usize, points: i64) -> Outcome {
        outcome(&adjust(&self.owner, &self.members[member], points, &key(app)).await)
    }

    pub(super) async fn give_credit(&self, app: &TestApp, member: usize, minor: i64) -> Outcome {
        let member = self.members[member].account_id();
        let input = json!({ "memberId": member, "amount": eur(minor), "reason": "The model" });
        self.ask(app, "storeCreditAdjust", input).await
    }

    pub(super) async fn pay(&self, app: &TestApp, order: usize, member: usize) -> Outcome {
        let order = &self.orders[order];
        let member = &self.members[member];
        let method = &self.shop.test_payment;
        outcome(&try_pay(app, member, order, method, "success").await)?;
        wait_for_provider(app).await;
        Ok(())
    }

    /// The back office says that it can deliver an order, or that it cannot.
    pub(super) async fn respond(&self, app: &TestApp, order: usize, word: &str) {
        let shown = read(
            &self.owner,
            &self.orders[order],
            "confirmationRequests { id }",
        )
        .await;
        for request in shown["confirmationRequests"].as_array().expect("questions") {
            let input = json!({ "orderConfirmationRequestId": request["id"], "outcome": word, "reason": "The model",
                "idempotencyKey": key(app) });
            self.owner.run(CONFIRM, json!({ "input": input })).await;
        }
        if word == "REJECTED" {
            wait_for_provider(app).await;
        } else {
            app.run_outbox_until_idle().await;
        }
    }

    /// The line of an order with goods of a kind.
    fn line(&self, order: usize, sku: usize) -> Result<&Value, Refused> {
        let lines = &self.lines[order][sku];
        lines.as_ref().ok_or(Refused::NotNow)
    }

    /// Packs units and sends them.
    pub(super) async fn send(
        &self,
        app: &TestApp,
        order: usize,
        sku: usize,
        units: i32,
    ) -> Outcome {
        let line = self.line(order, sku)?;
        let lines = json!([{ "lineId": line, "quantity": units }]);
        let input = json!({ "orderId": self.orders[order].id, "warehouseId": self.shop.warehouse, "lines": lines,
            "idempotencyKey": key(app) });
        let packed = send(
            &self.owner,
            "fulfillmentCreate",
            "fulfillment { id }",
            input,
        )
        .await;
        outcome(&packed)?;
        let parcel = &packed.data()["fulfillmentCreate"]["fulfillment"]["id"];
        let input = json!({ "fulfillmentId": parcel, "notify": false });
        self.ask(app, "fulfillmentShip", input).await
    }

    /// All parcels that are under way arrive.
    pub(super) async fn arrive(&self, app: &TestApp, order: usize) -> Outcome {
        let shown = read(
            &self.owner,
            &self.orders[order],
            "fulfillments { id status }",
        )
        .await;
        let parcels = shown["fulfillments"].as_array().expect("parcels").iter();
        let mut arrived = Err(Refused::NotNow);
        for parcel in parcels.filter(|parcel| parcel["status"] == "SHIPPED") {
            let input = json!({ "fulfillmentId": parcel["id"] });
            arrived = self.ask(app, "fulfillmentDeliver", input).await;
            arrived?;
        }
        arrived
    }

    pub(super) async fn receive(&self, app: &TestApp, order: usize, member: usize) -> Outcome {
        let input = json!({ "orderId": self.orders[order].id, "idempotencyKey": key(app) });
        outcome(&send(&self.members[member], "orderReceive", "", input).await)
    }

    /// Calls units off, or all that is open; answers the money and points that go back.
    pub(super) async fn lose(
        &self,
        app: &TestApp,
        order: usize,
        what: Option<(usize, i32)>,
    ) -> Result<Given, Refused> {
        let lines = match what {
            Some((sku, units)) => {
                json!([{ "lineId": self.line(order, sku)?, "quantity": units }])
            }
            None => Value::Null,
        };
        let before = self.given(order).await;
        let input = json!({ "orderId": self.orders[order].id, "lines": lines, "reason": "STAFF", "refund": true, "restock": true,
            "notify": false });
        self.ask(app, "orderCancel", input).await?;
        wait_for_provider(app).await;
        let after = self.given(order).await;
        Ok((after.0 - before.0, after.1 - before.1))
    }

    /// Money and points of an order that went back so far, as its refunds say.
    async fn given(&self, order: usize) -> Given {
        let fields = "refunds { breakdown { total { amount } pointsRestored } }";
        let shown = read(&self.owner, &self.orders[order], fields).await;
        let refunds = shown["refunds"].as_array().expect("refunds").iter();
        refunds.fold((0, 0), |(money, points), refund| {
            let back = &refund["breakdown"];
            let restored = back["pointsRestored"].as_i64().expect("points");
            (money + minor(&back["total"]), points + restored)
        })
    }

    /// Gives a part of shipping back.
    pub(super) async fn refund(&self, app: &TestApp, order: usize, minor: i64) -> Outcome {
        let input = json!({ "orderId": self.orders[order].id, "reason": "The model", "shipping": eur(minor) });
        self.ask(app, "refundCreate", input).await?;
        wait_for_provider(app).await;
        Ok(())
    }

    /// Units come back that are not what was promised, as good as new or harmed; answers the money and points that go back.
    pub(super) async fn come_back(
        &self,
        app: &TestApp,
        order: usize,
        member: usize,
        (sku, units): (usize, i32),
        is_sellable: bool,
    ) -> Result<Given, Refused> {
        let line = self.line(order, sku)?;
        let (buyer, staff) = (&self.members[member], &self.owner);
        let input = json!({ "orderId": self.orders[order].id, "kind": "RETURN", "reason": "DEFECTIVE",
            "lines": [{ "orderLineId": line, "quantity": units }] });
        let answer = act(app, buyer, "afterSaleRequest", input).await;
        outcome(&answer)?;
        let opened = case("afterSaleRequest", answer);
        approve(app, staff, &opened).await.ok();
        receive(app, staff, &self.shop, &opened, units).await.ok();
        let condition = if is_sellable { "SELLABLE" } else { "DAMAGED" };
        let found = inspect(app, staff, &opened, &[(units, condition)], json!({})).await;
        let found = case("afterSaleInspect", found);
        let total = text(&found["breakdown"]["total"]["amount"]);
        let paid = pay_out(app, staff, &found, &total).await;
        let back = case("afterSaleRefund", paid)["breakdown"].clone();
        wait_for_provider(app).await;
        let points = back["pointsRestored"].as_i64().expect("points");
        Ok((minor(&back["total"]), points))
    }

    /// Over a day passes.
    pub(super) async fn wait(&self, app: &TestApp) {
        app.clock().advance(TimeDelta::hours(25));
        app.run_timers().await;
    }

    /// Units on hand and promised of each kind of goods.
    pub(super) async fn stock(&self, app: &TestApp) -> ([i32; 2], [i32; 2]) {
        let levels = entity::stock_level::Entity::find()
            .filter(entity::stock_level::Column::VariantId.is_in(self.variants))
            .all(app.connection())
            .await
            .expect("levels");
        let of = |id: Uuid| {
            let level = levels.iter().find(|level| level.variant_id == id);
            level.map_or((0, 0), |level| (level.on_hand, level.allocated))
        };
        let [first, second] = self.variants.map(of);
        ([first.0, second.0], [first.1, second.1])
    }

    /// Uses of the so many youngest coupons, the youngest first.
    pub(super) async fn coupons(&self, app: &TestApp, number: usize) -> Vec<usize> {
        let numbers = (1..=self.coupons).rev().take(number);
        let codes: Vec<String> = numbers.map(code).collect();
        let rows = entity::coupon::Entity::find()
            .filter(entity::coupon::Column::Code.is_in(codes.clone()))
            .all(app.connection())
            .await
            .expect("coupons");
        let used = |code: &String| {
            let row = rows.iter().find(|row| row.code.as_ref() == Some(code));
            usize::try_from(row.expect("a coupon").used_count).expect("a count")
        };
        codes.iter().map(used).collect()
    }
}

/// The code of the so many-th coupon.
fn code(number: usize) -> String {
    format!("MODEL{number}")
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// Money as minor units of two decimals.
pub(super) fn minor(money: &Value) -> i64 {
    let digits = text(&money["amount"]).replace('.', "");
    digits.parse().expect("an amount")
}

pub(super) fn eur(minor: i64) -> Value {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.abs();
    json!({ "amount": format!("{sign}{}.{:02}", minor / 100, minor % 100), "currencyCode": "EUR" })
}
