//! The page of the test provider: where a real provider would show its form, buttons play what can happen.

use domain::order::PaymentStatus;
use domain::text_enum::TextEnum;
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response};

use crate::payment::test::scenario::Scenario;
use crate::service::payment::{Rehearsal, play, rehearsal};
use crate::state::AppState;

/// Bytes of a pressed button.
const MAX_FORM: usize = 1024;
const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// Serves `/test-payment/<reference>`: GET shows, POST plays. The reference is the secret that opens it.
pub(in crate::http) struct TestPage(pub(in crate::http) AppState);

impl Endpoint for TestPage {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body();
        Ok(self
            .answer(&request, body)
            .await
            .unwrap_or_else(Response::from))
    }
}

impl TestPage {
    async fn answer(&self, request: &Request, body: Body) -> Result<Response, StatusCode> {
        let reference: String = request
            .path_params()
            .map_err(|_missing| StatusCode::NOT_FOUND)?;
        if *request.method() == Method::POST {
            let form = body
                .into_bytes_limit(MAX_FORM)
                .await
                .map_err(|_unreadable| StatusCode::BAD_REQUEST)?;
            let scenario = pressed(&form).ok_or(StatusCode::BAD_REQUEST)?;
            play(&self.0, &reference, scenario)
                .await
                .map_err(|_unknown| StatusCode::NOT_FOUND)?;
            return Ok(again(&reference));
        }
        let shown = rehearsal(&self.0, &reference)
            .await
            .map_err(|_unavailable| StatusCode::SERVICE_UNAVAILABLE)?;
        shown
            .map(|shown| page(&reference, &shown))
            .ok_or(StatusCode::NOT_FOUND)
    }
}

fn pressed(form: &[u8]) -> Option<Scenario> {
    let name = url::form_urlencoded::parse(form)
        .find(|(name, _)| name == "play")?
        .1;
    Scenario::parse(&name)
}

/// Back to the page, so that loading it again presses nothing.
fn again(reference: &str) -> Response {
    let own = format!("/test-payment/{}", escaped(reference));
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, own)
        .finish()
}

fn page(reference: &str, shown: &Rehearsal) -> Response {
    let amount = format!(
        "{} {}",
        shown.amount.currency.code(),
        shown.amount.amount_text()
    );
    let body = if shown.status == PaymentStatus::ActionRequired {
        buttons(reference)
    } else {
        String::new()
    };
    let back = shown.return_url.as_ref().map_or_else(String::new, |url| {
        format!(
            "<p><a href=\"{}\" rel=\"noreferrer\">Back to the shop</a></p>",
            escaped(url.as_str())
        )
    });
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test payment</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem}}\
         button{{display:block;width:100%;margin:.5rem 0;padding:.6rem;font:inherit;text-align:left}}\
         </style></head><body><h1>Test payment</h1>\
         <p>Order {number}: <strong>{amount}</strong><br>Status: {status}</p>{body}{back}\
         <p><small>No money moves here. The shop hears of it by a signed webhook, about a second later.</small></p>\
         </body></html>",
        number = escaped(&shown.order_number),
        status = shown.status,
    );
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY)
        .header(header::CACHE_CONTROL, "no-store")
        .body(html)
}

fn buttons(reference: &str) -> String {
    let button = |scenario: Scenario, text: &str| {
        format!(
            "<button name=\"play\" value=\"{}\">{text}</button>",
            scenario.as_str()
        )
    };
    [
        format!(
            "<form method=\"post\" action=\"/test-payment/{}\">",
            escaped(reference)
        ),
        button(Scenario::Success, "Pay"),
        button(Scenario::Decline, "Decline the card"),
        button(Scenario::Authorize, "Only promise the money"),
        button(Scenario::Late, "Pay after the order lapsed"),
        button(Scenario::Duplicate, "Pay, and tell it twice"),
        button(Scenario::Twice, "Pay twice"),
        "</form>".to_owned(),
    ]
    .concat()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_a_scenario_or_nothing() {
        assert_eq!(pressed(b"play=decline"), Some(Scenario::Decline));
        assert_eq!(pressed(b"play=rob"), None);
        assert_eq!(pressed(b""), None);
    }

    #[test]
    fn what_a_buyer_chose_cannot_become_markup() {
        assert_eq!(
            escaped("\"><script>&'"),
            "&quot;&gt;&lt;script&gt;&amp;&#39;"
        );
    }
}
