//! The harness itself: PostgreSQL's half is run, and nothing passes that was not looked at.

use std::io::Write;

use serde_json::json;
use tests::{Backend, TestApp, arrange, both};

/// In CI a run without PostgreSQL is a failure; elsewhere it is said in one line that output capturing cannot hide.
#[test]
fn the_postgresql_half_is_run() {
    if cfg!(postgres) {
        return;
    }
    let reason = "neither TEST_DATABASE_URL nor PostgreSQL's programs in /usr/lib/postgresql";
    writeln!(std::io::stderr(), "PostgreSQL: not run ({reason})").unwrap();
    assert!(
        std::env::var_os("CI").is_none(),
        "PostgreSQL: not run ({reason}), and this is CI"
    );
}

both! {
    async fn every_scenario_has_a_database_of_its_own_with_goods_to_sell(app: TestApp) {
        let shop = arrange::shop(&app).await;
        let goods = arrange::product("Blue Mug").prices(&[1250, 1500]).stock(3).insert(&app, &shop).await;
        assert_eq!(goods.skus, ["BLUE-MUG-1", "BLUE-MUG-2"]);
        let kind = match app.backend() {
            Backend::Sqlite => sea_orm::DbBackend::Sqlite,
            Backend::Postgres => sea_orm::DbBackend::Postgres,
        };
        assert_eq!(app.state().database.backend(), kind);
    }

    async fn clients_are_who_they_say_whatever_the_clock(app: TestApp) {
        let document = "{ viewer { kind permissions } }";
        let member = app.as_member("anna@example.test").await;
        let staff = app.as_staff(&["ORDER_READ"]).await;
        app.clock().advance(chrono::TimeDelta::days(40));
        assert_eq!(app.guest().run(document, json!({})).await["viewer"]["kind"], "GUEST");
        assert_eq!(member.run(document, json!({})).await["viewer"]["kind"], "MEMBER");
        let viewer = staff.run(document, json!({})).await;
        assert_eq!(viewer["viewer"], json!({"kind": "STAFF", "permissions": ["ORDER_READ"]}));
    }

    async fn statements_are_counted_and_changes_are_seen(app: TestApp) {
        let member = app.as_member("anna@example.test").await;
        let before = app.fingerprint().await;
        let document = "mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { fullName } userErrors { code } } }";
        let (data, statements) = app.count_statements(member.run(document, json!({"input": {"member": {"fullName": "Anna"}}}))).await;
        assert_eq!(data["memberUpdate"]["member"]["fullName"], "Anna");
        assert!(statements > 0);
        assert_ne!(app.fingerprint().await, before);
    }
}
