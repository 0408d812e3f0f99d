//! The shop's side of carts, and what its carts and orders show.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::TestApp;
use tests::checkout::{Order, key};

use super::reference::{CREDIT, Cart, Outcome, POINTS, Purse, Refused};
use super::world::{World, eur, minor, outcome, text};
use crate::cart::address;
use crate::credit::send;

const CART: &str = "id couponCodes lines { id quantity variant { id } } cost { total { amount currencyCode } } payableTotal { amount currencyCode }";
const STATE: &str = "id status paymentStatus fulfillmentStatus returnStatus cost { total { amount } } paidTotal { amount }
    refundedTotal { amount } tenderedTotal { amount } creditedTotal { amount }
    lines { sku quantity cancelledQuantity fulfilledQuantity returnedQuantity }";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
    order { id lines { id sku } } orderToken problems { code blocking } userErrors { code message } } }";

const PURSES: &str = "points { balance held } storeCredit { balance { amount } held { amount } }";

/// What a cart shows: units, whether a coupon is entered, the total and what is left to pay beside credit.
type ShownCart = ([i32; 2], bool, i64, i64);

/// What an order shows: its states; its total, then what was paid, went back, and both of store credit; per kind of goods, units
/// ordered, called off, sent and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) axes: [String; 4],
    pub(super) money: [i64; 5],
    pub(super) units: [[i32; 2]; 4],
}

impl World {
    /// Changes a member's cart, which is made when there is none.
    async fn change(&mut self, member: usize, mutation: &str, mut input: Value) -> Outcome {
        let cart = self.cart(member).await;
        input["cartId"] = cart["id"].clone();
        let fields = format!("cart {{ {CART} }}");
        let answer = send(&self.members[member], mutation, &fields, input).await;
        outcome(&answer)?;
        self.carts[member] = Some(answer.data()[mutation]["cart"].clone());
        Ok(())
    }

    async fn cart(&mut self, member: usize) -> Value {
        if let Some(cart) = &self.carts[member] {
            return cart.clone();
        }
        let who = json!({ "email": "ada@members.test", "shippingAddress": address(), "shippingMethodId": self.shop.shipping_method });
        let fields = format!("cart {{ {CART} }}");
        let made = send(
            &self.members[member],
            "cartCreate",
            &fields,
            json!({ "cart": who }),
        )
        .await
        .ok();
        let cart = made["cartCreate"]["cart"].clone();
        self.carts[member] = Some(cart.clone());
        cart
    }

    /// Wants so many units, all told.
    pub(super) async fn want(&mut self, member: usize, sku: usize, units: i32) -> Outcome {
        let cart = self.cart(member).await;
        let lines = cart["lines"].as_array().expect("lines").clone();
        let variant = json!(self.goods.variants[sku]);
        let line = lines.iter().find(|line| line["variant"]["id"] == variant);
        match line {
            Some(line) => {
                let lines = json!([{ "lineId": line["id"], "quantity": units }]);
                self.change(member, "cartLinesUpdate", json!({ "lines": lines }))
                    .await
            }
            None if units > 0 => {
                let lines = json!([{ "variantId": variant, "quantity": units }]);
                self.change(member, "cartLinesAdd", json!({ "lines": lines }))
                    .await
            }
            None => Ok(()),
        }
    }

    /// Enters the coupon that is given out now, in place of an older one.
    pub(super) async fn enter_coupon(&mut self, app: &TestApp, member: usize) -> Outcome {
        // Codes are tried a few times a minute at most.
        app.clock().advance(TimeDelta::minutes(1));
        let code = json!(self.newest_code());
        let entered = self.cart(member).await["couponCodes"][0].clone();
        if entered != code {
            self.take_coupon_off(member).await?;
        }
        self.change(member, "cartCouponApply", json!({ "couponCode": code }))
            .await
    }

    pub(super) async fn take_coupon_off(&mut self, member: usize) -> Outcome {
        let entered = self.cart(member).await["couponCodes"][0].clone();
        if entered.is_null() {
            return Ok(());
        }
        self.change(member, "cartCouponRemove", json!({ "couponCode": entered }))
            .await
    }

    pub(super) async fn spend_points(&mut self, member: usize, is_spent: bool) -> Outcome {
        let points = if is_spent { POINTS } else { 0 };
        self.change(
            member,
            "cartUpdate",
            json!({ "cart": { "points": points } }),
        )
        .await
    }

    pub(super) async fn use_credit(&mut self, member: usize, is_used: bool) -> Outcome {
        let most = if is_used { CREDIT } else { 0 };
        self.change(member, "cartStoreCreditUse", json!({ "amount": eur(most) }))
            .await
    }

