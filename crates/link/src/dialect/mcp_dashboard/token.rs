//! More text of an answer: the one frame that comes in thousands. It mostly says what the last one did but for the text
//! itself, and then only that is read. Any other frame goes the general way, and is learnt from if it was a token.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;

use super::super::Out;
use super::super::fields::{fields, object};
use super::super::lax::{Raw, Text};
use super::super::scan::Scan;
use super::McpDashboard;

#[derive(Default, Deserialize)]
struct Token<'a> {
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    token: Text<'a>,
}

fields!(Token<'a> { "agent_id" => agent_id, "token" => token, });

/// What stood around the text of the last token. A frame that is the same but for the text means the same but for it.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// The frame up to where its text begins; empty while there was none.
    head: String,
    /// The frame from the end of its text on, behind the quote.
    tail: String,
    agent: Box<str>,
    /// The run that its agent was in.
    run: Arc<str>,
}

impl Last {
    /// The text of a frame that is otherwise like the last token.
    fn read<'a>(&self, frame: &'a str) -> Option<Cow<'a, str>> {
        if self.head.is_empty() || !frame.starts_with(self.head.as_str()) {
            return None;
        }
        // The head ends with the quote before the text.
        let mut scan = Scan::from(frame, self.head.len() - 1);
        let text = scan.string()?;
        scan.pass(&self.tail)?;
        scan.end().map(|()| text)
    }

    /// Takes note of a token that was read the general way, if it names its agent.
    fn learn(&mut self, frame: &str, token: &Token<'_>) {
        if let Some(agent) = token.agent_id.filled()
            && let Some(text) = token.token.get()
            && let Some(last) = Self::of(frame, text, agent)
        {
            *self = last;
        }
    }

    fn of(frame: &str, text: &str, agent: &str) -> Option<Self> {
        // A text that was copied, because of its escapes, does not say where it stood.
        let begins = text.as_ptr().addr().checked_sub(frame.as_ptr().addr())?;
        let (head, tail) = (frame.get(..begins)?, frame.get(begins + text.len() + 1..)?);
        Some(Self { head: head.to_owned(), tail: tail.to_owned(), agent: agent.into(), run: Arc::default() })
    }
}

impl McpDashboard {
    /// Takes a frame that is like the last token but for its text; false when it is none.
    pub(super) fn next_token(&mut self, frame: &str, now: i64, out: &mut Out) -> bool {
        let Some(text) = self.last_token.read(frame) else {
            return false;
        };
        let Self { last_token, runs, sessions, .. } = self;
        if let Some(run) = runs.get(&last_token.run) {
            run.learn(None, sessions.current(&last_token.agent));
            run.more_text(now, &text, out);
        } else {
            let agent = last_token.agent.clone();
            self.more_text(&agent, &text, now, out);
        }
        true
    }

    pub(super) fn token(&mut self, payload: Option<Raw<'_>>, frame: &str, now: i64, out: &mut Out) -> bool {
        let Some(token) = object::<Token<'_>>(payload) else {
            return false;
        };
        self.last_token.learn(frame, &token);
        let agent = self.agent_named(&token.agent_id);
        self.more_text(&agent, token.token.or_empty(), now, out);
        true
    }

    fn more_text(&mut self, agent: &str, text: &str, now: i64, out: &mut Out) {
        if !text.is_empty()
            && let Some(run) = self.turn(agent, now, out)
        {
            run.more_text(now, text, out);
            let id = run.address();
            if *self.last_token.agent == *agent {
                self.last_token.run = id;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::spoilt::{heard, spoilt};
    use super::super::super::{Dialect, Kind};
    use super::*;

    const TOKEN: &str = r#"{"protocol": "mcp-dashboard", "type": "CONVERSATION_TOKEN", "payload": {"agent_id": "a", "token": "t", "done": false}}"#;

    fn after(frame: &str) -> McpDashboard {
        let mut dashboard = McpDashboard::new();
        dashboard.frame(frame, 1, &mut Out::default());
        dashboard
    }

    #[test]
    fn of_a_token_like_the_last_one_only_the_text_is_read() {
        let last = after(TOKEN).last_token;
        for (text, means) in [("b", "b"), (r"c\nd", "c\nd"), ("", "")] {
            assert_eq!(last.read(&TOKEN.replace("\"t\"", &format!("\"{text}\""))).unwrap(), means);
        }
        for other in [("\"a\"", "\"b\""), ("false", "true"), ("false}}", "false}"), ("}}", "}}}"), ("\"t\"", "7")] {
            assert!(last.read(&TOKEN.replace(other.0, other.1)).is_none(), "{other:?}");
        }
    }

    #[test]
    fn only_a_token_that_names_its_agent_is_learnt_from() {
        for other in [("\"a\"", "null"), ("\"a\"", "\"\""), ("\"t\"", "\"\\n\""), ("TOKEN", "MESSAGE")] {
            assert!(after(&TOKEN.replace(other.0, other.1)).last_token.head.is_empty(), "{other:?}");
        }
    }

    #[test]
    fn spoilt_tokens_mean_the_same_to_who_has_learnt_and_who_has_not() {
        let tokens = heard(Kind::McpDashboard);
        let tokens: Vec<_> = tokens.iter().filter(|frame| !after(frame).last_token.head.is_empty()).collect();
        assert!(!tokens.is_empty());
        for frame in tokens {
            for text in spoilt(frame) {
                let (mut learns, mut forgets) = (after(frame), after(frame));
                forgets.last_token = Last::default();
                let (mut short, mut general) = (Out::default(), Out::default());
                learns.frame(&text, 2, &mut short);
                forgets.frame(&text, 2, &mut general);
                assert_eq!(short.events, general.events, "{text}");
            }
        }
    }
}
