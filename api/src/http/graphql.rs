//! The one GraphQL endpoint, after the GraphQL-over-HTTP specification.
//!
//! Stricter than asked where a browser could be tricked: a body is read only as JSON, a GET never writes, and there are
//! no batches.

use std::borrow::Cow;
use std::sync::Arc;

use poem::error::ReadBodyError;
use poem::http::header::{self, HeaderName};
use poem::http::{HeaderMap, HeaderValue, Method, StatusCode};
use poem::{Body, Endpoint, Request, Response};
use uuid::Uuid;

use super::client::{self, Sender};
use super::events::{self, Events, Question};
use super::negotiate::{self, MediaType};
use super::request::{BadRequest, Parameters};
use crate::auth::{Viewer, authenticate};
use crate::error::Error;
use crate::graphql::answer::{Answer, Standing};
use crate::graphql::error::Code;
use crate::graphql::execute::{Ask, Executor, TIME};
use crate::state::AppState;

/// Largest request that is kept for as long as it is answered, in bytes.
const MOST_KEPT: usize = 64 << 10;

/// Names a request in answers and logs.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Serves `/graphql`.
pub(super) struct GraphqlEndpoint {
    app: AppState,
    executor: Arc<Executor>,
    events: Events,
}

impl GraphqlEndpoint {
    /// Serves a schema for a shop.
    pub(super) fn new(app: AppState, executor: Executor) -> Self {
        let executor = Arc::new(executor);
        Self {
            events: Events::new(app.clone(), Arc::clone(&executor)),
            app,
            executor,
        }
    }
}

impl Endpoint for GraphqlEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let request_id = self.app.clock.new_id();
        let body = request.take_body();
        let accept = request.header(header::ACCEPT);
        let (media, events) = (negotiate::accepted(accept), negotiate::wants_events(accept));
        if media.is_none() && !events {
            let reply = Reply::refused(
                StatusCode::NOT_ACCEPTABLE,
                "Accept application/graphql-response+json, application/json or, for streams, text/event-stream.",
            );
            return Ok(reply.send(MediaType::Json, request_id));
        }
        // Boxed, for the server hands an endpoint's future through several layers, each of which copies it.
        let reply = Box::pin(self.reply(&request, body, request_id, (media, events)));
        let media = media.unwrap_or(MediaType::GraphqlResponse);
        Ok(match tokio::time::timeout(TIME, reply).await {
            Ok(Ok(Replied::Streamed(response))) => response,
            Ok(Ok(Replied::Once(reply)) | Err(reply)) => reply.send(media, request_id),
            Err(_elapsed) => {
                Reply::failed(&Error::Unavailable("the shop"), request_id).send(media, request_id)
            }
        })
    }
}

/// What became of a request.
enum Replied {
    Once(Reply),
    Streamed(Response),
}

impl GraphqlEndpoint {
    /// Answers as the sender accepts it: one who takes both gets a stream for a subscription only.
    async fn reply(
        &self,
        request: &Request,
        body: Body,
        request_id: Uuid,
        (media, events): (Option<MediaType>, bool),
    ) -> Result<Replied, Reply> {
        let read_only = *request.method() == Method::GET;
        let body = self.body(request, body).await?;
        let parameters = read(request, &body)?;
        let subscribes = || {
            let name = parameters.operation_name.as_deref();
            self.executor.subscribes(&parameters.query, name)
        };
        if events && (media.is_none() || subscribes()) {
            let streamed = self.stream(request, parameters, body.len(), request_id);
            return streamed.await.map(Replied::Streamed);
        }
        let answer = self.answer(request, parameters, read_only, request_id);
        answer.await.map(Replied::Once)
    }

