//! OpenClaw's answers where the window needs parts of them.

use serde::Deserialize;
use serde_json::Value;

use super::super::cron::{JobRow, RunRow};
use super::super::lax::{Flag, Int, Raw, Text, kept, list, read, tree, tree_of, words};
use super::approval::decision;
use super::control::deleted;
use crate::call::{
    CallError, Config, Hit, LogLine, LogPage, Machine, Model, Peer, Reply, Settled, Tokens, Usage, Verb,
};
use crate::event::{Agent, Approval, Decision, Device};

/// The reply to a verb; `about` is what the answer does not repeat.
pub(super) fn reply(verb: Verb, about: &str, payload: Option<Raw<'_>>) -> Result<Reply, CallError> {
    Ok(match verb {
        Verb::DeleteSession => deleted(payload, about)?,
        Verb::CreateAgent => Reply::Agent(made(payload, about)?),
        Verb::SearchSessions => Reply::Found(rows(payload, "results", HitRow::hit)),
        Verb::SettledApprovals => Reply::Settled(rows(payload, "items", SettledRow::settled)),
        Verb::Models => Reply::Models(rows(payload, "models", ModelRow::model)),
        Verb::CronJobs => Reply::CronJobs(rows(payload, "jobs", JobRow::job)),
        Verb::CronRuns => Reply::CronRuns(rows(payload, "entries", RunRow::run)),
        Verb::Logs => Reply::Logs(logs(payload)),
        Verb::Usage => Reply::Usage(usage(payload)),
        Verb::Presence => Reply::Presence(list(payload).iter().map(PeerRow::peer).collect()),
        Verb::Machines => Reply::Machines(rows(payload, "nodes", MachineRow::machine)),
        Verb::Devices => Reply::Devices(devices(payload)),
        Verb::Config => Reply::Config(config(payload)),
        Verb::Channels | Verb::Tasks | Verb::Artifacts => Reply::Shown(kept(payload)),
        _ => Reply::Done,
    })
}

/// The rows that stand under this name.
fn rows<'a, T, N>(payload: Option<Raw<'a>>, name: &str, neutral: impl Fn(&T) -> Option<N>) -> Vec<N>
where
    T: Deserialize<'a>,
{
    let entries: std::collections::HashMap<&str, Raw<'a>> =
        payload.and_then(|payload| serde_json::from_str(payload.get()).ok()).unwrap_or_default();
    list::<T>(entries.get(name).copied()).iter().filter_map(neutral).collect()
}

fn made(payload: Option<Raw<'_>>, asked: &str) -> Result<Agent, CallError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Made<'a> {
        #[serde(default, borrow)]
        agent_id: Text<'a>,
        #[serde(default, borrow)]
        name: Text<'a>,
    }
    let made: Made<'_> = read(payload).unwrap_or_default();
    let id = made.agent_id.owned().ok_or_else(|| CallError::Unreadable("the new agent has no id".into()))?;
    Ok(Agent { id, name: made.name.owned().unwrap_or_else(|| asked.to_owned()), ..Agent::default() })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HitRow<'a> {
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    role: Text<'a>,
    #[serde(default, borrow)]
    snippet: Text<'a>,
    #[serde(default)]
    timestamp: Int,
}

impl HitRow<'_> {
    fn hit(&self) -> Option<Hit> {
        Some(Hit {
            session: self.session_key.owned()?,
            title: None,
            role: self.role.or_empty().to_owned(),
            snippet: self.snippet.or_empty().to_owned(),
            at: self.timestamp.0,
        })
    }
}

/// An approval that was answered.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettledRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    presentation: Option<Raw<'a>>,
    #[serde(default, borrow)]
    source: Option<Raw<'a>>,
    #[serde(default, borrow)]
    resolver: Option<Raw<'a>>,
    #[serde(default, borrow)]
    decision: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default)]
    created_at_ms: Int,
    #[serde(default)]
    expires_at_ms: Int,
    #[serde(default)]
    resolved_at_ms: Int,
}

/// What was shown of it, whose it was, and who answered.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Around<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    command_text: Text<'a>,
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    allowed_decisions: Option<Raw<'a>>,
}

