//! Orders on account: what members may owe, what they do owe, and how old that is.

use domain::order::PaymentProvider;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, channel, payment_method, product, shop};
use tests::checkout::{Order, key, placed, read, respond, started};
use tests::{Answer, Client, TestApp};

mod ageing;
pub(crate) mod authorization;
mod on_account;
mod owed;
mod terms;

const SET: &str = "mutation($input: PaymentTermsSetInput!) { paymentTermsSet(input: $input) {
    member { paymentTerms { creditLimit { amount } usedTotal { amount } availableTotal { amount } daysToPay } } userErrors { code field } } }";
const PACK: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) { fulfillment { id } userErrors { code } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { id } userErrors { code } } }";
const DEBT: &str = "status paymentStatus dueTotal { amount } onAccountTotal { amount }";

fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

async fn set_terms(
    app: &TestApp,
    staff: &Client,
    member: &Client,
    limit: Value,
    days: i32,
) -> Answer {
    let input = json!({ "memberId": member.account_id(), "creditLimit": limit, "daysToPay": days, "idempotencyKey": key(app) });
    staff.send(SET, json!({ "input": input })).await
}

/// What a member may owe, owes, and may still owe.
async fn used(member: &Client) -> [String; 3] {
    let terms = member
        .run("{ viewer { member { paymentTerms { creditLimit { amount } usedTotal { amount } availableTotal { amount } } } } }", json!({}))
        .await["viewer"]["member"]["paymentTerms"]
        .clone();
    ["creditLimit", "usedTotal", "availableTotal"]
        .map(|field| terms[field]["amount"].as_str().unwrap().to_owned())
}

/// A shop that sells cups for 10.00 on account, sent for 4.90, and a member who may owe 50.00 for 30 days.
struct Scene {
    shop: Shop,
    cups: Goods,
    account: String,
    office: Client,
    ada: Client,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let shop = shop(app).await;
        let channel_id = channel(app).await.id;
        let account = payment_method(app, channel_id, PaymentProvider::OnAccount, "account").await;
        let office = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        set_terms(app, &office, &ada, euro("50.00"), 30).await.ok();
        Self {
            cups: product("Cup").insert(app, &shop).await,
            shop,
            account,
            office,
            ada,
        }
    }

    /// An order of so many cups that stands on account; nobody has confirmed it.
    async fn taken(&self, app: &TestApp, cups: u32) -> Order {
        let order = placed(app, &self.ada, &self.shop, &self.cups, cups).await;
        started(app, &self.ada, &order, &self.account, "").await;
        order
    }

    /// The same, confirmed.
    async fn confirmed(&self, app: &TestApp, cups: u32) -> Order {
        let order = self.taken(app, cups).await;
        respond(app, &order, "CONFIRMED").await;
        order
    }

    /// Sends so many units of an order's first line.
    async fn send(&self, app: &TestApp, order: &Order, units: u32) -> Answer {
        let line = read(&self.office, order, "lines { id }").await["lines"][0]["id"].clone();
        let input = json!({ "orderId": order.id, "warehouseId": self.shop.warehouse,
            "lines": [{ "lineId": line, "quantity": units }], "idempotencyKey": key(app) });
        let packed = self.office.run(PACK, json!({ "input": input })).await;
        let parcel = &packed["fulfillmentCreate"]["fulfillment"]["id"];
        let input = json!({ "fulfillmentId": parcel, "notify": false, "idempotencyKey": key(app) });
        self.office.send(SHIP, json!({ "input": input })).await
    }

    /// Notes that so much came by transfer.
    async fn transferred(&self, app: &TestApp, payment: &str, amount: &str) {
        let capture = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) { userErrors { code } } }";
        let input =
            json!({ "paymentId": payment, "amount": euro(amount), "idempotencyKey": key(app) });
        self.office.run(capture, json!({ "input": input })).await;
    }
}

fn debt(status: &str, paid: &str, due: &str, on_account: &str) -> Value {
    json!({ "status": status, "paymentStatus": paid, "dueTotal": { "amount": due }, "onAccountTotal": { "amount": on_account } })
}
