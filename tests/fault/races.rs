//! Transactions that lose their races are run again as a whole, up to three times; then the caller is asked to come back, and
//! nothing has changed.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, TransactionTrait};
use serde_json::json;
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{
    Order, address, cart, key, placed, received, respond, started, stock, try_place,
    wait_for_provider,
};
use tests::{Backend, Client, TestApp, both};

/// Times a transaction is run again at most.
const AGAIN: u32 = 3;
/// PostgreSQL's codes: a deadlock, a serialization failure, a lock that did not come in time.
const LOST: [&str; 3] = ["40P01", "40001", "55P03"];

const CART: &str = "mutation($input: CartCreateInput!) { cartCreate(input: $input) {
    cart { id cost { total { amount currencyCode } } } userErrors { code } } }";
const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) {
    refund { status } userErrors { code message } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
    orderCancellation { status } userErrors { code message } } }";

/// Lets the next inserts into the outbox, which every change of an order ends with, lose a race; a sequence counts them, since
/// it is not rolled back.
async fn lose(app: &TestApp, times: u32, code: &str) {
    let sql = format!(
        "CREATE SEQUENCE IF NOT EXISTS lost_races; ALTER SEQUENCE lost_races RESTART;
         CREATE OR REPLACE FUNCTION lose_race() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF nextval('lost_races') <= {times} THEN RAISE EXCEPTION 'a race is lost' USING ERRCODE = '{code}'; END IF;
         RETURN NULL; END $$;
         CREATE OR REPLACE TRIGGER lose_race BEFORE INSERT ON outbox_message FOR EACH STATEMENT EXECUTE FUNCTION lose_race();"
    );
    app.connection()
        .execute_unprepared(&sql)
        .await
        .expect("the trigger");
}

/// Whether as many races were lost as should have been.
async fn were_lost(app: &TestApp, times: u32) -> bool {
    let statement = sea_orm::Statement::from_string(
        sea_orm::DbBackend::Postgres,
        "SELECT last_value FROM lost_races",
    );
    let row = app.connection().query_one_raw(statement).await;
    let counted: i64 = row
        .expect("the sequence")
        .expect("its row")
        .try_get("", "last_value")
        .expect("a number");
    counted > i64::from(times)
}

async fn cancel(app: &TestApp, staff: &Client, order: &Order) {
    let input = json!({ "input": { "orderId": order.id, "reason": "STAFF", "refund": true, "restock": true, "notify": false,
        "idempotencyKey": key(app) } });
    staff.run(CANCEL, input).await;
}

/// A cart of one unit of two variants, in this order.
async fn two(
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    order: [usize; 2],
) -> tests::checkout::Cart {
    let lines = order.map(|at| json!({ "variantId": goods.variants[at], "quantity": 1 }));
    let input = json!({ "lines": lines, "cart": { "email": "buyer@shop.test", "shippingAddress": address(),
        "shippingMethodId": shop.shipping_method } });
    let made = client.run(CART, json!({ "input": input })).await["cartCreate"]["cart"].clone();
    tests::checkout::Cart {
        id: made["id"].as_str().expect("an id").to_owned(),
        total: made["cost"]["total"].clone(),
    }
}

/// Deadlocks this database has seen.
async fn deadlocks(app: &TestApp) -> i64 {
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    let row = app.connection().query_one_raw(statement).await;
    let row = row.expect("statistics").expect("of this database");
    row.try_get("", "deadlocks").expect("a number")
}

