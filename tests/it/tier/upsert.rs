use entity::column::Json;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use tests::{TestApp, arrange, both};

use super::{save, tier, try_save, with};

const TIERS: &str = "{ memberTiers { code name benefits } }";

both! {
    async fn tiers_are_saved_by_code_and_what_is_left_out_stays(app: TestApp) {
        arrange::change_channel(&app, |channel| channel.locales = Set(Json(vec!["en".to_owned(), "zh-Hans".to_owned()]))).await;
        let staff = app.as_staff(&["MEMBER_WRITE", "MEMBER_READ"]).await;
        let fields = json!({ "graceDays": 30, "pointsMultiplier": "1.25", "freeShipping": true, "benefits": ["Free shipping"],
            "translations": [{ "locale": "zh-Hans", "name": "黄金", "benefits": ["免运费"] }] });
        let made = save(&staff, json!([with(tier("gold", 2, "500.00"), fields), tier("silver", 1, "100.00")])).await;
        let gold = &made[0];
        assert_eq!((&gold["pointsMultiplier"], &gold["graceDays"], &gold["active"]), (&json!("1.25"), &json!(30), &json!(true)));
        assert_eq!((&made[1]["pointsMultiplier"], &made[1]["freeShipping"]), (&json!("1"), &json!(false)));
        let changed = save(&staff, json!([{ "code": "gold", "graceDays": 0 }])).await;
        assert_eq!(changed[0], with(gold.clone(), json!({ "graceDays": 0 })));
        let shown = app.guest().run(TIERS, json!({})).await;
        let named = |name: &str, benefits: &[&str]| json!({ "code": name, "name": name, "benefits": benefits });
        assert_eq!(shown["memberTiers"], json!([named("silver", &[]), named("gold", &["Free shipping"])]));
        let chinese = app.guest().with_header("accept-language", "zh-Hans").run(TIERS, json!({})).await;
        assert_eq!(chinese["memberTiers"][1], json!({ "code": "gold", "name": "黄金", "benefits": ["免运费"] }));
        save(&staff, json!([{ "code": "silver", "active": false }])).await;
        assert_eq!(app.guest().run(TIERS, json!({})).await["memberTiers"].as_array().unwrap().len(), 1);
        assert_eq!(staff.run(TIERS, json!({})).await["memberTiers"].as_array().unwrap().len(), 2);
    }

    async fn tiers_that_make_no_sense_are_refused(app: TestApp) {
        let staff = app.as_staff(&["MEMBER_WRITE", "MEMBER_READ"]).await;
        save(&staff, json!([tier("silver", 1, "100.00")])).await;
        let before = app.fingerprint().await;
        let gold = |fields| with(tier("gold", 2, "500.00"), fields);
        for (tier, field) in [
            (gold(json!({ "code": "g d" })), Some("code")),
            (gold(json!({ "name": " " })), Some("name")),
            (gold(json!({ "name": null })), Some("name")),
            (gold(json!({ "rank": null })), Some("rank")),
            (gold(json!({ "rank": 0 })), Some("rank")),
            (gold(json!({ "threshold": null })), Some("threshold")),
            (gold(json!({ "threshold": { "amount": "0.00", "currencyCode": "EUR" } })), Some("threshold")),
            (gold(json!({ "threshold": { "amount": "500.00", "currencyCode": "USD" } })), Some("threshold")),
            (gold(json!({ "graceDays": -1 })), Some("graceDays")),
            (gold(json!({ "pointsMultiplier": "0.5" })), Some("pointsMultiplier")),
            (gold(json!({ "pointsMultiplier": "1.0001" })), Some("pointsMultiplier")),
            (gold(json!({ "benefits": vec!["x"; 21] })), Some("benefits")),
            (gold(json!({ "translations": [{ "locale": "de", "name": "" }] })), Some("translations")),
            (gold(json!({ "rank": 1 })), None),
            (gold(json!({ "threshold": { "amount": "100.00", "currencyCode": "EUR" } })), None),
        ] {
            let error = try_save(&staff, json!([tier])).await.expect_user_error("INVALID");
            let at = field.map_or(json!(["input", "memberTiers"]), |field| json!(["input", "memberTiers", "0", field]));
            assert_eq!(error["field"], at, "{tier}");
        }
        let twice = json!([gold(json!({})), gold(json!({}))]);
        try_save(&staff, twice).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
    }
}
