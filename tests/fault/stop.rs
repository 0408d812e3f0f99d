//! The server is told to stop while buyers order: what was answered stands, and the process ends in good order.

use std::sync::Arc;
use std::time::Duration;

use tests::{TestApp, arrange, both};

use crate::buyer::Buyer;
use crate::journal::Journal;
use crate::plan::Plan;
use crate::server::Server;

both! {
    async fn a_stop_in_the_rush_loses_nothing(app: TestApp) {
        let plan = Plan::read();
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(i32::try_from(plan.buyers).unwrap()).insert(&app, &shop).await;
        let mut server = Server::start(&app).await;
        let journal = Arc::new(Journal::create(app.dir()));
        let buyer = Buyer { port: server.port, shop: shop.clone(), goods: goods.clone() };
        let mut carts = Vec::new();
        for number in 0..plan.buyers {
            carts.push(buyer.fill(number).await);
        }
        let ordering: Vec<_> = carts
            .iter()
            .cloned()
            .map(|cart| {
                let (buyer, journal) = (buyer.clone(), Arc::clone(&journal));
                tokio::spawn(async move {
                    let told = buyer.place(&cart).await.expect("there is enough");
                    journal.note(&told);
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(30)).await;
        server.ask_to_stop();
        let status = server.ended().await;
        assert!(status.success(), "the server ended: {status}");
        for one in &ordering {
            one.abort();
        }
        let before = journal.read();
        println!("{} of {} were answered before the end", before.len(), carts.len());
        // Another server answers the same requests the same way.
        let server = Server::start(&app).await;
        let buyer = Buyer { port: server.port, shop, goods };
        let mut after = Vec::new();
        for cart in &carts {
            after.push(buyer.place(cart).await.expect("there is enough"));
        }
        for told in before {
            assert!(after.contains(&told), "{told:?} was answered and is gone");
        }
        server.stop().await;
    }
}
