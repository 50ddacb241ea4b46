//! What every stream of neutral events promises, whatever the vendor sent.

use std::collections::HashMap;

use link::event::{Body, Outcome, Role, Stamped};

/// The promises that hold for any input at all.
pub fn of_events(events: &[Stamped]) -> Vec<String> {
    let mut nodes: HashMap<&str, Node<'_>> = HashMap::new();
    let mut found = Vec::new();
    for stamped in events {
        let node = nodes.entry(&stamped.node).or_default();
        node.take(stamped, &mut found);
        found.extend(vocabulary(stamped));
    }
    for node in nodes.values() {
        node.at_the_end(&mut found);
    }
    found
}

#[derive(Default)]
struct Node<'a> {
    seq: u64,
    runs: HashMap<&'a str, Run<'a>>,
    approvals: HashMap<&'a str, bool>,
    messages: HashMap<&'a str, usize>,
}

#[derive(Default)]
struct Run<'a> {
    started: usize,
    finished: usize,
    text: String,
    tools: HashMap<&'a str, bool>,
}

impl<'a> Node<'a> {
    fn take(&mut self, stamped: &'a Stamped, found: &mut Vec<String>) {
        self.seq += 1;
        if stamped.seq != self.seq {
            found.push(format!("event {} has the number {}", self.seq, stamped.seq));
        }
        let event = &stamped.event;
        match &event.body {
            Body::ApprovalRequested(approval) if self.approvals.insert(&approval.id, false).is_some() => {
                found.push(format!("approval {} is requested twice", approval.id));
            }
            Body::ApprovalResolved { id, .. } if self.approvals.insert(id, true) == Some(true) => {
                found.push(format!("approval {id} is resolved twice"));
            }
            Body::Message(message) => {
                *self.messages.entry(&message.id).or_default() += 1;
                if message.role == Role::User && message.text.is_empty() && message.tools.is_empty() {
                    found.push(format!("message {} says nothing", message.id));
                }
            }
            _ => {}
        }
        if let Some(run) = event.run.as_deref() {
            self.runs.entry(run).or_default().take(run, &event.body, found);
        }
    }

    fn at_the_end(&self, found: &mut Vec<String>) {
        for (id, run) in &self.runs {
            if run.started > 0 && run.finished != 1 {
                found.push(format!("run {id} started {} times and finished {} times", run.started, run.finished));
            }
            let open = run.tools.iter().filter(|(_, open)| **open);
            found.extend(open.map(|(call, _)| format!("tool call {call} of run {id} never finished")));
        }
        let twice = self.messages.iter().filter(|(_, times)| **times > 1);
        found.extend(twice.map(|(id, times)| format!("message {id} is told {times} times")));
    }
}

impl<'a> Run<'a> {
    fn take(&mut self, id: &str, body: &'a Body, found: &mut Vec<String>) {
        let over = self.finished > 0;
        match body {
            Body::RunStarted => self.started += 1,
            Body::RunFinished(end) => {
                self.finished += 1;
                if end.outcome == Outcome::Error && end.error.is_none() {
                    found.push(format!("run {id} failed without a reason"));
                }
                return;
            }
            Body::TextDelta { text } => {
                if text.is_empty() {
                    found.push(format!("run {id} has an empty delta"));
                }
                // A cumulative text passed on as an increment would repeat what was said.
                if self.text.len() > 8 && text.starts_with(self.text.as_str()) {
                    found.push(format!("run {id} repeats its text: {text:?}"));
                }
                self.text.push_str(text);
            }
            Body::ToolStarted { call, .. } => {
                if self.tools.insert(call, true).is_some() {
                    found.push(format!("tool call {call} of run {id} starts twice"));
                }
            }
            Body::ToolFinished { call, .. } => {
                if self.tools.insert(call, false) != Some(true) {
                    found.push(format!("tool call {call} of run {id} finishes without having started"));
                }
            }
            _ => return,
        }
        if over && !matches!(body, Body::RunStarted) {
            found.push(format!("run {id} goes on after its end"));
        }
    }
}

/// The keys that each event may have beside its address, as the vocabulary documents.
fn keys(event: &str) -> Vec<&'static str> {
    words_of(event).split_whitespace().collect()
}

fn words_of(event: &str) -> &'static str {
    match event {
        "node.state" => "state reason version product scopes request fingerprint pinned ours theirs until attempt next",
        "agent.changed" => "id name emoji model preset default",
        "session.changed" => "key agent_id title preview model updated_at messages running parent archived",
        "agent.removed" | "session.removed" | "run.started" => "",
        "run.queued" => "position",
        "run.status" => "phase",
        "message" => "id role text sent_at run_id client_id thinking tools model usage",
        "text.delta" | "thinking.delta" | "notice" => "text",
        "tool.started" => "call name input",
        "tool.finished" => "call ok output ms",
        "subagent.started" => "label preset",
        "subagent.finished" => "label ok",
        "approval.requested" => "id kind command cwd asked_at expires_at allowed call",
        "approval.resolved" => "id decision by",
        "device.requested" => "id name request platform address scopes fingerprint at",
        "device.resolved" => "request ok",
        "node.changed" => "what value",
        "run.finished" => "outcome text usage error",
        "artifact" | "plan.changed" | "task.changed" | "presence" | "health" => "value",
        "gap" => "from to",
        "other" => "name raw",
        unknown => panic!("{unknown} is not in the vocabulary"),
    }
}

fn vocabulary(stamped: &Stamped) -> Vec<String> {
    let written = serde_json::to_value(stamped).unwrap();
    let entries = written.as_object().unwrap();
    let event = entries["event"].as_str().unwrap();
    let address = ["node", "seq", "at", "event", "agent", "session", "run"];
    let strange = entries.keys().filter(|key| !address.contains(&key.as_str()) && !keys(event).contains(&key.as_str()));
    strange.map(|key| format!("{event} has the undocumented key {key}")).collect()
}
