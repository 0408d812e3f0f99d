//! Carts that their buyers left: noted, told in steps to who may be reminded, opened again by a link, added up.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, open_channel, product, sell_all_in, shop};
use tests::checkout::{self, call_off, ordered};
use tests::{Client, TestApp, both};

use super::{change, document_for, filled};

const LEFT: &str = "query($filter: AbandonedCartFilter) { abandonedCarts(filter: $filter, first: 10) { nodes {
    id recoverUrl mayBeReminded email locale member { id } lines { quantity variant { id } } total { amount }
    leftAt toldAfterHours toldAt order { id } } } }";
const REPORT: &str = "query($from: DateTime!, $until: DateTime!) { abandonedCartReport(from: $from, until: $until) {
    told { carts total { amount } orders orderTotal { amount } } untold { carts total { amount } orders orderTotal { amount } } } }";
const SET_PAGE: &str = "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) {
    shop { policy { cartUrl } } userErrors { code field } } }";

async fn goods(app: &TestApp) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Cup").insert(app, &shop).await;
    (shop, goods)
}

async fn accept(member: &Client, accepts: bool) {
    let update = "mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "member": { "acceptsMarketing": accepts } } });
    member.send(update, input).await.ok();
}

/// A member who accepts offers.
async fn willing(app: &TestApp, email: &str) -> Client {
    let member = app.as_member(email).await;
    accept(&member, true).await;
    member
}

/// A guest's cart with one cup, an e-mail and what the guest said about reminders.
async fn of_guest(guest: &Client, goods: &Goods, email: &str, accepts: bool) -> Value {
    let input = json!({
        "lines": [{ "variantId": goods.variant(), "quantity": 1 }],
        "cart": { "email": email, "acceptsReminders": accepts },
    });
    change(guest, "cartCreate", input).await
}

async fn wait(app: &TestApp, by: TimeDelta) {
    app.clock().advance(by);
    app.run_timers().await;
    app.run_outbox_until_idle().await;
}

/// What the feed tells of carts, oldest first.
async fn told(app: &TestApp) -> Vec<Value> {
    let reader = app.as_staff(&["EVENT_READ"]).await;
    let since =
        "{ eventsSince(kind: [CART_ABANDONED], first: 100) { events { subjectId payload } } }";
    let feed = reader.run(since, Value::Null).await;
    feed["eventsSince"]["events"].as_array().unwrap().clone()
}

/// The steps told, in order.
async fn steps(app: &TestApp) -> Vec<i64> {
    let told = told(app).await;
    let hours = |event: &Value| event["payload"]["hours"].as_i64().unwrap();
    told.iter().map(hours).collect()
}

fn instant(text: &Value) -> DateTime<Utc> {
    text.as_str()
        .and_then(|text| text.parse().ok())
        .expect("an instant")
}

/// What staff see of carts that were left.
async fn left(app: &TestApp, filter: Value) -> Vec<Value> {
    let staff = app.as_staff(&["ORDER_WRITE"]).await;
    let found = staff.run(LEFT, json!({ "filter": filter })).await;
    found["abandonedCarts"]["nodes"].as_array().unwrap().clone()
}

async fn report(app: &TestApp, from: DateTime<Utc>, until: DateTime<Utc>) -> Value {
    let staff = app.as_staff(&["ORDER_READ"]).await;
    let span = json!({ "from": from.to_rfc3339(), "until": until.to_rfc3339() });
    staff.run(REPORT, span).await["abandonedCartReport"].clone()
}

