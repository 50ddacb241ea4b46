//! One connection as a script, played to a dialect: a fuzzer writes scripts, and the tests play those that were kept.
//! Any bytes are a script. Each line is a step, by its first letter:
//!
//! - `<frame`: the frame arrives; `$id` in it is the number of the oldest request that has no answer.
//! - `>frame`: a recorded client sent it.
//! - `?Aname`: something is asked, which one by the letter, of the session, agent or job of that name.
//! - `x`: the last caller gives up.
//! - `+`: half a minute passes; `+m`: five minutes.
//! - `!`: the connection ends and the next one begins.

use std::collections::{HashSet, VecDeque};

use link::call::{Call, Steering, Verdict};
use link::dialect::{ClientInfo, Credentials, Dialect, Kind, Out, make};
use link::event::{Decision, Stamped};
use serde_json::{Value, json};

use crate::promises;

/// Plays a script.
///
/// # Panics
/// When the dialect does, and when what holds for any input does not: every request is JSON, a call is answered once
/// at most, a run ends once, and what is told stays in proportion to what was heard.
pub fn play(kind: Kind, script: &[u8]) {
    let mut player = Player::new(kind);
    let text = String::from_utf8_lossy(script);
    for line in text.lines() {
        if !player.step(line) {
            break;
        }
    }
    player.finish(text.len());
}

struct Player {
    dialect: Box<dyn Dialect>,
    out: Out,
    now: i64,
    /// The number of the last call.
    asked: u64,
    answered: HashSet<u64>,
    /// Numbers of requests that were written, the oldest first.
    requests: VecDeque<String>,
    events: Vec<Stamped>,
}

/// As many requests are remembered, to be answered.
const REQUESTS: usize = 64;

impl Player {
    fn new(kind: Kind) -> Self {
        let credentials = Credentials { key: Some("key".into()), device: None, device_token: None };
        let ours = ClientInfo::new("0.1.0", "00000000-0000-0000-0000-000000000000");
        let mut player = Self {
            dialect: make(kind, &credentials, &ours),
            out: Out::default(),
            now: 1_790_000_000_000,
            asked: 0,
            answered: HashSet::new(),
            requests: VecDeque::new(),
            events: Vec::new(),
        };
        player.dialect.opened(player.now, &mut player.out);
        player.take();
        player
    }

    /// Plays one line; false when the dialect closed the connection.
    fn step(&mut self, line: &str) -> bool {
        self.now += 7;
        let mut letters = line.chars();
        match letters.next() {
            Some('<') => self.hears(letters.as_str()),
            Some('>') => self.dialect.sent(letters.as_str(), self.now, &mut self.out),
            Some('?') => self.asks(letters.as_str()),
            Some('x') => self.dialect.forget(self.asked),
            Some('+') => self.waits(if letters.next() == Some('m') { 300_000 } else { 30_000 }),
            Some('!') => self.reconnects(),
            _ => {}
        }
        self.take()
    }

    fn hears(&mut self, frame: &str) {
        let frame = match frame.contains("$id") {
            true => frame.replace("$id", &self.requests.pop_front().unwrap_or_default()),
            false => frame.to_owned(),
        };
        self.dialect.frame(&frame, self.now, &mut self.out);
    }

    fn asks(&mut self, what: &str) {
        let mut letters = what.chars();
        let number = letters.next().map_or(0, |letter| u32::from(letter) as usize);
        if self.dialect.ready() {
            self.asked += 1;
            self.dialect.call(self.asked, &call(number, letters.as_str()), self.now, &mut self.out);
        }
    }

    fn waits(&mut self, ms: i64) {
        self.now += ms;
        self.dialect.tick(self.now, &mut self.out);
    }

    fn reconnects(&mut self) {
        self.dialect.lost(None, "", self.now, &mut self.out);
        self.take();
        self.requests.clear();
        self.dialect.reopened();
        self.dialect.opened(self.now, &mut self.out);
    }

    /// Looks at what the dialect wants done; false when it wants the connection closed.
    fn take(&mut self) -> bool {
        for (call, _) in self.out.replies.drain(..) {
            assert!((1..=self.asked).contains(&call), "call {call} was never made");
            assert!(self.answered.insert(call), "call {call} is answered twice");
        }
        for frame in self.out.frames.drain(..) {
            let frame: Value = serde_json::from_str(&frame).expect("a frame that is no JSON");
            let id = frame.get("id").and_then(Value::as_str).map(str::to_owned);
            self.requests.extend(id);
            if self.requests.len() > REQUESTS {
                self.requests.pop_front();
            }
        }
        for event in self.out.events.drain(..) {
            let seq = self.events.len() as u64 + 1;
            self.events.push(Stamped { node: "node".into(), seq, event });
        }
        self.out.close.take().is_none()
    }

