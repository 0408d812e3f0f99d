//! What programs learn of: the feed.

mod coupon;
mod feed;

use serde_json::json;
use tests::authorization::Row;
use tests::checkout::placed;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "Query.eventsSince",
            "{ eventsSince { events { id } hasMore } }",
        )
        .needs("EVENT_READ")
        .variables(|world| async move {
            let shop = tests::arrange::shop_or_existing(&world.app).await;
            let name = tests::checkout::key(&world.app);
            let goods = tests::arrange::product(&name)
                .insert(&world.app, &shop)
                .await;
            placed(&world.app, &world.member, &shop, &goods, 1).await;
            world.app.run_outbox_until_idle().await;
            json!({})
        }),
    ]
}
