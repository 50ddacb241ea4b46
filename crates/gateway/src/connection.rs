//! One client from handshake to goodbye, over any stream.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};
use wire::event::{self, FrameError};
use wire::{Code, Error, Frame, frame};

use crate::handshake::{self, Access, MAX_PAYLOAD};
use crate::hub::{Client, QUEUE};
use crate::router::{self, Context};
use crate::state::State;

/// How long a client may take to say who it is.
const GREETING: Duration = Duration::from_secs(10);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// Calls of one client that are worked on at once; more wait unread.
const CALLS: usize = 32;

type Sink<S> = SplitSink<WebSocketStream<S>, Message>;
type Source<S> = SplitStream<WebSocketStream<S>>;

/// How a connection ends.
enum Ending {
    /// The client went, or the connection broke.
    Gone,
    /// It did not read what it was sent.
    Lagged,
    Stopping,
}

/// Buffers for one of many connections, and bounds on what a client may send.
pub(crate) fn websocket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(64 * 1024 * 1024)
        .max_message_size(Some(16 * 1024 * 1024))
        .max_frame_size(Some(16 * 1024 * 1024))
}

/// Answers the WebSocket handshake on a bare stream, then serves.
pub(crate) async fn accept<S>(state: Arc<State>, stream: S, access: Access) -> Result<(), tungstenite::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let upgrade = tokio_tungstenite::accept_async_with_config(stream, Some(websocket_config()));
    let socket = match timeout(GREETING, upgrade).await {
        Ok(socket) => socket?,
        Err(_) => return Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    };
    serve(state, socket, access).await;
    Ok(())
}

/// Serves one client until it goes or the gateway stops.
pub(crate) async fn serve<S>(state: Arc<State>, socket: WebSocketStream<S>, access: Access)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sink, mut source) = socket.split();
    let greeted = tokio::select! {
        greeted = greet(&state, &mut sink, &mut source, &access) => greeted,
        () = state.scope.cancelled() => Err(Refusal::new(CloseCode::Away, "the gateway stops")),
    };
    let (client, queue) = match greeted {
        Ok(greeted) => greeted,
        Err(refusal) => return goodbye(sink, source, refusal.code, refusal.reason).await,
    };
    let ending = attend(&state, &client, queue, &mut sink, &mut source).boxed().await;
    state.hub.remove(&client);
    match ending {
        Ending::Gone => {}
        Ending::Stopping => goodbye(sink, source, CloseCode::Away, "the gateway stops").await,
        Ending::Lagged => {
            let lost = lagged(&state, &client);
            // A client that still reads nothing is left without it.
            let _ = timeout(GOODBYE, sink.send(lost)).await;
            goodbye(sink, source, CloseCode::Again, "frames were lost because you read too slowly").await;
        }
    }
}

struct Refusal {
    code: CloseCode,
    reason: &'static str,
}

impl Refusal {
    const fn new(code: CloseCode, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// Waits for `connect` and answers it.
async fn greet<S>(
    state: &Arc<State>,
    sink: &mut Sink<S>,
    source: &mut Source<S>,
    access: &Access,
) -> Result<(Arc<Client>, mpsc::Receiver<Message>), Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    const NO_CONNECT: Refusal = Refusal::new(CloseCode::Policy, "the first frame must be connect");
    let text = match timeout(GREETING, first_text(source)).await {
        Ok(Some(text)) => text,
        Ok(None) => return Err(NO_CONNECT),
        Err(_) => {
            return Err(Refusal::new(CloseCode::Policy, "connect did not come in 10 seconds"));
        }
    };
    let greeting = handshake::read(text.as_str(), access).ok_or(NO_CONNECT)?;
    let connect = match greeting.outcome {
        Ok(connect) => connect,
        Err(error) => {
            // The reason is in the answer; if it is not read, nothing is lost.
            let _ = timeout(GOODBYE, sink.send(refused(&greeting.id, &error))).await;
            return Err(Refusal::new(CloseCode::Policy, "connect was refused"));
        }
    };
    let (queue, waiting) = mpsc::channel(QUEUE);
    let client = Arc::new(Client::new(connect.params.client, connect.form, queue));
    let hello = answered(&greeting.id, &handshake::hello(state, &client));
    if client.queue.try_send(hello).is_ok() {
        // Only now, so that no event comes before the hello.
        state.hub.add(&client);
    }
    Ok((client, waiting))
}

async fn first_text<S>(source: &mut Source<S>) -> Option<Utf8Bytes>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match source.next().await?.ok()? {
            Message::Text(text) if text.len() <= MAX_PAYLOAD => return Some(text),
            Message::Ping(_) | Message::Pong(_) => {}
            _ => return None,
        }
    }
}

