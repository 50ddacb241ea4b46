//! Neutral calls as the dashboard's messages. Nothing is ever acknowledged: an answer
//! is the next news of the same kind, or at once where there is none to wait for.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Out;
use super::super::lax::{Flag, Raw, Text, kept, tree_of};
use super::super::transcript::{Row, join};
use super::McpDashboard;
use crate::call::{Call, CallError, Doing, Page, Reply, Sent};
use crate::event::{Decision, Kept, Session};

pub(super) const VENDOR: &str = "mcp-cli";
/// Own messages not taken yet, and calls that wait.
const LIMIT: usize = 256;

/// A call that waits for news.
pub(super) struct Waiting {
    pub call: u64,
    pub what: What,
    /// Which of the lists of agents that were asked for comes behind its answer; 0 when none was asked for.
    pub mark: u64,
}

pub(super) enum What {
    Agents,
    Pong,
    /// The agents whose lists have not come yet.
    Sessions(Vec<Box<str>>),
    /// The agent that opens a new session.
    NewSession(Box<str>),
    History {
        agent: Box<str>,
        rows: Vec<Row>,
        limit: usize,
        before: Option<usize>,
    },
    /// The order that is given when its session is found in the lists that have not come yet.
    Check {
        order: Box<Call>,
        missing: Vec<Box<str>>,
    },
    Switched {
        session: Box<str>,
    },
    Renamed {
        agent: Box<str>,
        session: Box<str>,
        title: String,
    },
    Deleted {
        agent: Box<str>,
        session: Box<str>,
    },
    Cleared {
        agent: Box<str>,
    },
    Models,
    Config,
    /// Any news of the settings.
    Configured,
    /// News of the settings, to see whether there is such a model.
    Choosing {
        model: Box<str>,
    },
    /// News of the settings that name this model.
    Switching {
        model: Box<str>,
    },
    Artifacts {
        rows: Vec<Kept>,
    },
}

/// Writes one message: flat, unlike those that come.
pub(super) fn write(message: &Value, out: &mut Out) {
    out.frames.push(message.to_string());
}

impl McpDashboard {
    pub(super) fn ask(&mut self, call: u64, what: &Call, out: &mut Out) {
        match what {
            Call::Agents => self.wait_marked(call, What::Agents, out),
            Call::Ping => self.wait_marked(call, What::Pong, out),
            Call::Sessions => self.ask_sessions(call, out),
            Call::History { session, limit, before } => {
                self.ask_history(call, session, (*limit, before.as_deref()), out);
            }
            Call::Send { session, agent, text, client_id } => {
                let reply = self.send(session.as_deref(), agent.as_deref(), text, client_id, out);
                out.replies.push((call, reply));
            }
            Call::Abort { .. } => refuse(call, "stop a running turn", out),
            Call::CreateSession { agent, title } => self.create(call, agent.as_deref(), title.as_deref(), out),
            Call::Approvals => {
                let open = self.approvals.open();
                let own = |text: &str| Some(text.to_owned());
                let rows = open
                    .map(|open| (open.session.as_deref().map(str::to_owned), own(&open.agent), open.approval.clone()));
                out.replies.push((call, Ok(Reply::Approvals(rows.collect()))));
            }
            Call::Decide { approval, decision } => self.decide(call, approval, *decision, out),
            other => self.control(call, other, out),
        }
    }

    /// Sends an order and waits for its news.
    pub(super) fn wait(&mut self, call: u64, what: What, message: &Value, out: &mut Out) {
        write(message, out);
        self.enter(Waiting { call, what, mark: 0 }, out);
    }

    /// Waits for the news of what was sent. Since an order that is not obeyed has none, a list of agents is asked for
    /// behind it, which is answered in turn and to this client only: it marks the end.
    pub(super) fn wait_marked(&mut self, call: u64, what: What, out: &mut Out) {
        let mark = self.mark(out);
        self.enter(Waiting { call, what, mark }, out);
    }

    /// Asks for a list of agents: it comes behind the answers to all that was asked before.
    fn mark(&mut self, out: &mut Out) -> u64 {
        write(&json!({"type": "REQUEST_AGENT_LIST"}), out);
        self.lists.0 += 1;
        self.lists.0
    }

    pub(super) fn enter(&mut self, waiting: Waiting, out: &mut Out) {
        if self.waiting.len() >= LIMIT {
            let oldest = self.waiting.remove(0);
            out.replies.push((oldest.call, Err(CallError::Lost)));
        }
        self.waiting.push(waiting);
    }

