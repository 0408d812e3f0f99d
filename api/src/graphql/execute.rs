//! From a request's text to its answer: known document, variables, cost, execution, and a code on every error.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

pub use async_graphql::Variables;
use async_graphql::parser::types::Selection;
use async_graphql::{
    Executor as Executable, IntrospectionMode, Name, Request, Response, ValidationMode,
};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::Semaphore;
use tracing::{Instrument, Span};

use super::VitrineSchema;
use super::admission::Admission;
use super::answer::{Answer, Refused, Standing, failed, failed_by, finish};
use super::audit::{AsAsked, Notes};
use super::batches::Batches;
use super::context::Reached;
use super::document::{Document, DocumentCache, Operation, Refusal, variables};
use super::error::Code;
use super::limits::index::SchemaIndex;
use super::limits::meter::{Meter, over_limit};
use super::watch::WatchList;
use crate::auth::{Account, Viewer};
use crate::config::Limits;
use crate::error::Error;
use crate::service::watch::Thing;
use crate::state::AppState;

/// What a GraphQL request asks.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The document.
    pub query: &'a str,
    /// Which of its operations; needed when there are several.
    pub operation_name: Option<&'a str>,
    /// Values of its variables.
    pub variables: Variables,
    /// Whether only queries are allowed, as over GET.
    pub read_only: bool,
}

/// What is told of a subscription at one time.
#[derive(Debug)]
pub struct Told {
    /// The answers, in an order that stays the same as long as there are as many.
    pub answers: Vec<Answer>,
    /// What may change them; nothing when there is no more to tell.
    pub watched: BTreeSet<Thing>,
}

/// Executes requests on three instances of the one schema: strict for a document not seen before, fast for the others, and
/// one for mutations of staff, which leave a note of who changed what.
pub struct Executor {
    strict: VitrineSchema,
    fast: VitrineSchema,
    noted: VitrineSchema,
    documents: DocumentCache,
    index: Arc<SchemaIndex>,
    limits: Limits,
    is_open: bool,
    admission: Admission,
    /// Subscriptions that are answered at once: the others wait their turn, and queries of shoppers do not wait behind them.
    turns: Semaphore,
}

impl Executor {
    /// Builds the schema. With `is_open` anybody may introspect it and is told of names close to a misspelt one. Of queries as many
    /// are carried out at once as suit `connections` to the database.
    ///
    /// # Errors
    /// When the schema's own SDL cannot be read back.
    pub fn try_new(limits: Limits, is_open: bool, connections: u32) -> Result<Self, Error> {
        let build = |mode| {
            let builder = super::builder()
                .validation_mode(mode)
                .limit_recursive_depth(RECURSION);
            if is_open {
                builder
            } else {
                builder.disable_suggestions()
            }
        };
        let index = Arc::new(SchemaIndex::from_sdl(&super::sdl()).map_err(Error::internal)?);
        Ok(Self {
            strict: build(ValidationMode::Strict).finish(),
            fast: build(ValidationMode::Fast).finish(),
            noted: build(ValidationMode::Strict).extension(Notes).finish(),
            documents: DocumentCache::new(limits, Arc::clone(&index)),
            index,
            limits,
            is_open,
            admission: Admission::new(connections),
            turns: Semaphore::new(
                usize::try_from(connections)
                    .map_err(Error::internal)?
                    .max(1),
            ),
        })
    }

    /// The limits requests are held to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Answers a request.
    pub async fn answer(&self, app: &AppState, viewer: Arc<Viewer>, ask: Ask<'_>) -> Answer {
        let request_id = viewer.request_id.to_string();
        match self.execute(app, viewer, ask).await {
            Ok(response) => finish(response, &request_id),
            Err(refused) => refused.into_answer(),
        }
    }

    /// Answers a subscription with what there is now, and tells what to watch for more; a query or mutation with its one answer.
    ///
    /// # Errors
    /// The answer to a request that is refused, or that failed as a whole.
    pub async fn tell(
        &self,
        app: &AppState,
        viewer: Arc<Viewer>,
        ask: Ask<'_>,
    ) -> Result<Told, Answer> {
        let mut told = if self.subscribes(ask.query, ask.operation_name) {
            let request_id = viewer.request_id.to_string();
            let told = self.subscribe(app, viewer, ask).await;
            let (responses, watched) = told.map_err(Refused::into_answer)?;
            let answers = responses.into_iter();
            Told {
                answers: answers
                    .map(|response| finish(response, &request_id))
                    .collect(),
                watched,
            }
        } else {
            Told {
                answers: vec![self.answer(app, viewer, ask).await],
                watched: BTreeSet::new(),
            }
        };
        let is_none = |answer: &Answer| answer.standing != Standing::Executed;
        match told.answers.iter().position(is_none) {
            Some(place) => Err(told.answers.swap_remove(place)),
            None => Ok(told),
        }
    }

    /// Whether a document's operation is a subscription.
    #[must_use]
    pub fn subscribes(&self, query: &str, operation_name: Option<&str>) -> bool {
        let document = self.documents.find_or_parse(query);
        document.is_ok_and(|document| document.subscribes(operation_name))
    }

