//! An approval where it was asked: as a card while it waits, as a line once it is over.

use contract::approval::{Approval, Decision, Outcome, drawn};
use contract::transcript::{Row, RowBody};
use leptos::prelude::*;

use super::super::seat::{RowId, Talk};
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::text::time;
use crate::views::approvals::card::{At, Card};
use crate::views::approvals::{Command, phrase};

fn asked(row: &Row) -> Option<Approval> {
    match &row.body {
        RowBody::Approval { approval } => Some((**approval).clone()),
        _ => None,
    }
}

/// An approval.
#[component]
pub fn Ask(talk: Talk, id: RowId) -> impl IntoView {
    let row = talk.part(id, asked);
    // The list of approvals knows first how it ended; the row knows it when the list has forgotten.
    let of = Memo::new(move |_| {
        let row = row.get()?;
        let listed = talk.state.told.approvals(|all| {
            all.iter().find(|one| one.node == row.node && one.id == row.id && one.outcome.is_some()).cloned()
        });
        Some(if row.outcome.is_none() { listed.unwrap_or(row) } else { row })
    });
    // What was over when it came into view is a line. A card that is answered in view stays a
    // card, so that nothing moves.
    let over = of.with_untracked(|of| of.as_ref().is_none_or(|of| of.outcome.is_some()));
    let first = of.get_untracked();
    first.map(|first| {
        let of = Signal::derive(move || of.get().unwrap_or_else(|| first.clone()));
        match over {
            false => view! { <Card of at=At::Session /> }.into_any(),
            true => view! { <Line talk id of /> }.into_any(),
        }
    })
}

#[component]
fn Line(talk: Talk, id: RowId, of: Signal<Approval>) -> impl IntoView {
    let open = talk.unfolded(id);
    let shape = move || match of.with(|of| of.outcome.as_ref().map(|outcome| outcome.decision)) {
        Some(decision) if phrase::allowed(decision) => Shape::Ok,
        Some(Decision::Deny) => Shape::Failed,
        _ => Shape::Offline,
    };
    let end = move || of.with(|of| of.outcome.as_ref().map(Outcome::in_words));
    let at = move || of.with(|of| of.outcome.as_ref().map(|outcome| time::clock_seconds(outcome.at)));
    let pieces = Signal::derive(move || of.with(|of| of.shown.clone()));
    let icon = Signal::derive(move || if open.get() { Icon::Down } else { Icon::Right });
    view! {
        <div class="asked">
            <button type="button" class="asked-head" aria-expanded=move || open.get().to_string() on:click=move |_| talk.turn(id)>
                <Mark of=Signal::derive(shape) word=Signal::derive(move || end().unwrap_or_default()) />
                <span class="asked-end">{end}</span>
                <code class="mono cut asked-command">{move || pieces.with(|pieces| drawn(pieces))}</code>
                <span class="grow"></span>
                <span class="asked-at">{at}</span>
                <Drawing of=icon />
            </button>
            <Show when=move || open.get()><Command pieces /></Show>
        </div>
    }
}