    /// Text that mcp-cli would take as a command is not sent: its answer would be
    /// shown on the terminal only, and `exit` ends the whole program.
    fn send(
        &mut self,
        session: Option<&str>,
        agent: Option<&str>,
        text: &str,
        client_id: &str,
        out: &mut Out,
    ) -> Result<Reply, CallError> {
        let word = text.trim();
        if word.starts_with('/') || word.eq_ignore_ascii_case("exit") || word.eq_ignore_ascii_case("quit") {
            let message = "mcp-cli takes this text as a command for its own terminal; begin it with another word.";
            return Err(CallError::refused("COMMAND", message));
        }
        let agent = session.and_then(|session| self.sessions.agent_in(session)).or(agent).map(str::to_owned);
        let agent = agent.unwrap_or_else(|| self.agent_of(None).into());
        if self.unsent.len() >= LIMIT {
            self.unsent.pop_front();
        }
        self.unsent.push_back((agent.as_str().into(), text.into(), client_id.into()));
        write(&json!({"type": "USER_MESSAGE", "agent_id": agent, "content": text}), out);
        let session = self.sessions.current(&agent).map(str::to_owned);
        Ok(Reply::Sent(Sent { run: None, session, queued: self.turns.contains_key(agent.as_str()), taken: false }))
    }

    fn ask_sessions(&mut self, call: u64, out: &mut Out) {
        let agents = self.ask_each(out);
        if agents.is_empty() {
            return out.replies.push((call, Ok(Reply::Sessions(self.sessions.all()))));
        }
        self.enter(Waiting { call, what: What::Sessions(agents), mark: 0 }, out);
    }

    /// Asks every agent for its sessions; whom it asked.
    pub(super) fn ask_each(&self, out: &mut Out) -> Vec<Box<str>> {
        let asked = self.agents.iter().map(|agent| {
            write(&json!({"type": "REQUEST_SESSIONS", "agent_id": agent.id}), out);
            agent.id.as_str().into()
        });
        asked.collect()
    }

    pub(super) fn knows_agent(&self, id: &str) -> bool {
        self.agents.iter().any(|known| known.id == id)
    }

    /// Only an agent's open session can be read: focusing the agent replays it. Since
    /// an empty history sends nothing, a list asked for behind it marks the end.
    fn ask_history(&mut self, call: u64, session: &str, (limit, before): (u32, Option<&str>), out: &mut Out) {
        let agent = self.sessions.agent_in(session).or(Some(session).filter(|session| self.knows_agent(session)));
        let Some(agent) = agent.map(str::to_owned) else {
            let order = Call::History { session: session.to_owned(), limit, before: before.map(str::to_owned) };
            return self.look_for(call, &order, out);
        };
        // Every connection is shown a list and a conversation when it begins: what stands before the answer to this
        // mark is that.
        if self.lists.0 == 0 {
            self.mark(out);
        }
        self.focus = Some(agent.as_str().into());
        write(&json!({"type": "FOCUS_AGENT", "agent_id": agent}), out);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let before = before.and_then(|before| before.parse().ok());
        let what = What::History { agent: agent.into(), rows: Vec::new(), limit, before };
        self.wait_marked(call, what, out);
    }

    fn create(&mut self, call: u64, agent: Option<&str>, title: Option<&str>, out: &mut Out) {
        let agent = agent.map_or_else(|| self.agent_of(None), Box::from);
        let message = json!({"type": "NEW_SESSION", "agent_id": agent, "description": title.unwrap_or_default()});
        self.wait(call, What::NewSession(agent), &message, out);
    }

    /// The answer has to name the agent, or it may be lost.
    fn decide(&mut self, call: u64, approval: &str, decision: Decision, out: &mut Out) {
        if decision == Decision::Always {
            return refuse(call, "remember an approval for later; allow it once", out);
        }
        let yes = decision == Decision::Once;
        let Some(agent) = self.approvals.answer(approval, yes) else {
            let message = "This approval is no longer open.".to_owned();
            let error = CallError::refused("NOT_FOUND", message);
            return out.replies.push((call, Err(error)));
        };
        let answer = json!({"type": "TOOL_APPROVAL_RESPONSE", "agent_id": agent, "call_id": approval, "approved": yes});
        write(&answer, out);
        out.replies.push((call, Ok(Reply::Decided)));
    }

