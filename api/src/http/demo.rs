//! Pictures of the demo shop's products, at the addresses the demo gives them.

use poem::http::{StatusCode, header};
use poem::web::Path;
use poem::{Response, handler};

use crate::seed::picture;

/// `/demo/<slug>.svg`.
#[handler]
pub(super) fn show(Path(file): Path<String>) -> Response {
    match file.strip_suffix(".svg").and_then(picture::svg) {
        Some(svg) => Response::builder()
            .content_type("image/svg+xml")
            .header(header::CACHE_CONTROL, "public, max-age=86400")
            .body(svg),
        None => StatusCode::NOT_FOUND.into(),
    }
}
