//! Providers' messages, and the test provider's page. A message is taken in, stored and answered; what follows is done by
//! `service::payment`.

mod page;

use poem::error::ReadBodyError;
use poem::http::{Method, StatusCode};
use poem::{Body, Endpoint, Request, Response};

pub(super) use page::TestPage;

use crate::payment::Webhook;
use crate::service::payment::webhook::{MAX_BODY, Receipt, receive};
use crate::state::AppState;

/// Serves `POST /webhooks/<provider>`.
pub(super) struct WebhookEndpoint(pub(super) AppState);

impl Endpoint for WebhookEndpoint {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body();
        Ok(self
            .answer(&request, body)
            .await
            .map_or_else(Response::from, Response::from))
    }
}

impl WebhookEndpoint {
    async fn answer(&self, request: &Request, body: Body) -> Result<&'static str, StatusCode> {
        if *request.method() != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let body = match body.into_bytes_limit(MAX_BODY).await {
            Ok(body) => body,
            Err(ReadBodyError::PayloadTooLarge) => return Err(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => return Err(StatusCode::BAD_REQUEST),
        };
        let message = Webhook {
            headers: request.headers(),
            body: &body,
        };
        let provider: String = request.path_params().unwrap_or_default();
        match receive(&self.0, &provider, message).await {
            Ok(Receipt::Accepted(words)) => Ok(words),
            Ok(Receipt::UnknownProvider) => Err(StatusCode::NOT_FOUND),
            Ok(Receipt::BadSignature) => Err(StatusCode::UNAUTHORIZED),
            Ok(Receipt::Malformed) => Err(StatusCode::BAD_REQUEST),
            // The provider sends it again.
            Err(error) => {
                tracing::warn!(payment.provider = provider, error = %error, "a webhook could not be stored");
                Err(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}