    async fn subscribe(
        &self,
        app: &AppState,
        viewer: Arc<Viewer>,
        ask: Ask<'_>,
    ) -> Result<(Vec<Response>, BTreeSet<Thing>), Refused> {
        let document = self.documents.find_or_parse(ask.query)?;
        let ready = self.ready(&document, ask, &viewer)?;
        let fields = &ready.operation.definition.selection_set.node.items;
        if !matches!(fields.as_slice(), [field] if is_field(&field.node)) {
            let message = "A subscription has exactly one field.";
            return Err(Refusal::new(Code::GraphqlValidationFailed, message).into());
        }
        let operation = ready.operation;
        let is_verified = operation.is_verified(&ready.variables);
        let given = ready.variables.len();
        let batches = Batches::default();
        let watched = WatchList::default();
        let span = span(&viewer);
        let request = ready
            .into_request(&document, app, viewer, &batches)
            .data(watched.clone());
        let schema = if is_verified {
            &self.fast
        } else {
            &self.strict
        };
        let answers = schema.execute_stream(request).collect::<Vec<_>>();
        let execution = async {
            let _turn = self.turns.acquire().await;
            batches.drive(answers).await
        };
        let execution = execution.instrument(span);
        let execution = tokio::time::timeout(TIME, AssertUnwindSafe(execution).catch_unwind());
        let responses = match execution.await {
            Ok(Ok(responses)) => responses,
            Ok(Err(_panic)) => vec![failed()],
            Err(_elapsed) => vec![failed_by(&Error::Unavailable("the shop"))],
        };
        let mut errors = responses.iter().flat_map(|response| &response.errors);
        if !is_verified && errors.all(|error| !error.path.is_empty()) {
            operation.mark_verified(given);
        }
        Ok((responses, watched.things()))
    }

    async fn execute(
        &self,
        app: &AppState,
        viewer: Arc<Viewer>,
        ask: Ask<'_>,
    ) -> Result<Response, Refused> {
        let document = self.documents.find_or_parse(ask.query)?;
        let ready = self.ready(&document, ask, &viewer)?;
        let operation = ready.operation;
        if operation.is_subscription() {
            let message =
                "Subscriptions are told over server-sent events: send `Accept: text/event-stream`.";
            return Err(Refusal::new(Code::BadRequest, message).into());
        }
        let is_verified = operation.is_verified(&ready.variables);
        let given = ready.variables.len();
        let batches = Batches::default();
        let is_noted = !operation.is_query() && is_staff(&viewer);
        let asked = is_noted.then(|| AsAsked {
            clock: app.clock.clone(),
            viewer: Arc::clone(&viewer),
            variables: ready.variables.clone(),
        });
        let span = span(&viewer);
        let mut request = ready.into_request(&document, app, viewer, &batches);
        if let Some(asked) = asked {
            request = request.data(asked);
        }
        let schema = if is_noted {
            &self.noted
        } else if is_verified {
            &self.fast
        } else {
            &self.strict
        };
        let response = if operation.is_query() {
            match self.admission.enter().await {
                Ok(_place) => run_query(schema, request, &batches, span).await,
                Err(error) => failed_by(&error),
            }
        } else {
            run_mutation(schema.clone(), request, batches, span).await
        };
        if !is_verified && response.errors.iter().all(|error| !error.path.is_empty()) {
            operation.mark_verified(given);
        }
        Ok(response)
    }

    /// Judges what depends on more than the document alone.
    fn ready<'d>(
        &self,
        document: &'d Document,
        ask: Ask<'_>,
        viewer: &Viewer,
    ) -> Result<Ready<'d>, Refused> {
        let operation = document.operation(ask.operation_name)?;
        if ask.read_only && operation.is_mutation() {
            return Err(Refused::ReadOnly);
        }
        let may_introspect = self.is_open || is_staff(viewer);
        if document.shape.introspects && !may_introspect {
            let message =
                "Introspection is for staff only here; the schema is published as schema.graphql.";
            return Err(Refusal::new(Code::GraphqlValidationFailed, message).into());
        }
        let variables = variables::coerce(operation.definition, ask.variables, &self.index)?;
        let meter = self.meter(document, &operation, &variables, viewer)?;
        Ok(Ready {
            operation,
            variables,
            meter,
            may_introspect,
        })
    }

    fn meter(
        &self,
        document: &Document,
        operation: &Operation<'_>,
        variables: &Variables,
        viewer: &Viewer,
    ) -> Result<Meter, Refused> {
        let sizes = document.cost.sizes(variables).map_err(|error| {
            Refusal::new(Code::BadUserInput, error.to_string()).at(error.position)
        })?;
        let declared = document.cost.cost(operation.name.map(Name::as_str), &sizes);
        let limit = if is_staff(viewer) {
            self.limits.staff_cost
        } else {
            self.limits.cost
        };
        if declared > limit {
            return Err(Refused::Errors(vec![
                over_limit(declared, limit)
                    .into_server_error(operation.definition.selection_set.pos),
            ]));
        }
        Ok(Meter::new(
            Arc::clone(&document.cost),
            sizes,
            declared,
            limit,
        ))
    }
}