impl SettledRow<'_> {
    fn settled(&self) -> Option<Settled> {
        let shown: Around<'_> = read(self.presentation).unwrap_or_default();
        let source: Around<'_> = read(self.source).unwrap_or_default();
        let resolver: Around<'_> = read(self.resolver).unwrap_or_default();
        let allowed = list::<Text<'_>>(shown.allowed_decisions);
        let word = self.decision.filled().unwrap_or(self.status.or_empty());
        Some(Settled {
            approval: Approval {
                id: self.id.boxed()?,
                kind: shown.kind.filled().unwrap_or("exec").into(),
                command: shown.command_text.boxed().or(shown.title.boxed()).unwrap_or_default(),
                cwd: None,
                asked_at: self.created_at_ms.0,
                expires_at: self.expires_at_ms.0,
                allowed: allowed.iter().filter_map(|word| decision(word.or_empty())).collect(),
                call: None,
                rule: None,
            },
            agent: source.agent_id.owned().or_else(|| shown.agent_id.owned()),
            session: source.session_key.owned(),
            decision: decision(word).unwrap_or(Decision::Unknown),
            by: resolver.id.owned(),
            at: self.resolved_at_ms.0,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    provider: Text<'a>,
    #[serde(default)]
    context_window: Int,
    #[serde(default)]
    reasoning: Flag,
    #[serde(default, borrow)]
    tags: Option<Raw<'a>>,
    #[serde(default)]
    available: Flag,
}

impl ModelRow<'_> {
    fn model(&self) -> Option<Model> {
        let plain = self.id.owned()?;
        let id = self.provider.filled().map_or_else(|| plain.clone(), |provider| format!("{provider}/{plain}"));
        let tags: Vec<Text<'_>> = list(self.tags);
        Some(Model {
            id,
            name: self.name.owned().unwrap_or(plain),
            provider: self.provider.owned(),
            context: self.context_window.natural(),
            reasoning: self.reasoning.0,
            default: tags.iter().any(|tag| tag.get() == Some("default")),
            available: self.available.0 != Some(false),
        })
    }
}

fn logs(payload: Option<Raw<'_>>) -> LogPage {
    #[derive(Default, Deserialize)]
    struct Tail<'a> {
        #[serde(default)]
        cursor: Int,
        #[serde(default, borrow)]
        lines: Option<Raw<'a>>,
        #[serde(default)]
        truncated: Flag,
        #[serde(default)]
        reset: Flag,
    }
    let tail: Tail<'_> = read(payload).unwrap_or_default();
    LogPage {
        lines: list::<Text<'_>>(tail.lines).iter().map(|line| log_line(line.or_empty())).collect(),
        cursor: tail.cursor.0.map(|cursor| cursor.to_string()),
        gap: tail.truncated.set() || tail.reset.set(),
    }
}

/// A line is itself JSON, and the part that wrote it is JSON in that.
fn log_line(text: &str) -> LogLine {
    let line = tree_of(text);
    let word = |path: &str| line.pointer(path).and_then(Value::as_str);
    let at = word("/time").or(word("/_meta/date")).and_then(|time| time.parse::<jiff::Timestamp>().ok());
    let part = word("/_meta/name").or(word("/0")).map(tree_of);
    let target = part.as_ref().and_then(|part| part.get("subsystem")).and_then(Value::as_str);
    LogLine {
        at: at.map(jiff::Timestamp::as_millisecond),
        level: word("/_meta/logLevelName").unwrap_or("info").to_lowercase(),
        target: target.map(str::to_owned),
        text: word("/message").or(word("/1")).or(word("/0")).unwrap_or(text).to_owned(),
    }
}

