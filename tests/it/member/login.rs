use api::auth::Passwords;
use api::auth::password::Cost;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use tests::{TestApp, both};

use super::arrange::{LOGIN, PASSWORD, join, login, register};

both! {
    async fn tokens_say_how_long_they_live(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let tokens = login(&app, " ADA@example.com ", PASSWORD).await;
        let at = |name: &str| tokens[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let left = at("accessTokenExpiresAt") - app.clock().now();
        assert!(left <= TimeDelta::minutes(15) && left > TimeDelta::minutes(14), "{left}");
        assert!(at("refreshTokenExpiresAt") - app.clock().now() > TimeDelta::days(29));
    }

    async fn unknown_accounts_and_wrong_passwords_look_alike(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let passwords = &app.state().passwords;
        passwords.waste().await.unwrap();
        let start = passwords.computed();
        let wrong = app.guest().send(LOGIN, json!({"input": {"email": "ada@example.com", "password": "wrong harbour"}})).await;
        let between = passwords.computed();
        let unknown = app.guest().send(LOGIN, json!({"input": {"email": "bob@example.com", "password": "wrong harbour"}})).await;
        wrong.expect_user_error("WRONG_CREDENTIALS");
        assert_eq!(wrong.body(), unknown.body());
        assert_eq!(between - start, 1);
        assert_eq!(passwords.computed() - between, 1);
    }

    async fn an_unconfirmed_email_is_told_only_to_who_knows_the_password(app: TestApp) {
        register(&app, "ada@example.com", PASSWORD).await;
        let with = |password: &str| json!({"input": {"email": "ada@example.com", "password": password}});
        app.guest().send(LOGIN, with("wrong harbour")).await.expect_user_error("WRONG_CREDENTIALS");
        app.guest().send(LOGIN, with(PASSWORD)).await.expect_user_error("EMAIL_UNVERIFIED");
    }

    /// Every aliased field is a try of its own.
    async fn the_eleventh_try_waits_even_with_the_right_password(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let fields: String = (0..10)
            .map(|guess| format!("a{guess}: memberLogin(input: {{email: \"ada@example.com\", password: \"guess number {guess}\"}}) {{ userErrors {{ code }} }} "))
            .collect();
        let answer = app.guest().send(&format!("mutation {{ {fields} }}"), json!({})).await;
        assert_eq!(answer.user_codes(), ["WRONG_CREDENTIALS"; 10]);
        let right = json!({"input": {"email": "ada@example.com", "password": PASSWORD}});
        let before = app.state().passwords.computed();
        app.guest().send(LOGIN, right.clone()).await.expect_user_error("TOO_MANY_ATTEMPTS");
        assert_eq!(app.state().passwords.computed(), before, "nothing is hashed for who tries too often");
        app.clock().advance(TimeDelta::seconds(31));
        app.guest().run(LOGIN, right).await;
    }

    async fn an_old_hash_is_replaced_at_the_next_login(app: TestApp) {
        join(&app, "ada@example.com", PASSWORD).await;
        let old = Passwords::try_new(Cost { memory_kib: 64, passes: 1, lanes: 1 }).unwrap().hash(PASSWORD).await.unwrap();
        entity::member::Entity::update_many()
            .col_expr(entity::member::Column::PasswordHash, Expr::value(old))
            .filter(entity::member::Column::Email.eq("ada@example.com"))
            .exec(app.connection())
            .await
            .unwrap();
        login(&app, "ada@example.com", PASSWORD).await;
        let row = entity::member::Entity::find().one(app.connection()).await.unwrap().unwrap();
        assert!(row.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", row.password_hash);
        login(&app, "ada@example.com", PASSWORD).await;
    }
}
