use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{
    Cart, Order, cart, key, placed, read, started, stock, try_place, wait_for_provider,
};
use tests::{Answer, Client, TestApp, both};

use super::approval::{levels, total};
use crate::promotion::{running, staff};

const DRAFT: &str = "mutation($input: OrderDraftCreateInput!) { orderDraftCreate(input: $input) {
    order { id status placedAt cost { total { amount currencyCode } } } userErrors { code field } } }";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
    order { id status } orderToken userErrors { code field } } }";

async fn draft(app: &TestApp, client: &Client, cart: &Cart, member: Option<&str>) -> Answer {
    let input = json!({ "cartId": cart.id, "memberId": member, "idempotencyKey": key(app) });
    client.send(DRAFT, json!({ "input": input })).await
}

async fn place(client: &Client, draft: &Value, key: &str) -> Answer {
    let input = json!({ "orderId": draft["id"], "expectedTotal": draft["cost"]["total"], "idempotencyKey": key });
    client.send(PLACE, json!({ "input": input })).await
}

async fn writer(app: &TestApp) -> Client {
    app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await
}

/// A draft of two lamps, 24.90, for a member or a guest.
async fn drafted(app: &TestApp, office: &Client, member: Option<&str>) -> (Shop, Goods, Value) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(3).insert(app, &shop).await;
    let cart = cart(office, &shop, &goods, 2).await;
    let draft = draft(app, office, &cart, member).await.ok()["orderDraftCreate"]["order"].clone();
    (shop, goods, draft)
}

fn order(draft: &Value) -> Order {
    Order {
        id: draft["id"].as_str().unwrap().to_owned(),
        token: None,
    }
}

