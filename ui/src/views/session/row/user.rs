//! A person's words at the right, and under them how the message fares.

use contract::calls::{CancelMessage, ResendMessage};
use contract::straight;
use contract::transcript::{Fate, Row, RowBody, SessionRef};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::fate::{self, About, Act};
use super::super::seat::{RowId, Seat, Talk};
use crate::core;
use crate::parts::said::Said;
use crate::state::counts::{Standing, standing};
use crate::text::time;

/// Of a longer text only the beginning is shown until it is asked for.
const LINES: usize = 18;
const LETTERS: usize = 1_600;

/// A message's fate and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
struct Fares {
    fate: Fate,
    at: Option<i64>,
    fault: Option<String>,
    client_id: Option<String>,
}

fn fares(row: &Row) -> Option<Fares> {
    match &row.body {
        RowBody::User { fate, fate_at, fault, client_id, .. } => {
            Some(Fares { fate: (*fate)?, at: *fate_at, fault: fault.clone(), client_id: client_id.clone() })
        }
        _ => None,
    }
}

fn words(row: &Row) -> Option<String> {
    match &row.body {
        RowBody::User { text, .. } => Some(text.clone()),
        _ => None,
    }
}

/// A message.
#[component]
pub fn User(talk: Talk, id: RowId) -> impl IntoView {
    let text = talk.part(id, words);
    let fares = talk.part(id, fares);
    let unfolded = talk.unfolded(id);
    let long = Memo::new(move |_| text.with(|text| beginning(text.as_deref().unwrap_or_default()).is_some()));
    let shown = move || {
        text.with(|text| {
            let text = text.as_deref().unwrap_or_default();
            let part = beginning(text).filter(|_| !unfolded.get());
            straight(part.unwrap_or(text)).into_owned()
        })
    };
    let fate = Memo::new(move |_| fares.with(|fares| fares.as_ref().map(|fares| fares.fate)));
    let unsettled = move || matches!(fate.get(), Some(Fate::Queued | Fate::Failed | Fate::Unknown));
    view! {
        <div class="user">
            <div class="user-bubble words" class=("user-unsettled", unsettled)>
                {shown}
                <Show when=move || long.get()>
                    <button type="button" class="user-more" on:click=move |_| talk.turn(id)>
                        {move || if unfolded.get() { "Show less" } else { "Show all" }}
                    </button>
                </Show>
            </div>
            <Show when=move || fate.get().is_some()>
                <Under talk text fares />
            </Show>
        </div>
    }
}

#[component]
fn Under(talk: Talk, text: Memo<Option<String>>, fares: Memo<Option<Fares>>) -> impl IntoView {
    let (state, node) = (talk.state, talk.seat.node());
    let away = Memo::new(move |_| {
        let away = |node: &contract::node::Node| (standing(node) != Standing::Up).then(|| node.name.clone());
        state.told.node(&node.get(), away).flatten()
    });
    let says = Signal::derive(move || {
        let Some(Fares { fate, at, fault, .. }) = fares.get() else {
            return String::new();
        };
        let (at, away) = (at.map(time::clock_seconds), away.get());
        fate::words(fate, About { at: at.as_deref(), fault: fault.as_deref(), away: away.as_deref() })
    });
    let is = move |one: Fate| move || fares.with(|fares| fares.as_ref().is_some_and(|fares| fares.fate == one));
    let acts = Memo::new(move |_| {
        fares.with(|fares| {
            let known = fares.as_ref().filter(|fares| fares.client_id.is_some());
            known.map_or(&[][..], |fares| fate::acts(fares.fate)).to_vec()
        })
    });
    let press = move |act: Act| {
        let (Some(text), Some(fares)) = (text.get_untracked(), fares.get_untracked()) else {
            return;
        };
        if let Some(client_id) = fares.client_id {
            run(talk.seat, act, talk.of(), fares.fate, client_id, text);
        }
    };
    let button = move |act: Act| {
        view! { <button type="button" class="user-act" title=act.means() on:click=move |_| press(act)>{act.name()}</button> }
    };
    view! {
        <p class="user-fate" class=("user-failed", is(Fate::Failed)) class=("user-unknown", is(Fate::Unknown)) class=("user-running", is(Fate::Running))>
            <Said text=says />
            {move || acts.get().into_iter().map(button).collect_view()}
        </p>
    }
}

fn run(seat: Seat, act: Act, of: SessionRef, fate: Fate, client_id: String, text: String) {
    let toasts = seat.state.toasts;
    // What has failed is not waiting here any more: there is nothing to take back.
    if act == Act::Edit && fate == Fate::Failed {
        return seat.compose(&text);
    }
    spawn_local(async move {
        let done = match act {
            Act::Resend => core::call(ResendMessage { of, client_id }).await,
            Act::TakeBack | Act::Edit => core::call(CancelMessage { of, client_id }).await,
        };
        match done {
            Ok(()) if act == Act::Edit => seat.compose(&text),
            Ok(()) => (),
            Err(fault) => toasts.fault(&fault),
        }
    });
}

/// The beginning of a text that is too long to stand there whole.
fn beginning(text: &str) -> Option<&str> {
    let by_lines = text.match_indices('\n').nth(LINES).map(|(at, _)| at);
    let by_letters = text.char_indices().nth(LETTERS).map(|(at, _)| at);
    let end = match (by_lines, by_letters) {
        (Some(a), Some(b)) => a.min(b),
        (one, other) => one.or(other)?,
    };
    Some(text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_text_is_cut_and_never_inside_a_letter() {
        assert_eq!(beginning("short\nand plain"), None);
        let lines = "ö\n".repeat(40);
        assert_eq!(beginning(&lines).map(|part| part.lines().count()), Some(LINES + 1));
        let letters = "ö".repeat(LETTERS + 5);
        assert_eq!(beginning(&letters).map(|part| part.chars().count()), Some(LETTERS));
    }
}
