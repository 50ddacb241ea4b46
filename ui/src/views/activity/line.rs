//! A line of the stream: when, who, what, and a figure.

use contract::activity::{Line, Mark};
use leptos::prelude::*;

use super::hue::Hues;
use crate::acts::open::{self, Where};
use crate::state::State;
use crate::text::time;

/// A line. It never changes; what its node and agent are called may.
#[component]
pub fn Row(line: Line, hues: Memo<Hues>) -> impl IntoView {
    let state = State::here();
    let (node, agent) = (line.node.clone(), line.agent.clone());
    let who = Memo::new(move |_| {
        let agent = agent.as_deref().map(|agent| state.told.agent_name(&node, agent));
        (state.told.node_name(&node), agent)
    });
    let mark = line.mark;
    let name = move || match who.get() {
        (node, Some(agent)) => format!("{node} / {agent}"),
        (node, None) if mark == Mark::Gap => format!("{node}:"),
        (node, None) => node,
    };
    let Line { at, node, agent, session, what, code, figure, .. } = line;
    let (of_node, of_agent) = (node.clone(), agent.clone());
    let dot = move || match &of_agent {
        Some(agent) => format!("line-dot line-hue-{}", hues.with(|hues| hues.get(&of_node, agent))),
        None => "line-dot line-dot-node".to_owned(),
    };
    let class = match mark {
        Mark::Gap => "line line-gap",
        Mark::Failed => "line line-failed",
        Mark::Asks => "line line-asks",
        Mark::Link => "line line-link",
        Mark::Message | Mark::Run | Mark::Tool | Mark::Other => "line",
    };
    let leads = session.is_some();
    let press = move |_| {
        if let Some(session) = &session {
            open::session(state, &node, agent.as_deref(), session, Where::Here);
        }
    };
    let full = format!("{}{}", what, code.as_deref().map(|code| format!(" {code}")).unwrap_or_default());
    view! {
        <button type="button" class=class tabindex="-1" title=full disabled=!leads on:click=press>
            <time class="line-at" title=time::full(at)>{time::clock_seconds(at)}</time>
            <i class=dot></i>
            <span class="line-text">
                <span class="line-who">{name}</span>
                " "
                <span class="line-what">{what}</span>
                {code.map(|code| view! { " "<code class="line-code">{code}</code> })}
            </span>
            <span class="line-figure">{figure}</span>
        </button>
    }
}
