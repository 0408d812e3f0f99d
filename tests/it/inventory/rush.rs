//! A rush for something that sells out: exactly what there was is sold, and those who come too late cost next to nothing.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::stock::ReservationPolicy;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, change_channel, product, shop};
use tests::checkout::{Cart, cart, key, stock, try_place};
use tests::{Answer, TestApp, both};

const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) {
    stockLevels { onHand } userErrors { code } } }";

/// Requests under way at once.
const CROWD: usize = 25;

/// Rounds within which so many refusals fall into one second, however slow the machine.
const ROUNDS: usize = 40;

async fn lamps(app: &TestApp, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    (shop, goods)
}

async fn carts(app: &TestApp, shop: &Shop, goods: &Goods, number: usize) -> Vec<Cart> {
    let guest = app.guest();
    let filling = (0..number).map(|_| cart(&guest, shop, goods, 1));
    stream::iter(filling).buffered(CROWD).collect().await
}

async fn rush(app: &TestApp, carts: &[Cart]) -> Vec<Answer> {
    let guest = app.guest();
    let keys: Vec<String> = carts.iter().map(|_| key(app)).collect();
    let placing = carts
        .iter()
        .zip(&keys)
        .map(|(cart, key)| try_place(&guest, cart, key));
    stream::iter(placing)
        .buffer_unordered(CROWD)
        .collect()
        .await
}

/// How often each code was answered; nothing for an order.
fn counted(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut codes = BTreeMap::new();
    for answer in answers {
        assert_eq!(
            answer.top_codes(),
            Vec::<String>::new(),
            "{:?}",
            answer.body()
        );
        *codes.entry(answer.user_codes().concat()).or_default() += 1;
    }
    codes
}

/// Refuses until the refusals of a second are a rush: then one more costs one statement.
async fn hinted(app: &TestApp, late: &[Cart]) -> Answer {
    let guest = app.guest();
    let (last, crowd) = late.split_last().expect("carts");
    for _round in 0..ROUNDS {
        let keys: Vec<String> = crowd.iter().map(|_| key(app)).collect();
        join_all(
            crowd
                .iter()
                .zip(&keys)
                .map(|(cart, key)| try_place(&guest, cart, key)),
        )
        .await;
        let (answer, statements) = app
            .count_statements(try_place(&guest, last, &key(app)))
            .await;
        answer.expect_user_error("CART_HAS_PROBLEMS");
        if statements == 1 {
            return answer;
        }
    }
    panic!("refusals go on to ask for everything");
}

async fn deliver(app: &TestApp, goods: &Goods, units: i32) {
    let staff = app.as_owner().await;
    let all = staff.run("{ warehouses { code } }", Value::Null).await;
    let row = json!({ "sku": goods.skus[0], "warehouseCode": all["warehouses"][0]["code"], "quantity": units });
    let input = json!({ "adjustments": [row], "reason": "delivery", "idempotencyKey": key(app) });
    staff.run(ADJUST, json!({ "input": input })).await;
}

both! {
    async fn of_two_hundred_buyers_as_many_get_a_unit_as_there_are(app: TestApp) {
        let (shop, goods) = lamps(&app, 20).await;
        let carts = carts(&app, &shop, &goods, 200).await;
        let mut codes = counted(&rush(&app, &carts).await);
        assert_eq!(codes.remove(""), Some(20));
        let refused = ["CART_HAS_PROBLEMS", "INSUFFICIENT_STOCK"].map(|code| codes.remove(code).unwrap_or_default());
        assert_eq!((refused.iter().sum::<usize>(), codes), (180, BTreeMap::new()));
        assert_eq!(stock(&app, &goods).await, (20, 20));
    }

    async fn whoever_comes_too_late_in_a_rush_costs_one_statement(app: TestApp) {
        let (shop, goods) = lamps(&app, 1).await;
        let mut late = carts(&app, &shop, &goods, 20).await;
        let guest = app.guest();
        let (first, once) = (late.pop().expect("a cart"), key(&app));
        let order = try_place(&guest, &first, &once).await.ok();
        let refusal = hinted(&app, &late).await;
        let problem = &refusal.body()["data"]["orderPlace"]["problems"];
        assert_eq!(problem.as_array().map_or(0, Vec::len), 1, "{problem}");
        assert_eq!(try_place(&guest, &first, &once).await.ok(), order);

        deliver(&app, &goods, 1).await;
        app.clock().advance(TimeDelta::seconds(1));
        try_place(&guest, &late[0], &key(&app)).await.ok();
        assert_eq!(stock(&app, &goods).await, (2, 2));
    }

    async fn a_cart_that_holds_its_goods_is_ordered_in_the_midst_of_a_rush(app: TestApp) {
        let (shop, goods) = lamps(&app, 2).await;
        let mut late = carts(&app, &shop, &goods, 20).await;
        change_channel(&app, |channel| {
            channel.reservation_policy = Set(ReservationPolicy::OnAdd.into());
            channel.reservation_minutes = Set(15);
        })
        .await;
        let guest = app.guest();
        let holder = cart(&guest, &shop, &goods, 1).await;
        let first = late.pop().expect("a cart");
        try_place(&guest, &first, &key(&app)).await.ok();
        hinted(&app, &late).await;
        try_place(&guest, &holder, &key(&app)).await.ok();
        assert_eq!(stock(&app, &goods).await, (2, 2));
    }

    async fn those_who_come_too_late_at_once_are_looked_up_together(app: TestApp) {
        let (shop, goods) = lamps(&app, 1).await;
        let mut late = carts(&app, &shop, &goods, 20).await;
        let guest = app.guest();
        try_place(&guest, &late.pop().expect("a cart"), &key(&app)).await.ok();
        hinted(&app, &late).await;
        for _round in 0..ROUNDS {
            let (answers, statements) = app.count_statements(rush(&app, &late)).await;
            assert_eq!(counted(&answers), BTreeMap::from([("CART_HAS_PROBLEMS".to_owned(), late.len())]));
            if statements <= late.len() / 4 {
                return;
            }
        }
        panic!("each is looked up alone");
    }

    async fn in_a_rush_nobody_hears_about_the_cart_of_another(app: TestApp) {
        let (shop, goods) = lamps(&app, 1).await;
        let mut late = carts(&app, &shop, &goods, 20).await;
        let (guest, ada) = (app.guest(), app.as_member("ada@members.test").await);
        let hers = cart(&ada, &shop, &goods, 1).await;
        try_place(&guest, &late.pop().expect("a cart"), &key(&app)).await.ok();
        hinted(&app, &late).await;
        let nobodys = ["cart_", "", "cart_00000000000000000000000000"];
        let nobodys = nobodys.map(|id| Cart { id: id.to_owned(), ..hers.clone() });
        for cart in nobodys.iter().chain([&hers]) {
            try_place(&guest, cart, &key(&app)).await.expect_user_error("NOT_FOUND");
        }
        try_place(&ada, &hers, &key(&app)).await.expect_user_error("CART_HAS_PROBLEMS");
    }
}
