//! What a server says over server-sent events.

use std::pin::Pin;
use std::time::Duration;

use poem::Response;
use poem::http::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, BufReader};

/// Longest wait for an event.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of events under way.
pub struct Events {
    /// Status of the answer.
    pub status: StatusCode,
    lines: Pin<Box<dyn AsyncBufRead + Send>>,
}

impl Events {
    /// Reads the body of an answer.
    #[must_use]
    pub fn of(response: Response) -> Self {
        Self {
            status: response.status(),
            lines: Box::pin(BufReader::new(response.into_body().into_async_read())),
        }
    }

    /// The whole body, of a server that streams nothing.
    ///
    /// # Panics
    /// When it is no text.
    pub async fn text(mut self) -> String {
        let mut text = String::new();
        let read = self.lines.read_to_string(&mut text).await;
        read.expect("it is text");
        text
    }

    /// The next answer's `data`, which must have no errors.
    ///
    /// # Panics
    /// When something else comes, or nothing for too long.
    pub async fn data(&mut self) -> Value {
        let (kind, body) = self.next().await.expect("an answer comes");
        assert_eq!(kind, "next");
        assert_eq!(body.get("errors"), None, "{body}");
        body["data"].clone()
    }

    /// Whether the stream says that it is complete, and then ends.
    ///
    /// # Panics
    /// When nothing comes for too long.
    pub async fn is_complete(&mut self) -> bool {
        let last = self.next().await;
        last.is_some_and(|(kind, _)| kind == "complete") && self.next().await.is_none()
    }

    /// The next event: its name and its data; none when the stream is over.
    ///
    /// # Panics
    /// When nothing comes for too long.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        let read = async {
            let (mut kind, mut data) = (String::new(), None);
            loop {
                let mut line = String::new();
                if self.lines.read_line(&mut line).await.expect("it is text") == 0 {
                    return None;
                }
                let line = line.trim_end_matches(['\r', '\n']);
                if let Some(name) = line.strip_prefix("event: ") {
                    name.clone_into(&mut kind);
                } else if let Some(text) = line.strip_prefix("data:") {
                    let text = text.trim_start();
                    data = Some(serde_json::from_str(text).unwrap_or(Value::Null));
                } else if line.is_empty()
                    && let Some(data) = data.take()
                {
                    return Some((kind, data));
                }
            }
        };
        let read = tokio::time::timeout(PATIENCE, read).await;
        read.expect("something is told in time")
    }
}
