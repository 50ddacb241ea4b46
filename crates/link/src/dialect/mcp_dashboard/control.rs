//! What is asked of the dashboard besides talking. It answers no call and refuses none: it does what it understands of
//! an order, harm included. So whatever could do harm is checked here first, and its news are awaited.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Out;
use super::super::lax::{Raw, Text, kept, list, read};
use super::super::pending::no_session;
use super::McpDashboard;
use super::calls::{Waiting, What, refuse, write};
use crate::call::{Call, CallError, Config, Model, Reply, Tokens, Usage};
use crate::event::Kept;

/// What the dashboard last said of its settings; taken apart when somebody asks.
#[derive(Default)]
pub(super) struct Settings {
    pub value: Option<Kept>,
}

/// The models to choose from.
#[derive(Default)]
struct Choice {
    models: Vec<Model>,
    /// Providers that take any model's name.
    open: Vec<String>,
}

#[derive(Default, Deserialize)]
struct State<'a> {
    #[serde(default, borrow)]
    provider: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    available_providers: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Provider<'a> {
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    models: Option<Raw<'a>>,
}

impl Settings {
    /// Takes over what a `CONFIG_STATE` says.
    pub fn learn(&mut self, payload: Option<Raw<'_>>) {
        self.value = Some(kept(payload));
    }

    fn choice(&self) -> Choice {
        let raw = self.value.as_ref().map(|value| Raw::unread(value.as_str()));
        Choice::of(&read::<State<'_>>(raw).unwrap_or_default())
    }
}

impl Choice {
    fn of(state: &State<'_>) -> Self {
        let (mut choice, present) =
            (Self::default(), format!("{}/{}", state.provider.or_empty(), state.model.or_empty()));
        for provider in list::<Provider<'_>>(state.available_providers) {
            let Some(name) = provider.name.owned() else { continue };
            for model in list::<Text<'_>>(provider.models) {
                match model.get() {
                    Some("*") | None => choice.open.push(name.clone()),
                    Some(model) => choice.add(&name, model, &present),
                }
            }
        }
        if !choice.models.iter().any(|model| model.default) && state.model.filled().is_some() {
            choice.add(state.provider.or_empty(), state.model.or_empty(), &present);
        }
        choice
    }

    fn add(&mut self, provider: &str, model: &str, present: &str) {
        let id = format!("{provider}/{model}");
        let default = id == present;
        let (name, provider) = (model.to_owned(), Some(provider.to_owned()));
        self.models.push(Model { id, name, provider, default, available: true, ..Model::default() });
    }

    /// Whether switching to it makes sense: mcp-cli takes and shows any name at all.
    fn knows(&self, provider: &str, model: &str) -> bool {
        let id = format!("{provider}/{model}");
        self.models.iter().any(|known| known.id == id) || self.open.iter().any(|open| open == provider)
    }
}

impl McpDashboard {
    pub(super) fn control(&mut self, call: u64, what: &Call, out: &mut Out) {
        let done = match what {
            Call::Models => return self.ask_config(call, What::Models, out),
            Call::Config => return self.ask_config(call, What::Config, out),
            Call::SetModel { model, .. } => self.set_model(call, model, out),
            Call::PatchConfig { patch, .. } => self.set_prompt(call, patch, out),
            Call::Usage => Ok(Some(Reply::Usage(self.used()))),
            Call::MessageAgent { to, from, text } => self.pass_on(to, from, text, out),
            Call::Listen { agents } => self.listen(agents, out),
            Call::Artifacts { .. } => {
                write(&json!({"type": "REQUEST_APP_LIST"}), out);
                return self.wait_marked(call, What::Artifacts { rows: Vec::new() }, out);
            }
            other => return self.of_session(call, other, out),
        };
        match done {
            Ok(Some(reply)) => out.replies.push((call, Ok(reply))),
            // Its news answer it.
            Ok(None) => {}
            Err(error) => out.replies.push((call, Err(error))),
        }
    }