    /// Points and store credit of a member, and what their cart shows.
    pub(super) async fn show_member(&self, member: usize) -> ([Purse; 2], ShownCart) {
        let cart = self.carts[member].as_ref().map(|cart| cart["id"].clone());
        let (head, body) = match cart {
            Some(_) => ("query($id: ID!)", format!("cart(id: $id) {{ {CART} }}")),
            None => ("query", String::new()),
        };
        let document = format!("{head} {{ viewer {{ member {{ {PURSES} }} }} {body} }}");
        let shown = self.members[member]
            .run(&document, json!({ "id": cart }))
            .await;
        let purses = &shown["viewer"]["member"];
        let points = |name: &str| purses["points"][name].as_i64().expect("points");
        let credit = |name: &str| minor(&purses["storeCredit"][name]);
        let purse = |balance, held| Purse { balance, held };
        let purses = [
            purse(points("balance"), points("held")),
            purse(credit("balance"), credit("held")),
        ];
        (purses, self.shown_cart(&shown["cart"]))
    }

    fn shown_cart(&self, cart: &Value) -> ShownCart {
        if cart.is_null() {
            return ([0; 2], false, 0, 0);
        }
        let units = |sku: usize| {
            let mut lines = cart["lines"].as_array().expect("lines").iter();
            let line = lines.find(|line| line["variant"]["id"] == self.goods.variants[sku]);
            line.map_or(0, |line| number(&line["quantity"]))
        };
        let [total, payable] = [&cart["cost"]["total"], &cart["payableTotal"]].map(minor);
        let has_coupon = cart["couponCodes"] != json!([]);
        ([units(0), units(1)], has_coupon, total, payable)
    }

    /// Orders what is in a member's cart, at what it costs now.
    pub(super) async fn place(&mut self, app: &TestApp, member: usize) -> Outcome {
        let id = self.cart(member).await["id"].clone();
        let document = format!("query($id: ID!) {{ cart(id: $id) {{ {CART} }} }}");
        let shown = self.members[member]
            .run(&document, json!({ "id": id }))
            .await;
        let cart = &shown["cart"];
        let input = json!({ "cartId": cart["id"], "expectedTotal": cart["cost"]["total"],
            "expectedPayable": cart["payableTotal"], "idempotencyKey": key(app) });
        let answer = self.members[member]
            .send(PLACE, json!({ "input": input }))
            .await;
        if answer.user_codes() == ["CART_HAS_PROBLEMS"] {
            let problems = answer.data()["orderPlace"]["problems"].clone();
            let mut problems = problems.as_array().expect("problems").iter();
            let has_too_few = problems.any(|problem| problem["code"] == "INSUFFICIENT_STOCK");
            let is_empty = cart["lines"] == json!([]);
            assert!(has_too_few != is_empty, "{}", answer.body());
            return Err(if is_empty {
                Refused::Empty
            } else {
                Refused::Stock
            });
        }
        outcome(&answer)?;
        self.carts[member] = None;
        let order = &answer.data()["orderPlace"]["order"];
        self.orders.push(Order {
            id: text(&order["id"]),
            token: None,
        });
        let of = |sku: &String| {
            let mut lines = order["lines"].as_array().expect("lines").iter();
            let line = lines.find(|line| line["sku"] == *sku);
            line.map(|line| line["id"].clone())
        };
        let skus = &self.goods.skus;
        self.lines.push([of(&skus[0]), of(&skus[1])]);
        Ok(())
    }

    /// What the so many youngest orders show, the youngest first.
    pub(super) async fn show_youngest(&self, number: usize) -> Vec<Shown> {
        let document =
            format!("query($first: Int) {{ orders(first: $first) {{ nodes {{ {STATE} }} }} }}");
        let shown = self.owner.run(&document, json!({ "first": number })).await;
        let nodes = shown["orders"]["nodes"].as_array().expect("orders").iter();
        let nodes = nodes.zip(self.orders.iter().rev());
        nodes
            .map(|(node, order)| {
                assert_eq!(node["id"], order.id, "the youngest come first");
                self.shown(node)
            })
            .collect()
    }

    /// What one order shows.
    pub(super) async fn show(&self, order: usize) -> Shown {
        self.shown(&tests::checkout::read(&self.owner, &self.orders[order], STATE).await)
    }

    fn shown(&self, node: &Value) -> Shown {
        let axes = [
            "status",
            "paymentStatus",
            "fulfillmentStatus",
            "returnStatus",
        ];
        let money = [
            &node["cost"]["total"],
            &node["paidTotal"],
            &node["refundedTotal"],
            &node["tenderedTotal"],
            &node["creditedTotal"],
        ];
        let names = [
            "quantity",
            "cancelledQuantity",
            "fulfilledQuantity",
            "returnedQuantity",
        ];
        let units = |name: &str, sku: usize| {
            let mut lines = node["lines"].as_array().expect("lines").iter();
            let line = lines.find(|line| line["sku"] == self.goods.skus[sku]);
            line.map_or(0, |line| self::number(&line[name]))
        };
        Shown {
            axes: axes.map(|axis| text(&node[axis])),
            money: money.map(minor),
            units: names.map(|name| [units(name, 0), units(name, 1)]),
        }
    }
}

/// What a cart should show.
pub(super) fn expected_cart(cart: &Cart, (total, credit): (i64, i64)) -> ShownCart {
    (cart.units, cart.coupon.is_some(), total, total - credit)
}

fn number(value: &Value) -> i32 {
    i32::try_from(value.as_i64().expect("a number")).expect("a small number")
}
