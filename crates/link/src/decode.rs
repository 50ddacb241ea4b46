//! Recordings of a gateway's frames, made neutral: what the live link would have told,
//! line by line. A recording is a text with one JSON object a line,
//! `{"dir": "in" | "out" | "meta" | "note" | "close", "t_ms": …, "frame": …}`.
//!
//! A recording may hold several clients of one gateway. Each was a link of its own: the
//! first bears the name that is given, each other one that name and its own.

mod line;

use std::collections::HashMap;
use std::io::BufRead;

use secrecy::SecretString;

use crate::dialect::{ClientInfo, Credentials, Dialect, Kind, Out, make};
use crate::event::{Body, Event, NodeState, Stamped};
use line::{Happened, Line};

/// Bytes of one line read at most; a longer one is reported and skipped.
const LINE_LIMIT: usize = 256 * 1024 * 1024;
/// Lines and bytes read ahead to find out when the recording was made.
const AHEAD: (usize, usize) = (4096, 16 * 1024 * 1024);

/// Decodes a recording. `on_problem` is told the number of each line that could not be
/// read, from 1, and why; the line is skipped.
///
/// # Errors
/// Only when `input` itself cannot be read.
pub fn decode(
    kind: Kind,
    name: &str,
    mut input: impl BufRead,
    on_event: impl FnMut(&Stamped),
    mut on_problem: impl FnMut(usize, String),
) -> std::io::Result<()> {
    let mut player = Player { kind, name, base: 0, clients: HashMap::new(), first: None, on_event };
    let mut number = 0;
    let mut play = |player: &mut Player<'_, _>, bytes: Option<Vec<u8>>| {
        number += 1;
        let played = bytes.map_or_else(|| Err(format!("longer than {LINE_LIMIT} bytes")), |bytes| player.play(&bytes));
        played.unwrap_or_else(|problem| on_problem(number, problem));
    };
    let (mut ahead, mut bytes) = (Vec::new(), 0);
    while ahead.len() < AHEAD.0 && bytes < AHEAD.1 {
        let Some(line) = read_line(&mut input)? else { break };
        bytes += line.as_ref().map_or(0, Vec::len);
        let begun = line.as_deref().and_then(line::begun);
        ahead.push(line);
        if let Some(begun) = begun {
            player.base = begun;
            break;
        }
    }
    ahead.into_iter().for_each(|line| play(&mut player, line));
    while let Some(line) = read_line(&mut input)? {
        play(&mut player, line);
    }
    player.finish();
    Ok(())
}

/// The next line; `None` at the end, and a line that is too long is empty-handed.
fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<Option<Vec<u8>>>> {
    let mut line = Some(Vec::new());
    let mut any = false;
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok(any.then_some(line));
        }
        any = true;
        let end = available.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
        let taken = end.unwrap_or(available.len());
        if line.as_ref().is_some_and(|line| line.len() + taken > LINE_LIMIT) {
            line = None;
        }
        if let Some(line) = &mut line {
            line.extend_from_slice(available.get(..taken).unwrap_or_default());
        }
        input.consume(taken);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

/// Plays the lines of a recording to the dialects of its clients.
struct Player<'a, F> {
    kind: Kind,
    name: &'a str,
    /// Unix milliseconds of the recording's beginning; 0 where nothing in it says so.
    base: i64,
    clients: HashMap<String, Client>,
    first: Option<String>,
    on_event: F,
}

struct Client {
    name: Box<str>,
    dialect: Box<dyn Dialect>,
    seq: u64,
    now: i64,
    state: Option<NodeState>,
    link: Link,
}

/// How a client's connection is.
enum Link {
    Open,
    /// It closed; whether another one follows is not known yet.
    Closed {
        code: Option<u16>,
        reason: String,
    },
    /// It never opened.
    Refused,
}