both! {
    async fn a_draft_for_a_member_holds_nothing_until_it_is_placed(app: TestApp) {
        let (office, member) = (writer(&app).await, app.as_member("ada@shop.test").await);
        let (_shop, goods, draft) = drafted(&app, &office, Some(member.account_id())).await;
        assert_eq!((&draft["status"], &draft["placedAt"], &draft["cost"]["total"]["amount"]), (&json!("DRAFT"), &Value::Null, &json!("24.90")));
        assert_eq!(stock(&app, &goods).await, (3, 0));
        let own = "query($id: ID!) { order(id: $id) { status } node(id: $id) { id } viewer { member { orders { totalCount } } } }";
        let seen = member.run(own, json!({ "id": draft["id"] })).await;
        assert_eq!(seen, json!({ "order": null, "node": null, "viewer": { "member": { "orders": { "totalCount": 0 } } } }));
        let shown = read(&office, &order(&draft), "availableActions lines { quantity } timeline { public } member { id }").await;
        assert_eq!(shown, json!({ "availableActions": ["ORDER_PLACE", "ORDER_CANCEL"], "lines": [{ "quantity": 2 }],
            "timeline": [{ "public": false }], "member": { "id": member.account_id() } }));
        let done = place(&office, &draft, &key(&app)).await.ok();
        assert_eq!(done["orderPlace"], json!({ "order": { "id": draft["id"], "status": "PLACED" }, "orderToken": null, "userErrors": [] }));
        assert_eq!(stock(&app, &goods).await, (3, 2));
        let seen = member.run(own, json!({ "id": draft["id"] })).await;
        assert_eq!((&seen["order"]["status"], &seen["viewer"]["member"]["orders"]["totalCount"]), (&json!("PLACED"), &json!(1)));
        assert!(read(&member, &order(&draft), "placedAt").await["placedAt"].is_string());
        place(&office, &draft, &key(&app)).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn a_guest_pays_a_draft_with_the_key_shown_when_it_is_placed(app: TestApp) {
        let office = writer(&app).await;
        let (shop, goods, draft) = drafted(&app, &office, None).await;
        let once = key(&app);
        let done = place(&office, &draft, &once).await.ok();
        assert_eq!(place(&office, &draft, &once).await.ok(), done);
        let token = done["orderPlace"]["orderToken"].as_str().unwrap().to_owned();
        let own = Order { token: Some(token), ..order(&draft) };
        let guest = app.guest();
        started(&app, &guest, &own, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &own, "status").await["status"], "AWAITING_CONFIRMATION");
        assert_eq!(stock(&app, &goods).await, (3, 2));
    }

    async fn a_draft_is_placed_at_the_prices_of_the_day(app: TestApp) {
        let office = writer(&app).await;
        let (_shop, _goods, draft) = drafted(&app, &office, None).await;
        running(&app.as_owner().await, json!({})).await;
        let before = app.fingerprint().await;
        place(&office, &draft, &key(&app)).await.expect_user_error("TOTAL_CHANGED");
        assert_eq!(app.fingerprint().await, before);
        let mut today = draft.clone();
        today["cost"]["total"]["amount"] = json!("22.90");
        place(&office, &today, &key(&app)).await.ok();
        let shown = read(&office, &order(&draft), "cost { total { amount } discountTotal { amount } } lines { quantity }").await;
        assert_eq!(shown, json!({ "cost": { "total": { "amount": "22.90" }, "discountTotal": { "amount": "-2.00" } }, "lines": [{ "quantity": 2 }] }));
    }

    async fn a_draft_whose_goods_are_gone_stays_a_draft(app: TestApp) {
        let office = writer(&app).await;
        let (shop, goods, draft) = drafted(&app, &office, None).await;
        placed(&app, &app.guest(), &shop, &goods, 2).await;
        let before = app.fingerprint().await;
        place(&office, &draft, &key(&app)).await.expect_user_error("CART_HAS_PROBLEMS");
        assert_eq!(app.fingerprint().await, before);
    }

    async fn of_two_who_place_a_draft_one_does(app: TestApp) {
        let office = writer(&app).await;
        let (_shop, goods, draft) = drafted(&app, &office, None).await;
        let keys = [key(&app), key(&app), key(&app)];
        let told = join_all(keys.iter().map(|key| place(&office, &draft, key))).await;
        assert_eq!(told.iter().filter(|answer| answer.data()["orderPlace"]["order"].is_object()).count(), 1);
        assert_eq!(stock(&app, &goods).await, (3, 2));
    }

    async fn a_draft_can_be_dropped(app: TestApp) {
        let office = writer(&app).await;
        let (_shop, goods, draft) = drafted(&app, &office, None).await;
        let input = json!({ "orderId": draft["id"], "reason": "STAFF", "restock": true, "refund": true, "notify": false, "idempotencyKey": key(&app) });
        staff(&office, "orderCancel", "orderCancellation { status }", input).await;
        place(&office, &draft, &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(read(&office, &order(&draft), "status paymentStatus").await, json!({ "status": "CANCELLED", "paymentStatus": "NONE" }));
        assert_eq!(stock(&app, &goods).await, (3, 0));
    }

    async fn a_draft_placed_waits_for_somebody_else_to_approve_it(app: TestApp) {
        let owner = app.as_owner().await;
        let (_shop, _goods, draft) = drafted(&app, &owner, None).await;
        levels(&owner, json!([total("20.00")])).await.ok();
        let done = place(&owner, &draft, &key(&app)).await.ok();
        assert_eq!(done["orderPlace"]["order"]["status"], "AWAITING_APPROVAL");
        let respond = "mutation($input: OrderApprovalRespondInput!) { orderApprovalRespond(input: $input) { order { status } userErrors { code } } }";
        let input = json!({ "orderId": draft["id"], "decision": "ACCEPT", "idempotencyKey": key(&app) });
        owner.send(respond, json!({ "input": input })).await.expect_user_error("SECOND_PERSON_NEEDED");
    }

    async fn what_cannot_be_a_draft_is_refused_and_nothing_changes(app: TestApp) {
        let office = writer(&app).await;
        let (shop, goods, draft_of_another) = drafted(&app, &office, None).await;
        let member = app.as_member("ada@shop.test").await;
        let (foreign, own) = (cart(&member, &shop, &goods, 1).await, cart(&office, &shop, &goods, 1).await);
        let short = cart(&office, &shop, &goods, 3).await;
        placed(&app, &app.guest(), &shop, &goods, 1).await;
        let stranger = draft_of_another["id"].as_str().unwrap();
        let before = app.fingerprint().await;
        draft(&app, &office, &foreign, None).await.expect_user_error("NOT_FOUND");
        draft(&app, &office, &own, Some(stranger)).await.expect_user_error("INVALID");
        draft(&app, &office, &short, None).await.expect_user_error("CART_HAS_PROBLEMS");
        try_place(&member, &Cart { id: String::new(), ..own.clone() }, &key(&app)).await.expect_user_error("NOT_FOUND");
        for both in [json!({ "cartId": own.id, "orderId": stranger }), json!({})] {
            let mut input = json!({ "expectedTotal": own.total, "idempotencyKey": key(&app) });
            for (name, value) in both.as_object().unwrap() {
                input[name] = value.clone();
            }
            office.send(PLACE, json!({ "input": input })).await.expect_user_error("INVALID");
        }
        place(&member, &draft_of_another, &key(&app)).await.expect_top_error("FORBIDDEN");
        assert_eq!(app.fingerprint().await, before);
        draft(&app, &office, &own, None).await.ok();
        draft(&app, &office, &own, None).await.expect_user_error("CART_CLOSED");
    }
}