    fn finish(mut self, heard: usize) {
        self.dialect.closed(None, "", self.now, &mut self.out);
        self.take();
        let most = 256 + 4 * heard;
        assert!(self.events.len() <= most, "{} events of {heard} bytes", self.events.len());
        let mut broken = promises::of_events(&self.events);
        broken.retain(|broken| broken.starts_with("run") || broken.starts_with("tool"));
        assert!(broken.is_empty(), "{broken:?}");
    }
}

/// A call, by number.
fn call(number: usize, name: &str) -> Call {
    let mut calls = calls(name);
    calls.swap_remove(number % calls.len())
}

/// Every kind of call, and each of its ways.
fn calls(name: &str) -> Vec<Call> {
    let name = || name.to_owned();
    let some = || Some(name()).filter(|name| !name.is_empty());
    let (text, client_id) = (|| "hello".to_owned(), || "c1".to_owned());
    let limit = 20;
    vec![
        Call::Agents,
        Call::Sessions,
        Call::History { session: name(), limit, before: None },
        Call::History { session: name(), limit, before: Some("3".to_owned()) },
        Call::Send { session: some(), agent: None, text: text(), client_id: client_id() },
        Call::Send { session: None, agent: some(), text: text(), client_id: client_id() },
        Call::Abort { session: name(), run: None },
        Call::Abort { session: name(), run: Some("r1".to_owned()) },
        Call::CreateSession { agent: some(), title: None },
        Call::Approvals,
        Call::Decide { approval: name(), decision: Decision::Once },
        Call::Decide { approval: name(), decision: Decision::Deny },
        Call::SettledApprovals { limit },
        Call::Ping,
        Call::SwitchSession { session: name() },
        Call::RenameSession { session: name(), title: "t".to_owned() },
        Call::ForkSession { session: name(), title: None },
        Call::ResetSession { session: name() },
        Call::DeleteSession { session: name() },
        Call::CompactSession { session: name() },
        Call::SearchSessions { text: name(), limit },
        Call::BindSession { session: name(), agent: "main".to_owned() },
        Call::Steer { session: name(), text: text(), client_id: client_id(), how: Steering::Steer },
        Call::Steer { session: name(), text: text(), client_id: client_id(), how: Steering::Interrupt },
        Call::ClearQueue { session: name() },
        Call::Models,
        Call::SetModel { session: some(), model: "openai/gpt".to_owned() },
        Call::Presets,
        Call::CreateAgent { name: name(), emoji: None, model: None },
        Call::DeleteAgent { agent: name() },
        Call::MessageAgent { to: name(), from: "main".to_owned(), text: text() },
        Call::Listen { agents: some().into_iter().collect() },
        Call::CronJobs,
        Call::RunCron { job: name() },
        Call::EnableCron { job: name(), enabled: true },
        Call::CronRuns { job: name(), limit },
        Call::Logs { after: some(), limit },
        Call::Usage,
        Call::Presence,
        Call::Machines,
        Call::Devices,
        Call::SettleDevice { id: name(), verdict: Verdict::Approve },
        Call::SettleDevice { id: name(), verdict: Verdict::Reject },
        Call::SettleDevice { id: name(), verdict: Verdict::Revoke },
        Call::Config,
        Call::PatchConfig { patch: json!({"a": 1}), version: some() },
        Call::Channels,
        Call::Tasks,
        Call::Artifacts { session: name() },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use link::call::Verb;

    use super::*;

    #[test]
    fn every_kind_of_call_is_played_and_each_of_its_ways() {
        let calls = calls("main");
        let verbs: BTreeSet<Verb> = calls.iter().map(Call::verb).collect();
        assert_eq!(verbs, BTreeSet::from(Verb::ALL));
        for verdict in [Verdict::Approve, Verdict::Reject, Verdict::Revoke] {
            assert!(calls.contains(&Call::SettleDevice { id: "main".to_owned(), verdict }), "{verdict:?}");
        }
    }
}
