//! What a history page's messages are as rows, before they have a place.

use contract::transcript::Level;
use link::call::Page;
use link::event::{Message, Role, ToolCall};

use super::tool;
use crate::truth::{KEPT_ROWS, Row, RowBody};
use crate::view::tool::cut;

/// A row that a message of the history makes.
pub(crate) struct Draft {
    pub message: Box<str>,
    pub client: Option<Box<str>>,
    pub run: Option<Box<str>>,
    pub at: Option<i64>,
    pub body: RowBody,
}

impl Draft {
    pub fn text(&self) -> &str {
        match &self.body {
            RowBody::User { text, .. } | RowBody::Assistant { text, .. } | RowBody::Thinking { text, .. } => text,
            RowBody::Notice { text, .. } => text,
            _ => "",
        }
    }

    pub fn into_row(self, id: u64, order: i64) -> Row {
        Row { id, order, at: self.at, message: Some(self.message), run: self.run, body: self.body }
    }
}

/// The rows of a page's last messages, as many as memory keeps.
pub(crate) fn drafts(page: &Page) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = page.messages.iter().flat_map(drafts_of).collect();
    let surplus = drafts.len().saturating_sub(KEPT_ROWS);
    drafts.drain(..surplus);
    drafts
}

/// The rows of one message: its reasoning, its words, its tool calls.
pub(crate) fn drafts_of(message: &Message) -> Vec<Draft> {
    let draft = |body| Draft {
        message: message.id.clone(),
        client: message.client_id.clone(),
        run: message.run_id.clone(),
        at: message.sent_at,
        body,
    };
    let text = message.text.to_string();
    let words = match message.role {
        Role::User => Some(RowBody::User { text, own: None }),
        Role::Assistant if text.trim().is_empty() => None,
        Role::Assistant => {
            let model = message.model.as_deref().map(str::to_owned);
            Some(RowBody::Assistant { text, streaming: false, model })
        }
        Role::Notice => Some(RowBody::Notice { text, level: Level::Info }),
        Role::System => None,
    };
    let thinking = message.thinking.iter().filter(|text| !text.trim().is_empty());
    let thinking = thinking.map(|text| RowBody::Thinking { text: text.to_string(), streaming: false });
    let calls = message.tools.iter().map(tool_row);
    thinking.chain(words).chain(calls).map(draft).collect()
}

fn tool_row(call: &ToolCall) -> RowBody {
    let start = tool::Call { call: &call.call, name: &call.name, input: &call.input };
    let mut body = tool::body(&start, tool::state_of(call.ok));
    if let RowBody::Tool { output, ms, .. } = &mut body {
        *output = cut(&call.output);
        *ms = call.ms;
    }
    body
}
