//! Access tokens: the only place that knows JSON Web Tokens.
//!
//! A token is short-lived and names an account and its session; whether that session still stands is asked of
//! [`super::access`]. Everything a token could lie about is pinned: one algorithm, one issuer, one audience, one kind.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::account::AccountKind;
use domain::id::{MemberId, SessionId, StaffId, TypedId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// How long an access token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How far servers' clocks may differ.
const LEEWAY_SECONDS: i64 = 30;
/// Longest token that is looked at; ours have about 400 bytes.
const MAX_BYTES: usize = 1_024;
const ISSUER: &str = "vitrine";
const AUDIENCE: &str = "vitrine-api";
/// The kind of token this is; no other kind is signed with the key, and none that may come later passes for one.
const ACCESS: &str = "access";

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Member or staff.
    pub kind: AccountKind,
    /// The account.
    pub account_id: Uuid,
    /// The session the token belongs to.
    pub session_id: SessionId,
}

/// A signed token and its end.
#[derive(Clone)]
pub struct AccessToken {
    /// For the `Authorization` header.
    pub text: String,
    /// When it stops working, in whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// Signs and reads access tokens; the keys are prepared once.
pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    header: Header,
    validation: Validation,
    clock: Clock,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    typ: String,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// Prepares the keys. The secret comes from the configuration, which refuses short ones.
    #[must_use]
    pub fn new(secret: &str, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // The end is compared below with the shop's own clock; the library would read the system's.
        validation.validate_exp = false;
        Self {
            signing: EncodingKey::from_secret(secret.as_bytes()),
            checking: DecodingKey::from_secret(secret.as_bytes()),
            header: Header::new(Algorithm::HS256),
            validation,
            clock,
        }
    }

