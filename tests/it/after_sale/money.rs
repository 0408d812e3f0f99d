use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{
    Order, call_off, completed, confirmed, read, received, respond, sent, started,
    wait_for_provider,
};
use tests::{TestApp, both};

use super::{approve, asked, case, examined, pay_out};
use crate::cart::{change, place, ready};
use crate::points::{adjust, let_points_pay, own, rule};
use crate::promotion::running;

both! {
    async fn case_after_case_gives_back_exactly_what_was_paid(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").prices(&[333]).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        running(&owner, json!({})).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 3).await;
        let mut totals = Vec::new();
        for _case in 0..3 {
            let found = examined(&app, &guest, &owner, (&order, &shop), ("RETURN", "DEFECTIVE"), 1).await;
            let total = found["breakdown"]["total"]["amount"].as_str().unwrap().to_owned();
            let paid = case("afterSaleRefund", pay_out(&app, &owner, &found, &total).await);
            assert_eq!(paid["breakdown"], found["breakdown"], "what was shown went back");
            wait_for_provider(&app).await;
            totals.push(total);
        }
        assert_eq!(totals, ["2.99", "3.00", "7.90"], "the last one brings the shipping back");
        let shown = read(&guest, &order, "returnStatus paymentStatus refundedTotal { amount }").await;
        assert_eq!(shown, json!({ "returnStatus": "RETURNED", "paymentStatus": "REFUNDED", "refundedTotal": { "amount": "13.89" } }));
    }

    async fn shipping_goes_with_the_last_units_called_off_if_the_shop_has_to_answer_for_the_rest(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let (guest, owner) = (app.guest(), app.as_owner().await);
        for (reason, status, back) in [("DEFECTIVE", "REFUNDED", "24.90"), ("CHANGED_MIND", "PARTIALLY_REFUNDED", "20.00")] {
            let order = confirmed(&app, &guest, &shop, &goods, 2).await;
            sent(&app, &shop, &order, 1).await;
            let found = examined(&app, &guest, &owner, (&order, &shop), ("RETURN", reason), 1).await;
            pay_out(&app, &owner, &found, "10.00").await.ok();
            wait_for_provider(&app).await;
            call_off(&app, &order).await;
            wait_for_provider(&app).await;
            let shown = read(&guest, &order, "paymentStatus refundedTotal { amount } lines { cancelledQuantity returnedQuantity }").await;
            let line = json!({ "cancelledQuantity": 1, "returnedQuantity": 1 });
            assert_eq!(shown, json!({ "paymentStatus": status, "refundedTotal": { "amount": back }, "lines": [line] }), "{reason}");
        }
    }

    async fn points_and_second_thoughts_are_split_as_well(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let_points_pay(&app).await;
        let owner = app.as_owner().await;
        rule(&owner, json!({ "key": "all", "label": "All", "trigger": "ORDER", "pointsPerMoneyUnit": "1" })).await.ok();
        let ada = app.as_member("ada@members.test").await;
        adjust(&owner, &ada, 501, "a").await.ok();
        let cart = ready(&ada, &shop, goods.variant(), 2).await;
        let cart = change(&ada, "cartUpdate", json!({ "cartId": cart["id"], "cart": { "points": 501 } })).await;
        let placed = place(&ada, &cart, "place").await.ok();
        let order = Order { id: placed["orderPlace"]["order"]["id"].as_str().unwrap().to_owned(), token: None };
        started(&app, &ada, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        respond(&app, &order, "CONFIRMED").await;
        received(&app, &ada, &shop, &order, 2).await;
        let first = examined(&app, &ada, &owner, (&order, &shop), ("RETURN", "CHANGED_MIND"), 1).await;
        let shown = &first["breakdown"];
        assert_eq!((&shown["total"]["amount"], &shown["pointsRestored"], &shown["pointsClawedBack"]), (&json!("7.49"), &json!(251), &json!(6)));
        pay_out(&app, &owner, &first, "7.49").await.ok();
        wait_for_provider(&app).await;
        let second = examined(&app, &ada, &owner, (&order, &shop), ("RETURN", "CHANGED_MIND"), 1).await;
        assert_eq!(second["breakdown"]["total"]["amount"], "7.50", "shipping stays: the buyer thought again");
        pay_out(&app, &owner, &second, "7.50").await.ok();
        wait_for_provider(&app).await;
        assert_eq!((&own(&ada).await["balance"], &read(&ada, &order, "returnStatus").await["returnStatus"]), (&json!(501), &json!("RETURNED")));
    }

    async fn two_at_once_pay_a_case_out_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = completed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["AFTER_SALE_WRITE", "REFUND_WRITE", "PAYMENT_READ"]).await;
        let opened = asked(&app, &guest, &order, ("REFUND_ONLY", "OTHER"), 1).await;
        approve(&app, &staff, &opened).await.ok();
        let tries = (0..5).map(|_| pay_out(&app, &staff, &opened, "10.00"));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.user_codes().is_empty()).count(), 1);
        for refused in answers.iter().filter(|answer| !answer.user_codes().is_empty()) {
            refused.expect_user_error("INVALID_TRANSITION");
        }
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "refunds { reason } refundedTotal { amount } number").await;
        let reason = format!("Case {}-1", shown["number"].as_str().unwrap());
        assert_eq!((&shown["refunds"], &shown["refundedTotal"]["amount"]), (&json!([{ "reason": reason }]), &json!("10.00")));
        assert_eq!(opened["resolution"], Value::Null);
    }
}