both! {
    async fn carts_with_the_same_goods_in_opposite_orders_do_not_stop_each_other(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").prices(&[1_000, 250]).stock(60).insert(&app, &shop).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for number in 0..60 {
            let order = if number % 2 == 0 { [0, 1] } else { [1, 0] };
            carts.push(two(&guest, &shop, &goods, order).await);
        }
        let placing = carts.iter().map(|cart| try_place(&guest, cart, &cart.id));
        for answer in futures_util::future::join_all(placing).await {
            answer.ok();
        }
        assert_eq!(stock(&app, &goods).await, (60, 60));
        if app.backend() == Backend::Postgres {
            // Statistics of a session are told a second later at most.
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(deadlocks(&app).await, 0, "rows are locked in one order");
        }
    }

    async fn a_lost_race_is_run_again_at_every_step_of_an_order(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return; // it has one writer: see the next scenario
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let (guest, staff) = (app.guest(), app.as_owner().await);
        for code in LOST {
            lose(&app, AGAIN, code).await;
            let order = placed(&app, &guest, &shop, &goods, 1).await;
            assert!(were_lost(&app, AGAIN).await, "placing");
            lose(&app, AGAIN, code).await;
            started(&app, &guest, &order, &shop.test_payment, "success").await;
            assert!(were_lost(&app, AGAIN).await, "paying");
            wait_for_provider(&app).await;
            lose(&app, AGAIN, code).await;
            respond(&app, &order, "CONFIRMED").await;
            assert!(were_lost(&app, AGAIN).await, "confirming");
            lose(&app, AGAIN, code).await;
            received(&app, &guest, &shop, &order, 1).await;
            assert!(were_lost(&app, AGAIN).await, "packing");
            let input = json!({ "input": { "orderId": order.id, "reason": "Late", "idempotencyKey": key(&app),
                "shipping": { "amount": "4.90", "currencyCode": "EUR" } } });
            lose(&app, AGAIN, code).await;
            staff.run(REFUND, input).await;
            assert!(were_lost(&app, AGAIN).await, "refunding");
            let other = placed(&app, &guest, &shop, &goods, 1).await;
            lose(&app, AGAIN, code).await;
            cancel(&app, &staff, &other).await;
            assert!(were_lost(&app, AGAIN).await, "cancelling");
        }
        assert_eq!(stock(&app, &goods).await, (97, 0));
        app.run_outbox_until_idle().await;
    }

    async fn who_loses_too_often_is_asked_to_come_back_and_nothing_changed(app: TestApp) {
        if app.backend() == Backend::Sqlite {
            return;
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        for code in LOST {
            let cart = cart(&guest, &shop, &goods, 1).await;
            let before = app.fingerprint().await;
            lose(&app, AGAIN + 1, code).await;
            let refused = try_place(&guest, &cart, &cart.id).await;
            refused.expect_top_error("UNAVAILABLE");
            assert_eq!(refused.status().as_u16(), 503);
            assert_eq!(app.fingerprint().await, before);
            try_place(&guest, &cart, &cart.id).await.ok();
        }
        assert_eq!(stock(&app, &goods).await, (100, 3));
    }

    async fn a_busy_sqlite_is_waited_for_and_then_told(app: TestApp) {
        if app.backend() == Backend::Postgres {
            return;
        }
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        // The one writing connection: it waits for half a second at a time here, not for five.
        app.connection().execute_unprepared("PRAGMA busy_timeout = 500").await.unwrap();
        let other = Database::connect(app.database_url()).await.unwrap();
        let hold = async || {
            let held = other.begin().await.unwrap();
            held.execute_unprepared("UPDATE channel SET version = version").await.unwrap();
            held
        };
        let first = cart(&guest, &shop, &goods, 1).await;
        let held = hold().await;
        let (placed, ()) = tokio::join!(try_place(&guest, &first, "first"), async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            held.rollback().await.unwrap();
        });
        placed.ok();
        let second = cart(&guest, &shop, &goods, 1).await;
        let before = app.fingerprint().await;
        let held = hold().await;
        try_place(&guest, &second, "second").await.expect_top_error("UNAVAILABLE");
        held.rollback().await.unwrap();
        assert_eq!(app.fingerprint().await, before);
        try_place(&guest, &second, "second").await.ok();
        assert_eq!(stock(&app, &goods).await, (100, 2));
        other.close().await.unwrap();
    }
}