both! {
    async fn each_step_is_told_on_time_and_once(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let ada = willing(&app, "ada@members.test").await;
        filled(&ada, goods.variant(), 2).await;
        wait(&app, TimeDelta::minutes(59)).await;
        assert_eq!(steps(&app).await, [0_i64; 0]);
        for (hours, expected) in [(1, &[1][..]), (1, &[1]), (22, &[1, 24]), (1, &[1, 24]), (48, &[1, 24, 72]), (30, &[1, 24, 72])] {
            wait(&app, TimeDelta::hours(hours)).await;
            assert_eq!(steps(&app).await, expected);
        }
        let [one] = &left(&app, json!({})).await[..] else { panic!("one cart") };
        for event in told(&app).await {
            assert_eq!(event["subjectId"], one["id"]);
            assert_eq!(event["payload"]["memberId"], ada.account_id());
            assert_eq!(event["payload"]["leftAt"], one["leftAt"]);
            assert_eq!(event["payload"]["total"]["amount"], "20.00");
        }
        assert_eq!((&one["toldAfterHours"], &one["member"]["id"], &one["email"]), (&json!(72), &json!(ada.account_id()), &json!("ada@members.test")));
    }

    async fn a_guest_is_told_of_who_said_so_in_the_cart_and_goes_on_by_the_link(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let owner = app.as_owner().await;
        let page = "https://shop.test/basket?id={cartId}";
        owner.send(SET_PAGE, json!({ "input": { "shop": { "cartUrl": page } } })).await.ok();
        let guest = app.guest().with_header("Accept-Language", "zh-Hans");
        let cart = of_guest(&guest, &goods, "guest@buyers.test", true).await;
        of_guest(&guest, &goods, "silent@buyers.test", false).await;
        let nameless = json!({ "lines": [{ "variantId": goods.variant(), "quantity": 1 }], "cart": { "acceptsReminders": true } });
        change(&guest, "cartCreate", nameless).await;
        wait(&app, TimeDelta::hours(1)).await;
        let [event] = &told(&app).await[..] else { panic!("one is told") };
        assert_eq!(event["payload"]["memberId"], Value::Null);
        assert!(!event.to_string().contains(cart["id"].as_str().unwrap()), "the key of a guest's cart is not told");
        let all = left(&app, json!({})).await;
        assert_eq!(all.len(), 3, "all are noted");
        let reachable: Vec<_> = all.iter().filter(|cart| cart["email"] != Value::Null || cart["recoverUrl"] != Value::Null).collect();
        assert_eq!(reachable.len(), 1, "only who agreed can be written to");
        let [one] = &left(&app, json!({ "told": true })).await[..] else { panic!("one was told") };
        assert_eq!(one["id"], event["subjectId"]);
        assert_eq!((&one["email"], &one["mayBeReminded"], &one["member"]), (&json!("guest@buyers.test"), &json!(true), &Value::Null));
        assert_eq!(one["lines"], json!([{ "quantity": 1, "variant": { "id": goods.variant() } }]));
        let key = one["recoverUrl"].as_str().unwrap().strip_prefix("https://shop.test/basket?id=").unwrap();
        assert_eq!(key, cart["id"]);
        let again = app.guest().run("query($id: ID!) { cart(id: $id) { email acceptsReminders totalQuantity } }", json!({ "id": key })).await;
        assert_eq!(again["cart"], json!({ "email": "guest@buyers.test", "acceptsReminders": true, "totalQuantity": 1 }));
        change(&guest, "cartUpdate", json!({ "cartId": key, "cart": { "acceptsReminders": false } })).await;
        wait(&app, TimeDelta::hours(30)).await;
        assert_eq!(steps(&app).await, [1], "the guest took it back");
        assert!(left(&app, json!({})).await.iter().all(|cart| cart["mayBeReminded"] == false));
    }

    async fn a_change_starts_anew_but_nobody_is_told_twice_a_day(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let ada = willing(&app, "ada@members.test").await;
        let cart = filled(&ada, goods.variant(), 1).await;
        wait(&app, TimeDelta::hours(1)).await;
        let first = left(&app, json!({})).await.remove(0);
        change(&ada, "cartLinesAdd", json!({ "cartId": cart["id"], "lines": [{ "variantId": goods.variant(), "quantity": 1 }] })).await;
        wait(&app, TimeDelta::hours(22)).await;
        assert_eq!(steps(&app).await, [1]);
        let [second] = &left(&app, json!({})).await[..] else { panic!("one cart") };
        assert_eq!((&second["id"], &second["total"]["amount"], &second["toldAfterHours"]), (&first["id"], &json!("20.00"), &Value::Null));
        assert_eq!(second["toldAt"], first["toldAt"]);
        wait(&app, TimeDelta::hours(1)).await;
        assert_eq!(steps(&app).await, [1, 1]);
    }

    async fn who_did_not_agree_or_no_longer_does_is_not_told_of(app: TestApp) {
        let (_, goods) = goods(&app).await;
        filled(&app.as_member("bob@members.test").await, goods.variant(), 1).await;
        let ada = willing(&app, "ada@members.test").await;
        filled(&ada, goods.variant(), 1).await;
        accept(&ada, false).await;
        wait(&app, TimeDelta::hours(2)).await;
        assert_eq!(steps(&app).await, [0_i64; 0]);
        assert_eq!(left(&app, json!({ "told": false })).await.len(), 2);
        accept(&ada, true).await;
        wait(&app, TimeDelta::minutes(5)).await;
        assert_eq!(steps(&app).await, [1], "consent may come later");
    }

    async fn empty_and_forgotten_carts_are_not_noted(app: TestApp) {
        let (_, goods) = goods(&app).await;
        change(&willing(&app, "eve@members.test").await, "cartCreate", json!({})).await;
        wait(&app, TimeDelta::hours(2)).await;
        assert_eq!(left(&app, json!({})).await.len(), 0);
        filled(&willing(&app, "late@members.test").await, goods.variant(), 1).await;
        wait(&app, TimeDelta::hours(96)).await;
        assert_eq!((steps(&app).await.len(), left(&app, json!({})).await.len()), (0, 0));
    }

    async fn who_ordered_since_is_not_reminded_of_another_cart(app: TestApp) {
        let (shop, goods) = goods(&app).await;
        of_guest(&app.guest(), &goods, "buyer@shop.test", true).await;
        of_guest(&app.guest(), &goods, "other@shop.test", true).await;
        app.clock().advance(TimeDelta::minutes(30));
        checkout::placed(&app, &app.guest(), &shop, &goods, 1).await;
        wait(&app, TimeDelta::minutes(30)).await;
        let [one] = &left(&app, json!({ "told": true })).await[..] else { panic!("one was told") };
        assert_eq!(one["email"], "other@shop.test");
    }

    async fn what_was_left_is_added_up_with_what_came_back(app: TestApp) {
        let (shop, goods) = goods(&app).await;
        let from = app.clock().now();
        let ada = willing(&app, "ada@members.test").await;
        let cart = checkout::cart(&ada, &shop, &goods, 2).await;
        let guest = app.guest();
        let silent = checkout::cart(&guest, &shop, &goods, 1).await;
        let undone = checkout::cart(&guest, &shop, &goods, 1).await;
        of_guest(&guest, &goods, "guest@buyers.test", true).await;
        wait(&app, TimeDelta::hours(1)).await;
        let order = ordered(&app, &ada, &cart).await;
        ordered(&app, &guest, &silent).await;
        call_off(&app, &ordered(&app, &guest, &undone).await).await;
        let [one] = &left(&app, json!({ "told": true, "ordered": true })).await[..] else { panic!("one came back") };
        assert_eq!(one["order"]["id"], order.id);
        let amount = |cart: &checkout::Cart| cart.total["amount"].clone();
        let seen = report(&app, from, app.clock().now()).await;
        assert_eq!((&seen["told"]["carts"], &seen["told"]["orders"]), (&json!(2), &json!(1)));
        assert_eq!(seen["told"]["orderTotal"]["amount"], amount(&cart));
        assert_eq!((&seen["untold"]["carts"], &seen["untold"]["orders"]), (&json!(2), &json!(1)));
        assert_eq!(seen["untold"]["orderTotal"]["amount"], amount(&silent));
        let before = report(&app, from - TimeDelta::days(1), from).await;
        assert_eq!(before["told"], json!({ "carts": 0, "total": { "amount": "0.00" }, "orders": 0, "orderTotal": { "amount": "0.00" } }));
        let staff = app.as_staff(&["ORDER_READ"]).await;
        let span = json!({ "from": from.to_rfc3339(), "until": from.to_rfc3339() });
        staff.send(REPORT, span).await.expect_top_error("BAD_USER_INPUT");
    }

    async fn two_timers_at_once_tell_once(app: TestApp) {
        let (_, goods) = goods(&app).await;
        for name in ["ada", "bob", "eve"] {
            filled(&willing(&app, &format!("{name}@members.test")).await, goods.variant(), 1).await;
        }
        app.clock().advance(TimeDelta::hours(1));
        use api::service::abandoned_cart::{note_due, tell_due};
        let (one, other) = tokio::join!(note_due(app.state()), note_due(app.state()));
        assert!(one.unwrap() + other.unwrap() >= 3);
        let (one, other) = tokio::join!(tell_due(app.state()), tell_due(app.state()));
        assert_eq!(one.unwrap() + other.unwrap(), 3);
        app.run_outbox_until_idle().await;
        assert_eq!(steps(&app).await, [1, 1, 1]);
    }

    async fn what_was_left_long_ago_is_forgotten(app: TestApp) {
        let (_, goods) = goods(&app).await;
        filled(&app.guest(), goods.variant(), 1).await;
        wait(&app, TimeDelta::hours(1)).await;
        assert_eq!(left(&app, json!({})).await.len(), 1);
        wait(&app, TimeDelta::days(400)).await;
        assert_eq!(left(&app, json!({})).await.len(), 0);
    }

    async fn a_page_for_carts_is_an_address_with_a_place_for_the_cart(app: TestApp) {
        let owner = app.as_owner().await;
        let page = "https://shop.test/{cartId}/go";
        let set = owner.send(SET_PAGE, json!({ "input": { "shop": { "cartUrl": page } } })).await.ok();
        assert_eq!(set["shopUpdate"]["shop"]["policy"]["cartUrl"], page);
        let before = app.fingerprint().await;
        let long = format!("https://shop.test/{{cartId}}?{}", "x".repeat(500));
        for bad in ["https://shop.test/", "{cartId}", "http://shop.test/{cartId}", "https://{cartId}.shop.test/", "https://{cartId}/", "https://u:{cartId}@shop.test/", "ftp://shop.test/{cartId}", "https://shop.test/{cartId}/{cartId}", "https://shop.test/ {cartId}", &long] {
            let refused = owner.send(SET_PAGE, json!({ "input": { "shop": { "cartUrl": bad } } })).await;
            assert_eq!(refused.expect_user_error("INVALID")["field"], json!(["input", "shop", "cartUrl"]), "{bad}");
        }
        assert_eq!(app.fingerprint().await, before);
        let local = owner.send(SET_PAGE, json!({ "input": { "shop": { "cartUrl": "http://localhost:3000/#{cartId}" } } })).await.ok();
        assert_eq!(local["shopUpdate"]["shop"]["policy"]["cartUrl"], "http://localhost:3000/#{cartId}");
        let none = owner.send(SET_PAGE, json!({ "input": { "shop": { "cartUrl": null } } })).await.ok();
        assert_eq!(none["shopUpdate"]["shop"]["policy"]["cartUrl"], Value::Null);
    }

    async fn one_address_is_told_of_once_however_many_carts_name_it(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let guest = app.guest();
        for _cart in 0..3 {
            of_guest(&guest, &goods, "victim@buyers.test", true).await;
            app.clock().advance(TimeDelta::minutes(1));
        }
        let last = of_guest(&guest, &goods, "victim@buyers.test", true).await;
        of_guest(&guest, &goods, "other@buyers.test", true).await;
        wait(&app, TimeDelta::hours(1)).await;
        assert_eq!(steps(&app).await, [1, 1]);
        let told = left(&app, json!({ "told": true })).await;
        assert_eq!(told.iter().filter(|cart| cart["email"] == "victim@buyers.test").count(), 1);
        // Who calls it off for that cart does not free the others to be told.
        change(&guest, "cartUpdate", json!({ "cartId": last["id"], "cart": { "email": "gone@buyers.test", "acceptsReminders": true } })).await;
        wait(&app, TimeDelta::hours(22)).await;
        assert_eq!(steps(&app).await, [1, 1]);
        wait(&app, TimeDelta::hours(2)).await;
        assert_eq!(steps(&app).await, [1, 1, 24, 24, 24], "a day later of each address once");
    }

    async fn what_was_said_of_one_address_holds_for_no_other(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let cart = of_guest(&app.guest(), &goods, "first@buyers.test", true).await;
        let document = document_for("cartUpdate", "acceptsReminders");
        for (change, accepts) in [
            (json!({ "email": "first@buyers.test", "note": "the same" }), true),
            (json!({ "email": "second@buyers.test" }), false),
            (json!({ "email": "third@buyers.test", "acceptsReminders": true }), true),
        ] {
            let input = json!({ "input": { "cartId": cart["id"], "cart": change } });
            let changed = app.guest().send(&document, input).await.ok();
            assert_eq!(changed["cartUpdate"]["cart"]["acceptsReminders"], accepts, "{change}");
        }
    }

    async fn a_guest_cannot_speak_for_a_member_who_said_no(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let ada = app.as_member("ada@members.test").await;
        of_guest(&app.guest(), &goods, "ada@members.test", true).await;
        wait(&app, TimeDelta::hours(1)).await;
        assert_eq!(steps(&app).await, [0_i64; 0]);
        accept(&ada, true).await;
        wait(&app, TimeDelta::minutes(5)).await;
        assert_eq!(steps(&app).await, [1]);
    }

    async fn who_ordered_with_an_account_is_not_reminded_of_what_they_left_without(app: TestApp) {
        let (shop, goods) = goods(&app).await;
        let ada = willing(&app, "ada@members.test").await;
        of_guest(&app.guest(), &goods, "ada@members.test", true).await;
        filled(&willing(&app, "bob@members.test").await, goods.variant(), 1).await;
        app.clock().advance(TimeDelta::minutes(30));
        checkout::placed(&app, &ada, &shop, &goods, 1).await;
        app.clock().advance(TimeDelta::minutes(1));
        filled(&ada, goods.variant(), 1).await;
        wait(&app, TimeDelta::minutes(29)).await;
        let [event] = &told(&app).await[..] else { panic!("one is told") };
        assert_ne!(event["payload"]["memberId"], ada.account_id());
        // What she left after she ordered is another matter.
        wait(&app, TimeDelta::minutes(31)).await;
        let told = told(&app).await;
        assert_eq!((told.len(), &told[1]["payload"]["memberId"]), (2, &json!(ada.account_id())));
        assert_eq!(left(&app, json!({ "told": false })).await[0]["mayBeReminded"], false);
    }

    async fn what_was_told_of_a_cart_goes_with_its_goods(app: TestApp) {
        let (shop, goods) = goods(&app).await;
        let from = app.clock().now();
        let guest = of_guest(&app.guest(), &goods, "ada@members.test", true).await;
        wait(&app, TimeDelta::hours(1)).await;
        let ada = willing(&app, "ada@members.test").await;
        let own = checkout::cart(&ada, &shop, &goods, 1).await;
        let merged = change(&ada, "cartMerge", json!({ "cartId": guest["id"] })).await;
        assert_eq!(merged["id"], own.id);
        let [one] = &left(&app, json!({})).await[..] else { panic!("one cart") };
        assert_eq!((&one["member"]["id"], &one["mayBeReminded"]), (&json!(ada.account_id()), &json!(false)));
        let total = merged["cost"]["total"].clone();
        ordered(&app, &ada, &checkout::Cart { id: own.id, total }).await;
        let seen = report(&app, from, app.clock().now()).await;
        assert_eq!((&seen["told"]["carts"], &seen["told"]["orders"]), (&json!(1), &json!(1)));
        assert_eq!(seen["untold"]["carts"], 0);
    }

    async fn a_cart_merged_with_one_that_was_left_too_counts_once(app: TestApp) {
        let (_, goods) = goods(&app).await;
        let from = app.clock().now();
        let ada = willing(&app, "ada@members.test").await;
        filled(&ada, goods.variant(), 1).await;
        let guest = filled(&app.guest(), goods.variant(), 1).await;
        wait(&app, TimeDelta::hours(1)).await;
        assert_eq!(left(&app, json!({})).await.len(), 2);
        change(&ada, "cartMerge", json!({ "cartId": guest["id"] })).await;
        assert_eq!(left(&app, json!({})).await.len(), 1);
        assert_eq!(report(&app, from, app.clock().now()).await["untold"]["carts"], 0);
    }

    async fn all_pages_are_noted_in_all_channels_and_seen_only_in_their_own(app: TestApp) {
        let (_, goods) = goods(&app).await;
        sell_all_in(&app, open_channel(&app, "second").await).await;
        let there = app.guest().with_header("Vitrine-Channel", "second");
        let spoiled = filled(&there, goods.variant(), 1).await;
        for hour in 0..3 {
            for _cart in 0..36 {
                filled(&app.guest(), goods.variant(), 1).await;
            }
            app.clock().advance(TimeDelta::minutes(25 + hour));
        }
        let found = entity::cart::Entity::find().filter(entity::cart::Column::PublicId.eq(spoiled["id"].as_str().unwrap()));
        let mut row = found.one(app.connection()).await.expect("carts can be read").expect("it is there").into_active_model();
        row.locale = Set("?".to_owned());
        row.update(app.connection()).await.expect("it is written");
        app.clock().advance(TimeDelta::hours(1));
        let noted = api::service::abandoned_cart::note_due(app.state()).await.unwrap();
        assert_eq!(noted, 109, "one that cannot be priced among them");
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let count = "{ abandonedCarts(first: 0) { totalCount } }";
        assert_eq!(staff.run(count, Value::Null).await["abandonedCarts"]["totalCount"], 108);
        let page = "query($after: String) { abandonedCarts(first: 60, after: $after) { nodes { id leftAt } pageInfo { endCursor } } }";
        let first = staff.run(page, Value::Null).await["abandonedCarts"].clone();
        let second = staff.run(page, json!({ "after": first["pageInfo"]["endCursor"] })).await["abandonedCarts"].clone();
        let nodes = [&first, &second].map(|page| page["nodes"].as_array().unwrap().clone()).concat();
        let mut sorted = nodes.clone();
        sorted.sort_by_key(|cart| Reverse((instant(&cart["leftAt"]), cart["id"].to_string())));
        assert_eq!((nodes.len(), &nodes), (108, &sorted));
        let node = "query($id: ID!) { node(id: $id) { id } }";
        let id = json!({ "id": nodes[0]["id"] });
        assert_eq!(staff.run(node, id.clone()).await["node"]["id"], nodes[0]["id"]);
        let stranger = app.as_member("bob@members.test").await;
        let reader = app.as_staff(&["ORDER_READ"]).await;
        let abroad = staff.with_header("Vitrine-Channel", "second");
        for other in [app.guest(), stranger, reader, abroad] {
            assert_eq!(other.run(node, id.clone()).await["node"], Value::Null);
        }
    }
}
