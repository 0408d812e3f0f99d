//! Clients hang up in the middle of an order. It is placed or it is not, and asking again with the same key tells which.

use std::time::Duration;

use rand::Rng;
use tests::{TestApp, arrange, both};

use crate::buyer::Buyer;
use crate::plan::Plan;
use crate::server::Server;

both! {
    async fn hanging_up_leaves_no_half_order(app: TestApp) {
        let mut plan = Plan::read();
        let shop = arrange::shop(&app).await;
        let count = plan.buyers * 2;
        let goods = arrange::product("Cup").stock(i32::try_from(count).unwrap()).insert(&app, &shop).await;
        let server = Server::start(&app).await;
        let buyer = Buyer { port: server.port, shop, goods };
        let mut carts = Vec::new();
        for number in 0..count {
            carts.push(buyer.fill(number).await);
        }
        let late = buyer.fill(count).await;
        let hanging_up = carts.iter().map(|cart| {
            let after = Duration::from_micros(plan.random.random_range(0..40_000));
            buyer.place_and_hang_up(cart, after)
        });
        futures_util::future::join_all(hanging_up).await;
        // Whatever became of the first attempt, each cart becomes one order, and the last unit is there for the last.
        for cart in &carts {
            assert!(buyer.place(cart).await.is_some());
        }
        assert!(buyer.place(&late).await.is_none(), "nothing is left");
        server.stop().await;
    }
}