/// An operation that may be executed.
struct Ready<'d> {
    operation: Operation<'d>,
    variables: Variables,
    meter: Meter,
    may_introspect: bool,
}

impl Ready<'_> {
    /// The request for the executor.
    fn into_request(
        self,
        document: &Document,
        app: &AppState,
        viewer: Arc<Viewer>,
        batches: &Batches,
    ) -> Request {
        // The text is not needed again: the parsed document stands in for it.
        let mut request = Request::new(String::new())
            .variables(self.variables)
            .data(Reached::new(app.clone(), viewer, batches.clone()))
            .data(self.meter);
        request.set_parsed_query(document.parsed());
        request.operation_name = self.operation.name.map(ToString::to_string);
        if !self.may_introspect {
            request.introspection_mode = IntrospectionMode::Disabled;
        }
        request
    }
}

fn is_field(selection: &Selection) -> bool {
    matches!(selection, Selection::Field(field) if !field.node.name.node.starts_with("__"))
}

/// Longest time for a request: a client that dawdles and a database that fell silent hold nothing for longer. What had not
/// been committed is undone; the same key may be asked again.
pub const TIME: Duration = Duration::from_secs(30);
/// How deep async-graphql may recurse; the shape of a document has been held to less.
const RECURSION: usize = 96;

fn is_staff(viewer: &Viewer) -> bool {
    match viewer.account {
        Account::Staff(_) | Account::ApiKey(_) | Account::System => true,
        Account::Guest | Account::Member(_) => false,
    }
}

/// Runs a query. A panic in a resolver is this request's failure only.
async fn run_query<S: Executable>(
    schema: &S,
    request: Request,
    batches: &Batches,
    span: Span,
) -> Response {
    let execution = batches.drive(schema.execute(request)).instrument(span);
    AssertUnwindSafe(execution)
        .catch_unwind()
        .await
        .unwrap_or_else(|_panic| failed())
}

/// Runs a mutation in a task of its own: when the client hangs up, a write that has begun still comes to its end.
async fn run_mutation<S: Executable>(
    schema: S,
    request: Request,
    batches: Batches,
    span: Span,
) -> Response {
    // Boxed, for each layer around it would copy it.
    let execution = Box::pin(async move { batches.drive(schema.execute(request)).await });
    let execution = tokio::time::timeout(TIME, execution);
    match tokio::spawn(execution.instrument(span.clone())).await {
        Ok(Ok(response)) => response,
        Ok(Err(_elapsed)) => {
            span.in_scope(|| tracing::error!("a mutation took too long and was cut off"));
            failed_by(&Error::Unavailable("the shop"))
        }
        Err(error) => {
            span.in_scope(|| tracing::error!(%error, "a mutation did not come to its end"));
            failed()
        }
    }
}

fn span(viewer: &Viewer) -> Span {
    tracing::error_span!("request", request.id = %viewer.request_id)
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptySubscription, Object, Request, Response, Schema};
    use tracing::Span;

    use super::Standing;
    use super::{Batches, finish, run_mutation, run_query};

    struct Query;
    struct Mutation;

    #[Object]
    impl Query {
        async fn broken(&self) -> i32 {
            "a bug".parse().expect("this panic is what is tested")
        }
        async fn secret(&self) -> async_graphql::Result<Option<i32>> {
            Err("SELECT password FROM staff".into())
        }
    }

    #[Object]
    impl Mutation {
        async fn broken(&self) -> i32 {
            "a bug".parse().expect("this panic is what is tested")
        }
    }

    fn schema() -> Schema<Query, Mutation, EmptySubscription> {
        Schema::new(Query, Mutation, EmptySubscription)
    }

    async fn query(document: &str) -> Response {
        let request = Request::new(document);
        run_query(&schema(), request, &Batches::default(), Span::none()).await
    }

    fn failure(response: Response) -> (Standing, String) {
        let answer = finish(response, "the-id");
        let json = String::from_utf8(answer.to_json()).expect("JSON is text");
        (answer.standing, json)
    }

    #[tokio::test]
    async fn a_panic_fails_its_own_request() {
        let query = query("{ broken }").await;
        let request = Request::new("mutation { broken }");
        let mutation = run_mutation(schema(), request, Batches::default(), Span::none()).await;
        for response in [query, mutation] {
            let (standing, json) = failure(response);
            assert_eq!(standing, Standing::Failed);
            assert_eq!(
                json,
                r#"{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL_SERVER_ERROR","requestId":"the-id"}}],"data":null}"#
            );
        }
    }

    #[tokio::test]
    async fn an_error_without_a_code_is_not_shown() {
        let response = query("{ secret }").await;
        let (standing, json) = failure(response);
        assert_eq!(standing, Standing::Executed);
        assert!(!json.contains("password"), "{json}");
        assert!(json.contains("INTERNAL_SERVER_ERROR"), "{json}");
    }
}