    /// Answers over server-sent events.
    async fn stream(
        &self,
        request: &Request,
        parameters: Parameters<'_>,
        size: usize,
        request_id: Uuid,
    ) -> Result<Response, Reply> {
        if size > MOST_KEPT {
            let message = "What is to be streamed is too large.";
            return Err(Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let question = Question {
            sender: Sender::of(request, &self.app.config.trusted_proxies),
            query: parameters.query.into_owned(),
            operation_name: parameters.operation_name.map(Cow::into_owned),
            variables: parameters.variables.unwrap_or_default(),
            read_only: *request.method() == Method::GET,
        };
        let streamed = self.events.stream(question, request_id).await;
        let mut response = streamed.map_err(|refused| match refused {
            events::Refused::Failed(error) => Reply::failed(&error, request_id),
            events::Refused::Answered(answer) => Reply::answered(answer),
        })?;
        describe(response.headers_mut(), request_id);
        Ok(response)
    }

    /// The body of a POST; empty for a GET, whose parameters are in the address.
    async fn body(&self, request: &Request, body: Body) -> Result<Vec<u8>, Reply> {
        if *request.method() == Method::GET {
            return Ok(Vec::new());
        }
        if *request.method() != Method::POST {
            let reply = Reply::refused(
                StatusCode::METHOD_NOT_ALLOWED,
                "Use POST, or GET for queries.",
            );
            return Err(reply.with(header::ALLOW, HeaderValue::from_static("GET, POST")));
        }
        if !negotiate::is_json(request.header(header::CONTENT_TYPE)) {
            return Err(Reply::refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send application/json in UTF-8.",
            ));
        }
        let limit = self.executor.limits().body_bytes;
        let read = body.into_bytes_limit(limit).await;
        read.map(Into::into).map_err(|error| {
            if matches!(error, ReadBodyError::PayloadTooLarge) {
                Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large.")
            } else {
                Reply::refused(StatusCode::BAD_REQUEST, "The body could not be read.")
            }
        })
    }

    async fn answer(
        &self,
        request: &Request,
        parameters: Parameters<'_>,
        read_only: bool,
        request_id: Uuid,
    ) -> Result<Reply, Reply> {
        let viewer = self.viewer(request, request_id).await?;
        let ask = Ask {
            query: &parameters.query,
            operation_name: parameters.operation_name.as_deref(),
            variables: parameters.variables.unwrap_or_default(),
            read_only,
        };
        Ok(Reply::answered(
            self.executor.answer(&self.app, Arc::new(viewer), ask).await,
        ))
    }

    async fn viewer(&self, request: &Request, request_id: Uuid) -> Result<Viewer, Reply> {
        let credentials = client::credentials(request, &self.app.config.trusted_proxies);
        let viewer = authenticate(&self.app, credentials, request_id).await;
        viewer.map_err(|error| Reply::failed(&error, request_id))
    }
}

/// The parameters of a request, in its address or in its body.
fn read<'a>(request: &'a Request, body: &'a [u8]) -> Result<Parameters<'a>, BadRequest> {
    if *request.method() == Method::GET {
        Parameters::from_address(request.uri().query().unwrap_or_default())
    } else {
        Parameters::from_body(body)
    }
}

/// What every answer says about itself.
fn describe(headers: &mut HeaderMap, request_id: Uuid) {
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, authorization, accept-language, vitrine-channel"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&request_id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// What is sent back, but for the media type.
struct Reply {
    /// Set where the transport itself refuses, else it follows from the answer's standing.
    status: Option<StatusCode>,
    answer: Answer,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<BadRequest> for Reply {
    fn from(error: BadRequest) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl Reply {
    fn answered(answer: Answer) -> Self {
        let reply = Self {
            status: None,
            answer,
            headers: Vec::new(),
        };
        match reply.answer.standing {
            Standing::ReadOnly => reply.with(header::ALLOW, HeaderValue::from_static("POST")),
            Standing::Unavailable => reply.with(header::RETRY_AFTER, HeaderValue::from_static("1")),
            Standing::Executed | Standing::Refused | Standing::Failed => reply,
        }
    }

    fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            ..Self::answered(Answer::refused(Code::BadRequest, message))
        }
    }

    /// The answer to a request whose sender could not be made out.
    fn failed(error: &Error, request_id: Uuid) -> Self {
        let reply = Self::answered(Answer::failed(error, request_id));
        match error {
            Error::Unauthenticated => Self {
                status: Some(StatusCode::UNAUTHORIZED),
                ..reply
            }
            .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            Error::RateLimited {
                retry_after_seconds,
            } => Self {
                status: Some(StatusCode::TOO_MANY_REQUESTS),
                ..reply
            }
            .with(header::RETRY_AFTER, *retry_after_seconds),
            Error::Forbidden(_) => Self {
                status: Some(StatusCode::FORBIDDEN),
                ..reply
            },
            Error::NotFound(_)
            | Error::Conflict(_)
            | Error::Invalid { .. }
            | Error::IdempotencyKeyReused => Self {
                status: Some(StatusCode::BAD_REQUEST),
                ..reply
            },
            Error::Unavailable(_) | Error::Internal(_) => reply,
        }
    }

    fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn status(&self, media: MediaType) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        match (self.answer.standing, media) {
            (Standing::Executed, _) | (Standing::Refused, MediaType::Json) => StatusCode::OK,
            (Standing::Refused, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
            (Standing::ReadOnly, _) => StatusCode::METHOD_NOT_ALLOWED,
            (Standing::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
            (Standing::Failed, _) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn send(self, media: MediaType, request_id: Uuid) -> Response {
        let mut response = Response::builder()
            .status(self.status(media))
            .body(self.answer.to_json());
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(media.header()),
        );
        describe(headers, request_id);
        headers.extend(self.headers);
        response
    }
}
