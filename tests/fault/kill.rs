//! The server is killed while buyers order and pay. Who was told of an order has it, once; nobody has half of one.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use tests::{TestApp, arrange, both};

use crate::buyer::Buyer;
use crate::journal::Journal;
use crate::orders;
use crate::plan::Plan;
use crate::server::Server;

both! {
    async fn orders_survive_the_death_of_the_server(app: TestApp) {
        let mut plan = Plan::read();
        let shop = arrange::shop(&app).await;
        // One of the two runs out on the way, so that some are refused.
        let units = i32::try_from(plan.buyers * 4 / 5).unwrap();
        let goods = arrange::product("Cup").prices(&[1_000, 250]).stock(units).insert(&app, &shop).await;
        let mut server = Server::start(&app).await;
        let journal = Arc::new(Journal::create(app.dir()));
        let buyer = Buyer { port: server.port, shop, goods };
        let buying: Vec<_> = (0..plan.buyers)
            .map(|number| {
                let (buyer, journal) = (buyer.clone(), Arc::clone(&journal));
                tokio::spawn(async move { buyer.buy(number, &journal).await })
            })
            .collect();
        for _round in 0..plan.rounds {
            let alive = Duration::from_millis(plan.random.random_range(20..1_200));
            tokio::time::sleep(alive).await;
            server.kill_and_restart().await;
        }
        let mut told = Vec::new();
        for one in buying {
            told.extend(one.await.expect("a buyer"));
        }
        orders::settle(&app, told.len()).await;
        server.stop().await;
        told.sort();
        let mut noted = journal.read();
        noted.sort();
        assert_eq!(noted, told, "the journal holds what buyers were told");
        assert_eq!(told.len(), usize::try_from(units).unwrap(), "as many orders as there are units");
        orders::are_exactly(&app, &told).await;
    }
}
