use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{completed, confirmed, placed, read};
use tests::{Client, TestApp, both};

use super::save;
use crate::tier;

/// Names before the `@` of the members in a segment of this rule, in alphabetical order.
async fn names(staff: &Client, rule: Value) -> Vec<String> {
    let segment = save(staff, "tried", rule).await;
    let members = segment["sample"].as_array().expect("a list");
    assert_eq!(segment["size"], members.len());
    let mut names: Vec<String> = members
        .iter()
        .map(|member| {
            let email = member["email"].as_str().expect("an e-mail");
            email.split('@').next().unwrap_or_default().to_owned()
        })
        .collect();
    names.sort();
    names
}

async fn profile(member: &Client, profile: Value) {
    let document = "mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { userErrors { code } } }";
    member
        .run(document, json!({ "input": { "member": profile } }))
        .await;
}

fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

both! {
    async fn rules_find_the_members_they_describe(app: TestApp) {
        let shop = shop(&app).await;
        let lamp = product("Lamp").insert(&app, &shop).await;
        let cup = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        tier::save(&owner, json!([tier::tier("silver", 1, "20.00")])).await;
        let (ada, bob, cleo) = (app.as_member("ada@m.test").await, app.as_member("bob@m.test").await, app.as_member("cleo@m.test").await);
        profile(&ada, json!({ "birthday": "1990-05-31", "locale": "de", "acceptsMarketing": true })).await;
        profile(&bob, json!({ "birthday": "1991-12-05" })).await;
        completed(&app, &ada, &shop, &lamp, 2).await;
        app.clock().advance(TimeDelta::days(10));
        completed(&app, &ada, &shop, &cup, 1).await;
        confirmed(&app, &bob, &shop, &cup, 1).await;
        placed(&app, &cleo, &shop, &cup, 5).await;
        app.as_member("dora@m.test").await;
        let silver = owner.run("{ memberTiers { id } }", json!({})).await["memberTiers"][0]["id"].clone();
        for (rule, found) in [
            (json!({ "orders": { "min": 1 } }), vec!["ada", "bob"]),
            (json!({ "orders": { "min": 2 } }), vec!["ada"]),
            (json!({ "orders": { "max": 0 } }), vec!["cleo", "dora"]),
            (json!({ "orders": { "min": 1, "max": 1, "withinDays": 5 } }), vec!["ada", "bob"]),
            (json!({ "spent": { "min": euro("30.00") } }), vec!["ada"]),
            (json!({ "spent": { "min": euro("10.00"), "max": euro("10.00"), "withinDays": 5 } }), vec!["ada", "bob"]),
            (json!({ "spent": { "max": euro("0.00") } }), vec!["cleo", "dora"]),
            (json!({ "lastOrder": { "maxDaysAgo": 5 } }), vec!["ada", "bob"]),
            (json!({ "lastOrder": { "minDaysAgo": 5 } }), vec![]),
            (json!({ "registered": { "minDaysAgo": 5 } }), vec!["ada", "bob", "cleo"]),
            (json!({ "registered": { "maxDaysAgo": 5 } }), vec!["dora"]),
            (json!({ "memberTierIds": [silver] }), vec!["ada"]),
            (json!({ "bought": { "productIds": [lamp.product] } }), vec!["ada"]),
            (json!({ "bought": { "productIds": [lamp.product], "withinDays": 5 } }), vec![]),
            (json!({ "bought": { "brands": ["Vitrine"] } }), vec!["ada", "bob"]),
            (json!({ "locales": ["de", "fr"] }), vec!["ada"]),
            (json!({ "acceptsMarketing": false }), vec!["bob", "cleo", "dora"]),
            (json!({ "birthdayMonths": [5] }), vec!["ada"]),
            (json!({ "birthdayMonths": [5, 12] }), vec!["ada", "bob"]),
            (json!({ "not": { "birthdayMonths": [5] } }), vec!["bob", "cleo", "dora"]),
            (json!({ "any": [{ "locales": ["de"] }, { "birthdayMonths": [12] }] }), vec!["ada", "bob"]),
            (json!({ "all": [{ "orders": { "min": 1 } }, { "not": { "acceptsMarketing": true } }] }), vec!["bob"]),
        ] {
            assert_eq!(names(&owner, rule.clone()).await, found, "{rule}");
        }
    }

    async fn what_was_given_back_was_not_spent(app: TestApp) {
        let shop = shop(&app).await;
        let cup = product("Cup").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let ada = app.as_member("ada@m.test").await;
        let order = completed(&app, &ada, &shop, &cup, 3).await;
        let above = json!({ "spent": { "min": euro("20.01") } });
        assert_eq!(names(&owner, above.clone()).await, ["ada"]);
        let refund = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { id } userErrors { code } } }";
        let line = read(&ada, &order, "lines { id }").await["lines"][0]["id"].clone();
        let one = json!({ "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "Broken", "idempotencyKey": "one" });
        owner.run(refund, json!({ "input": one })).await;
        assert_eq!(names(&owner, above).await, [""; 0]);
        assert_eq!(names(&owner, json!({ "spent": { "min": euro("20.00"), "max": euro("20.00") } })).await, ["ada"]);
    }

    async fn a_category_counts_for_those_below_it(app: TestApp) {
        let shop = shop(&app).await;
        let lamp = product("Lamp").insert(&app, &shop).await;
        let owner = app.as_owner().await;
        let upsert = "mutation($input: CategoriesUpsertInput!) { categoriesUpsert(input: $input) {
            categories { id } userErrors { code message } } }";
        let tree = json!({ "categories": [{ "slug": "home", "name": "Home" }, { "slug": "light", "name": "Light", "parentSlug": "home" }] });
        let made = owner.run(upsert, json!({ "input": tree })).await["categoriesUpsert"]["categories"].clone();
        let update = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { userErrors { code message } } }";
        let put = json!({ "productId": lamp.product, "product": { "categoryIds": [made[1]["id"]] } });
        owner.run(update, json!({ "input": put })).await;
        let ada = app.as_member("ada@m.test").await;
        confirmed(&app, &ada, &shop, &lamp, 1).await;
        for category in [0, 1] {
            let rule = json!({ "bought": { "categoryIds": [made[category]["id"]] } });
            assert_eq!(names(&owner, rule).await, ["ada"]);
        }
    }

    async fn sizes_of_many_segments_cost_a_few_statements(app: TestApp) {
        let owner = app.as_owner().await;
        app.as_member("ada@m.test").await;
        for number in 0..15 {
            save(&owner, &format!("s{number}"), json!({ "orders": { "max": number } })).await;
        }
        let page = "{ segments { size } }";
        owner.run(page, json!({})).await;
        let (data, statements) = app.count_statements(owner.run(page, json!({}))).await;
        assert_eq!(data["segments"], json!(vec![json!({ "size": 1 }); 15]));
        assert!(statements <= 5, "the list, the rules and one count, in a batch or two; not {statements}");
    }
}