impl<F: FnMut(&Stamped)> Player<'_, F> {
    fn play(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 text: {error}"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Ok(());
        }
        let line = Line::read(text)?;
        let key = self.client_of(&line);
        let base = self.base;
        let client = self.client(&key);
        client.now = line.at.map_or(client.now, |at| base.saturating_add(at));
        let mut out = Out::default();
        match line.happened {
            Happened::Received(frame) => {
                client.reopen(&mut out);
                client.dialect.frame(&frame, client.now, &mut out);
            }
            Happened::Sent(frame) => {
                client.reopen(&mut out);
                client.dialect.sent(&frame, client.now, &mut out);
            }
            Happened::Refused { status, body } => client.refused(status, &body, &mut out),
            Happened::Closed { code, reason } => {
                if let Link::Open = client.link {
                    client.link = Link::Closed { code, reason };
                }
            }
            Happened::Nothing => {}
        }
        self.tell(&key, out);
        Ok(())
    }

    /// Which client a line is about; a remark about nobody is the first one's.
    fn client_of(&mut self, line: &Line<'_>) -> String {
        let named = line.client.clone();
        let key = named.or_else(|| self.first.clone()).unwrap_or_default();
        if !matches!(line.happened, Happened::Nothing) {
            self.first.get_or_insert_with(|| key.clone());
        }
        key
    }

    fn client(&mut self, key: &str) -> &mut Client {
        let first = self.first.as_deref().is_none_or(|first| first == key);
        let name = if first { self.name.to_owned() } else { format!("{}:{key}", self.name) };
        self.clients.entry(key.to_owned()).or_insert_with(|| Client {
            name: name.into(),
            dialect: fresh(self.kind),
            seq: 0,
            now: self.base,
            state: None,
            link: Link::Open,
        })
    }

    fn tell(&mut self, key: &str, out: Out) {
        let Some(client) = self.clients.get_mut(key) else {
            return;
        };
        for event in out.events {
            if let Body::NodeState(state) = &event.body {
                client.state = Some(state.clone());
            }
            client.seq += 1;
            (self.on_event)(&Stamped { node: client.name.clone(), seq: client.seq, event });
        }
    }

    /// The recording is over: nothing more will be heard of what is still open.
    fn finish(&mut self) {
        let mut keys: Vec<String> = self.clients.keys().cloned().collect();
        keys.sort();
        for key in keys {
            let mut out = Out::default();
            if let Some(client) = self.clients.get_mut(&key) {
                client.finish(&mut out);
            }
            self.tell(&key, out);
        }
    }
}

impl Client {
    /// A frame after a close is the next connection's. Runs may go on in it.
    fn reopen(&mut self, out: &mut Out) {
        match std::mem::replace(&mut self.link, Link::Open) {
            Link::Open => {}
            Link::Closed { code, reason } => {
                let close = self.dialect.lost(code, &reason, self.now, out);
                self.tell_state(close.state, out);
                self.dialect.reopened();
            }
            Link::Refused => self.dialect.reopened(),
        }
    }

    fn finish(&mut self, out: &mut Out) {
        match std::mem::replace(&mut self.link, Link::Refused) {
            Link::Open => {
                self.dialect.closed(None, "", self.now, out);
            }
            Link::Closed { code, reason } => {
                let close = self.dialect.closed(code, &reason, self.now, out);
                self.tell_state(close.state, out);
            }
            Link::Refused => {}
        }
    }

    fn tell_state(&mut self, state: NodeState, out: &mut Out) {
        if self.state.as_ref() != Some(&state) {
            out.events.push(Event::new(self.now, Body::NodeState(state)));
        }
    }

    /// The gateway answered the upgrade with something else.
    fn refused(&mut self, status: u16, body: &str, out: &mut Out) {
        let said = if body.is_empty() { String::new() } else { format!(" ({body})") };
        let state = match status {
            401 => NodeState::Unauthorised {
                reason: format!("The gateway wants a key before it opens a connection{said}. Enter one."),
            },
            429 => NodeState::RateLimited {
                until: self.now.saturating_add(60_000),
                reason: format!("The gateway takes no more connections for a while{said}."),
            },
            500..=599 => NodeState::BackingOff {
                attempt: 1,
                next: self.now.saturating_add(1_000),
                reason: format!("The gateway answered with HTTP {status}{said}; it is tried again by itself."),
            },
            _ => NodeState::Failed {
                reason: format!("The gateway refused the connection with HTTP {status}{said}. Look at the address."),
            },
        };
        self.link = Link::Refused;
        self.tell_state(state, out);
    }
}

fn fresh(kind: Kind) -> Box<dyn Dialect> {
    let nobody = Credentials { key: None::<SecretString>, device: None, device_token: None };
    make(kind, &nobody, &ClientInfo::new("0", "recording"))
}
