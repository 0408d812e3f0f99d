use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop};
use tests::checkout::{Order, confirmed, key, received, wait_for_provider};
use tests::{Client, TestApp, both};

use super::{case, examined, pay_out};
use crate::payment::refund_approval::{clerk, give, refunded, respond, set_levels, waiting_for};

const WAITING: &str = "query($id: ID!) { afterSale(id: $id) { status refundRequest { id status levels amount { amount } refund { status } } } }";

struct Scene {
    shop: Shop,
    guest: Client,
    owner: Client,
    order: Order,
}

/// An order of three cups for 10.00 each that were received, in a shop where refunds from 20.00 on wait for one person.
async fn scene(app: &TestApp) -> Scene {
    let shop = shop(app).await;
    let owner = app.as_owner().await;
    set_levels(&owner, &["20.00"]).await.ok();
    let goods = product("Cup").insert(app, &shop).await;
    let guest = app.guest();
    let order = confirmed(app, &guest, &shop, &goods, 3).await;
    received(app, &guest, &shop, &order, 3).await;
    Scene {
        shop,
        guest,
        owner,
        order,
    }
}

impl Scene {
    /// A case of so many cups that came back.
    async fn back(&self, app: &TestApp, cups: i32) -> Value {
        let place = (&self.order, &self.shop);
        examined(
            app,
            &self.guest,
            &self.owner,
            place,
            ("RETURN", "CHANGED_MIND"),
            cups,
        )
        .await
    }

    async fn seen(&self, case: &Value) -> Value {
        self.owner.run(WAITING, json!({ "id": case["id"] })).await["afterSale"].clone()
    }
}

both! {
    async fn a_large_case_is_paid_out_once_somebody_else_agrees(app: TestApp) {
        let scene = scene(&app).await;
        let back = scene.back(&app, 2).await;
        let asked = case("afterSaleRefund", pay_out(&app, &scene.owner, &back, "20.00").await);
        assert_eq!((&asked["status"], &asked["refund"]), (&json!("INSPECTED"), &Value::Null));
        case("afterSaleRefund", pay_out(&app, &scene.owner, &back, "20.00").await);
        let waits = scene.seen(&back).await;
        let request = &waits["refundRequest"];
        assert_eq!((&request["status"], &request["levels"], &request["amount"]["amount"]), (&json!("PENDING"), &json!(1), &json!("20.00")));
        let ada = clerk(&app).await;
        assert_eq!((waiting_for(&scene.owner).await, waiting_for(&ada).await), (json!(0), json!(1)), "asking again is no second question");
        respond(&scene.owner, &request["id"], "ACCEPT", &key(&app)).await.expect_user_error("SECOND_PERSON_NEEDED");
        assert_eq!(refunded(&scene.guest, &scene.order).await, "0.00");
        let yes = key(&app);
        let answered = respond(&ada, &request["id"], "ACCEPT", &yes).await.ok();
        assert_eq!(respond(&ada, &request["id"], "ACCEPT", &yes).await.ok(), answered);
        wait_for_provider(&app).await;
        let paid = scene.seen(&back).await;
        assert_eq!((&paid["status"], &paid["refundRequest"]["status"], &paid["refundRequest"]["refund"]["status"]),
            (&json!("REFUNDED"), &json!("ACCEPTED"), &json!("SUCCEEDED")));
        assert_eq!(refunded(&scene.guest, &scene.order).await, "20.00");
        pay_out(&app, &scene.owner, &back, "20.00").await.expect_user_error("INVALID_TRANSITION");
    }

    async fn cases_and_other_refunds_count_together(app: TestApp) {
        let scene = scene(&app).await;
        let first = scene.back(&app, 1).await;
        let paid = case("afterSaleRefund", pay_out(&app, &scene.owner, &first, "10.00").await);
        assert_eq!(paid["status"], "REFUNDED");
        let extra = give(&scene.owner, &scene.order, "10.00", &key(&app)).await.ok();
        assert_eq!(extra["refundCreate"]["refundRequest"]["status"], "PENDING");
        let second = scene.back(&app, 1).await;
        let asked = case("afterSaleRefund", pay_out(&app, &scene.owner, &second, "10.00").await);
        assert_eq!(asked["status"], "INSPECTED");
        wait_for_provider(&app).await;
        assert_eq!(refunded(&scene.guest, &scene.order).await, "10.00");
    }

    async fn a_case_that_was_declined_can_be_asked_for_again(app: TestApp) {
        let scene = scene(&app).await;
        let back = scene.back(&app, 3).await;
        case("afterSaleRefund", pay_out(&app, &scene.owner, &back, "30.00").await);
        let first = scene.seen(&back).await["refundRequest"]["id"].clone();
        respond(&clerk(&app).await, &first, "DECLINE", &key(&app)).await.ok();
        let declined = scene.seen(&back).await;
        assert_eq!((&declined["status"], &declined["refundRequest"]["status"]), (&json!("INSPECTED"), &json!("DECLINED")));
        case("afterSaleRefund", pay_out(&app, &scene.owner, &back, "30.00").await);
        let second = scene.seen(&back).await["refundRequest"].clone();
        assert_eq!(second["status"], "PENDING");
        assert_ne!(second["id"], first);
        set_levels(&scene.owner, &[]).await.ok();
        let paid = case("afterSaleRefund", pay_out(&app, &scene.owner, &back, "30.00").await);
        assert_eq!(paid["status"], "REFUNDED");
        assert_eq!(scene.seen(&back).await["refundRequest"]["status"], "CANCELLED", "the case has moved on");
        respond(&clerk(&app).await, &second["id"], "ACCEPT", &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        wait_for_provider(&app).await;
        assert_eq!(refunded(&scene.guest, &scene.order).await, "30.00");
    }
}
