use chrono::TimeDelta;
use sea_orm::Set;
use serde_json::{Value, json};
use tests::arrange::change_channel;
use tests::checkout::placed;
use tests::{TestApp, both};

use super::{Scene, euro, set_terms};

const LIST: &str =
    "query($filter: ReceivableFilter) { receivables(filter: $filter, first: 10) { totalCount
    nodes { id dueTotal { amount } onAccountTotal { amount } daysOverdue } } }";
const AGEING: &str = "query($filter: ReceivableFilter) { receivableAgeing(filter: $filter) { total { amount } ages { age orders total { amount } } } }";

/// Orders in sum, and money, of the ages that are not empty.
async fn ages(scene: &Scene, filter: Value) -> (String, Vec<(String, i64, String)>) {
    let ageing =
        scene.office.run(AGEING, json!({ "filter": filter })).await["receivableAgeing"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ages = ageing["ages"].as_array().unwrap();
    assert_eq!(ages.len(), 5);
    let filled = ages.iter().filter(|age| age["orders"] != 0);
    let filled = filled.map(|age| {
        (
            text(&age["age"]),
            age["orders"].as_i64().unwrap(),
            text(&age["total"]["amount"]),
        )
    });
    (text(&ageing["total"]["amount"]), filled.collect())
}

fn told(age: &str, orders: i64, total: &str) -> (String, i64, String) {
    (age.to_owned(), orders, total.to_owned())
}

both! {
    async fn what_is_owed_grows_old_on_the_shops_calendar(app: TestApp) {
        change_channel(&app, |channel| channel.timezone = Set("Asia/Shanghai".to_owned())).await;
        let scene = Scene::new(&app).await;
        set_terms(&app, &scene.office, &scene.ada, euro("500.00"), 10).await.ok();
        let first = scene.confirmed(&app, 1).await;
        scene.send(&app, &first, 1).await.ok();
        app.clock().advance(TimeDelta::days(40));
        let second = scene.confirmed(&app, 2).await;
        scene.send(&app, &second, 2).await.ok();
        let third = scene.confirmed(&app, 3).await;
        placed(&app, &scene.ada, &scene.shop, &scene.cups, 1).await;
        let none = Value::Null;
        assert_eq!(ages(&scene, none.clone()).await, ("74.70".to_owned(), vec![told("NOT_DUE", 2, "59.80"), told("UP_TO_30_DAYS", 1, "14.90")]));
        app.clock().advance(TimeDelta::days(11));
        assert_eq!(ages(&scene, none.clone()).await, ("74.70".to_owned(),
            vec![told("NOT_DUE", 1, "34.90"), told("UP_TO_30_DAYS", 1, "24.90"), told("UP_TO_60_DAYS", 1, "14.90")]));
        let listed = scene.office.run(LIST, json!({})).await["receivables"].clone();
        let brief: Vec<Value> = listed["nodes"].as_array().unwrap().iter()
            .map(|node| json!([node["id"], node["dueTotal"]["amount"], node["daysOverdue"]])).collect();
        assert_eq!(brief, [json!([first.id, "14.90", 41]), json!([second.id, "24.90", 1]), json!([third.id, "34.90", 0])]);
        assert_eq!(listed["totalCount"], 3);
        for (filter, numbers) in [
            (json!({ "overdue": true }), 2),
            (json!({ "overdue": false }), 1),
            (json!({ "age": "UP_TO_60_DAYS" }), 1),
            (json!({ "age": "OVER_90_DAYS" }), 0),
            (json!({ "onAccount": true }), 3),
            (json!({ "onAccount": false }), 0),
            (json!({ "memberId": scene.ada.account_id() }), 3),
            (json!({ "memberId": app.as_member("bob@members.test").await.account_id() }), 0),
        ] {
            let listed = scene.office.run(LIST, json!({ "filter": filter })).await["receivables"]["totalCount"].clone();
            assert_eq!(listed, numbers, "{filter}");
            let added = ages(&scene, filter.clone()).await.1.iter().map(|(_, orders, _)| orders).sum::<i64>();
            assert_eq!(added, numbers, "{filter}");
        }
        let broken = scene.office.send(LIST, json!({ "filter": { "memberId": "member_x" } })).await;
        broken.expect_top_error("BAD_USER_INPUT");
    }

    async fn a_list_takes_as_many_statements_however_long(app: TestApp) {
        let scene = Scene::new(&app).await;
        scene.taken(&app, 1).await;
        let (_, one) = app.count_statements(scene.office.run(LIST, json!({}))).await;
        scene.taken(&app, 1).await;
        scene.taken(&app, 1).await;
        let (_, three) = app.count_statements(scene.office.run(LIST, json!({}))).await;
        assert_eq!(one, three);
    }
}