/// The totals of a month. While the gateway is still counting they are too low, and where a price is missing the sum
/// is no sum.
fn usage(payload: Option<Raw<'_>>) -> Usage {
    let answer = tree(payload);
    let totals = answer.get("totals").cloned().unwrap_or_default();
    let number = |name: &str| totals.get(name).and_then(Value::as_u64);
    let cached = number("cacheRead").unwrap_or(0).saturating_add(number("cacheWrite").unwrap_or(0));
    let unpriced = number("missingCostEntries").is_some_and(|missing| missing > 0);
    let cost = totals.get("totalCost").and_then(Value::as_f64).filter(|_| !unpriced);
    let input = number("input").map(|input| input.saturating_add(cached));
    let nothing = input.unwrap_or(0) == 0 && number("output").unwrap_or(0) == 0;
    let status = answer.pointer("/cacheStatus/status").and_then(Value::as_str);
    let days = answer.get("days").and_then(Value::as_u64).unwrap_or(30);
    let counting = status.is_some_and(|status| status != "fresh");
    let known = !(counting && nothing);
    Usage {
        span: format!("the last {days} days"),
        total: Tokens {
            of: String::new(),
            input: input.filter(|_| known),
            output: number("output").filter(|_| known),
            total: number("totalTokens").filter(|_| known),
            cost: cost.filter(|_| known),
        },
        parts: Vec::new(),
        counting,
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PeerRow<'a> {
    #[serde(default, borrow)]
    host: Text<'a>,
    #[serde(default, borrow)]
    client_id: Text<'a>,
    #[serde(default, borrow)]
    mode: Text<'a>,
    #[serde(default, borrow)]
    platform: Text<'a>,
    #[serde(default, borrow)]
    version: Text<'a>,
    #[serde(default)]
    online_since: Int,
}

impl PeerRow<'_> {
    fn peer(&self) -> Peer {
        Peer {
            name: self.host.filled().unwrap_or(self.client_id.or_empty()).to_owned(),
            role: self.mode.owned(),
            platform: self.platform.owned(),
            version: self.version.owned(),
            since: self.online_since.0,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MachineRow<'a> {
    #[serde(default, borrow)]
    node_id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    platform: Text<'a>,
    #[serde(default, borrow)]
    version: Text<'a>,
    #[serde(default)]
    connected: Flag,
    #[serde(default, borrow)]
    commands: Option<Raw<'a>>,
}

impl MachineRow<'_> {
    fn machine(&self) -> Option<Machine> {
        let id = self.node_id.owned()?;
        Some(Machine {
            name: self.display_name.owned().unwrap_or_else(|| id.clone()),
            platform: self.platform.owned(),
            version: self.version.owned(),
            connected: self.connected.set(),
            commands: words(self.commands),
            id,
        })
    }
}

/// A device, or a request of one.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceRow<'a> {
    #[serde(default, borrow)]
    pub request_id: Text<'a>,
    #[serde(default, borrow)]
    device_id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    platform: Text<'a>,
    #[serde(default, borrow)]
    remote_ip: Text<'a>,
    #[serde(default, borrow)]
    scopes: Option<Raw<'a>>,
    #[serde(default)]
    ts: Int,
    #[serde(default)]
    last_seen_at_ms: Int,
    #[serde(default)]
    approved_at_ms: Int,
    #[serde(default, borrow)]
    pub decision: Text<'a>,
}

impl DeviceRow<'_> {
    pub fn device(&self) -> Option<Device> {
        let id = self.device_id.owned()?;
        Some(Device {
            name: self.display_name.owned().unwrap_or_else(|| id.clone()),
            request: self.request_id.owned(),
            platform: self.platform.owned(),
            address: self.remote_ip.owned(),
            scopes: words(self.scopes),
            // Its id is the fingerprint of its key.
            fingerprint: None,
            at: self.ts.0.or(self.last_seen_at_ms.0).or(self.approved_at_ms.0),
            id,
        })
    }
}

fn devices(payload: Option<Raw<'_>>) -> Vec<Device> {
    let mut all = rows(payload, "pending", DeviceRow::device);
    all.extend(rows(payload, "paired", DeviceRow::device));
    all
}

/// The settings as written, where they can be read; the gateway has taken the keys out.
fn config(payload: Option<Raw<'_>>) -> Config {
    #[derive(Default, Deserialize)]
    struct Given<'a> {
        #[serde(default, borrow)]
        raw: Text<'a>,
        #[serde(default, borrow)]
        config: Option<Raw<'a>>,
        #[serde(default, borrow)]
        hash: Text<'a>,
    }
    let given: Given<'_> = read(payload).unwrap_or_default();
    let written = given.raw.filled().map(tree_of).filter(Value::is_object);
    let value = written.map_or_else(|| kept(given.config), |written| crate::event::Kept::of(&written));
    Config { value, version: given.hash.owned() }
}
