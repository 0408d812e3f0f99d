//! Carries the test payment provider's messages to the app in process.

use std::sync::Arc;

use api::payment::signature::{ID_HEADER, OutgoingMessage, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use api::payment::test::courier::{Courier, CourierError};
use futures_util::future::BoxFuture;
use poem::{Endpoint, Request, Response, endpoint::BoxEndpoint, http::Method};

/// Posts to the app's own webhook address, without TCP.
pub(crate) struct InProcess(pub(crate) Arc<BoxEndpoint<'static, Response>>);

impl Courier for InProcess {
    fn deliver(&self, message: OutgoingMessage) -> BoxFuture<'_, Result<(), CourierError>> {
        let request = Request::builder()
            .method(Method::POST)
            .uri_str("/webhooks/test")
            .header(ID_HEADER, message.id)
            .header(TIMESTAMP_HEADER, message.timestamp)
            .header(SIGNATURE_HEADER, message.signature)
            .body(message.body);
        Box::pin(async move {
            let answer = self.0.get_response(request).await;
            if answer.status().is_success() {
                Ok(())
            } else {
                Err(CourierError(answer.status().to_string()))
            }
        })
    }
}
