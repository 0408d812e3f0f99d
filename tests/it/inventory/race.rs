//! Many want the last units at once.

use chrono::TimeDelta;
use domain::stock::ReservationPolicy;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tests::checkout::{cart, key, stock, try_place};
use tests::{Answer, TestApp, both};

use super::reservation::holding;
use crate::cart::document;

fn create(variant: &str, units: i32) -> Value {
    json!({ "input": { "lines": [{ "variantId": variant, "quantity": units }] } })
}

/// Tells who got something and who was told that there is too little.
fn sorted(answers: Vec<Answer>) -> (usize, usize) {
    let (met, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.user_codes().is_empty() && answer.top_codes().is_empty());
    for answer in &refused {
        answer.expect_user_error("INSUFFICIENT_STOCK");
    }
    (met.len(), refused.len())
}

async fn reserved(app: &TestApp) -> i64 {
    let staff = app.as_staff(&["STOCK_READ"]).await;
    let levels = staff
        .run("{ stockLevels { nodes { reserved } } }", Value::Null)
        .await;
    levels["stockLevels"]["nodes"][0]["reserved"]
        .as_i64()
        .expect("a number")
}

both! {
    async fn of_fifty_carts_that_want_one_of_ten_units_ten_hold_it(app: TestApp) {
        let (_shop, goods) = holding(&app, ReservationPolicy::OnAdd, 10).await;
        let guest = app.guest();
        let text = document("cartCreate");
        let answers = join_all((0..50).map(|_| guest.send(&text, create(goods.variant(), 1)))).await;
        assert_eq!(sorted(answers), (10, 40));
        assert_eq!(reserved(&app).await, 10);
    }

    async fn the_unit_of_a_lapsed_hold_goes_to_one_of_those_who_want_it(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 1).await;
        let guest = app.guest();
        let text = document("cartCreate");
        for _turn in 0..5 {
            let lapsed = cart(&guest, &shop, &goods, 1).await;
            app.clock().advance(TimeDelta::minutes(16));
            let key = key(&app);
            let adding = guest.send(&text, create(goods.variant(), 1));
            let ((placing, adding), ()) = join(join(try_place(&guest, &lapsed, &key), adding), app.run_timers()).await;
            let is_placed = placing.user_codes().is_empty();
            assert!(is_placed != adding.user_codes().is_empty(), "{:?} {:?}", placing.body(), adding.body());
            if is_placed {
                assert_eq!((stock(&app, &goods).await, reserved(&app).await), ((1, 1), 0));
                return;
            }
            assert_eq!((stock(&app, &goods).await, reserved(&app).await), ((1, 0), 1));
            app.clock().advance(TimeDelta::minutes(16));
        }
    }

    async fn carts_that_hold_the_same_things_in_turn_never_hold_more_than_there_is(app: TestApp) {
        let (shop, goods) = holding(&app, ReservationPolicy::OnAdd, 6).await;
        let guest = app.guest();
        let cups = tests::arrange::product("Cup").stock(6).insert(&app, &shop).await;
        let text = document("cartCreate");
        let wish = |number: usize| {
            let (first, second) = if number.is_multiple_of(2) { (&goods, &cups) } else { (&cups, &goods) };
            json!({ "input": { "lines": [{ "variantId": first.variant(), "quantity": 1 }, { "variantId": second.variant(), "quantity": 1 }] } })
        };
        let answers = join_all((0..20).map(|number| guest.send(&text, wish(number)))).await;
        assert_eq!(sorted(answers), (6, 14));
        assert_eq!(reserved(&app).await, 6);
    }
}
