//! A row of a transcript: each kind in a file of its own.

mod ask;
mod notice;
mod say;
mod thought;
mod tool;
mod user;

use contract::transcript::{RowBody, ToolState};
use leptos::prelude::*;

use super::seat::{RowId, Talk};
use crate::parts::mark::Shape;
use crate::text::time;

use ask::Ask;
use notice::{Gap, Notice};
use say::Say;
use thought::Thought;
use tool::{Subagent, Tool};
use user::User;

/// The kinds of rows. A row whose kind changes is drawn anew, else only what changed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Assistant,
    Thinking,
    Tool,
    Subagent,
    Approval,
    Notice,
    Gap,
}

impl Kind {
    fn of(body: &RowBody) -> Self {
        match body {
            RowBody::User { .. } => Self::User,
            RowBody::Assistant { .. } => Self::Assistant,
            RowBody::Thinking { .. } => Self::Thinking,
            RowBody::Tool { .. } => Self::Tool,
            RowBody::Subagent { .. } => Self::Subagent,
            RowBody::Approval { .. } => Self::Approval,
            RowBody::Notice { .. } => Self::Notice,
            RowBody::Gap { .. } => Self::Gap,
        }
    }
}

/// A row.
#[component]
pub fn Row(talk: Talk, id: String) -> impl IntoView {
    let id = RowId::new(id);
    let kind = talk.part(id, |row| Some(Kind::of(&row.body)));
    let at = talk.part(id, |row| row.at);
    let body = move || match kind.get()? {
        Kind::User => Some(view! { <User talk id /> }.into_any()),
        Kind::Assistant => Some(view! { <Say talk id /> }.into_any()),
        Kind::Thinking => Some(view! { <Thought talk id /> }.into_any()),
        Kind::Tool => Some(view! { <Tool talk id /> }.into_any()),
        Kind::Subagent => Some(view! { <Subagent talk id /> }.into_any()),
        Kind::Approval => Some(view! { <Ask talk id /> }.into_any()),
        Kind::Notice => Some(view! { <Notice talk id /> }.into_any()),
        Kind::Gap => Some(view! { <Gap talk id /> }.into_any()),
    };
    let tight = move || matches!(kind.get(), Some(Kind::Tool | Kind::Subagent | Kind::Thinking));
    view! {
        <div class="row" class=("row-tight", tight) title=move || at.get().map(time::full)>
            {body}
        </div>
    }
}

/// The mark of a tool or a sub-agent.
fn shape(state: ToolState) -> Shape {
    match state {
        ToolState::Running => Shape::Running,
        ToolState::Ok => Shape::Ok,
        ToolState::Failed => Shape::Failed,
        ToolState::Unknown => Shape::Offline,
    }
}

/// The word for it.
fn word(state: ToolState) -> &'static str {
    match state {
        ToolState::Running => "running",
        ToolState::Ok => "done",
        ToolState::Failed => "failed",
        ToolState::Unknown => "nobody knows how it ended",
    }
}
