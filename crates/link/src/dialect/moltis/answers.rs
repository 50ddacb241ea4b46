//! Moltis' answers where the window needs parts of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::cron::{JobRow, RunRow};
use super::super::fields::{fields, nested, object};
use super::super::lax::{Flag, Int, Raw, Text, kept, list, read, tree, words};
use crate::call::{CallError, Hit, LogLine, LogPage, Machine, Model, Peer, Preset, Reply, Tokens, Usage, Verb};
use crate::event::{Agent, Session};

/// The reply to a verb; `about` is what the answer does not repeat.
pub(super) fn reply(verb: Verb, about: &str, payload: Option<Raw<'_>>, now: i64) -> Result<Reply, CallError> {
    Ok(match verb {
        Verb::ForkSession => Reply::Session(forked(payload, about)?),
        Verb::CreateAgent => Reply::Agent(made(payload, about)?),
        Verb::ClearQueue => Reply::Cleared(cleared(payload)),
        Verb::SearchSessions => Reply::Found(found(payload, about.parse().unwrap_or(usize::MAX))),
        Verb::Models => Reply::Models(list(payload).iter().filter_map(ModelRow::model).collect()),
        Verb::Presets => Reply::Presets(presets(payload)),
        Verb::CronJobs => Reply::CronJobs(list(payload).iter().filter_map(JobRow::job).collect()),
        Verb::CronRuns => Reply::CronRuns(list(payload).iter().filter_map(RunRow::run).collect()),
        Verb::Logs => Reply::Logs(logs(payload, about)),
        Verb::Presence => Reply::Presence(presence(payload, now)),
        Verb::Machines => Reply::Machines(list(payload).iter().filter_map(MachineRow::machine).collect()),
        Verb::Channels => Reply::Shown(kept(payload)),
        _ => Reply::Done,
    })
}

fn forked(payload: Option<Raw<'_>>, parent: &str) -> Result<Session, CallError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Forked<'a> {
        #[serde(default, borrow)]
        session_key: Text<'a>,
        #[serde(default, borrow)]
        label: Text<'a>,
        #[serde(default, borrow)]
        agent_id: Text<'a>,
        #[serde(default)]
        message_count: Int,
    }
    let forked: Forked<'_> = read(payload).unwrap_or_default();
    let key = forked.session_key.owned().ok_or_else(|| CallError::Unreadable("the copy has no key".into()))?;
    Ok(Session {
        key,
        agent_id: forked.agent_id.owned(),
        title: forked.label.owned(),
        messages: forked.message_count.natural(),
        parent: Some(parent.to_owned()),
        ..Session::default()
    })
}

fn made(payload: Option<Raw<'_>>, name: &str) -> Result<Agent, CallError> {
    #[derive(Default, Deserialize)]
    struct Made<'a> {
        #[serde(default, borrow)]
        id: Text<'a>,
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default, borrow)]
        emoji: Text<'a>,
    }
    let made: Made<'_> = read(payload).unwrap_or_default();
    let id = made.id.owned().ok_or_else(|| CallError::Unreadable("the new agent has no id".into()))?;
    let name = made.name.owned().unwrap_or_else(|| name.to_owned());
    Ok(Agent { id, name, emoji: made.emoji.owned(), ..Agent::default() })
}

fn cleared(payload: Option<Raw<'_>>) -> u64 {
    #[derive(Default, Deserialize)]
    struct Cleared {
        #[serde(default)]
        cleared: Int,
    }
    read::<Cleared>(payload).and_then(|cleared| cleared.cleared.natural()).unwrap_or(0)
}

fn found(payload: Option<Raw<'_>>, limit: usize) -> Vec<Hit> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row<'a> {
        #[serde(default, borrow)]
        session_key: Text<'a>,
        #[serde(default, borrow)]
        label: Text<'a>,
        #[serde(default, borrow)]
        role: Text<'a>,
        #[serde(default, borrow)]
        snippet: Text<'a>,
    }
    let rows: Vec<Row<'_>> = list(payload);
    let hits = rows.iter().filter_map(|row| {
        Some(Hit {
            session: row.session_key.owned()?,
            title: row.label.owned(),
            role: row.role.or_empty().to_owned(),
            snippet: row.snippet.or_empty().to_owned(),
            at: None,
        })
    });
    hits.take(limit).collect()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    provider: Text<'a>,
    #[serde(default)]
    preferred: Flag,
    #[serde(default)]
    supports_reasoning: Flag,
    #[serde(default)]
    unsupported: Flag,
}

impl ModelRow<'_> {
    fn model(&self) -> Option<Model> {
        let id = self.id.owned()?;
        Some(Model {
            name: self.display_name.owned().unwrap_or_else(|| id.clone()),
            provider: self.provider.owned(),
            context: None,
            reasoning: self.supports_reasoning.0,
            default: self.preferred.set(),
            available: !self.unsupported.set(),
            id,
        })
    }
}

