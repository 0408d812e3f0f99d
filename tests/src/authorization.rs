//! The declarative table of who may do what. Each area lists its rows in `tests/it/<area>/authorization.rs`; the walk in
//! `tests/it/authorization.rs` runs them and fails for every mutation and private field of the schema without a row.

use std::{pin::Pin, sync::Arc};

use serde_json::Value;

use crate::{
    app::TestApp,
    client::{Answer, Client},
    sdl::Sdl,
};

/// Boxed answer of a row's preparation.
pub type Prepared = Pin<Box<dyn Future<Output = Value> + Send>>;

/// What one caller must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Carried out: no error of either kind, and the subject is not null.
    Allowed,
    /// Null where the subject would be, without an error: not shown, or unknown to this caller.
    Hidden,
    /// Refused with exactly this `userErrors` code; nothing changed.
    UserError(&'static str),
    /// Refused with exactly this `extensions.code`; nothing changed.
    TopError(&'static str),
}

/// The five callers of each row, in the order of [`Row::expects`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Nobody known.
    Anonymous,
    /// The member whose objects are asked for.
    Member,
    /// Another member.
    OtherMember,
    /// Staff without any permission.
    StaffWithout,
    /// Staff with exactly the permission of the row.
    StaffWith,
}

impl Caller {
    /// All, in the order of [`Row::expects`].
    pub const ALL: [Self; 5] = [
        Self::Anonymous,
        Self::Member,
        Self::OtherMember,
        Self::StaffWithout,
        Self::StaffWith,
    ];
}

/// The world a row's preparation works in: one app, and the accounts the callers log in with.
#[derive(Clone)]
pub struct World {
    /// The app under test.
    pub app: TestApp,
    /// The owner of what is prepared.
    pub member: Client,
    /// A second member.
    pub other_member: Client,
    /// Staff with every permission, to prepare what only staff can.
    pub owner: Client,
}

impl World {
    /// Makes the accounts.
    pub async fn prepare(app: &TestApp) -> Self {
        Self {
            app: app.clone(),
            member: app.as_member("member@world.test").await,
            other_member: app.as_member("other@world.test").await,
            owner: app.as_owner().await,
        }
    }
}

/// One line of the table.
#[derive(Clone)]
pub struct Row {
    subject: &'static str,
    document: &'static str,
    permission: Option<&'static str>,
    expected: [Expected; 5],
    prepare: Arc<dyn Fn(World) -> Prepared + Send + Sync>,
}

impl Row {
    /// A row about a mutation (`"cartCreate"`) or a field (`"Product.externalRef"`), exercised by `document`, whose
    /// operation must have the subject's field (or the mutation) somewhere in it. All callers are allowed until said
    /// otherwise; variables are empty until said otherwise.
    #[must_use]
    pub fn new(subject: &'static str, document: &'static str) -> Self {
        Self {
            subject,
            document,
            permission: None,
            expected: [Expected::Allowed; 5],
            prepare: Arc::new(|_| Box::pin(async { Value::Object(serde_json::Map::new()) })),
        }
    }

    /// Needs a staff permission: guests are UNAUTHENTICATED, everybody else without it FORBIDDEN.
    #[must_use]
    pub fn needs(mut self, permission: &'static str) -> Self {
        self.permission = Some(permission);
        let refused = Expected::TopError("FORBIDDEN");
        self.expected = [
            Expected::TopError("UNAUTHENTICATED"),
            refused,
            refused,
            refused,
            Expected::Allowed,
        ];
        self
    }

    /// Names the permission of [`Caller::StaffWith`] without changing what is expected.
    #[must_use]
    pub fn permission(mut self, permission: &'static str) -> Self {
        self.permission = Some(permission);
        self
    }

    /// What is expected for anonymous, the member, another member, staff without right, staff with right.
    #[must_use]
    pub fn expects(mut self, expected: [Expected; 5]) -> Self {
        self.expected = expected;
        self
    }

    /// Variables of the document, prepared afresh for each caller: what is owned belongs to `world.member`.
    #[must_use]
    pub fn variables<F, Fut>(mut self, prepare: F) -> Self
    where
        F: Fn(World) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Value> + Send + 'static,
    {
        self.prepare = Arc::new(move |world| Box::pin(prepare(world)));
        self
    }

    /// The mutation or `Type.field` it is about.
    #[must_use]
    pub fn subject(&self) -> &'static str {
        self.subject
    }

    /// Runs the row for its five callers and returns what was not as expected.
    pub async fn check(&self, world: &World) -> Vec<String> {
        let mut findings = Vec::new();
        for (caller, expected) in Caller::ALL.into_iter().zip(self.expected) {
            let client = match caller {
                Caller::Anonymous => world.app.guest(),
                Caller::Member => world.member.clone(),
                Caller::OtherMember => world.other_member.clone(),
                Caller::StaffWithout => world.app.as_staff(&[]).await,
                Caller::StaffWith => world.app.as_staff(self.permission.as_slice()).await,
            };
            let variables = (self.prepare)(world.clone()).await;
            let before = world.app.fingerprint().await;
            let answer = if self.document.starts_with("subscription") {
                client.send_first(self.document, variables).await
            } else {
                client.send(self.document, variables).await
            };
            if let Some(difference) = difference(self.subject, expected, &answer) {
                findings.push(format!(
                    "{} by {caller:?}: {difference}\n{:#}",
                    self.subject,
                    answer.body()
                ));
            } else if expected != Expected::Allowed && world.app.fingerprint().await != before {
                findings.push(format!(
                    "{} by {caller:?}: refused, yet something was written",
                    self.subject
                ));
            }
        }
        findings
    }
}

/// Mutations and private fields of a schema: what must have a row.
#[must_use]
pub fn subjects(sdl: &Sdl) -> Vec<String> {
    let mutations = sdl.fields("Mutation").map(|(name, _)| name.clone());
    let private = sdl
        .object_fields()
        .filter(|(type_name, _, field)| *type_name != "Mutation" && is_private(&field.description))
        .map(|(type_name, name, _)| format!("{type_name}.{name}"));
    mutations.chain(private).collect()
}

/// The marks of the contract: `Needs permission X.`, `Yours, or needs permission X.`, `Yours.`, `with permission X`.
fn is_private(description: &str) -> bool {
    let lower = description.to_lowercase();
    lower.contains("permission ") || lower.contains("yours")
}

fn difference(subject: &str, expected: Expected, answer: &Answer) -> Option<String> {
    let top = answer.top_codes();
    let user = answer.user_codes();
    let field = subject.rsplit('.').next().unwrap_or(subject);
    let value = find(answer.data(), field);
    let as_expected = match expected {
        Expected::Allowed => {
            top.is_empty() && user.is_empty() && value.is_some_and(|value| !value.is_null())
        }
        Expected::Hidden => top.is_empty() && user.is_empty() && value.is_none_or(Value::is_null),
        Expected::UserError(code) => top.is_empty() && user == [code],
        Expected::TopError(code) => user.is_empty() && top == [code],
    };
    (!as_expected).then(|| {
        format!(
            "expected {expected:?}, got top-level {top:?}, userErrors {user:?}, value {value:?}"
        )
    })
}

/// First value under the key `name`, at any depth.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map
            .get(name)
            .or_else(|| map.values().find_map(|value| find(value, name))),
        Value::Array(values) => values.iter().find_map(|value| find(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
