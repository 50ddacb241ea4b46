//! A gateway in a folder of its own, and clients that speak its protocol.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use gateway::{Config, Gateway};
use serde_json::{Value, json};
use supervise::Scope;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct House {
    pub folder: TempDir,
    pub scope: Scope,
    pub gateway: Gateway,
}

impl House {
    /// With the demo model alone.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With these settings; nothing is looked for on the machine's ports.
    pub async fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("models.discover = false\n{settings}");
        std::fs::write(folder.path().join("gateway.toml"), text).unwrap();
        Self::in_folder(folder).await
    }

    pub async fn in_folder(folder: TempDir) -> Self {
        let scope = Scope::root("test");
        let config = Config::open(folder.path()).unwrap();
        let gateway = Gateway::start(&scope, folder.path(), config).await.unwrap();
        Self { folder, scope, gateway }
    }

    /// Stops the gateway and starts it again on the same folder.
    pub async fn restarted(self) -> Self {
        let drained = self.scope.shutdown(Duration::from_secs(5)).await;
        assert!(drained.in_time(), "{drained:?}");
        drop(self.gateway);
        Self::in_folder(self.folder).await
    }

    /// A client that is told everything.
    pub async fn client(&self) -> Client<DuplexStream> {
        let mut client = self.quiet_client().await;
        client.ok("subscribe", json!({"events": ["*"]})).await;
        client
    }

    /// A client that has not subscribed.
    pub async fn quiet_client(&self) -> Client<DuplexStream> {
        let mut client = Client::open(self.gateway.connect()).await;
        client.ok("connect", connect_params()).await;
        client
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspaces/main")
    }
}

pub fn connect_params() -> Value {
    json!({
        "protocol": {"min": 3, "max": 4},
        "client": {"id": "test", "version": "1", "platform": "linux", "mode": "operator"},
    })
}

pub struct Client<S> {
    pub socket: WebSocketStream<S>,
    next: u64,
    /// Events that came while something else was waited for.
    pub events: VecDeque<Value>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub async fn open(stream: S) -> Self {
        let (socket, _) = tokio_tungstenite::client_async("ws://local/ws", stream).await.unwrap();
        Self::over(socket)
    }

    pub fn over(socket: WebSocketStream<S>) -> Self {
        Self { socket, next: 0, events: VecDeque::new() }
    }

    pub async fn ok(&mut self, method: &str, params: Value) -> Value {
        self.call(method, params).await.unwrap_or_else(|error| panic!("{method} was refused: {error}"))
    }

    pub async fn refused(&mut self, method: &str, params: Value) -> Value {
        match self.call(method, params).await {
            Ok(payload) => panic!("{method} was not refused: {payload}"),
            Err(error) => error,
        }
    }

    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.send(method, params).await;
        loop {
            let frame = self.frame().await;
            match frame["type"].as_str() {
                Some("res") if frame["id"] == id.as_str() => {
                    return if frame["ok"] == true {
                        Ok(frame["payload"].clone())
                    } else {
                        Err(frame["error"].clone())
                    };
                }
                _ => self.events.push_back(frame),
            }
        }
    }

    pub async fn send(&mut self, method: &str, params: Value) -> String {
        self.next += 1;
        let id = self.next.to_string();
        let request = json!({"type": "req", "id": id, "method": method, "params": params});
        self.socket.send(Message::text(request.to_string())).await.unwrap();
        id
    }

    /// The next frame that is text.
    pub async fn frame(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("no frame came in time");
            match message.expect("the connection ended").expect("the connection broke") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("the gateway closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The first event that fits; those before it are dropped.
    pub async fn event(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => self.frame().await,
            };
            if fits(&event) {
                return event;
            }
        }
    }

    /// The next `chat` event of that state.
    pub async fn chat(&mut self, state: &str) -> Value {
        self.event(|event| event["event"] == "chat" && event["payload"]["state"] == state).await["payload"].clone()
    }

    /// All `chat` events of one session until one of that state.
    pub async fn chats_until(&mut self, session: &str, last: &str) -> Vec<Value> {
        let mut chats = Vec::new();
        loop {
            let event = self.event(|event| event["event"] == "chat" && event["payload"]["sessionKey"] == session).await
                ["payload"]
                .clone();
            let is_last = event["state"] == last;
            chats.push(event);
            if is_last {
                return chats;
            }
        }
    }

    /// How the gateway closes: the code and the reason.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("it was not closed in time");
            match message {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("it ended without a close frame: {other:?}"),
            }
        }
    }
}

pub fn states(chats: &[Value]) -> Vec<&str> {
    chats.iter().filter_map(|chat| chat["state"].as_str()).collect()
}

/// Joined deltas.
pub fn deltas(chats: &[Value]) -> String {
    chats.iter().filter(|chat| chat["state"] == "delta").filter_map(|chat| chat["text"].as_str()).collect()
}