fn presets(payload: Option<Raw<'_>>) -> Vec<Preset> {
    #[derive(Default, Deserialize)]
    struct Listed<'a> {
        #[serde(default, borrow)]
        presets: Option<Raw<'a>>,
    }
    #[derive(Default, Deserialize)]
    struct Row<'a> {
        #[serde(default, borrow)]
        id: Text<'a>,
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default, borrow)]
        emoji: Text<'a>,
        #[serde(default, borrow)]
        model: Text<'a>,
        #[serde(default, borrow)]
        theme: Text<'a>,
        #[serde(default, borrow)]
        description: Text<'a>,
        #[serde(default, borrow)]
        tools_allow: Option<Raw<'a>>,
    }
    let listed: Listed<'_> = read(payload).unwrap_or_default();
    let rows: Vec<Row<'_>> = list(listed.presets);
    let presets = rows.iter().filter_map(|row| {
        let id = row.id.owned()?;
        Some(Preset {
            name: row.name.owned().unwrap_or_else(|| id.clone()),
            emoji: row.emoji.owned(),
            model: row.model.owned(),
            about: row.description.owned().or_else(|| row.theme.owned()),
            tools: words(row.tools_allow),
            id,
        })
    });
    presets.collect()
}

/// The lines behind the cursor, which is a time and how many lines of it are known.
fn logs(payload: Option<Raw<'_>>, after: &str) -> LogPage {
    #[derive(Default, Deserialize)]
    struct Tail<'a> {
        #[serde(default, borrow)]
        entries: Option<Raw<'a>>,
    }
    let tail: Tail<'_> = read(payload).unwrap_or_default();
    let lines: Vec<LogLine> = list::<LineRow<'_>>(tail.entries).iter().map(LineRow::line).collect();
    let (time, known) = after.split_once('-').unwrap_or((after, "0"));
    let (time, known) = (time.parse::<i64>().ok(), known.parse::<usize>().unwrap_or(0));
    let first = lines.first().and_then(|line| line.at);
    let gap = matches!((time, first), (Some(time), Some(first)) if first > time);
    let mut at_once = 0;
    let mut fresh = Vec::new();
    for line in lines {
        at_once += usize::from(line.at == time);
        if time.is_none() || line.at > time || (line.at == time && at_once > known) {
            fresh.push(line);
        }
    }
    let last = fresh.last().and_then(|line| line.at);
    let of_last = fresh.iter().filter(|line| line.at == last).count() + if last == time { known } else { 0 };
    let cursor = last.map(|last| format!("{last}-{of_last}")).or_else(|| time.map(|_| after.to_owned()));
    LogPage { lines: fresh, cursor, gap }
}

#[derive(Default, Deserialize)]
struct LineRow<'a> {
    #[serde(default)]
    ts: Int,
    #[serde(default, borrow)]
    level: Text<'a>,
    #[serde(default, borrow)]
    target: Text<'a>,
    #[serde(default, borrow)]
    message: Text<'a>,
    #[serde(default, borrow)]
    fields: Option<Raw<'a>>,
}

impl LineRow<'_> {
    fn line(&self) -> LogLine {
        let mut text = self.message.or_empty().to_owned();
        if let Value::Object(fields) = tree(self.fields) {
            for (name, value) in fields {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                text.push_str(&format!(" {name}={value}"));
            }
        }
        LogLine { at: self.ts.0, level: self.level.or_empty().to_lowercase(), target: self.target.owned(), text }
    }
}

fn presence(payload: Option<Raw<'_>>, now: i64) -> Vec<Peer> {
    #[derive(Default, Deserialize)]
    struct Present<'a> {
        #[serde(default, borrow)]
        clients: Option<Raw<'a>>,
    }
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row<'a> {
        #[serde(default, borrow)]
        client_id: Text<'a>,
        #[serde(default, borrow)]
        role: Text<'a>,
        #[serde(default, borrow)]
        platform: Text<'a>,
        #[serde(default)]
        connected_at: Int,
    }
    let present: Present<'_> = read(payload).unwrap_or_default();
    let rows: Vec<Row<'_>> = list(present.clients);
    let peers = rows.iter().map(|row| Peer {
        name: row.client_id.or_empty().to_owned(),
        role: row.role.owned(),
        platform: row.platform.owned(),
        version: None,
        // Moltis counts the seconds since then.
        since: row.connected_at.0.map(|ago| now.saturating_sub(ago.saturating_mul(1000))),
    });
    peers.collect()
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
            // Only those that are there are listed.
            connected: true,
            commands: words(self.commands),
            id,
        })
    }
}

/// What `metrics.update` says was used up since the gateway started.
pub(super) fn usage(payload: Option<Raw<'_>>) -> Option<Usage> {
    let point = object::<Metrics<'_>>(payload)?.point?;
    let parts: BTreeMap<String, Part> = read(point.by_provider).unwrap_or_default();
    let tokens = |of: String, input: Int, output: Int| Tokens {
        of,
        input: input.natural(),
        output: output.natural(),
        ..Tokens::default()
    };
    Some(Usage {
        span: "since the gateway started".to_owned(),
        total: tokens(String::new(), point.input, point.output),
        parts: parts.into_iter().map(|(of, part)| tokens(of, part.input_tokens, part.output_tokens)).collect(),
        counting: false,
    })
}

#[derive(Default, Deserialize)]
struct Metrics<'a> {
    #[serde(default, borrow, deserialize_with = "nested")]
    point: Option<Point<'a>>,
}

fields!(Metrics<'a> { "point" => point, });

#[derive(Default, Deserialize)]
struct Point<'a> {
    #[serde(default, rename = "llm_input_tokens")]
    input: Int,
    #[serde(default, rename = "llm_output_tokens")]
    output: Int,
    #[serde(default, borrow)]
    by_provider: Option<Raw<'a>>,
}

fields!(Point<'a> { "llm_input_tokens" => input, "llm_output_tokens" => output, "by_provider" => by_provider, });

#[derive(Default, Deserialize)]
struct Part {
    #[serde(default)]
    input_tokens: Int,
    #[serde(default)]
    output_tokens: Int,
}
