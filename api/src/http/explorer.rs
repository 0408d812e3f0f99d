//! The explorer at `/`: GraphiQL from within the program, with the tour's tabs ready.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response, handler};
use serde_json::{Map, Value};

const PAGE: &str = include_str!("../../assets/explorer/index.html");

/// Scripts and styles come from us alone. Monaco runs its workers from blobs and writes styles as it goes.
const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// A file of the explorer.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    is_gzip: bool,
    bytes: &'static [u8],
}

macro_rules! asset {
    ($path:literal, $content_type:literal, gzip $file:literal) => {
        Asset {
            path: $path,
            content_type: $content_type,
            is_gzip: true,
            bytes: include_bytes!(concat!("../../assets/explorer/", $file)),
        }
    };
    ($path:literal, $content_type:literal, $file:literal) => {
        Asset {
            path: $path,
            content_type: $content_type,
            is_gzip: false,
            bytes: include_bytes!(concat!("../../assets/explorer/", $file)),
        }
    };
}

const ASSETS: &[Asset] = &[
    asset!("/graphiql.js", "text/javascript; charset=utf-8", gzip "graphiql.js.gz"),
    asset!("/graphiql.css", "text/css; charset=utf-8", gzip "graphiql.css.gz"),
    asset!(
        "/explorer.js",
        "text/javascript; charset=utf-8",
        "explorer.js"
    ),
    asset!("/explorer.css", "text/css; charset=utf-8", "explorer.css"),
    asset!("/favicon.svg", "image/svg+xml", "favicon.svg"),
    asset!("/notice", "text/plain; charset=utf-8", "NOTICE.md"),
];

/// The steps of the tour in order: a document, and what its tab needs besides.
macro_rules! steps {
    ($($name:literal),* $(,)?) => {
        &[$((
            include_str!(concat!("../../assets/tour/", $name, ".graphql")),
            include_str!(concat!("../../assets/tour/", $name, ".json")),
        )),*]
    };
}

const STEPS: &[(&str, &str)] = steps![
    "01-browse",
    "02-search",
    "03-log-in",
    "04-cart",
    "05-lines",
    "06-address",
    "07-shipping",
    "08-coupon",
    "09-points",
    "10-order",
    "11-payment",
    "12-received",
    "13-staff-setup",
    "14-staff-log-in",
    "15-to-confirm",
    "16-confirm",
];

/// Shows the explorer.
#[handler]
pub(super) fn page() -> Response {
    let mut response = Response::builder()
        .content_type("text/html; charset=utf-8")
        .body(PAGE);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    response
}

/// Serves the page's files.
pub(super) struct Assets {
    tour: String,
}

impl Assets {
    /// Puts the tour together.
    ///
    /// # Errors
    /// When a step's file is not a JSON object.
    pub(super) fn try_new() -> Result<Self, serde_json::Error> {
        let steps = STEPS.iter().map(|(query, rest)| {
            let mut step: Map<String, Value> = serde_json::from_str(rest)?;
            step.insert("query".to_owned(), Value::String((*query).to_owned()));
            Ok(Value::Object(step))
        });
        let steps = steps.collect::<Result<Vec<_>, serde_json::Error>>()?;
        Ok(Self {
            tour: Value::Array(steps).to_string(),
        })
    }
}

impl Endpoint for Assets {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path();
        if path == "/tour.json" {
            return Ok(Response::builder()
                .content_type("application/json")
                .body(self.tour.clone()));
        }
        let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
            return Ok(StatusCode::NOT_FOUND.into());
        };
        // What every browser reads; an explorer is no place for a client that does not.
        let mut response = Response::builder()
            .content_type(asset.content_type)
            .body(asset.bytes);
        if asset.is_gzip {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("max-age=3600"),
        );
        Ok(response)
    }
}
