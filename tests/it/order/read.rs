use serde_json::json;
use tests::arrange::{product, shop};
use tests::checkout::{placed, read};
use tests::{TestApp, both};

const ORDER: &str = "query($id: ID!, $token: String) { order(id: $id, orderToken: $token) { id } }";

both! {
    async fn an_order_is_seen_by_its_buyer_and_by_those_who_may(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let member = app.as_member("member@shop.test").await;
        let theirs = placed(&app, &member, &shop, &goods, 1).await;
        assert_eq!(theirs.token, None);
        let guests = placed(&app, &app.guest(), &shop, &goods, 1).await;
        let hidden = json!({ "order": null });
        let ask = |id: &str, token: Option<&str>| json!({ "id": id, "token": token });
        assert_eq!(read(&member, &theirs, "id member { id }").await["member"]["id"], member.account_id());
        assert_eq!(app.guest().run(ORDER, ask(&theirs.id, None)).await, hidden);
        assert_eq!(app.guest().run(ORDER, ask(&guests.id, None)).await, hidden);
        assert_eq!(app.guest().run(ORDER, ask(&theirs.id, guests.token.as_deref())).await, hidden);
        assert_eq!(app.guest().run(ORDER, ask(&guests.id, Some("wrong"))).await, hidden);
        assert_eq!(app.as_member("other@shop.test").await.run(ORDER, ask(&theirs.id, None)).await, hidden);
        let staff = app.as_staff(&["ORDER_READ"]).await;
        assert_eq!(staff.run(ORDER, ask(&guests.id, None)).await["order"]["id"], guests.id.as_str());
        let payments = "query($id: ID!) { order(id: $id) { payments { id } } }";
        staff.send(payments, json!({ "id": guests.id })).await.expect_top_error("FORBIDDEN");
    }

    async fn lists_are_narrowed_and_paged(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let member = app.as_member("member@shop.test").await;
        let first = placed(&app, &member, &shop, &goods, 1).await;
        let second = placed(&app, &member, &shop, &goods, 1).await;
        placed(&app, &app.guest(), &shop, &goods, 1).await;
        let own = "query { viewer { member { orders(first: 1) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } } } }";
        let page = member.run(own, json!({})).await["viewer"]["member"]["orders"].clone();
        assert_eq!(page["nodes"], json!([{ "id": second.id }]));
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
        let staff = app.as_staff(&["ORDER_READ"]).await;
        let all = "query($filter: OrderFilter, $after: String) { orders(filter: $filter, first: 2, after: $after) {
            nodes { id number } pageInfo { hasNextPage endCursor } } }";
        let page = staff.run(all, json!({})).await["orders"].clone();
        assert_eq!(page["nodes"].as_array().unwrap().len(), 2);
        let rest = staff.run(all, json!({ "after": page["pageInfo"]["endCursor"] })).await["orders"].clone();
        assert_eq!(rest["nodes"][0]["id"], first.id.as_str());
        assert_eq!(rest["pageInfo"]["hasNextPage"], false);
        let number = rest["nodes"][0]["number"].clone();
        let found = staff.run(all, json!({ "filter": { "query": number, "status": ["PLACED"] } })).await["orders"].clone();
        assert_eq!(found["nodes"].as_array().unwrap().len(), 1);
        for (query, expected) in [("LOVELACE", 2), ("BUYER@shop", 2), ("100%_", 0)] {
            let found = staff.run(all, json!({ "filter": { "query": query } })).await["orders"].clone();
            assert_eq!(found["nodes"].as_array().unwrap().len(), expected, "{query}");
        }
        let none = staff.run(all, json!({ "filter": { "status": ["COMPLETED"] } })).await["orders"].clone();
        assert_eq!(none["nodes"], json!([]));
    }
}
