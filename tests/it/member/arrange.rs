//! What scenarios about accounts start from.

use serde_json::{Value, json};
use tests::{TestApp, client::Client};

/// A password no list knows.
pub(crate) const PASSWORD: &str = "a quiet harbour";

pub(super) const REGISTER: &str = "mutation($input: MemberRegisterInput!) {
    memberRegister(input: $input) { accepted userErrors { code field message } } }";
pub(super) const VERIFY: &str = "mutation($input: MemberEmailVerifyInput!) {
    memberEmailVerify(input: $input) { tokens { accessToken refreshToken } member { id email emailVerifiedAt } userErrors { code } } }";
pub(super) const LOGIN: &str = "mutation($input: MemberLoginInput!) {
    memberLogin(input: $input) { tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } member { id } userErrors { code message } } }";
pub(super) const ME: &str = "{ viewer { kind member { email } session { id current } } }";

/// The token in the newest mail to an address, once all mails are out.
pub async fn mailed_token(app: &TestApp, email: &str) -> String {
    app.run_outbox_until_idle().await;
    let text = app.mailbox().last_to(email).text;
    let is_token = |word: &&str| {
        word.len() == 32
            && word
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
    };
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .find(is_token)
        .unwrap_or_else(|| panic!("no token in {text}"))
        .to_owned()
}

/// Registers without proving the address.
pub(super) async fn register(app: &TestApp, email: &str, password: &str) {
    let data = app
        .guest()
        .run(
            REGISTER,
            json!({"input": {"email": email, "password": password}}),
        )
        .await;
    assert_eq!(data["memberRegister"]["accepted"], true);
}

/// Registers, proves the address and gives back the session's tokens.
pub(crate) async fn join(app: &TestApp, email: &str, password: &str) -> Value {
    register(app, email, password).await;
    let token = mailed_token(app, email).await;
    let data = app
        .guest()
        .run(VERIFY, json!({"input": {"token": token}}))
        .await;
    data["memberEmailVerify"]["tokens"].clone()
}

/// Logs in and gives back the session's tokens.
pub(super) async fn login(app: &TestApp, email: &str, password: &str) -> Value {
    let data = app
        .guest()
        .run(
            LOGIN,
            json!({"input": {"email": email, "password": password}}),
        )
        .await;
    data["memberLogin"]["tokens"].clone()
}

/// A client with just this access token; unlike the harness's own it ends.
pub(super) fn bearer(app: &TestApp, tokens: &Value) -> Client {
    app.guest()
        .with_token(tokens["accessToken"].as_str().unwrap())
}