/// Reads, works and writes in one task: calls run beside each other here.
async fn attend<S>(
    state: &Arc<State>,
    client: &Arc<Client>,
    mut queue: mpsc::Receiver<Message>,
    sink: &mut Sink<S>,
    source: &mut Source<S>,
) -> Ending
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut calls: FuturesUnordered<BoxFuture<'static, ()>> = FuturesUnordered::new();
    loop {
        tokio::select! {
            () = state.scope.cancelled() => return Ending::Stopping,
            () = client.lagged.cancelled() => return Ending::Lagged,
            Some(message) = queue.recv() => {
                tokio::select! {
                    () = state.scope.cancelled() => return Ending::Stopping,
                    () = client.lagged.cancelled() => return Ending::Lagged,
                    written = write_all(sink, message, &mut queue) => if written.is_err() { return Ending::Gone },
                }
            }
            Some(()) = calls.next(), if !calls.is_empty() => {}
            received = source.next(), if calls.len() < CALLS => match received {
                Some(Ok(Message::Text(text))) => calls.extend(take(state, client, text)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ending::Gone,
            }
        }
    }
}

/// Writes what waits, and flushes once.
async fn write_all<S>(
    sink: &mut Sink<S>,
    first: Message,
    queue: &mut mpsc::Receiver<Message>,
) -> Result<(), tungstenite::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    sink.feed(first).await?;
    while let Ok(next) = queue.try_recv() {
        sink.feed(next).await?;
    }
    sink.flush().await
}

/// Makes a call of a frame; what is none is answered with an `error` event.
fn take(state: &Arc<State>, client: &Arc<Client>, text: Utf8Bytes) -> Option<BoxFuture<'static, ()>> {
    client.note_activity();
    if text.len() > MAX_PAYLOAD {
        let error = FrameError {
            code: Some(Code::PayloadTooLarge),
            message: "payload too large".to_owned(),
            max_bytes: Some(MAX_PAYLOAD as u64),
            dropped: None,
        };
        state.hub.tell(client, event::name::ERROR, &error);
        return None;
    }
    match Frame::parse(text.as_str()) {
        Ok(Frame::Req { id, method, params }) => {
            let (id, method) = (id.into_owned(), method.into_owned());
            let params = params.map(ToOwned::to_owned);
            let context = Context { state: Arc::clone(state), client: Arc::clone(client) };
            Some(
                async move {
                    let answer = match router::answer(&context, &method, params.as_deref()).await {
                        Ok(payload) => answered(&id, &payload),
                        Err(error) => refused(&id, &error),
                    };
                    // A client that is gone needs no answer.
                    let _ = context.client.queue.send(answer).await;
                }
                .boxed(),
            )
        }
        // We ask nothing of clients, so there is nothing that they answer.
        Ok(Frame::Res { .. } | Frame::Event { .. }) => None,
        Err(error) => {
            let error = FrameError {
                code: Some(Code::InvalidRequest),
                message: format!("invalid frame: {error}"),
                max_bytes: None,
                dropped: None,
            };
            state.hub.tell(client, event::name::ERROR, &error);
            None
        }
    }
}

fn answered(id: &str, payload: &impl Serialize) -> Message {
    match serde_json::to_string(&frame::Response::done(id, payload)) {
        Ok(text) => Message::text(text),
        Err(error) => refused(id, &Error::new(Code::Internal, format!("the answer cannot be written: {error}"))),
    }
}

fn refused(id: &str, error: &Error) -> Message {
    // Plain strings and JSON values: writing them cannot fail.
    Message::text(serde_json::to_string(&frame::Response::refused(id, error)).unwrap_or_default())
}

fn lagged(state: &State, client: &Client) -> Message {
    let dropped = client.dropped.load(Ordering::Relaxed);
    let payload = FrameError {
        code: Some(Code::Lagged),
        message: "You read too slowly, so events were lost. Connect again and read the state anew.".to_owned(),
        max_bytes: None,
        dropped: Some(dropped),
    };
    let event = frame::Event { event: event::name::ERROR, payload, seq: state.hub.next_seq() };
    Message::text(serde_json::to_string(&event).unwrap_or_default())
}

/// Says why, and waits a moment for the other side to have read it.
async fn goodbye<S>(mut sink: Sink<S>, mut source: Source<S>, code: CloseCode, reason: &'static str)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
    let said = async {
        sink.send(close).await?;
        while source.next().await.transpose()?.is_some() {}
        Ok::<(), tungstenite::Error>(())
    };
    // Whoever does not listen to the end has gone already.
    let _ = timeout(GOODBYE, said).await;
}
