//! A line between a client and a server, and its faults: bytes are carried both ways until an end goes, as well or as
//! badly as somebody says. What kind of stream it is made of is the caller's business.

mod frames;
mod journal;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use frames::Frames;
pub use frames::Trick;
use journal::{Ear, Journal};

/// The bytes of a piece, where the line carries small pieces.
const PIECE: usize = 7;
/// The pause of a line that crawls, after as much as is carried at once.
const CRAWL: Duration = Duration::from_millis(700);
/// How long a line that merges waits for more to carry at once.
const GATHER: Duration = Duration::from_millis(200);
/// As much as is carried at once.
const MOST: usize = 1 << 12;

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Clear,
    /// Open, and nothing comes through in either direction until it is well again.
    Stalled,
    /// A few bytes at a time, slowly.
    Crawling,
    /// A few bytes at a time.
    Split,
    /// What comes within a moment goes on as one piece.
    Merged,
    /// Nobody answers at the other end.
    Down,
}

/// How a connection ends that somebody cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As if the other side had hung up.
    Closed,
    /// As if the other side had never heard of it.
    Reset,
    /// Not at all, for the client: the server is gone and nobody says so.
    HalfOpen,
}

/// A line. All its connections are as it is.
pub struct Line {
    state: watch::Sender<State>,
    cuts: watch::Sender<End>,
    /// Set to spoil the next bytes from the server.
    garble: AtomicBool,
    /// What goes wrong with the server's next message.
    trick: Mutex<Option<Trick>>,
    connections: AtomicU64,
    /// What was lately said, both ways.
    pub journal: Journal,
}

impl Line {
    /// A clear one.
    pub fn new() -> Arc<Line> {
        let (state, cuts) = (watch::Sender::new(State::Clear), watch::Sender::new(End::Closed));
        let (garble, trick, connections) = (AtomicBool::new(false), Mutex::default(), AtomicU64::new(0));
        Arc::new(Line { state, cuts, garble, trick, connections, journal: Journal::new() })
    }

    pub fn state(&self) -> State {
        *self.state.borrow()
    }

    pub fn set(&self, state: State) {
        self.journal.note("the line is", format!("{state:?}").as_bytes());
        self.state.send_replace(state);
    }

    /// Ends all connections that there are now.
    pub fn cut(&self, end: End) {
        self.journal.note("cut:", format!("{end:?}").as_bytes());
        self.cuts.send_replace(end);
    }

    /// From now on all is well: what was to go wrong next does not.
    pub fn calm(&self) {
        *self.trick.lock() = None;
        self.garble.store(false, Ordering::Release);
        self.set(State::Clear);
    }

    /// Spoils what the server says next.
    pub fn garble(&self) {
        self.garble.store(true, Ordering::Release);
    }

    /// Plays a trick on the next message of the server.
    pub fn play(&self, trick: Trick) {
        *self.trick.lock() = Some(trick);
    }

    /// How many connections it has carried so far.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Acquire)
    }

    /// Carries a connection until an end is gone or it is cut; how it ended, for whoever closes the streams.
    pub async fn carry<C, S>(&self, client: &mut C, server: S) -> End
    where
        C: AsyncRead + AsyncWrite + Unpin,
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.connections.fetch_add(1, Ordering::AcqRel);
        let mut cuts = self.cuts.subscribe();
        let (mut from_client, mut to_client) = split(client);
        let (mut from_server, mut to_server) = split(server);
        let end = tokio::select! {
            () = self.copy(&mut from_client, &mut to_server, Whose::Client) => return End::Closed,
            () = self.copy(&mut from_server, &mut to_client, Whose::Server) => return End::Closed,
            _ = cuts.changed() => *cuts.borrow_and_update(),
        };
        if end == End::HalfOpen {
            drop((from_server, to_server));
            swallow(&mut from_client, &mut cuts).await;
        }
        end
    }

    /// What is garbled where that was asked for.
    fn spoilt(&self, mut said: Vec<u8>) -> Vec<u8> {
        let half = said.len() / 2;
        if let Some(byte) = said.get_mut(half)
            && self.garble.swap(false, Ordering::AcqRel)
        {
            // No UTF-8 and no frame looks like this: it cannot pass for another text.
            *byte ^= 0x80;
            self.journal.note("the last frame was spoilt", b"");
        }
        said
    }

    /// The trick that is played on the frame at hand.
    fn drawn(&self) -> Option<Trick> {
        let trick = self.trick.lock().take()?;
        self.journal.note("the next frame:", format!("{trick:?}").as_bytes());
        Some(trick)
    }

    /// Carries one direction until an end is gone.
    async fn copy(&self, from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), whose: Whose) {
        let (mut buffer, mut frames, mut ear) = (vec![0; MOST], Frames::default(), Ear::default());
        let mut state = self.state.subscribe();
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let Ok(now) = state.wait_for(|state| *state != State::Stalled).await.map(|state| *state) else { return };
            let read = if now == State::Merged { gather(from, &mut buffer, read).await } else { read };
            let said = match whose {
                Whose::Client => buffer[..read].to_vec(),
                Whose::Server => frames.carry(&buffer[..read], || self.drawn()),
            };
            ear.hear(&said, |text| self.journal.note(whose.mark(), text));
            let said = if whose == Whose::Server { self.spoilt(said) } else { said };
            let piece = if matches!(now, State::Split | State::Crawling) { PIECE } else { MOST * 2 };
            for piece in said.chunks(piece) {
                if to.write_all(piece).await.is_err() || to.flush().await.is_err() {
                    return;
                }
                yield_now().await;
            }
            if now == State::Crawling {
                sleep(CRAWL).await;
            }
        }
    }
}

