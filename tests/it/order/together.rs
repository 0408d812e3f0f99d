//! Orders that want the same goods at once are written by one transaction, each as if it were alone.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Cart, cart, key, stock, try_place};
use tests::{Answer, TestApp, both};

async fn lamps(app: &TestApp, units: i32) -> (Shop, Goods) {
    let shop = shop(app).await;
    let goods = product("Lamp").stock(units).insert(app, &shop).await;
    (shop, goods)
}

async fn carts(app: &TestApp, shop: &Shop, goods: &Goods, units: &[u32]) -> Vec<Cart> {
    let guest = app.guest();
    let mut carts = Vec::new();
    for units in units {
        carts.push(cart(&guest, shop, goods, *units).await);
    }
    carts
}

/// Orders all carts at once, each with a key of its own.
async fn place_all(app: &TestApp, carts: &[Cart]) -> Vec<Answer> {
    let guest = app.guest();
    let keys: Vec<String> = carts.iter().map(|_| key(app)).collect();
    let placing = carts.iter().zip(&keys);
    join_all(placing.map(|(cart, key)| try_place(&guest, cart, key))).await
}

fn accepted(answers: Vec<Answer>) {
    for answer in answers {
        answer.ok();
    }
}

/// What is the same for orders of the same goods.
async fn written(app: &TestApp) -> Vec<Value> {
    let owner = app.as_owner().await;
    let query = "{ orders(first: 100) { nodes { status lines { quantity } cost { total { amount } }
        timeline { kind message } } } }";
    let orders = owner.run(query, Value::Null).await;
    orders["orders"]["nodes"]
        .as_array()
        .expect("a list")
        .clone()
}

both! {
    async fn orders_at_once_share_statements_and_are_all_alike(app: TestApp) {
        let (shop, goods) = lamps(&app, 100).await;
        let carts = carts(&app, &shop, &goods, &[1; 41]).await;
        let (alone, crowd) = carts.split_first().expect("carts");
        let (answers, one) = app.count_statements(place_all(&app, std::slice::from_ref(alone))).await;
        accepted(answers);
        let (answers, many) = app.count_statements(place_all(&app, crowd)).await;
        accepted(answers);
        assert!(many < crowd.len() * one * 3 / 4, "{} orders: {many} statements; one: {one}", crowd.len());
        assert_eq!(stock(&app, &goods).await, (100, 41));
        let orders = written(&app).await;
        assert_eq!((orders.len(), orders.iter().all(|order| order == &orders[0])), (41, true), "{orders:?}");
    }

    async fn an_order_of_more_than_is_left_leaves_it_to_those_behind(app: TestApp) {
        let (shop, goods) = lamps(&app, 10).await;
        let carts = carts(&app, &shop, &goods, &[3, 3, 3, 3, 3, 3, 1, 1, 1, 1]).await;
        let answers = place_all(&app, &carts).await;
        let sold: usize = answers.iter().zip([3, 3, 3, 3, 3, 3, 1, 1, 1, 1])
            .filter(|(answer, _)| answer.user_codes().is_empty())
            .map(|(answer, units)| { assert_eq!(answer.top_codes(), Vec::<String>::new()); units })
            .sum();
        assert_eq!(sold, 10, "units of one were there for whoever wanted one");
        assert_eq!(stock(&app, &goods).await, (10, 10));
    }

    async fn a_cart_that_is_ordered_twice_at_once_becomes_one_order(app: TestApp) {
        let (shop, goods) = lamps(&app, 50).await;
        let cart = carts(&app, &shop, &goods, &[1]).await.remove(0);
        let guest = app.guest();
        let keys: Vec<String> = (0..10).map(|_| key(&app)).collect();
        let answers = join_all(keys.iter().map(|key| try_place(&guest, &cart, key))).await;
        let refused: Vec<&str> = answers.iter().flat_map(Answer::user_codes).collect();
        assert_eq!(refused, vec!["CART_CLOSED"; 9]);
        assert_eq!(stock(&app, &goods).await, (50, 1));

        let cart = carts(&app, &shop, &goods, &[2]).await.remove(0);
        let once = key(&app);
        let answers = join_all((0..10).map(|_| try_place(&guest, &cart, &once))).await;
        let mut orders: Vec<Value> = answers.into_iter().map(|answer| answer.ok()["orderPlace"]["order"]["id"].clone()).collect();
        orders.dedup();
        assert_eq!((orders.len(), stock(&app, &goods).await), (1, (50, 3)));
    }

    async fn a_cart_that_changes_while_it_is_ordered_is_ordered_as_it_was_or_not_at_all(app: TestApp) {
        let (shop, goods) = lamps(&app, 500).await;
        let guest = app.guest();
        let add = "mutation($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { userErrors { code } } }";
        for _turn in 0..8 {
            let cart = carts(&app, &shop, &goods, &[1]).await.remove(0);
            let before = stock(&app, &goods).await.1;
            let input = json!({ "cartId": cart.id, "lines": [{ "variantId": goods.variant(), "quantity": 4 }] });
            let once = key(&app);
            let (placed, added) = tokio::join!(try_place(&guest, &cart, &once), guest.send(add, json!({ "input": input })));
            let took = stock(&app, &goods).await.1 - before;
            let codes = (placed.user_codes().concat(), added.user_codes().concat());
            match took {
                1 => assert_eq!(codes, (String::new(), "CART_CLOSED".to_owned())),
                0 => assert_eq!(codes, ("TOTAL_CHANGED".to_owned(), String::new())),
                other => panic!("{other} units were taken: {codes:?}"),
            }
        }
    }
}
