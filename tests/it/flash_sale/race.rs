use futures_util::future::join_all;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{entry, sale, save, taken};
use crate::cart::{change, place, ready};

both! {
    async fn sixty_takers_of_twenty_get_twenty_and_so_many_again_as_are_called_off(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!([entry(goods.variant(), "5.00", json!({ "quota": 20, "perBuyer": 1 }))]))])).await;
        let guest = app.guest();
        let mut carts = Vec::new();
        for number in 0..60 {
            let cart = ready(&guest, &shop, goods.variant(), 1).await;
            let email = format!("buyer-{number}@buyers.test");
            carts.push(change(&guest, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "email": email } })).await);
        }
        let keys: Vec<String> = (0..60).map(|number| format!("key-{number}")).collect();
        let answers = join_all(carts.iter().zip(&keys).map(|(cart, key)| place(&guest, cart, key))).await;
        let (placed, refused): (Vec<_>, Vec<_>) = answers.iter().zip(&carts).partition(|(answer, _)| answer.user_codes().is_empty());
        for (answer, _) in &refused {
            assert_eq!((answer.user_codes(), answer.top_codes().is_empty()), (vec!["TOTAL_CHANGED"], true));
        }
        assert_eq!((placed.len(), taken(&owner).await), (20, json!(20)));
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let called_off = placed.iter().take(7).map(|(answer, _)| {
            let order = &answer.data()["orderPlace"]["order"]["id"];
            let input = json!({ "orderId": order, "reason": "CUSTOMER", "restock": true, "refund": true, "notify": false, "idempotencyKey": order });
            owner.send(cancel, json!({ "input": input }))
        });
        // While some are called off, those who came too late try again.
        let again: Vec<String> = (0..refused.len()).map(|number| format!("again-{number}")).collect();
        let tries = refused.iter().zip(&again).map(|((_, cart), key)| place(&guest, cart, key));
        let (cancelled, tried) = tokio::join!(join_all(called_off), join_all(tries));
        for answer in cancelled {
            answer.ok();
        }
        let late = tried.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert!(late <= 7, "{late} of 7");
        let rest: Vec<String> = (0..refused.len()).map(|number| format!("rest-{number}")).collect();
        let tries = refused.iter().zip(&tried).zip(&rest).filter(|((_, tried), _)| !tried.user_codes().is_empty());
        let last = join_all(tries.map(|(((_, cart), _), key)| place(&guest, cart, key))).await;
        let last = last.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!((late + last, taken(&owner).await), (7, json!(20)));
    }

    async fn one_buyer_with_two_carts_at_once_gets_no_more_than_one_may(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        save(&owner, json!([sale(&app, "618", json!([entry(goods.variant(), "5.00", json!({ "perBuyer": 1 }))]))])).await;
        let guest = app.guest();
        let (one, two) = (ready(&guest, &shop, goods.variant(), 1).await, ready(&guest, &shop, goods.variant(), 1).await);
        let answers = tokio::join!(place(&guest, &one, "one"), place(&guest, &two, "two"));
        let codes = [answers.0.user_codes(), answers.1.user_codes()].concat();
        assert_eq!(codes, ["TOTAL_CHANGED"]);
        assert_eq!(taken(&owner).await, 1);
    }
}