    /// A list of agents came: it answers those who asked for it, and what was to come before it has come or never will.
    pub(super) fn agents_are_listed(&mut self, out: &mut Out) {
        // The first one comes unasked.
        let (asked, answered) = self.lists;
        self.lists.1 = answered.saturating_add(1).min(asked);
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.mark == 0 || waiting.mark > self.lists.1 {
                self.waiting.push(waiting);
                continue;
            }
            let reply = match waiting.what {
                What::Agents => Reply::Agents(self.agents.clone()),
                What::Pong => Reply::Pong,
                What::History { agent, rows, limit, before } => {
                    Reply::History(Page { doing: self.doing(&agent), ..page(rows, limit, before) })
                }
                What::Artifacts { rows } => {
                    let rows: Vec<Value> = rows.iter().map(|row| tree_of(row.as_str())).collect();
                    Reply::Shown(Kept::of(&Value::Array(rows)))
                }
                _ => {
                    out.replies.push((waiting.call, Err(ignored())));
                    continue;
                }
            };
            out.replies.push((waiting.call, Ok(reply)));
        }
    }

    /// Rows of a replay go to whoever asked for one first. What comes before the first list that was asked for is shown to
    /// every connection when it begins, and answers nobody.
    pub(super) fn take_replay(&mut self, more: Vec<Row>) {
        if self.lists.1 == 0 {
            return;
        }
        let asked = self.waiting.iter_mut().find_map(|waiting| match &mut waiting.what {
            What::History { rows, .. } => Some(rows),
            _ => None,
        });
        if let Some(rows) = asked {
            rows.extend(more);
        }
    }

    /// A thing that was made goes to whoever asked for all of them first; false when nobody did.
    pub(super) fn take_artifact(&mut self, payload: Option<Raw<'_>>) -> bool {
        let asked = self.waiting.iter_mut().find_map(|waiting| match &mut waiting.what {
            What::Artifacts { rows } => Some(rows),
            _ => None,
        });
        let Some(rows) = asked else { return false };
        rows.push(kept(payload));
        true
    }

    /// The sessions of an agent were listed: what that answers is answered, also that an order was obeyed.
    pub(super) fn sessions_are_listed(&mut self, listed: &str, out: &mut Out) {
        for mut waiting in std::mem::take(&mut self.waiting) {
            let reply = match &mut waiting.what {
                What::Sessions(missing) => {
                    missing.retain(|agent| &**agent != listed);
                    missing.is_empty().then(|| Reply::Sessions(self.sessions.all()))
                }
                What::Check { order, missing } => {
                    missing.retain(|agent| &**agent != listed);
                    if missing.is_empty() {
                        self.looked_for(waiting.call, order, out);
                        continue;
                    }
                    None
                }
                What::Renamed { agent, session, title } if &**agent == listed => {
                    let title = Some(title.as_str()).filter(|title| !title.is_empty());
                    (self.sessions.title(session) == title).then_some(Reply::Done)
                }
                What::Deleted { agent, session } if &**agent == listed => {
                    self.sessions.owner(session).is_none().then_some(Reply::Done)
                }
                _ => None,
            };
            match reply {
                Some(reply) => out.replies.push((waiting.call, Ok(reply))),
                None => self.waiting.push(waiting),
            }
        }
    }

    /// An agent's conversation was emptied; its session has another id now, which nobody says unasked.
    pub(super) fn history_is_empty(&mut self, emptied: &str, out: &mut Out) {
        let cleared = |what: &What| matches!(what, What::Cleared { agent } if &**agent == emptied);
        if self.answer_first(cleared, Reply::Done, out) {
            write(&json!({"type": "REQUEST_SESSIONS", "agent_id": emptied}), out);
        }
    }

    pub(super) fn session_is_open(&mut self, session: &Session, out: &mut Out) {
        let of_agent =
            |what: &What| matches!(what, What::NewSession(agent) if session.agent_id.as_deref() == Some(agent));
        self.answer_first(of_agent, Reply::Session(session.clone()), out);
        let switched = |what: &What| matches!(what, What::Switched { session: to } if **to == *session.key);
        self.answer_first(switched, Reply::Done, out);
    }

    /// Answers whoever has waited longest for such news; whether somebody has.
    fn answer_first(&mut self, wanted: impl Fn(&What) -> bool, reply: Reply, out: &mut Out) -> bool {
        let Some(index) = self.waiting.iter().position(|waiting| wanted(&waiting.what)) else {
            return false;
        };
        let waiting = self.waiting.remove(index);
        out.replies.push((waiting.call, Ok(reply)));
        true
    }

    /// What a recorded client sent: it may move the focus or answer an approval.
    pub(super) fn recorded(&mut self, text: &str) {
        #[derive(Deserialize)]
        struct Sent<'a> {
            #[serde(rename = "type", default, borrow)]
            kind: Text<'a>,
            #[serde(default, borrow)]
            agent_id: Text<'a>,
            #[serde(default, borrow)]
            call_id: Text<'a>,
            #[serde(default)]
            approved: Flag,
            #[serde(default, borrow)]
            session_id: Text<'a>,
        }
        let Ok(sent) = serde_json::from_str::<Sent<'_>>(text) else {
            return;
        };
        match sent.kind.or_empty() {
            "FOCUS_AGENT" => {
                let first = self.agents.first().map(|agent| agent.id.as_str().into());
                self.focus = sent.agent_id.boxed().or(first);
            }
            "SWITCH_SESSION" => self.switching = sent.session_id.boxed(),
            "TOOL_APPROVAL_RESPONSE" => {
                self.approvals.answer(sent.call_id.or_empty(), sent.approved.set());
            }
            _ => {}
        }
    }
}

fn ignored() -> CallError {
    CallError::refused("IGNORED", "mcp-cli did not do it, and does not say why.")
}

pub(super) fn refuse(call: u64, what: &'static str, out: &mut Out) {
    out.replies.push((call, Err(CallError::Unsupported { vendor: VENDOR, what })));
}

fn page(rows: Vec<Row>, limit: usize, before: Option<usize>) -> Page {
    let mut messages = join(rows);
    let end = before.map_or(messages.len(), |end| end.min(messages.len()));
    let start = end.saturating_sub(limit.max(1));
    messages.truncate(end);
    let before = (start > 0).then(|| start.to_string());
    Page { messages: messages.split_off(start), before, doing: Doing::Unknown }
}
