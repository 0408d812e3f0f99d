//! More callers than connections: readers beyond what the shop can serve are asked to come back, buyers are served, and nobody
//! who holds a connection waits for a second one.

use futures_util::future::join_all;
use poem::Request;
use poem::http::{Method, StatusCode, header};
use sea_orm::TransactionTrait;
use tests::arrange::{product, shop};
use tests::checkout::{
    cart, ordered, received, respond, started, stock, try_place, wait_for_provider,
};
use tests::{Client, TestApp, both};

use crate::plan::Plan;

/// Readers for each buyer of the plan.
const READERS: usize = 40;
/// Connections of the shop.
const CONNECTIONS: usize = 7;
const BROWSE: &str =
    r#"{"query":"{ products(first: 20) { nodes { name variants { sku price { amount } } } } }"}"#;

/// Browses; whether it was served, else it was asked to come back.
async fn browse(client: &Client) -> bool {
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::HOST, "shop.test")
        .body(BROWSE);
    let response = client.call(request).await;
    if response.status() == StatusCode::OK {
        return true;
    }
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.header(header::RETRY_AFTER), Some("1"));
    let body = response.into_body().into_string().await.expect("text");
    assert!(body.contains(r#""code":"UNAVAILABLE""#), "{body}");
    false
}

both! {
    with &[("VITRINE_DB_MAX_CONNECTIONS", "7")];

    async fn readers_are_shed_and_buyers_served_when_connections_run_out(app: TestApp) {
        let buyers = Plan::read().buyers;
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for _buyer in 0..buyers {
            carts.push(cart(&guest, &shop, &goods, 1).await);
        }
        // All connections but one are lost in statements that do not come to their end.
        let mut stuck = Vec::new();
        for _connection in 1..CONNECTIONS {
            stuck.push(app.state().database.read().begin().await.unwrap());
        }
        let readers: Vec<_> = (0..buyers * READERS)
            .map(|_reader| {
                let client = guest.clone();
                tokio::spawn(async move { browse(&client).await })
            })
            .collect();
        let placing = carts.iter().map(|cart| try_place(&guest, cart, &cart.id));
        for answer in join_all(placing).await {
            answer.ok();
        }
        let mut served = 0;
        for reader in join_all(readers).await {
            served += usize::from(reader.unwrap());
        }
        println!("{served} of {} readers were served", buyers * READERS);
        assert!(served > 0, "some are");
        assert!(served < buyers * READERS, "not all can be");
        assert_eq!(stock(&app, &goods).await, (100, i32::try_from(buyers).unwrap()));
        for transaction in stuck {
            transaction.rollback().await.unwrap();
        }
        let after = join_all((0..CONNECTIONS).map(|_reader| browse(&guest))).await;
        assert!(after.into_iter().all(|served| served), "the rush is over");
    }
}

mod few {
    use super::*;

    both! {
        with &[("VITRINE_DB_MAX_CONNECTIONS", "2")];

        async fn nobody_who_holds_a_connection_waits_for_a_second_one(app: TestApp) {
            let shop = shop(&app).await;
            let goods = product("Cup").stock(12).insert(&app, &shop).await;
            let guest = app.guest();
            // Twelve at once on two connections: if each held one and asked for another, all would soon stand still.
            let placing = (0..12).map(|_buyer| async {
                let cart = cart(&guest, &shop, &goods, 1).await;
                let order = ordered(&app, &guest, &cart).await;
                started(&app, &guest, &order, &shop.test_payment, "success").await;
                order
            });
            let orders = join_all(placing).await;
            wait_for_provider(&app).await;
            join_all(orders.iter().map(|order| respond(&app, order, "CONFIRMED"))).await;
            join_all(orders.iter().map(|order| received(&app, &guest, &shop, order, 1))).await;
            assert_eq!(stock(&app, &goods).await, (0, 0));
        }
    }
}
