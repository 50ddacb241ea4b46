//! The line between a fleet and a gateway in this process, and its faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fleet::nodes::{Embedded, LOCAL};
use gateway::Gateway;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, split};
use tokio::sync::{Notify, watch};
use tokio::task::yield_now;
use tokio::time::sleep;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Clear,
    /// Open, and nothing comes through in either direction.
    Stalled,
    /// A few bytes at a time, slowly.
    Crawling,
    /// A few bytes at a time.
    Split,
    /// Nobody answers at the other end.
    Down,
}

/// A line, with whatever gateway is at its other end.
pub struct Line {
    gateway: Mutex<Option<Gateway>>,
    state: watch::Sender<State>,
    cut: Notify,
    /// Set to spoil the next bytes from the gateway.
    garble: AtomicBool,
}

impl Line {
    pub fn new() -> Arc<Line> {
        let state = watch::Sender::new(State::Clear);
        Arc::new(Line { gateway: Mutex::default(), state, cut: Notify::new(), garble: AtomicBool::new(false) })
    }

    /// What a fleet connects to.
    pub fn embedded(self: &Arc<Self>) -> Embedded {
        let line = self.clone();
        let connect = move || {
            let (near, far) = tokio::io::duplex(1 << 14);
            let gateway = line.gateway.lock().clone().filter(|_| *line.state.borrow() != State::Down);
            if let Some(gateway) = gateway {
                tokio::spawn(line.clone().carry(far, gateway.connect()));
            }
            near
        };
        Embedded { connect: Arc::new(connect), name: LOCAL.to_owned() }
    }

    /// Another gateway is at the other end, or none.
    pub fn lead_to(&self, gateway: Option<Gateway>) {
        *self.gateway.lock() = gateway;
    }

    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// Spoils what the gateway says next.
    pub fn garble(&self) {
        self.garble.store(true, Ordering::Release);
    }

    async fn carry(self: Arc<Self>, client: DuplexStream, server: DuplexStream) {
        let (from_client, to_client) = split(client);
        let (from_server, to_server) = split(server);
        tokio::select! {
            () = self.copy(from_client, to_server, false) => {}
            () = self.copy(from_server, to_client, true) => {}
            () = self.cut.notified() => {}
        }
    }

    /// Carries one direction until an end is gone; the gateway's words may be spoilt.
    async fn copy(&self, mut from: ReadHalf<DuplexStream>, mut to: WriteHalf<DuplexStream>, may_spoil: bool) {
        let mut buffer = vec![0; 1 << 12];
        let mut state = self.state.subscribe();
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            if state.wait_for(|state| *state != State::Stalled).await.is_err() {
                return;
            }
            if may_spoil && self.garble.swap(false, Ordering::AcqRel) {
                // No UTF-8 and no frame looks like this: it cannot pass for another text.
                buffer[read / 2] ^= 0x80;
            }
            let pieces = match *state.borrow() {
                State::Split | State::Crawling => 7,
                _ => read,
            };
            for piece in buffer[..read].chunks(pieces) {
                if to.write_all(piece).await.is_err() {
                    return;
                }
                if pieces < read {
                    yield_now().await;
                }
            }
            if *state.borrow() == State::Crawling {
                sleep(Duration::from_millis(700)).await;
            }
        }
    }
}
