//! The steps of an order in which money or goods move: how each is prepared, asked for, and what it comes to.

use std::time::Duration;

use serde_json::{Value, json};
use tests::arrange::{self, Goods, Shop};
use tests::checkout::{self, Cart, Order, key};
use tests::connection::Connection;
use tests::stripe::{FakeStripe, WEBHOOK_SECRET, sign};
use tests::{Client, TestApp};

use crate::asking::Asking;

const METHODS: &str =
    "mutation($input: PaymentMethodsUpsertInput!) { paymentMethodsUpsert(input: $input) {
    paymentMethods { id } userErrors { code } } }";
const PACK: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) {
    fulfillment { id } userErrors { code } } }";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
    order { id number } orderToken userErrors { code } } }";
const PAY: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id } userErrors { code } } }";
const CAPTURE: &str = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) {
    payment { id } userErrors { code } } }";
const CONFIRM: &str =
    "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
    orderConfirmationRequest { id } userErrors { code } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) {
    fulfillment { id } userErrors { code } } }";
const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) {
    refund { id } userErrors { code } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
    orderCancellation { id } userErrors { code } } }";
const SUBJECTS: &str = "confirmationRequests { id } payments { id } lines { id }";

/// A step in which something may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Place,
    Pay,
    Capture,
    Confirm,
    Ship,
    Refund,
    Cancel,
}

impl Step {
    pub(crate) const ALL: [Self; 7] = [
        Self::Place,
        Self::Pay,
        Self::Capture,
        Self::Confirm,
        Self::Ship,
        Self::Refund,
        Self::Cancel,
    ];

    /// Whether the provider is called.
    pub(crate) fn calls(self) -> bool {
        !matches!(self, Self::Place | Self::Ship)
    }

    /// Where the order is once the step is over: its state, that of its money and of its goods, and what was paid and given
    /// back of its 14.90.
    pub(crate) fn end(self) -> [&'static str; 5] {
        match self {
            Self::Place => ["PLACED", "NONE", "UNFULFILLED", "0.00", "0.00"],
            Self::Pay => [
                "AWAITING_CONFIRMATION",
                "AUTHORIZED",
                "UNFULFILLED",
                "0.00",
                "0.00",
            ],
            Self::Capture => [
                "AWAITING_CONFIRMATION",
                "PAID",
                "UNFULFILLED",
                "14.90",
                "0.00",
            ],
            Self::Confirm => ["CONFIRMED", "PAID", "UNFULFILLED", "14.90", "0.00"],
            Self::Ship => ["CONFIRMED", "PAID", "FULFILLED", "14.90", "0.00"],
            Self::Refund => [
                "CONFIRMED",
                "PARTIALLY_REFUNDED",
                "UNFULFILLED",
                "14.90",
                "4.90",
            ],
            Self::Cancel => ["CANCELLED", "REFUNDED", "CANCELLED", "14.90", "14.90"],
        }
    }
}

/// An order that waits for a step.
pub(crate) struct Subject {
    pub(crate) step: Step,
    cart: Cart,
    order: Option<Order>,
    /// Its parts, and the parcel.
    parts: Value,
    key: String,
}

/// Where the steps are taken: a shop whose money is at a stand-in for Stripe.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) stripe: FakeStripe,
    pub(crate) staff: Client,
    pub(crate) port: u16,
    shop: Shop,
    goods: Goods,
    method: String,
    /// Events of the provider the server did not take yet.
    events: Vec<Value>,
}

impl Stage {
    pub(crate) async fn set(app: &TestApp) -> Self {
        let shop = arrange::shop(app).await;
        let goods = arrange::product("Cup")
            .stock(10_000)
            .insert(app, &shop)
            .await;
        let stripe = FakeStripe::start().await;
        let app = stripe.serve(app, &[]).await;
        let staff = app.as_owner().await;
        let method = json!({ "code": "card", "provider": "STRIPE", "name": "Card" });
        let input = json!({ "input": { "paymentMethods": [method] } });
        let made = staff.run(METHODS, input).await;
        let method = text(&made["paymentMethodsUpsert"]["paymentMethods"][0]["id"]);
        Self {
            app,
            stripe,
            staff,
            port: 0,
            shop,
            goods,
            method,
            events: Vec::new(),
        }
    }

    /// Brings an order to where a step begins.
    pub(crate) async fn prepare(&mut self, step: Step) -> Subject {
        let guest = self.app.guest();
        let cart = checkout::cart(&guest, &self.shop, &self.goods, 1).await;
        let mut subject = Subject {
            step,
            cart,
            order: None,
            parts: Value::Null,
            key: key(&self.app),
        };
        if step == Step::Place {
            return subject;
        }
        let order = checkout::ordered(&self.app, &guest, &subject.cart).await;
        subject.order = Some(order.clone());
        if step == Step::Pay {
            return subject;
        }
        checkout::try_pay(&self.app, &guest, &order, &self.method, "")
            .await
            .ok();
        let intent = self.stripe.intents().pop().expect("an intent");
        self.stripe.pay(&text(&intent["id"]));
        self.stripe.deliver(&self.app).await;
        if matches!(step, Step::Ship | Step::Refund | Step::Cancel) {
            checkout::respond(&self.app, &order, "CONFIRMED").await;
            self.app.run_outbox_until_idle().await;
            self.stripe.deliver(&self.app).await;
        }
        subject.parts = checkout::read(&self.staff, &order, SUBJECTS).await;
        if step == Step::Ship {
            let line = &subject.parts["lines"][0]["id"];
            let input = json!({ "orderId": order.id, "warehouseId": self.shop.warehouse,
                "lines": [{ "lineId": line, "quantity": 1 }], "idempotencyKey": key(&self.app) });
            let packed = self.staff.run(PACK, json!({ "input": input })).await;
            subject.parts["parcel"] = packed["fulfillmentCreate"]["fulfillment"]["id"].clone();
        }
        subject
    }

