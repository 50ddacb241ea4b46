//! A model's reasoning, folded to one line until it is asked for.

use contract::transcript::{Row, RowBody};
use leptos::prelude::*;

use super::super::prose::Prose;
use super::super::seat::{RowId, Talk};
use crate::parts::icon::{Drawing, Icon};

fn words(row: &Row) -> Option<String> {
    match &row.body {
        RowBody::Thinking { text, .. } => Some(text.clone()),
        _ => None,
    }
}

fn live(row: &Row) -> Option<bool> {
    match &row.body {
        RowBody::Thinking { streaming, .. } => Some(*streaming),
        _ => None,
    }
}

/// A stretch of reasoning.
#[component]
pub fn Thought(talk: Talk, id: RowId) -> impl IntoView {
    let words = talk.part(id, words);
    let live = talk.part(id, live);
    let open = talk.unfolded(id);
    let text = Signal::derive(move || words.get().unwrap_or_default());
    let live = Memo::new(move |_| live.get().unwrap_or_default());
    let glimpse = move || words.with(|words| glimpse(words.as_deref().unwrap_or_default(), live.get()));
    let icon = Signal::derive(move || if open.get() { Icon::Down } else { Icon::Right });
    view! {
        <div>
            <button type="button" class="thought-head" aria-expanded=move || open.get().to_string() on:click=move |_| talk.turn(id)>
                <Drawing of=icon />
                <span class="thought-name">{move || if live.get() { "Thinking" } else { "Thought" }}</span>
                <Show when=move || !open.get()>
                    <span class="cut thought-glimpse">{glimpse}</span>
                </Show>
            </button>
            <Show when=move || open.get()>
                <div class="thought-body"><Prose text live /></div>
            </Show>
        </div>
    }
}

/// The one line worth a glimpse: what is thought now, or what it began with.
fn glimpse(text: &str, live: bool) -> String {
    let mut lines =
        text.lines().map(|line| line.trim().trim_matches(['#', '*', '`', '-', ' '])).filter(|line| !line.is_empty());
    let line = if live { lines.next_back() } else { lines.next() };
    line.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::glimpse;

    #[test]
    fn one_sees_the_newest_line_while_it_thinks_and_the_first_afterwards() {
        let text = "**The token**\n\nis refreshed twice.\n";
        assert_eq!(glimpse(text, true), "is refreshed twice.");
        assert_eq!(glimpse(text, false), "The token");
        assert_eq!(glimpse("", true), "");
    }
}
