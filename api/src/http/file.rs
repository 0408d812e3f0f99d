//! Files made by jobs, invoices and credit notes, to be fetched at the signed addresses the schema tells.

use std::io;

use bytes::Bytes;
use chrono::DateTime;
use domain::id::{InvoiceId, JobId};
use futures_util::{Stream, stream};
use poem::http::{StatusCode, header};
use poem::{Body, Endpoint, Request, Response};

use crate::service::invoice::{self, Format, Rendered};
use crate::service::job::{self, File};
use crate::state::AppState;

/// Serves `GET /files/<job>?until=<seconds>&signature=<text>`.
pub(super) struct FileEndpoint(pub(super) AppState);

impl Endpoint for FileEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let file = match self.find(&request).await {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(StatusCode::NOT_FOUND.into()),
            Err(error) => {
                tracing::warn!(error = %error, "a file cannot be opened");
                return Ok(StatusCode::SERVICE_UNAVAILABLE.into());
            }
        };
        let disposition = format!("attachment; filename=\"{}\"", file.name);
        Ok(Response::builder()
            .content_type("text/csv; charset=utf-8")
            .header(header::CONTENT_DISPOSITION, disposition)
            .header(header::CACHE_CONTROL, "no-store")
            .body(Body::from_bytes_stream(parts(self.0.clone(), file))))
    }
}

impl FileEndpoint {
    /// Whatever is wrong with an address, it opens nothing and tells nothing.
    async fn find(&self, request: &Request) -> crate::error::Result<Option<File>> {
        let Some((job_id, until, signature)) = read(request) else {
            return Ok(None);
        };
        job::open(&self.0, job_id, until, &signature).await
    }
}

fn read(request: &Request) -> Option<(JobId, DateTime<chrono::Utc>, String)> {
    let job_id: JobId = request.path_params::<String>().ok()?.parse().ok()?;
    let (until, signature) = signed(request)?;
    Some((job_id, until, signature))
}

/// Until when an address holds, and what proves it.
fn signed(request: &Request) -> Option<(DateTime<chrono::Utc>, String)> {
    let query = request.uri().query()?;
    let value = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let until = DateTime::from_timestamp(value("until")?.parse().ok()?, 0)?;
    Some((until, value("signature")?))
}

/// Serves `GET /invoices/<id>.<html or pdf>?until=<seconds>&signature=<text>`.
pub(super) struct InvoiceEndpoint(pub(super) AppState);

/// Nothing on the page is run or loaded, whatever its texts hold.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

impl Endpoint for InvoiceEndpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some((id, format, until, signature)) = read_invoice(&request) else {
            return Ok(StatusCode::NOT_FOUND.into());
        };
        match invoice::open(&self.0, (id, format), until, &signature).await {
            Ok(Some(rendered)) => Ok(page(rendered, format)),
            Ok(None) => Ok(StatusCode::NOT_FOUND.into()),
            Err(error) => {
                tracing::warn!(error = %error, "an invoice cannot be opened");
                Ok(StatusCode::SERVICE_UNAVAILABLE.into())
            }
        }
    }
}

fn page(rendered: Rendered, format: Format) -> Response {
    let content_type = match format {
        Format::Html => "text/html; charset=utf-8",
        Format::Pdf => "application/pdf",
    };
    let disposition = format!("inline; filename=\"{}\"", rendered.name);
    Response::builder()
        .content_type(content_type)
        .header(header::CONTENT_DISPOSITION, disposition)
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::CACHE_CONTROL, "no-store")
        .body(rendered.content)
}

fn read_invoice(request: &Request) -> Option<(InvoiceId, Format, DateTime<chrono::Utc>, String)> {
    let name = request.path_params::<String>().ok()?;
    let (id, extension) = name.rsplit_once('.')?;
    let format = [Format::Html, Format::Pdf]
        .into_iter()
        .find(|format| format.extension() == extension)?;
    let (until, signature) = signed(request)?;
    Some((id.parse().ok()?, format, until, signature))
}

/// One part after the other: a file is never held whole.
fn parts(app: AppState, file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(None, move |after| {
        let (app, file) = (app.clone(), file.clone());
        async move {
            let part = job::next_part(&app, &file, after).await;
            let part = part.map_err(io::Error::other)?;
            Ok(part.map(|(number, content)| (Bytes::from(content), Some(number))))
        }
    })
}
