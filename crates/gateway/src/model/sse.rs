//! One streamed HTTP request to a provider: sends it, turns a refusal into a
//! sentence, and gives the server-sent events of the answer.

use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use sse_stream::{Sse, SseStream};
use wire::chat_event::ChatErrorKind;

use super::ModelError;

/// Sends `request` and streams the `data` of each event.
///
/// # Errors
/// [`ModelError`] when the provider is out of reach or refuses.
pub(super) async fn events(
    request: RequestBuilder,
) -> Result<BoxStream<'static, Result<String, ModelError>>, ModelError> {
    let response = accepted(request).await?;
    let events = SseStream::from_bytes_stream(response.bytes_stream());
    Ok(events.filter_map(|event| async { data_of(event) }).boxed())
}

/// Sends `request`; any status but success is an error.
pub(super) async fn accepted(request: RequestBuilder) -> Result<Response, ModelError> {
    let response = request.send().await.map_err(|error| unreachable_error(&error))?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|seconds| seconds.parse::<f64>().ok())
        .filter(|seconds| (0.0..86_400.0).contains(seconds))
        .map(Duration::from_secs_f64);
    let body = response.text().await.unwrap_or_default();
    Err(ModelError { retry_after, ..refusal(status, &body) })
}

/// The sentence inside a provider's error object, in any of the usual forms.
pub(super) fn message_in(body: &Value) -> Option<&str> {
    let error = body.get("error").unwrap_or(body);
    error.get("message").and_then(Value::as_str).or_else(|| error.as_str())
}

fn data_of(event: Result<Sse, sse_stream::Error>) -> Option<Result<String, ModelError>> {
    match event {
        Ok(event) => event.data.map(Ok),
        Err(error) => {
            Some(Err(ModelError::new(ChatErrorKind::ServerError, format!("The provider's answer broke off: {error}."))))
        }
    }
}

fn unreachable_error(error: &reqwest::Error) -> ModelError {
    let host = error.url().and_then(|url| url.host_str()).unwrap_or("the provider").to_owned();
    let detail = if error.is_timeout() {
        format!("{host} did not answer in time.")
    } else if error.is_connect() {
        format!("{host} cannot be reached. Check that it runs, and its address in the settings.")
    } else {
        format!("The request to {host} failed.")
    };
    ModelError::new(ChatErrorKind::ServerError, detail)
}

fn refusal(status: StatusCode, body: &str) -> ModelError {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let said = parsed.as_ref().and_then(message_in).unwrap_or(body).trim();
    let said: String = said.chars().take(400).collect();
    let kind = match status.as_u16() {
        401 | 403 => ChatErrorKind::AuthError,
        402 => ChatErrorKind::BillingExhausted,
        404 => ChatErrorKind::ModelNotFound,
        429 if said.contains("quota") => ChatErrorKind::UsageLimitReached,
        429 => ChatErrorKind::RateLimitExceeded,
        500..=599 => ChatErrorKind::ServerError,
        _ => ChatErrorKind::ApiError,
    };
    let detail = match said.is_empty() {
        true => format!("The provider answered with HTTP {}.", status.as_u16()),
        false => format!("The provider answered with HTTP {}: {said}", status.as_u16()),
    };
    ModelError::new(kind, detail)
}
