use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::Value;
use tests::arrange::{product, shop};
use tests::checkout::cart;
use tests::{TestApp, both};

use super::{adjust, all_are, apply, both_are, card, eur, own, stands, try_place, use_credit};

both! {
    async fn a_card_of_a_hundred_pays_as_many_of_twenty_orders_at_once_as_it_can(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let card = card(&app, &owner, "100.00", Value::Null).await;
        let mut carts = Vec::new();
        for _ in 0..20 {
            // Codes are tried slowly enough for the limit on guessing.
            app.clock().advance(TimeDelta::seconds(3));
            let cart = cart(&guest, &shop, &goods, 1).await;
            apply(&guest, &cart, &card.code).await.ok();
            carts.push(cart);
        }
        let keys: Vec<String> = (0..carts.len()).map(|number| format!("key-{number}")).collect();
        let answers = join_all(carts.iter().zip(&keys).map(|(cart, key)| try_place(&guest, cart, eur("0.00"), key))).await;
        let (placed, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.user_codes().is_empty() && answer.top_codes().is_empty());
        assert_eq!((placed.len(), refused.len()), (6, 14));
        for answer in refused {
            answer.expect_user_error("PAYABLE_CHANGED");
        }
        assert_eq!(stands(&owner, &card).await, all_are("ACTIVE", "10.60", "89.40"));
    }

    async fn store_credit_is_spent_once_however_often_it_is_asked_for(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@members.test").await;
        adjust(&app, &owner, &ada, "20.00").await.ok();
        let cart = cart(&ada, &shop, &goods, 1).await;
        use_credit(&ada, &cart, eur("14.90")).await.ok();
        let (placing, taking) = join(try_place(&ada, &cart, eur("0.00"), "place"), adjust(&app, &owner, &ada, "-10.00")).await;
        if placing.user_codes().is_empty() {
            taking.expect_user_error("INSUFFICIENT_CREDIT");
            assert_eq!(own(&ada).await, both_are("5.10", "14.90"));
        } else {
            placing.expect_user_error("PAYABLE_CHANGED");
            taking.ok();
            assert_eq!(own(&ada).await, both_are("10.00", "0.00"));
        }
    }

    async fn two_cards_in_two_orders_the_other_way_round_do_not_wait_for_each_other_for_ever(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").stock(1_000).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let guest = app.guest();
        let (one, other) = (card(&app, &owner, "100.00", Value::Null).await, card(&app, &owner, "100.00", Value::Null).await);
        let mut carts = Vec::new();
        for number in 0..10 {
            app.clock().advance(TimeDelta::minutes(1));
            let cart = cart(&guest, &shop, &goods, 1).await;
            let (first, second) = if number % 2 == 0 { (&one, &other) } else { (&other, &one) };
            apply(&guest, &cart, &first.code).await.ok();
            apply(&guest, &cart, &second.code).await.ok();
            carts.push(cart);
        }
        let keys: Vec<String> = (0..carts.len()).map(|number| format!("key-{number}")).collect();
        for answer in join_all(carts.iter().zip(&keys).map(|(cart, key)| try_place(&guest, cart, eur("0.00"), key))).await {
            answer.ok();
        }
        let both = [stands(&owner, &one).await, stands(&owner, &other).await];
        assert_eq!(both, [all_are("ACTIVE", "25.50", "74.50"), all_are("ACTIVE", "25.50", "74.50")]);
    }
}
