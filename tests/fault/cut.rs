//! The wire to PostgreSQL falls silent: buyers are told soon that it is not their turn, and when the wire speaks again the
//! server serves them without being started anew.

use std::time::{Duration, Instant};

use tests::postgres::Cluster;
use tests::{TestApp, app, arrange};

use crate::buyer::Buyer;
use crate::journal::Journal;
use crate::orders;
use crate::plan::Plan;
use crate::proxy::Proxy;
use crate::server::Server;

/// Longest anybody waits for an answer: a request is cut off after half a minute.
const PATIENCE: Duration = Duration::from_secs(40);

#[test]
#[cfg_attr(
    not(postgres),
    ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)"
)]
fn a_silent_database_is_survived() {
    let cluster = Cluster::lasting();
    app::run_on(&cluster, |app| scenario(app, cluster.port()));
}

async fn scenario(app: TestApp, port: u16) {
    let plan = Plan::read();
    let shop = arrange::shop(&app).await;
    let goods = arrange::product("Cup").insert(&app, &shop).await;
    let proxy = Proxy::start(port).await;
    let through = app
        .database_url()
        .replace(&format!(":{port}/"), &format!(":{}/", proxy.port));
    let server = Server::start_on(&app, &through).await;
    let journal = Journal::create(app.dir());
    let buyer = Buyer {
        port: server.port,
        shop,
        goods,
    };
    let first = buyer.buy(0, &journal).await.expect("there is enough");
    let carts =
        futures_util::future::join_all((1..=plan.buyers).map(|number| buyer.fill(number))).await;
    proxy.fall_silent();
    let asking = carts.iter().map(|cart| async {
        let began = Instant::now();
        let answer = buyer.try_to_place(cart).await;
        assert!(answer.is_err(), "nobody can be served: {answer:?}");
        began.elapsed()
    });
    let waits = futures_util::future::join_all(asking).await;
    let longest = waits.into_iter().max().unwrap();
    assert!(longest < PATIENCE, "somebody waited {longest:?}");
    proxy.speak();
    let began = Instant::now();
    let mut told = vec![first];
    for cart in &carts {
        told.push(
            buyer
                .place_and_pay(cart, &journal)
                .await
                .expect("there is enough"),
        );
    }
    println!(
        "served everybody {:?} after the wire spoke again",
        began.elapsed()
    );
    orders::settle(&app, told.len()).await;
    server.stop().await;
    orders::are_exactly(&app, &told).await;
}