    /// Signs a token that is good for [`LIFETIME`].
    ///
    /// # Errors
    /// [`Error::Internal`] when signing fails.
    pub fn sign(&self, claims: &AccessClaims) -> Result<AccessToken> {
        let issued_at = self.clock.now().trunc_subsecs(0);
        let expires_at = issued_at + LIFETIME;
        let sub = match claims.kind {
            AccountKind::Member => MemberId(claims.account_id).to_string(),
            AccountKind::Staff => StaffId(claims.account_id).to_string(),
        };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub,
            sid: claims.session_id.to_string(),
            typ: ACCESS.to_owned(),
            iat: issued_at.timestamp(),
            exp: expires_at.timestamp(),
        };
        let text = encode(&self.header, &claims, &self.signing).map_err(Error::internal)?;
        Ok(AccessToken { text, expires_at })
    }

    /// Reads a token that was signed here and has not ended.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for everything else, without saying why.
    pub fn verify(&self, text: &str) -> Result<AccessClaims> {
        self.read(text).ok_or(Error::Unauthenticated)
    }

    fn read(&self, text: &str) -> Option<AccessClaims> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let claims = decode::<Claims>(text, &self.checking, &self.validation)
            .ok()?
            .claims;
        let ended = self.clock.now().timestamp() >= claims.exp.checked_add(LEEWAY_SECONDS)?;
        if claims.typ != ACCESS || ended {
            return None;
        }
        let (prefix, account_id) = domain::id::split(&claims.sub)?;
        let kind = match prefix {
            MemberId::PREFIX => AccountKind::Member,
            StaffId::PREFIX => AccountKind::Staff,
            _ => return None,
        };
        Some(AccessClaims {
            kind,
            account_id,
            session_id: SessionId::parse(&claims.sid).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn claims() -> AccessClaims {
        AccessClaims {
            kind: AccountKind::Member,
            account_id: Uuid::from_u128(7),
            session_id: SessionId(Uuid::from_u128(9)),
        }
    }

    /// A payload that is accepted, for tests to break in one place each.
    fn payload(clock: &Clock) -> Value {
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "typ": ACCESS,
            "sub": MemberId(Uuid::from_u128(7)).to_string(),
            "sid": SessionId(Uuid::from_u128(9)).to_string(),
            "iat": clock.now().timestamp(),
            "exp": clock.now().timestamp() + 60,
        })
    }

    fn signed(header: &Header, payload: &Value, secret: &str) -> String {
        encode(
            header,
            payload,
            &EncodingKey::from_secret(secret.as_bytes()),
        )
        .unwrap()
    }

    fn refused(tokens: &Tokens, text: &str) -> bool {
        matches!(tokens.verify(text), Err(Error::Unauthenticated))
    }

    #[test]
    fn a_signed_token_is_read_back() {
        let clock = Clock::default();
        let tokens = Tokens::new(SECRET, clock.clone());
        for kind in [AccountKind::Member, AccountKind::Staff] {
            let claims = AccessClaims { kind, ..claims() };
            let token = tokens.sign(&claims).unwrap();
            assert_eq!(tokens.verify(&token.text).unwrap(), claims);
            assert!(token.text.len() < MAX_BYTES);
        }
        let by_hand = signed(&Header::new(Algorithm::HS256), &payload(&clock), SECRET);
        assert_eq!(tokens.verify(&by_hand).unwrap(), claims());
    }

    #[test]
    fn a_token_ends_after_its_lifetime_and_the_leeway() {
        let clock = Clock::default();
        let tokens = Tokens::new(SECRET, clock.clone());
        let token = tokens.sign(&claims()).unwrap();
        clock.advance(LIFETIME + TimeDelta::seconds(LEEWAY_SECONDS - 2));
        assert!(tokens.verify(&token.text).is_ok());
        clock.advance(TimeDelta::seconds(3));
        assert!(refused(&tokens, &token.text));
    }

    #[test]
    fn every_claim_is_needed_and_has_one_value() {
        let clock = Clock::default();
        let tokens = Tokens::new(SECRET, clock.clone());
        let header = Header::new(Algorithm::HS256);
        for claim in ["iss", "aud", "sub", "sid", "typ", "exp"] {
            let mut without = payload(&clock);
            without.as_object_mut().unwrap().remove(claim);
            assert!(
                refused(&tokens, &signed(&header, &without, SECRET)),
                "without {claim}"
            );
            let mut empty = payload(&clock);
            empty[claim] = Value::Null;
            assert!(
                refused(&tokens, &signed(&header, &empty, SECRET)),
                "null {claim}"
            );
        }
        let now = clock.now().timestamp();
        let wrong = [
            ("iss", json!("elsewhere")),
            ("aud", json!("another-api")),
            ("aud", json!(["another-api"])),
            ("typ", json!("refresh")),
            ("sub", json!("order_00000000000000000000000007")),
            ("sub", json!("member_7")),
            ("sid", json!("member_00000000000000000000000009")),
            ("exp", json!((now + 60).to_string())),
            ("exp", json!(now - LEEWAY_SECONDS - 1)),
            ("exp", json!(-1)),
            ("exp", json!(u64::MAX)),
        ];
        for (claim, value) in wrong {
            let mut changed = payload(&clock);
            changed[claim] = value.clone();
            assert!(
                refused(&tokens, &signed(&header, &changed, SECRET)),
                "{claim} = {value}"
            );
        }
    }

    #[test]
    fn only_the_pinned_algorithm_and_key_count() {
        let clock = Clock::default();
        let tokens = Tokens::new(SECRET, clock.clone());
        let payload = payload(&clock);
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            assert!(refused(
                &tokens,
                &signed(&Header::new(algorithm), &payload, SECRET)
            ));
        }
        assert!(refused(
            &tokens,
            &signed(
                &Header::new(Algorithm::HS256),
                &payload,
                "ffffffffffffffffffffffffffffffff"
            )
        ));
        let good = signed(&Header::new(Algorithm::HS256), &payload, SECRET);
        let (head_and_body, signature) = good.rsplit_once('.').unwrap();
        let (_, body) = head_and_body.split_once('.').unwrap();
        let base64url = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        for head in [
            r#"{"alg":"none","typ":"JWT"}"#,
            r#"{"alg":"NONE"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"typ":"JWT"}"#,
        ] {
            let head = base64url(head);
            assert!(refused(&tokens, &format!("{head}.{body}.")), "unsigned");
            assert!(
                refused(&tokens, &format!("{head}.{body}.{signature}")),
                "signature of another header"
            );
        }
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            &format!("{good}a"),
            &format!("{good}.{signature}"),
            &"a".repeat(5_000),
        ] {
            assert!(refused(&tokens, text), "{text}");
        }
    }
}
