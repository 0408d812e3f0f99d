//! PostgreSQL crashes while buyers order, and comes back: the server goes on by itself, and no answer was a lie.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use tests::postgres::Cluster;
use tests::{TestApp, app, arrange};

use crate::buyer::Buyer;
use crate::journal::Journal;
use crate::orders;
use crate::plan::Plan;
use crate::server::Server;

#[test]
#[cfg_attr(
    not(postgres),
    ignore = "PostgreSQL: not run (no server programs, no TEST_DATABASE_URL)"
)]
fn orders_survive_the_death_of_the_database() {
    let cluster = Cluster::lasting();
    app::run_on(&cluster, |app| scenario(app, &cluster));
}

async fn scenario(app: TestApp, cluster: &Cluster) {
    let mut plan = Plan::read();
    let shop = arrange::shop(&app).await;
    let units = i32::try_from(plan.buyers).unwrap();
    let goods = arrange::product("Cup")
        .stock(units)
        .insert(&app, &shop)
        .await;
    let server = Server::start(&app).await;
    let journal = Arc::new(Journal::create(app.dir()));
    let buyer = Buyer {
        port: server.port,
        shop,
        goods,
    };
    let buying: Vec<_> = (0..plan.buyers)
        .map(|number| {
            let (buyer, journal) = (buyer.clone(), Arc::clone(&journal));
            tokio::spawn(async move { buyer.buy(number, &journal).await })
        })
        .collect();
    for _round in 0..plan.rounds {
        let alive = Duration::from_millis(plan.random.random_range(50..800));
        tokio::time::sleep(alive).await;
        cluster.crash();
        let down = Duration::from_millis(plan.random.random_range(0..1_000));
        tokio::time::sleep(down).await;
        cluster.recover();
    }
    let mut told = Vec::new();
    for one in buying {
        told.extend(one.await.expect("a buyer"));
    }
    assert_eq!(told.len(), plan.buyers, "there is enough for everybody");
    // Each connection of the checking side finds out for itself that it died.
    for _connection in 0..20 {
        let _dead = app.state().database.describe().await;
    }
    orders::settle(&app, told.len()).await;
    server.stop().await;
    orders::are_exactly(&app, &told).await;
}
