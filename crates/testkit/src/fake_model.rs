//! A model that needs no network: an OpenAI-compatible server on loopback whose answer is chosen by a marker in the
//! last message of the user. It echoes where there is no marker.

mod answer;
mod scenario;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, body::Bytes};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use scenario::Scenario;

/// The models it says it has.
pub const MODELS: [&str; 2] = ["fake-model", "fake-model-2"];

/// A running fake model; it stops when dropped.
pub struct FakeModel {
    port: u16,
    asked: Requests,
    server: JoinHandle<()>,
}

type Requests = Arc<Mutex<Vec<Asked>>>;

/// One completion that was asked for.
struct Asked {
    body: Value,
    /// What stood in `Authorization`.
    authorization: Option<String>,
}

impl FakeModel {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<FakeModel> {
        let asked = Requests::default();
        let routes = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(complete))
            .with_state(asked.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let server = tokio::spawn(async move {
            let _ended_by_the_test = axum::serve(listener, routes).await;
        });
        Ok(FakeModel { port, asked, server })
    }

    /// Its base address, as a provider is configured: ends in `/v1`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// The bodies of all completions asked for so far, oldest first.
    pub fn asked(&self) -> Vec<Value> {
        self.each(|asked| asked.body.clone())
    }

    /// What stood in `Authorization` of each.
    pub fn authorizations(&self) -> Vec<Option<String>> {
        self.each(|asked| asked.authorization.clone())
    }

    fn each<T>(&self, pick: fn(&Asked) -> T) -> Vec<T> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).iter().map(pick).collect()
    }
}

impl Drop for FakeModel {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn models() -> Json<Value> {
    let models = MODELS.map(|id| json!({ "id": id, "object": "model", "created": 1, "owned_by": "fake" }));
    Json(json!({ "object": "list", "data": models }))
}

async fn complete(State(asked): State<Requests>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "bad json", "invalid_request_error");
    };
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { body: request.clone(), authorization });
    match Scenario::of(&request) {
        Scenario::Error => refusal(StatusCode::INTERNAL_SERVER_ERROR, "fake model exploded", "server_error"),
        Scenario::RateLimit => refusal(StatusCode::TOO_MANY_REQUESTS, "fake rate limit", "rate_limit_error"),
        scenario if request["stream"] == true => answer::streamed(&request, &scenario),
        scenario => Json(answer::whole(&request, &scenario)).into_response(),
    }
}

fn refusal(status: StatusCode, message: &str, kind: &str) -> Response {
    (status, Json(json!({ "error": { "message": message, "type": kind } }))).into_response()
}
