//! An open WebSocket: text frames in bursts, frames out without ever waiting for a reader, and a reasoned end.
//! It knows no dialect and no state.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream as _};
use tokio::io::BufReader;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use crate::failure::told;
use crate::record::{Crossed, Tape};
use crate::stream::Stream;

/// The longest message taken, bytes: a gateway's whole history of a session may come as one.
const MOST: usize = 64 << 20;
/// A burst ends after this many frames …
const BURST_FRAMES: u32 = 256;
/// … or this many bytes, so that its events stay a bounded heap and others get their turn.
const BURST_BYTES: usize = 1 << 20;
/// How many frames may wait for a gateway that does not read.
const WAITING_MOST: usize = 1024;
/// How long a goodbye may take.
const FAREWELL: Duration = Duration::from_millis(300);

/// How much is read from a stream at once, bytes.
const READ: usize = 16 * 1024;
/// How much of it the WebSocket takes at once, bytes. It fills that with zeros before each read, also where nothing is
/// there: frames that come singly would cost more zeros than text.
const TAKE: usize = 2 * 1024;

/// The stream, read as much at once as is there.
pub(crate) fn ahead(stream: Stream) -> BufReader<Stream> {
    BufReader::with_capacity(READ, stream)
}

/// Small buffers for many sockets, and bounds for each.
pub(crate) fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(TAKE)
        .write_buffer_size(0)
        .max_write_buffer_size(MOST)
        .max_message_size(Some(MOST))
        .max_frame_size(Some(MOST))
}

pub(crate) struct Socket {
    stream: WebSocketStream<BufReader<Stream>>,
    waiting: VecDeque<Message>,
    /// Something was handed to the stream and not yet flushed.
    unflushed: bool,
    /// Binary frames that were passed over; no vendor sends any.
    ignored: u64,
    tape: Tape,
}

/// What one burst brought.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// How many text frames.
    pub texts: u32,
    /// Nothing more is there, and whoever polled is woken when there is.
    pub all: bool,
    /// The number of the last ping that was answered.
    pub pong: Option<u64>,
    pub end: Option<End>,
}

impl Heard {
    /// Whether it is text and nothing else, and nothing more of it is there.
    pub fn is_all_text(&self) -> bool {
        self.all && self.pong.is_none() && self.end.is_none()
    }
}

/// How a socket ended.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    /// The gateway said goodbye.
    Closed { code: Option<u16>, reason: String },
    /// It broke: a sentence.
    Broken(String),
}

impl Socket {
    /// What crosses it is told to `tape`.
    pub fn new(stream: WebSocketStream<BufReader<Stream>>, tape: Tape) -> Socket {
        Socket { stream, waiting: VecDeque::new(), unflushed: false, ignored: 0, tape }
    }

    /// Puts a text frame in line. It goes out while the socket is polled.
    pub fn send(&mut self, text: String) {
        self.tape.tell(Crossed::Out(&text));
        self.waiting.push_back(Message::text(text));
    }

    pub fn ping(&mut self, number: u64) {
        self.waiting.push_back(Message::Ping(Bytes::copy_from_slice(&number.to_be_bytes())));
    }

    /// It is over, for this reason.
    pub fn ended(&self, code: Option<u16>, reason: &str) {
        self.tape.tell(Crossed::Closed { code, reason });
    }

    /// Sends what waits, then shows `each` the text frames that are there, until nothing is left or it breaks off.
    /// Ready when anything at all was heard.
    pub fn poll_burst(&mut self, cx: &mut Context<'_>, mut each: impl FnMut(&str) -> ControlFlow<()>) -> Poll<Heard> {
        let mut heard = Heard { end: self.push(cx).err(), ..Heard::default() };
        let (mut anything, mut bytes) = (heard.end.is_some(), 0);
        while heard.end.is_none() && heard.texts < BURST_FRAMES && bytes < BURST_BYTES {
            let Poll::Ready(message) = Pin::new(&mut self.stream).poll_next(cx) else {
                heard.all = true;
                break;
            };
            anything = true;
            match message {
                Some(Ok(Message::Text(text))) => {
                    heard.texts += 1;
                    bytes += text.len();
                    self.tape.tell(Crossed::In(&text));
                    if each(&text).is_break() {
                        break;
                    }
                }
                Some(Ok(Message::Pong(payload))) => heard.pong = number(&payload),
                Some(Ok(Message::Binary(_))) => self.pass_over(),
                Some(Ok(Message::Close(frame))) => heard.end = Some(closed(frame)),
                Some(Ok(Message::Ping(_) | Message::Frame(_))) => {}
                Some(Err(error)) => heard.end = Some(broken(&error)),
                None => heard.end = Some(End::Closed { code: None, reason: String::new() }),
            }
        }
        if anything { Poll::Ready(heard) } else { Poll::Pending }
    }

    /// Hands waiting frames to the stream as far as it takes them.
    fn push(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        if self.waiting.len() > WAITING_MOST {
            return Err(End::Broken("the gateway no longer reads what is sent to it".to_owned()));
        }
        let mut stream = Pin::new(&mut self.stream);
        while !self.waiting.is_empty() {
            match stream.as_mut().poll_ready(cx) {
                Poll::Ready(ready) => ready.map_err(|error| broken(&error))?,
                Poll::Pending => return Ok(()),
            }
            if let Some(message) = self.waiting.pop_front() {
                stream.as_mut().start_send(message).map_err(|error| broken(&error))?;
                self.unflushed = true;
            }
        }
        if self.unflushed
            && let Poll::Ready(flushed) = stream.poll_flush(cx)
        {
            flushed.map_err(|error| broken(&error))?;
            self.unflushed = false;
        }
        Ok(())
    }

    fn pass_over(&mut self) {
        self.ignored += 1;
        if self.ignored.is_power_of_two() {
            tracing::debug!(count = self.ignored, "binary frames were passed over");
        }
    }

    /// Says goodbye, as far as that is possible in a moment.
    pub async fn farewell(mut self) {
        let goodbye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        // Whoever does not listen any more need not be told.
        let _ = timeout(FAREWELL, self.stream.send(Message::Close(Some(goodbye)))).await;
    }
}

fn number(payload: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(payload.try_into().ok()?))
}

fn closed(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(frame) => End::Closed { code: Some(frame.code.into()), reason: frame.reason.as_str().to_owned() },
        None => End::Closed { code: None, reason: String::new() },
    }
}

fn broken(error: &WsError) -> End {
    End::Broken(match error {
        // Cut off, with no more to say than that. What it means, the dialect may know.
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return closed(None),
        WsError::Io(error) if is_cut(error) => return closed(None),
        WsError::Capacity(CapacityError::MessageTooLong { size, .. }) => format!(
            "the gateway sent a message of {} MiB; more than {} MiB is not taken",
            size.div_ceil(1 << 20),
            MOST >> 20
        ),
        WsError::Utf8(_) => "the gateway sent text that is not UTF-8".to_owned(),
        WsError::Io(error) => {
            told(error).map_or_else(|| format!("the connection broke: {error}"), |why| why.reason().to_owned())
        }
        other => format!("the gateway broke the WebSocket protocol: {other}"),
    })
}

fn is_cut(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof
    )
}
