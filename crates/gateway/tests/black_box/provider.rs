//! A provider on loopback that answers what a test tells it to, in pieces cut
//! at odd places.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Provider {
    /// Serves as long as a test holds it.
    _scope: supervise::Scope,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub struct Answer {
    pub status: u16,
    pub retry_after: Option<&'static str>,
    pub body: String,
    /// Bytes of one piece.
    pub piece: usize,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Provider {
    /// Starts it; gives its address too.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> (Self, String) {
        let scope = supervise::Scope::root("provider");
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let provider = Self { _scope: scope.clone(), answers, asked: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(provider.clone());
        scope.spawn("serve", async move { axum::serve(listener, app).await });
        (provider, address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Answer {
    /// Server-sent events, cut every seven bytes: also inside of characters.
    pub fn events(events: &[(&str, Value)]) -> Self {
        let body = events.iter().fold(String::new(), |text, (name, data)| {
            let name = if name.is_empty() { String::new() } else { format!("event: {name}\n") };
            text + &format!("{name}data: {data}\n\n")
        });
        Self { status: 200, retry_after: None, body, piece: 7 }
    }

    pub fn refusal(status: u16, body: Value) -> Self {
        Self { status, retry_after: None, body: body.to_string(), piece: 7 }
    }

    pub fn and(mut self, line: &str) -> Self {
        self.body.push_str(line);
        self
    }
}

async fn answer(State(provider): State<Provider>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path().to_owned();
    let is_list = path.ends_with("/models");
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    provider.asked.lock().unwrap().push(Asked { path, headers: parts.headers, body });
    let answer = match is_list {
        true => Answer::refusal(200, json!({"data": [{"id": "big", "created": 2}, {"id": "small", "created": 1}]})),
        false => provider.answers.lock().unwrap().pop_front().expect("it was asked too often"),
    };
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    if let Some(seconds) = answer.retry_after {
        response = response.header("retry-after", seconds);
    }
    let pieces: Vec<Result<Bytes, Infallible>> =
        answer.body.as_bytes().chunks(answer.piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let pieces = futures_util::stream::iter(pieces);
    let one_by_one = futures_util::StreamExt::then(pieces, |piece| async {
        tokio::task::yield_now().await;
        piece
    });
    response.body(Body::from_stream(one_by_one)).unwrap()
}