    fn ask_config(&mut self, call: u64, what: What, out: &mut Out) {
        let agent = self.agent_of(None);
        self.wait(call, what, &json!({"type": "REQUEST_CONFIG", "agent_id": agent}), out);
    }

    /// An order about a session. The dashboard clears the open conversation when it is told to switch to a session
    /// that it does not have, and says nothing: so the session is looked for first.
    fn of_session(&mut self, call: u64, what: &Call, out: &mut Out) {
        let known = what.existing_session().and_then(|session| self.sessions.owner(session)).map(Box::<str>::from);
        match known {
            Some(agent) => self.order(call, what, agent, out),
            None => self.look_for(call, what, out),
        }
    }

    /// Asks every agent for its sessions before an order is given.
    pub(super) fn look_for(&mut self, call: u64, what: &Call, out: &mut Out) {
        let missing = self.ask_each(out);
        if missing.is_empty() {
            return self.looked_for(call, what, out);
        }
        self.enter(Waiting { call, what: What::Check { order: Box::new(what.clone()), missing }, mark: 0 }, out);
    }

    /// The lists came: the session is there, or the order is not given.
    pub(super) fn looked_for(&mut self, call: u64, what: &Call, out: &mut Out) {
        if let Call::History { session, .. } = what {
            if self.sessions.agent_in(session).is_some() {
                return self.ask(call, what, out);
            }
            return match self.sessions.owner(session) {
                Some(_) => refuse(call, "show a session that is not open; switch to it first", out),
                None => out.replies.push((call, Err(no_session(session)))),
            };
        }
        let session = what.existing_session().unwrap_or_default();
        match self.sessions.owner(session).map(Box::<str>::from) {
            Some(agent) => self.order(call, what, agent, out),
            None => out.replies.push((call, Err(no_session(session)))),
        }
    }

    fn order(&mut self, call: u64, what: &Call, agent: Box<str>, out: &mut Out) {
        let Some(session) = what.existing_session() else {
            return;
        };
        let open = self.sessions.current(&agent) == Some(session);
        let (message, news) = match what {
            Call::SwitchSession { .. } if open => return out.replies.push((call, Ok(Reply::Done))),
            Call::SwitchSession { .. } => {
                let message = json!({"type": "SWITCH_SESSION", "agent_id": agent, "session_id": session});
                (message, What::Switched { session: session.into() })
            }
            Call::RenameSession { title, .. } => {
                let message =
                    json!({"type": "RENAME_SESSION", "agent_id": agent, "session_id": session, "description": title});
                (message, What::Renamed { agent, session: session.into(), title: title.clone() })
            }
            Call::DeleteSession { .. } if !open => {
                let message = json!({"type": "DELETE_SESSION", "agent_id": agent, "session_id": session});
                (message, What::Deleted { agent, session: session.into() })
            }
            Call::ResetSession { .. } if open => {
                (json!({"type": "CLEAR_HISTORY", "agent_id": agent}), What::Cleared { agent })
            }
            Call::DeleteSession { .. } => {
                return conflict(
                    call,
                    "mcp-cli does not delete the session that is open. Switch to another first.",
                    out,
                );
            }
            _ => {
                return conflict(call, "mcp-cli can only empty the session that is open. Switch to it first.", out);
            }
        };
        write(&message, out);
        self.wait_marked(call, news, out);
    }

    fn set_model(&mut self, call: u64, model: &str, out: &mut Out) -> Result<Option<Reply>, CallError> {
        if self.settings.value.is_none() {
            // Not told yet what there is.
            self.ask_config(call, What::Choosing { model: model.into() }, out);
            return Ok(None);
        }
        let refuse = |message: String| CallError::refused("NOT_FOUND", message);
        let Some((provider, name)) = model.split_once('/') else {
            return Err(refuse(format!("Name the provider too, as in openai/{model}.")));
        };
        if !self.settings.choice().knows(provider, name) {
            let message =
                format!("mcp-cli has no model “{model}”. It would show it as chosen all the same, and then fail.");
            return Err(refuse(message));
        }
        let agent = self.agent_of(None);
        let message = json!({"type": "SWITCH_MODEL", "agent_id": agent, "provider": provider, "model": name});
        self.wait(call, What::Switching { model: name.into() }, &message, out);
        Ok(None)
    }

