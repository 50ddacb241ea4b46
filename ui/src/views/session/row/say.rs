//! An agent's words.

use contract::transcript::{Row, RowBody};
use leptos::prelude::*;

use super::super::prose::Prose;
use super::super::seat::{RowId, Talk};
use crate::parts::copy_button::CopyButton;

fn words(row: &Row) -> Option<String> {
    match &row.body {
        RowBody::Assistant { text, .. } => Some(text.clone()),
        _ => None,
    }
}

fn live(row: &Row) -> Option<bool> {
    match &row.body {
        RowBody::Assistant { streaming, .. } => Some(*streaming),
        _ => None,
    }
}

/// A message of an agent.
#[component]
pub fn Say(talk: Talk, id: RowId) -> impl IntoView {
    let words = talk.part(id, words);
    let live = talk.part(id, live);
    let text = Signal::derive(move || words.get().unwrap_or_default());
    let live = Memo::new(move |_| live.get().unwrap_or_default());
    let empty = Memo::new(move |_| words.with(|words| words.as_ref().is_none_or(|words| words.trim().is_empty())));
    view! {
        <div class="say">
            <Prose text live />
            <Show when=move || empty.get() && live.get()>
                <p class="say-waits" aria-label="The answer begins"><i></i></p>
            </Show>
            <Show when=move || !live.get() && !empty.get()>
                <div class="say-acts"><CopyButton text name="Copy as Markdown" /></div>
            </Show>
        </div>
    }
}
