//! A tool call: one line, and everything when it is unfolded. And a sub-agent, which is one line.

use contract::straight;
use contract::transcript::{Row, RowBody, ToolState};
use leptos::prelude::*;

use super::super::seat::{RowId, Talk};
use super::{shape, word};
use crate::parts::copy_button::CopyButton;
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::Mark;
use crate::state::State;
use crate::text::{plain, time};

/// Lines of the output that are seen without unfolding, while it runs or when it failed.
const PEEK: usize = 3;

/// A tool call's one line.
#[derive(Debug, Clone, PartialEq)]
struct Call {
    name: String,
    summary: String,
    state: ToolState,
    ms: Option<u64>,
    at: Option<i64>,
}

fn call(row: &Row) -> Option<Call> {
    match &row.body {
        RowBody::Tool { name, summary, state, ms, .. } => {
            Some(Call { name: name.clone(), summary: summary.clone(), state: *state, ms: *ms, at: row.at })
        }
        _ => None,
    }
}

fn input(row: &Row) -> Option<String> {
    match &row.body {
        RowBody::Tool { input, .. } => Some(input.clone()),
        _ => None,
    }
}

fn output(row: &Row) -> Option<String> {
    match &row.body {
        RowBody::Tool { output, .. } => Some(plain::without_escapes(output)),
        _ => None,
    }
}

/// A tool call.
#[component]
pub fn Tool(talk: Talk, id: RowId) -> impl IntoView {
    let call = talk.part(id, call);
    let output = talk.part(id, output);
    let open = talk.unfolded(id);
    let state = Memo::new(move |_| call.with(|call| call.as_ref().map_or(ToolState::Unknown, |call| call.state)));
    let peek = Memo::new(move |_| match state.get() {
        ToolState::Running | ToolState::Failed if !open.get() => {
            output.with(|output| output.as_deref().and_then(|output| plain::last_lines(output, PEEK)))
        }
        _ => None,
    });
    let text = move |pick: fn(&Call) -> String| move || call.with(|call| call.as_ref().map(pick));
    let icon = Signal::derive(move || if open.get() { Icon::Down } else { Icon::Right });
    view! {
        <div class="tool">
            <button type="button" class="tool-head" aria-expanded=move || open.get().to_string() on:click=move |_| talk.turn(id)>
                <Mark of=Signal::derive(move || shape(state.get())) word=Signal::derive(move || word(state.get()).to_owned()) />
                <b class="mono cut tool-name">{text(|call| call.name.clone())}</b>
                <span class="mono cut tool-summary">{text(|call| call.summary.clone())}</span>
                <span class="grow"></span>
                <Took call />
                <Drawing of=icon />
            </button>
            {move || peek.get().map(|lines| view! { <pre class="mono tool-peek">{straight(&lines).into_owned()}</pre> })}
            <Show when=move || open.get()>
                <Inside talk id output />
            </Show>
        </div>
    }
}

/// How long it took, or has been running.
#[component]
fn Took(call: Memo<Option<Call>>) -> impl IntoView {
    let clock = State::here().clock;
    let started =
        Memo::new(move |_| call.with(|call| call.as_ref().filter(|call| call.state == ToolState::Running)?.at));
    let ticking = move |at: i64| {
        let now = clock.seconds();
        view! { <span class="tool-took" aria-hidden="true">{move || plain::going(at, now.get())}</span> }.into_any()
    };
    let took =
        move || call.with(|call| call.as_ref().filter(|call| call.state != ToolState::Running)?.ms).map(time::took);
    move || match started.get() {
        Some(at) => Some(ticking(at)),
        None => took().map(|took| view! { <span class="tool-took">{took}</span> }.into_any()),
    }
}

#[component]
fn Inside(talk: Talk, id: RowId, output: Memo<Option<String>>) -> impl IntoView {
    let input = talk.part(id, input);
    let input = Signal::derive(move || input.get().unwrap_or_default());
    let output = Signal::derive(move || output.get().unwrap_or_default());
    let nothing = move || input.with(String::is_empty) && output.with(String::is_empty);
    view! {
        <Show when=move || !input.with(String::is_empty)><Text name="Input" text=input /></Show>
        <Show when=move || !output.with(String::is_empty)><Text name="Output" text=output /></Show>
        <Show when=nothing><p class="tool-nothing">"It took nothing and has given nothing."</p></Show>
    }
}

#[component]
fn Text(name: &'static str, text: Signal<String>) -> impl IntoView {
    view! {
        <section class="tool-part" aria-label=name>
            <header class="tool-bar"><span>{name}</span><CopyButton text name=format!("Copy the {}", name.to_lowercase()) /></header>
            <pre class="mono words tool-text" tabindex="0">{move || text.with(|text| straight(text).into_owned())}</pre>
        </section>
    }
}

/// A sub-agent at work.
#[component]
pub fn Subagent(talk: Talk, id: RowId) -> impl IntoView {
    let about = talk.part(id, |row| match &row.body {
        RowBody::Subagent { label, preset, state } => Some((label.clone(), preset.clone(), *state)),
        _ => None,
    });
    let state = move || about.with(|about| about.as_ref().map_or(ToolState::Unknown, |about| about.2));
    let label = move || about.with(|about| about.as_ref().map(|about| about.0.clone()));
    let preset = move || about.with(|about| about.as_ref().and_then(|about| about.1.clone()));
    view! {
        <div class="subagent">
            <Mark of=Signal::derive(move || shape(state())) word=Signal::derive(move || word(state()).to_owned()) />
            <span class="cut subagent-label">{label}</span>
            {move || preset().map(|preset| view! { <span class="cut faint">"· "{preset}</span> })}
            <span class="faint subagent-word">{move || word(state())}</span>
        </div>
    }
}