    /// Takes the step, until the server says that it did; answers what it said.
    pub(crate) async fn take(&mut self, subject: &mut Subject) -> Value {
        let (document, input) = self.request(subject);
        let asking = match subject.step {
            Step::Place | Step::Pay => Asking::guest(self.port),
            Step::Capture | Step::Confirm | Step::Ship | Step::Refund | Step::Cancel => {
                Asking::account(self.port, &self.staff)
            }
        };
        let data = asking.ask(document, &input).await;
        let (_field, payload) = data
            .as_object()
            .and_then(|fields| fields.iter().next())
            .expect("a payload");
        assert_eq!(
            payload["userErrors"],
            json!([]),
            "{:?}: {payload}",
            subject.step
        );
        if subject.step == Step::Place {
            subject.order = Some(Order {
                id: text(&payload["order"]["id"]),
                token: payload["orderToken"].as_str().map(str::to_owned),
            });
        }
        if subject.step == Step::Pay {
            self.pay(&subject.order.as_ref().expect("an order").clone())
                .await;
        }
        self.deliver().await;
        data
    }

    fn request(&self, subject: &Subject) -> (&'static str, Value) {
        let order = subject.order.as_ref();
        let (document, mut input) = match subject.step {
            Step::Place => (
                PLACE,
                json!({ "cartId": subject.cart.id, "expectedTotal": subject.cart.total }),
            ),
            Step::Pay => (
                PAY,
                json!({ "orderToken": order.map(|order| &order.token), "paymentMethodId": self.method,
                "returnUrl": "https://store.test/back" }),
            ),
            Step::Capture => (
                CAPTURE,
                json!({ "paymentId": subject.parts["payments"][0]["id"] }),
            ),
            Step::Confirm => (
                CONFIRM,
                json!({ "orderConfirmationRequestId": subject.parts["confirmationRequests"][0]["id"],
                "outcome": "CONFIRMED", "reason": "counted by hand" }),
            ),
            Step::Ship => (
                SHIP,
                json!({ "fulfillmentId": subject.parts["parcel"], "notify": false }),
            ),
            Step::Refund => (
                REFUND,
                json!({ "reason": "It took too long",
                "shipping": { "amount": "4.90", "currencyCode": "EUR" } }),
            ),
            Step::Cancel => (
                CANCEL,
                json!({ "reason": "STAFF", "refund": true, "restock": true, "notify": false }),
            ),
        };
        if let (Step::Pay | Step::Refund | Step::Cancel, Some(order)) = (subject.step, order) {
            input["orderId"] = json!(order.id);
        }
        input["idempotencyKey"] = json!(subject.key);
        (document, input)
    }

    /// Pays as a buyer does, in the browser, as soon as there is something to pay.
    async fn pay(&self, order: &Order) {
        let order = Order {
            token: None,
            ..order.clone()
        };
        loop {
            let shown = checkout::read(&self.staff, &order, "payments { providerRef }").await;
            let intent = &shown["payments"][0]["providerRef"];
            if intent.is_string() {
                let intents = self.stripe.intents();
                let known = intents.iter().find(|known| known["id"] == *intent);
                if known.expect("an intent")["status"] == "requires_payment_method" {
                    self.stripe.pay(&text(intent));
                }
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Brings the provider's events to the server, each until it is taken.
    pub(crate) async fn deliver(&mut self) {
        self.events.extend(self.stripe.take_events());
        while let Some(event) = self.events.first() {
            let body = event.to_string();
            let signature = sign(WEBHOOK_SECRET, self.app.clock().now().timestamp(), &body);
            let send = async {
                let mut connection = Connection::open(self.port).await?;
                connection.headers = format!("stripe-signature: {signature}\r\n");
                connection.post("/webhooks/stripe", &body).await
            };
            if send.await.is_ok_and(|answer| answer.status == 200) {
                self.events.remove(0);
            } else {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
    }

    /// Where an order is.
    pub(crate) async fn state(&self, subject: &Subject) -> [String; 5] {
        let order = Order {
            token: None,
            ..subject.order.clone().expect("an order")
        };
        let shown = checkout::read(
            &self.staff,
            &order,
            "status paymentStatus fulfillmentStatus paidTotal { amount } refundedTotal { amount }",
        )
        .await;
        [
            &shown["status"],
            &shown["paymentStatus"],
            &shown["fulfillmentStatus"],
            &shown["paidTotal"]["amount"],
            &shown["refundedTotal"]["amount"],
        ]
        .map(text)
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text but {value}"))
        .to_owned()
}