/// Whose words a direction carries: only a server's go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Client,
    Server,
}

impl Whose {
    fn mark(self) -> &'static str {
        match self {
            Whose::Client => ">",
            Whose::Server => "<",
        }
    }
}

/// Waits a moment for more to carry at once; how much there is then.
async fn gather(from: &mut (impl AsyncRead + Unpin), buffer: &mut [u8], mut read: usize) -> usize {
    let more = async {
        while read < buffer.len() {
            match from.read(&mut buffer[read..]).await {
                Ok(more @ 1..) => read += more,
                _ => return,
            }
        }
    };
    // An end that came meanwhile is met again by the next read.
    let _ = timeout(GATHER, more).await;
    read
}

/// Takes what a client still says to nobody, until it hangs up or is cut off in earnest.
async fn swallow(from: &mut (impl AsyncRead + Unpin), cuts: &mut watch::Receiver<End>) {
    let mut buffer = vec![0; MOST];
    let listen = async { while let Ok(1..) = from.read(&mut buffer).await {} };
    tokio::select! {
        () = listen => {}
        _ = cuts.wait_for(|end| *end != End::HalfOpen) => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::duplex;

    use super::*;

    /// What the far end hears of what the near end says.
    async fn heard(line: &Line, said: &[u8]) -> Vec<Vec<u8>> {
        let (mut near, mut client) = duplex(1 << 14);
        let (server, mut far) = duplex(1 << 14);
        let mut pieces = Vec::new();
        let talk = async {
            near.write_all(said).await.unwrap();
            let mut left = said.len();
            while left > 0 {
                let mut buffer = vec![0; 1 << 12];
                let read = far.read(&mut buffer).await.unwrap();
                pieces.push(buffer[..read].to_vec());
                left -= read;
            }
        };
        tokio::select! {
            // What the line put down is taken before it puts down more.
            biased;
            _ = line.carry(&mut client, server) => {}
            () = talk => {}
        }
        pieces
    }

    #[tokio::test(start_paused = true)]
    async fn small_pieces_are_the_same_bytes() {
        let line = Line::new();
        line.set(State::Split);
        let pieces = heard(&line, b"twenty bytes in all!").await;
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE), "{pieces:?}");
        assert_eq!(pieces.concat(), b"twenty bytes in all!");
    }

    #[tokio::test(start_paused = true)]
    async fn a_half_open_connection_takes_words_and_says_nothing() {
        let line = Line::new();
        let (mut near, mut client) = duplex(64);
        let (server, mut far) = duplex(64);
        let carrying = line.carry(&mut client, server);
        let talk = async {
            tokio::task::yield_now().await;
            line.cut(End::HalfOpen);
            // The line has noticed before anything is said.
            tokio::task::yield_now().await;
            near.write_all(b"is anybody there?").await.unwrap();
            let answer = timeout(Duration::from_secs(3_600), near.read_u8()).await;
            assert!(answer.is_err(), "nobody answers and nobody hangs up");
            assert_eq!(far.read(&mut [0; 8]).await.unwrap(), 0, "the server is told that the client went");
            line.cut(End::Reset);
        };
        let (end, ()) = tokio::join!(carrying, talk);
        assert_eq!(end, End::HalfOpen);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_held_up_comes_when_the_line_is_well_again() {
        let line = Line::new();
        line.set(State::Stalled);
        let mend = async {
            sleep(Duration::from_secs(60)).await;
            line.set(State::Clear);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            pieces = heard(&line, b"late") => assert_eq!(pieces.concat(), b"late"),
            () = mend => {}
        }
    }
}