    /// The system prompt is all that can be set; an empty one is the default again.
    fn set_prompt(&mut self, call: u64, patch: &Value, out: &mut Out) -> Result<Option<Reply>, CallError> {
        let entries = patch.as_object().filter(|entries| entries.len() == 1);
        let Some(prompt) = entries.and_then(|entries| entries.get("system_prompt")).and_then(Value::as_str) else {
            let message = "Of mcp-cli's settings only {\"system_prompt\": \"…\"} can be changed from here.".to_owned();
            return Err(CallError::refused("INVALID", message));
        };
        let agent = self.agent_of(None);
        let message = json!({"type": "UPDATE_SYSTEM_PROMPT", "agent_id": agent, "system_prompt": prompt});
        self.wait(call, What::Configured, &message, out);
        Ok(None)
    }

    /// An unknown receiver swallows a message without a word.
    fn pass_on(&mut self, to: &str, from: &str, text: &str, out: &mut Out) -> Result<Option<Reply>, CallError> {
        self.must_know(to)?;
        write(&json!({"type": "AGENT_MESSAGE", "to_agent": to, "from_agent": from, "content": text}), out);
        Ok(Some(Reply::Done))
    }

    /// `global` means everything there, so it is set only where everything is meant.
    fn listen(&mut self, agents: &[String], out: &mut Out) -> Result<Option<Reply>, CallError> {
        for agent in agents {
            self.must_know(agent)?;
        }
        write(&json!({"type": "SUBSCRIBE", "agents": agents, "global": agents.is_empty()}), out);
        Ok(Some(Reply::Done))
    }

    fn must_know(&self, agent: &str) -> Result<(), CallError> {
        if self.knows_agent(agent) {
            return Ok(());
        }
        let message = format!("There is no agent “{agent}” on this node.");
        Err(CallError::refused("NOT_FOUND", message))
    }

    fn used(&self) -> Usage {
        let mut parts: Vec<Tokens> = self
            .tokens
            .iter()
            .map(|(agent, total)| Tokens { of: agent.to_string(), total: Some(*total), ..Tokens::default() })
            .collect();
        parts.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.of.cmp(&b.of)));
        let total = (!parts.is_empty()).then(|| parts.iter().filter_map(|part| part.total).sum());
        let span = "since mcp-cli started, estimated by it".to_owned();
        Usage { span, total: Tokens { total, ..Tokens::default() }, parts, counting: false }
    }

    /// A `CONFIG_STATE` came.
    pub(super) fn configured(&mut self, payload: Option<Raw<'_>>, out: &mut Out) {
        self.settings.learn(payload);
        if self.waiting.is_empty() {
            return;
        }
        let present = read::<State<'_>>(payload).unwrap_or_default();
        for waiting in std::mem::take(&mut self.waiting) {
            let reply = match &waiting.what {
                What::Models => Reply::Models(self.settings.choice().models),
                What::Config => {
                    let value = self.settings.value.clone().unwrap_or_else(|| Kept::of(&Value::Null));
                    Reply::Config(Config { value, version: None })
                }
                What::Configured => Reply::Done,
                What::Switching { model } if present.model.get() == Some(model) => Reply::Done,
                What::Choosing { model } => {
                    let call = Call::SetModel { session: None, model: model.to_string() };
                    self.control(waiting.call, &call, out);
                    continue;
                }
                _ => {
                    self.waiting.push(waiting);
                    continue;
                }
            };
            out.replies.push((waiting.call, Ok(reply)));
        }
    }
}

fn conflict(call: u64, message: &str, out: &mut Out) {
    let error = CallError::refused("CONFLICT", message);
    out.replies.push((call, Err(error)));
}
